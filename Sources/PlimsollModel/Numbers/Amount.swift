/// Money: a 128-bit count of 10⁻¹⁶ of an asset.
///
/// A price times a quantity is an amount, exactly, with no division. Sums are kept at full
/// precision; the rounding of a report happens where the report is made.
///
/// Spec: NUM-002.
public struct Amount: BitwiseCopyable, Comparable, Hashable, Sendable, CustomStringConvertible {
    /// The number of decimals kept.
    public static let scale = 16
    @inlinable public static var zero: Amount { Amount(units: 0) }
    /// How many units make one of the asset.
    @inlinable public static var unitsPerOne: Int128 { 10_000_000_000_000_000 }

    /// The number in units of 10⁻¹⁶.
    public var units: Int128

    @inlinable public init(units: Int128) { self.units = units }

    /// A whole number, exactly.
    @inlinable public init(_ whole: Int) { self.init(units: Int128(whole) * Self.unitsPerOne) }

    /// The value of `quantity` at `price`: exact.
    @inlinable public init(_ price: Price, times quantity: Quantity) {
        self.init(units: product(price.units, quantity.units))
    }

    @inlinable public static func < (left: Amount, right: Amount) -> Bool {
        left.units < right.units
    }

    @inlinable public static func + (left: Amount, right: Amount) -> Amount {
        Amount(units: left.units + right.units)
    }

    @inlinable public static func - (left: Amount, right: Amount) -> Amount {
        Amount(units: left.units - right.units)
    }

    @inlinable public static prefix func - (value: Amount) -> Amount { Amount(units: -value.units) }

    @inlinable public static func += (left: inout Amount, right: Amount) { left = left + right }

    @inlinable public static func -= (left: inout Amount, right: Amount) { left = left - right }

    @inlinable public var isZero: Bool { units == 0 }

    @inlinable public var magnitude: Amount { Amount(units: abs(units)) }

    /// `self × rate`.
    @inlinable public func times(_ rate: Rate, rounding: Rounding) -> Amount {
        Amount(
            units: multiplyDivide(
                units,
                by: Int128(rate.units),
                over: Int128(Rate.unitsPerOne),
                rounding: rounding
            )
        )
    }

    /// The share `part ÷ whole` of this amount; `whole` is positive.
    @inlinable public func share(_ part: Quantity, of whole: Quantity, rounding: Rounding) -> Amount
    {
        Amount(
            units: multiplyDivide(
                units,
                by: Int128(part.units),
                over: Int128(whole.units),
                rounding: rounding
            )
        )
    }

    /// The share `part ÷ whole` of this amount; `whole` is positive.
    @inlinable public func share(_ part: Amount, of whole: Amount, rounding: Rounding) -> Amount {
        Amount(units: multiplyDivide(units, by: part.units, over: whole.units, rounding: rounding))
    }

    /// This amount per unit of `quantity`, which is not zero: an average price.
    ///
    /// - Returns: `nil` where the quotient is beyond what a `Price` holds.
    @inlinable public func price(per quantity: Quantity, rounding: Rounding) -> Price? {
        let sign: Int128 = quantity.units < 0 ? -1 : 1
        let quotient = divide(
            units * sign,
            by: Int128(quantity.units) * sign,
            rounding: rounding
        )
        return Int64(exactly: quotient).map(Price.init(units:))
    }

    /// Rounded to `decimals` places; the venue reports and charges money at eight.
    @inlinable public func rounded(toDecimals decimals: Int = 8, _ rounding: Rounding) -> Amount {
        precondition((0...Self.scale).contains(decimals), "an amount has sixteen decimals")
        var step: Int128 = 1
        for _ in decimals..<Self.scale { step *= 10 }
        return Amount(units: divide(units, by: step, rounding: rounding) * step)
    }

    @inlinable public var description: String {
        DecimalText.string(units: units, scale: Self.scale)
    }
}
