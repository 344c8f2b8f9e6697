/// A dense number that names a thing of the venue; smaller than the count of such things.
public protocol DenseIdentifier: BitwiseCopyable, Hashable, Comparable, Sendable,
    CustomStringConvertible
{
    associatedtype RawValue: FixedWidthInteger & UnsignedInteger
    var rawValue: RawValue { get }
    init(rawValue: RawValue)
}

extension DenseIdentifier {
    @inlinable public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
    @inlinable public var index: Int { Int(rawValue) }
    @inlinable public var description: String { String(rawValue) }
}

/// An account of the venue.
///
/// The first few belong to the venue itself.
public struct AccountID: DenseIdentifier {
    public let rawValue: UInt32
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Where deposits come from and withdrawals go to; its balance is minus what is inside.
    @inlinable public static var externalWorld: AccountID { AccountID(rawValue: 0) }
    /// Takes over what a liquidation leaves, and pays what is missing.
    @inlinable public static var insuranceFund: AccountID { AccountID(rawValue: 1) }
    @inlinable public static var feeRevenue: AccountID { AccountID(rawValue: 2) }
    /// Holds funding between the payers and the receivers of one settlement; empty otherwise.
    @inlinable public static var fundingClearing: AccountID { AccountID(rawValue: 3) }
    /// Holds what open positions have gained or lost and not yet realised: minus the sum of
    /// all entry values.
    @inlinable public static var positionClearing: AccountID { AccountID(rawValue: 4) }
    @inlinable public static var lendingPool: AccountID { AccountID(rawValue: 5) }
    /// The dust of divisions.
    @inlinable public static var roundingResidue: AccountID { AccountID(rawValue: 6) }
    /// Pays what the insurance fund cannot; minus its balance is the recorded deficit.
    @inlinable public static var uncoveredLoss: AccountID { AccountID(rawValue: 7) }

    /// Accounts below this number are the venue's own.
    @inlinable public static var firstOpened: AccountID { AccountID(rawValue: 16) }

    @inlinable public var isSystem: Bool { self < Self.firstOpened }
}

public struct InstrumentID: DenseIdentifier {
    public let rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
}

public struct AssetID: DenseIdentifier {
    public let rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// The venue's number for an order; rising, never used twice.
public struct OrderID: DenseIdentifier {
    public let rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable public static var none: OrderID { OrderID(rawValue: 0) }
}

/// The venue's number for a conditional order; rising, never used twice.
public struct ConditionalOrderID: DenseIdentifier {
    public let rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable public static var none: ConditionalOrderID { ConditionalOrderID(rawValue: 0) }
}

/// Numbers the trades of one instrument from 1, without gaps.
public struct TradeID: DenseIdentifier {
    public let rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Numbers the forced closes of a venue from 1.
public struct LiquidationID: DenseIdentifier {
    public let rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable public static var none: LiquidationID { LiquidationID(rawValue: 0) }
}

/// The place of a command in the one order of all commands, from 1, without gaps.
public struct Sequence: DenseIdentifier {
    public let rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable public static var zero: Sequence { Sequence(rawValue: 0) }
    @inlinable public var next: Sequence { Sequence(rawValue: rawValue + 1) }
}

/// Venue time: milliseconds since 1970-01-01T00:00:00Z.
///
/// It reaches the engine only inside commands.
public struct Timestamp: BitwiseCopyable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public var milliseconds: Int64
    @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    @inlinable public static var zero: Timestamp { Timestamp(milliseconds: 0) }
    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
    @inlinable public func advanced(byMilliseconds interval: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + interval)
    }
    @inlinable public var description: String { "\(milliseconds)" }
}
