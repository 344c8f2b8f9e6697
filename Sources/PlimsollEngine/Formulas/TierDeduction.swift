public import PlimsollModel

/// The deduction of a margin tier that makes the maintenance margin continuous at its floor.
///
///     deduction = deduction before + floor × (rate − rate before)
///
/// - Parameters:
///   - previous: The tier below.
///   - floor: Of the tier.
///   - rate: Maintenance rate of the tier.
/// - Returns: Settle-asset units.
///
/// Spec: MARG-022. Vectors: `tiers_maintenance.json` MAINT_AMOUNT_LADDER.
public func tierDeduction(after previous: MarginTier, floor: Amount, rate: Rate) -> Amount {
    previous.deduction + floor.times(rate - previous.maintenanceRate, rounding: .halfUp)
}
