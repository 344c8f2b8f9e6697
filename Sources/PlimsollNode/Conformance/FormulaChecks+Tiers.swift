import PlimsollEngine
import PlimsollModel

extension FormulaChecks {
    @Sendable
    static func tierLookup(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let tiers = try inputs.tiers()
        let tier = marginTier(for: try inputs.notional(), in: tiers.span)
        // A table without deductions has none to report.
        var hasDeductions = false
        for row in try inputs.rows("tiers") where row.has("maint_amount") { hasDeductions = true }
        return [
            "mmr": .fixed(tier.maintenanceRate),
            "maint_amount": hasDeductions ? .amount(tier.deduction) : .undefined,
        ]
    }

    @Sendable
    static func maintenance(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let tiers = try inputs.singleTier()
        let margin = maintenanceMargin(of: try inputs.notional(), in: tiers.span)
        return ["maintenance_margin": .amount(margin)]
    }

    @Sendable
    static func maintenanceReported(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let tiers = try inputs.singleTier()
        let margin = maintenanceMargin(of: try inputs.notional(), in: tiers.span)
        return ["maintenance_margin": .reported(margin)]
    }

    @Sendable
    static func deductionLadder(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let floors = try inputs.list("floors")
        let rates = try inputs.list("mmrs")
        guard floors.count == rates.count else { throw .unreadable("mmrs") }
        var tiers: [MarginTier] = []
        for (floor, rate) in zip(floors, rates) {
            let row = VectorInputs(values: ["floor": floor, "mmr": rate])
            var tier = MarginTier(
                notionalFloor: try row.amount("floor"),
                notionalCap: InstrumentRules.notionalMax,
                leverageMax: 1,
                maintenanceRate: try row.rate("mmr"),
                deduction: try inputs.amount("first_amount", default: .zero)
            )
            if let previous = tiers.last {
                tier.deduction = tierDeduction(
                    after: previous,
                    floor: tier.notionalFloor,
                    rate: tier.maintenanceRate
                )
            }
            tiers.append(tier)
        }
        return ["maint_amounts": .list(tiers.map { .amount($0.deduction) })]
    }
}
