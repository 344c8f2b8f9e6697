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
    let exact = -Amount(markPrice, times: quantity).times(rate, rounding: .halfUp)
    guard let rounding else { return exact }
    return exact.rounded(toDecimals: 8, rounding)
}
