/// A 64-bit count of 10⁻⁸.
///
/// `Price`, `Quantity` and `Rate` share their storage and differ in meaning, so that a price is never
/// added to a quantity by accident.
///
/// Spec: NUM-001.
public protocol FixedPoint: BitwiseCopyable, Comparable, Hashable, Sendable,
    CustomStringConvertible
{
    /// The number in units of 10⁻⁸.
    var units: Int64 { get }

    init(units: Int64)
}

extension FixedPoint {
    /// The number of decimals that a 64-bit count keeps.
    @inlinable public static var scale: Int { 8 }

    /// How many units make one.
    @inlinable public static var unitsPerOne: Int64 { 100_000_000 }

    @inlinable public static var zero: Self { Self(units: 0) }

    /// A whole number, exactly.
    ///
    /// Traps outside ±92,233,720,368.
    @inlinable public init(_ whole: Int) {
        self.init(units: Int64(whole) * Self.unitsPerOne)
    }

    @inlinable public static func < (left: Self, right: Self) -> Bool { left.units < right.units }

    @inlinable public static func + (left: Self, right: Self) -> Self {
        Self(units: left.units + right.units)
    }

    @inlinable public static func - (left: Self, right: Self) -> Self {
        Self(units: left.units - right.units)
    }

    @inlinable public static prefix func - (value: Self) -> Self { Self(units: -value.units) }

    @inlinable public static func += (left: inout Self, right: Self) { left = left + right }

    @inlinable public static func -= (left: inout Self, right: Self) { left = left - right }

    @inlinable public var isZero: Bool { units == 0 }

    @inlinable public var magnitude: Self { Self(units: abs(units)) }

    /// Whether the number is a whole multiple of `step`; a step of zero asks for nothing.
    @inlinable public func isMultiple(of step: Self) -> Bool {
        step.units == 0 || units % step.units == 0
    }

    /// `self × rate`, for bands such as 105 % of a mark price.
    @inlinable public func times(_ rate: Rate, rounding: Rounding) -> Self {
        Self(
            units: Int64(
                divide(
                    product(units, rate.units),
                    by: Int128(Self.unitsPerOne),
                    rounding: rounding
                )
            )
        )
    }

    @inlinable public var description: String {
        DecimalText.string(units: Int128(units), scale: Self.scale)
    }
}

/// A price: units of the quote asset per unit of the base asset, counted in 10⁻⁸.
public struct Price: FixedPoint {
    public var units: Int64

    @inlinable public init(units: Int64) { self.units = units }
}

/// A quantity of the base asset, counted in 10⁻⁸; signed where it is a position.
public struct Quantity: FixedPoint {
    public var units: Int64

    @inlinable public init(units: Int64) { self.units = units }
}

/// A dimensionless factor such as a fee or margin rate, counted in 10⁻⁸.
public struct Rate: FixedPoint {
    public var units: Int64

    @inlinable public init(units: Int64) { self.units = units }

    /// 100 %.
    @inlinable public static var one: Rate { Rate(units: unitsPerOne) }
}
