/// Where money lies: an account's cross wallet or the wallet of one isolated position.
public struct Pocket: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var side: PositionSide
    public var isIsolated: Bool

    public static func wallet(_ account: AccountID) -> Pocket {
        Pocket(account: account, instrument: InstrumentID(rawValue: 0), isIsolated: false)
    }

    public static func isolated(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide = .both
    ) -> Pocket {
        Pocket(account: account, instrument: instrument, side: side, isIsolated: true)
    }

    public init(
        account: AccountID,
        instrument: InstrumentID,
        side: PositionSide = .both,
        isIsolated: Bool
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.isIsolated = isIsolated
    }
}

/// Why money moved.
///
/// The numbers reach digests: append, never renumber.
public enum TransferReason: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case deposit = 0
    case withdrawal = 1
    case realizedPnL = 2
    case tradingFee = 3
    case funding = 4
    case liquidationFee = 5
    /// The fund pays what an account lost beyond its money.
    case insurance = 6
    /// Between the cross wallet and an isolated position, on a fill or by the trader's hand.
    case marginTransfer = 7
    case rounding = 8
    /// What a liquidated position leaves, into the fund.
    case liquidationRemainder = 9
    case accountTransfer = 10
    /// What the insurance fund could not pay.
    case deficit = 11
}

/// One movement of money and the two balances after it.
public struct MoneyMoved: BitwiseCopyable, Hashable, Sendable {
    public var asset: AssetID
    public var from: Pocket
    public var to: Pocket
    public var reason: TransferReason
    /// The instrument that the movement is about, where there is one.
    public var instrument: InstrumentID?
    /// Greater than zero.
    public var amount: Amount
    public var fromBalance: Amount
    public var toBalance: Amount

    public init(
        asset: AssetID,
        from: Pocket,
        to: Pocket,
        reason: TransferReason,
        instrument: InstrumentID?,
        amount: Amount,
        fromBalance: Amount,
        toBalance: Amount
    ) {
        self.asset = asset
        self.from = from
        self.to = to
        self.reason = reason
        self.instrument = instrument
        self.amount = amount
        self.fromBalance = fromBalance
        self.toBalance = toBalance
    }
}

public struct PositionChanged: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var side: PositionSide
    /// Positive long, negative short.
    public var quantity: Quantity
    /// Signed: what the position cost, exactly.
    ///
    /// The entry price is this divided by the quantity.
    public var entryValue: Amount
    /// Realised profit of the instrument since the account began, before fees and funding.
    public var realizedPnL: Amount
    /// Fees paid, and funding received, since the position was last flat; the break-even price
    /// needs them.
    public var feesPaid: Amount
    public var fundingReceived: Amount

    public init(
        account: AccountID,
        instrument: InstrumentID,
        quantity: Quantity,
        entryValue: Amount,
        realizedPnL: Amount,
        feesPaid: Amount,
        fundingReceived: Amount,
        side: PositionSide = .both
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.quantity = quantity
        self.entryValue = entryValue
        self.realizedPnL = realizedPnL
        self.feesPaid = feesPaid
        self.fundingReceived = fundingReceived
    }
}

/// How an account trades an instrument.
public struct SettingsChanged: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var leverage: UInt16
    public var marginMode: MarginMode

    public init(
        account: AccountID,
        instrument: InstrumentID,
        leverage: UInt16,
        marginMode: MarginMode
    ) {
        self.account = account
        self.instrument = instrument
        self.leverage = leverage
        self.marginMode = marginMode
    }
}

/// An account went over to hedge mode or back to one-way mode.
public struct PositionModeChanged: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var isHedge: Bool

    public init(account: AccountID, isHedge: Bool) {
        self.account = account
        self.isHedge = isHedge
    }
}
