public import PlimsollModel

/// The tier that a notional falls in: the last whose floor it reaches.
///
/// - Parameters:
///   - notional: In settle-asset units; not negative.
///   - tiers: Rising by floor; the first floor is zero.
/// - Returns: The tier.
///
/// Spec: MARG-005. Vectors: `tiers_maintenance.json` TIER_LOOKUP.
public func marginTier(for notional: Amount, in tiers: borrowing Span<MarginTier>) -> MarginTier {
    precondition(notional >= .zero, "a notional is a magnitude")
    precondition(!tiers.isEmpty, "an instrument has at least one tier")
    var found = tiers[0]
    var index = 1
    while index < tiers.count, tiers[index].notionalFloor <= notional {
        found = tiers[index]
        index += 1
    }
    return found
}

/// The margin below which a position is liquidated.
///
///     maintenance = notional × rate − deduction
///
/// `rate` and `deduction` are those of the tier that the notional falls in. Rounded up: a trader
/// never holds a position on less than the rule asks.
///
/// - Parameters:
///   - notional: Position value at the mark price, in settle-asset units; not negative.
///   - tiers: Rising by floor; the first floor is zero.
/// - Returns: Settle-asset units.
///
/// Spec: MARG-006. Vectors: `tiers_maintenance.json` MM_TIERED.
public func maintenanceMargin(
    of notional: Amount,
    in tiers: borrowing Span<MarginTier>
) -> Amount {
    let tier = marginTier(for: notional, in: tiers)
    return notional.times(tier.maintenanceRate, rounding: .up) - tier.deduction
}
