public import PlimsollModel

/// A quotient that has not been rounded yet.
///
/// Inverse contracts divide by prices, so few of their numbers end. Who reports one says how it is
/// rounded; who compares one need not round at all.
///
/// Spec: VEN-001.
public struct ExactQuotient: BitwiseCopyable, Hashable, Sendable {
    /// With the sign of the quotient.
    public let numerator: Int128
    /// Greater than zero.
    public let denominator: Int128

    /// `numerator ÷ denominator`; the denominator is not zero.
    public init(_ numerator: Int128, over denominator: Int128) {
        precondition(denominator != 0, "a divisor is not zero")
        self.numerator = denominator < 0 ? -numerator : numerator
        self.denominator = abs(denominator)
    }

    /// The nearest whole number in the direction of `rounding`.
    public func rounded(_ rounding: Rounding) -> Int128 {
        divide(numerator, by: denominator, rounding: rounding)
    }

    /// The quotient of a price's units, as a price; `nil` where it is beyond what a `Price` holds.
    public func price(rounding: Rounding) -> Price? {
        Int64(exactly: rounded(rounding)).map(Price.init(units:))
    }
}

/// The price at which `factor × price` is `amount`, half-up; `nil` where no positive price is.
///
/// The factor counts 10⁻¹⁶, as a quantity times a rate does.
func positivePrice(where factor: Int128, reaches amount: Amount) -> Price? {
    guard factor != 0, !amount.isZero, (amount.units < 0) == (factor < 0) else { return nil }
    let units = multiplyDivide(
        abs(amount.units),
        by: Int128(Price.unitsPerOne),
        over: abs(factor),
        rounding: .halfUp
    )
    return Int64(exactly: units).map(Price.init(units:))
}
