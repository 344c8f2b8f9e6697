public import PlimsollModel

/// The share of a notional that must be put up at a leverage: `1 ÷ leverage`.
///
/// Rounded half-up to eight decimals *before* it is multiplied, as the venue does: 15x asks for
/// 0.06666667, not for a fifteenth.
///
/// Spec: MARG-002. Vectors: `position_accounting.json` INITIAL_MARGIN_R8.
public func initialMarginRate(leverage: UInt16) -> Rate {
    precondition(leverage > 0, "leverage is one or more")
    return Rate(
        units: Int64(
            divide(Int128(Rate.unitsPerOne), by: Int128(leverage), rounding: .halfUp)
        )
    )
}

/// The margin that opens or carries a notional.
///
///     initial = notional × rate
///
/// Rounded up: a trader never holds a position on less than the rule asks.
///
/// - Parameters:
///   - notional: In settle-asset units; not negative.
///   - rate: From `initialMarginRate(leverage:)`.
/// - Returns: Settle-asset units.
///
/// Spec: MARG-003. Vectors: `position_accounting.json` INITIAL_MARGIN.
public func initialMargin(of notional: Amount, rate: Rate) -> Amount {
    precondition(notional >= .zero, "a notional is a magnitude")
    return notional.times(rate, rounding: .up)
}

/// The margin that a one-way position and its open orders ask for together.
///
///     required = max(|P + Σ bids|, |P − Σ asks|) × rate
///
/// `P` is the signed notional of the position. Orders that can only reduce it are free, and of the
/// two sides only the one that leads to the larger exposure is charged.
///
/// - Parameters:
///   - positionNotional: Signed, at the mark price.
///   - bidValue: Sum of open buy orders at their margin prices; not negative.
///   - askValue: Sum of open sell orders at their margin prices; not negative.
///   - rate: From `initialMarginRate(leverage:)`.
/// - Returns: Settle-asset units, rounded up.
///
/// Spec: MARG-004. Vectors: `order_margin.json` ONE_WAY_REQUIREMENT.
public func requiredMargin(
    positionNotional: Amount,
    bidValue: Amount,
    askValue: Amount,
    rate: Rate
) -> Amount {
    let exposure = max(
        (positionNotional + bidValue).magnitude,
        (positionNotional - askValue).magnitude
    )
    return initialMargin(of: exposure, rate: rate)
}
