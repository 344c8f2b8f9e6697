public import PlimsollModel

/// What a position receives at a settlement; negative where it pays.
///
///     payment = −quantity × mark × rate
///
/// Longs pay shorts while the rate is positive.
///
/// - Parameters:
///   - quantity: Signed.
///   - markPrice: At the settlement.
///   - rate: Per interval.
///   - rounding: `nil` keeps every decimal an amount has, the last one half-up; otherwise the
///     payment is rounded so to eight decimals.
/// - Returns: Settle-asset units.
///
/// Spec: FUND-002. Vectors: `funding.json` FUNDING_PAYMENT.
public func fundingPayment(
    quantity: Quantity,
    markPrice: Price,
    rate: Rate,
    rounding: Rounding? = .halfUp
) -> Amount {
    fundingPayment(
        notional: Amount(markPrice, times: quantity),
        rate: rate,
        rounding: rounding
    )
}

/// What a position receives at a settlement; negative where it pays.
///
///     payment = −notional × rate
///
/// - Parameters:
///   - notional: With the sign of the position: positive long, negative short.
///   - rate: Per interval.
///   - rounding: `nil` keeps every decimal an amount has, the last one half-up; otherwise the
///     payment is rounded so to eight decimals.
/// - Returns: Settle-asset units.
///
/// Spec: FUND-002.
public func fundingPayment(
    notional: Amount,
    rate: Rate,
    rounding: Rounding? = .halfUp
) -> Amount {
    let value = -notional
    guard let rounding else { return value.times(rate, rounding: .halfUp) }
    // Rounded once, from the exact product: a second rounding would move what lies just below a half.
    return Amount(
        units: multiplyDivide(
            value.units,
            by: Int128(rate.units),
            over: Int128(Rate.unitsPerOne) * amountUnitsPerReportedUnit,
            rounding: rounding
        ) * amountUnitsPerReportedUnit
    )
}
