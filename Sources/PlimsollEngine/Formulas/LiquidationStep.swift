public import PlimsollModel

/// How much of a position one step of a liquidation closes.
///
///     keep = largest quantity worth at most the cap of the tier below, at the mark price
///     step = |quantity| − keep, at least one step of the instrument
///
/// in a tier above the first; everything in the first. Under `share` it is that share of the position,
/// rounded up to a step.
///
/// - Parameters:
///   - quantity: Positive long, negative short, not zero; a multiple of the contract's step.
///   - contract: Says what a quantity is worth.
///   - markPrice: Of the instrument.
///   - terms: Say how deep a step goes.
///   - tiers: Rising by floor; the first floor is zero.
/// - Returns: A magnitude: at least one step of the instrument, at most the position.
///
/// Spec: LIQ-020.
public func liquidationStep(
    quantity: Quantity,
    contract: ContractTerms,
    markPrice: Price,
    terms: LiquidationTerms,
    tiers: borrowing Span<MarginTier>
) -> Quantity {
    precondition(!quantity.isZero, "a flat position is not liquidated")
    let whole = quantity.magnitude
    let depth: Int
    switch terms.step {
    case .whole: return whole
    case .share:
        let part = whole.times(terms.stepShare, rounding: .up)
        let steps = divide(
            Int128(part.units),
            by: Int128(contract.stepSize.units),
            rounding: .up
        )
        return min(whole, Quantity(units: Int64(steps) * contract.stepSize.units))
    case .lowerTier: depth = 1
    case .twoTiers: depth = 2
    }
    var tier = 0
    let notional = contract.valuation.notional(of: whole, at: markPrice)
    while tier + 1 < tiers.count, tiers[tier + 1].notionalFloor <= notional { tier += 1 }
    guard tier > 0 else { return whole }
    let keep = contract.quantity(
        worthAtMost: tiers[max(0, tier - depth)].notionalCap,
        at: markPrice
    )
    return max(contract.stepSize, whole - min(keep, whole))
}

extension ContractTerms {
    /// The largest whole number of steps whose value at a price is at most `cap`.
    fileprivate func quantity(worthAtMost cap: Amount, at price: Price) -> Quantity {
        let units: Int128 =
            switch kind {
            case .linear: cap.units / Int128(price.units)
            case .inverse:
                multiplyDivide(
                    cap.units,
                    by: Int128(price.units),
                    over: Int128(multiplier.units) * Int128(Price.unitsPerOne),
                    rounding: .down
                )
            }
        let bounded = Int64(min(units, Int128(Int64.max / 2)))
        let keep = Quantity(units: bounded / stepSize.units * stepSize.units)
        // An inverse value is rounded to the nearest, and one step more may round down to the cap.
        let next = keep + stepSize
        return valuation.notional(of: next, at: price) <= cap ? next : keep
    }
}
