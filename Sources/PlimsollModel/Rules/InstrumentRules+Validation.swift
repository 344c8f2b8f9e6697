/// Why an instrument's rules are impossible.
public enum RulesError: UInt8, Error, Sendable, BitwiseCopyable, CaseIterable {
    case tickOrStepNotPositive = 0
    case limitsOutOfOrder = 1
    case limitsOffGrid = 2
    /// The dense price ladder has room for 2²⁸ ticks.
    case tooManyTicks = 3
    /// The largest order would be worth more than 10¹³.
    case orderTooLarge = 4
    case negativeFee = 5
    case intervalNotPositive = 6
    case sampleCountOutOfRange = 7
    case noTiers = 8
    case tooManyTiers = 9
    case firstFloorNotZero = 10
    case gapBetweenTiers = 11
    case tierNotRising = 12
    case wrongDeduction = 13
    case leverageOutOfRange = 14
    /// At the leverage offered, the initial margin does not exceed the maintenance margin plus
    /// the taker fees in and out: the position would be born liquidatable.
    case initialMarginTooSmall = 15
    case defaultLeverageNotOffered = 16
    case bandOutOfRange = 17
    /// Interest, clamp, cap or impact notional.
    case fundingOutOfRange = 18
    /// Deviation or silence of a source.
    case indexOutOfRange = 19
    case noIndexSource = 20
    case multiplierOutOfRange = 21
    /// Step share or takeover ratio of a liquidation.
    case liquidationOutOfRange = 22
}

extension InstrumentRules {
    /// The shortest funding interval, in milliseconds.
    ///
    /// After a pause every settlement that passed is made, each by itself.
    public static let fundingIntervalMin: Int64 = 60_000

    /// The largest notional that arithmetic is proved for, in units of the settle asset.
    public static let notionalMax = Amount(10_000_000_000_000)

    /// The longest interval that rules may speak of: a leap year.
    public static let intervalMaxMilliseconds: Int64 = 366 * 86_400_000

    /// Refuses rules under which a venue could not be correct.
    ///
    /// Spec: RULE-002 to RULE-008.
    public func validate() throws(RulesError) {
        try validateGrid()
        guard fees.maker >= .zero, fees.taker >= .zero, fees.liquidation >= .zero,
            fees.taker < .one, fees.maker < .one, fees.liquidation < .one
        else { throw .negativeFee }
        guard funding.intervalMilliseconds >= Self.fundingIntervalMin,
            mark.intervalMilliseconds > 0, mark.sampleIntervalMilliseconds > 0
        else { throw .intervalNotPositive }
        try validateFunding()
        try validateIndex()
        guard (1...60).contains(mark.sampleCount) else { throw .sampleCountOutOfRange }
        // A smaller share would take steps without number; a larger ratio would not be a number.
        guard liquidation.stepShare >= Rate(units: 1_000_000), liquidation.stepShare <= .one,
            liquidation.takeoverRatio <= Rate(1000), liquidation.takeoverRatio >= Rate(-1)
        else { throw .liquidationOutOfRange }
        try validateTiers()
    }

    /// A settlement takes less than the position is worth, and the interest of the longest interval is
    /// still a number.
    ///
    /// Spec: RULE-007.
    private func validateFunding() throws(RulesError) {
        guard funding.intervalMilliseconds <= Self.intervalMaxMilliseconds else {
            throw .fundingOutOfRange
        }
        guard funding.rate < .one, funding.rate > -.one else { throw .bandOutOfRange }
        guard funding.interest < .one, funding.interest > -.one,
            funding.clamp >= .zero, funding.clamp < .one,
            funding.cap >= .zero, funding.cap < .one,
            funding.impactNotional >= .zero,
            Amount(funding.impactNotional, times: Quantity(1)) <= Self.notionalMax
        else { throw .fundingOutOfRange }
    }

    private func validateIndex() throws(RulesError) {
        guard index.sourceCount > 0 else { throw .noIndexSource }
        guard index.deviationMax >= .zero, index.deviationMax < .one,
            (0...Self.intervalMaxMilliseconds).contains(index.staleAfterMilliseconds)
        else { throw .indexOutOfRange }
    }

    private func validateGrid() throws(RulesError) {
        guard contract.tickSize > .zero, contract.stepSize > .zero else {
            throw .tickOrStepNotPositive
        }
        guard limits.priceMin > .zero, limits.priceMax > limits.priceMin,
            limits.quantityMin > .zero, limits.quantityMax >= limits.quantityMin,
            limits.marketQuantityMax >= limits.quantityMin,
            limits.marketQuantityMax <= limits.quantityMax,
            limits.notionalMin >= .zero
        else { throw .limitsOutOfOrder }
        guard limits.priceMin.isMultiple(of: contract.tickSize),
            limits.priceMax.isMultiple(of: contract.tickSize),
            limits.quantityMin.isMultiple(of: contract.stepSize),
            limits.quantityMax.isMultiple(of: contract.stepSize),
            limits.marketQuantityMax.isMultiple(of: contract.stepSize)
        else { throw .limitsOffGrid }
        guard limits.priceMax.units / contract.tickSize.units < 1 << 28 else {
            throw .tooManyTicks
        }
        // A band above the highest price, and a sum of a few orders, must still be numbers.
        guard limits.priceMax <= Price(10_000_000_000),
            limits.quantityMax <= Quantity(10_000_000_000)
        else { throw .orderTooLarge }
        try validateValuation()
        guard triggers.protect > .zero, triggers.protect < .one else { throw .bandOutOfRange }
        guard limits.priceBand > .zero, limits.priceBand < .one,
            limits.marketTakeBound > .zero, limits.marketTakeBound < .one
        else { throw .bandOutOfRange }
    }

    /// Bounds what the largest order, and the largest sum of quantities, can be worth.
    private func validateValuation() throws(RulesError) {
        guard contract.multiplier > .zero, contract.multiplier <= Self.multiplierMax else {
            throw .multiplierOutOfRange
        }
        let dearest: Price
        switch contract.kind {
        case .linear:
            dearest = limits.priceMax
        case .inverse:
            dearest = limits.priceMin
            guard
                contract.multiplier.units / limits.priceMin.units <= Self.contractValueMax
            else { throw .orderTooLarge }
            // What is worth nothing has no maintenance margin by which a loss could be shared. The
            // mark price may rise to twice the highest price of an order.
            let least = contract.valuation.notional(of: contract.stepSize, at: limits.priceMax)
            guard least >= Amount(units: 2) else { throw .multiplierOutOfRange }
        }
        let largest = contract.valuation.notional(of: limits.quantityMax, at: dearest)
        guard largest <= Self.notionalMax else { throw .orderTooLarge }
    }

    /// Quote units that one inverse contract may be worth.
    private static let multiplierMax = Price(1_000_000)
    /// Coins that one inverse contract may be worth at the lowest price.
    private static let contractValueMax: Int64 = 10_000_000_000

    private func validateTiers() throws(RulesError) {
        guard let first = tiers.first else { throw .noTiers }
        guard tiers.count <= Self.tierCountMax else { throw .tooManyTiers }
        guard first.notionalFloor == .zero else { throw .firstFloorNotZero }
        guard first.deduction == .zero else { throw .wrongDeduction }
        // Without any deduction a position pays its tier's rate on all of its notional.
        let hasDeductions = tiers.contains { $0.deduction != .zero }
        for (index, tier) in tiers.enumerated() {
            guard tier.notionalFloor < tier.notionalCap, tier.notionalCap <= Self.notionalMax,
                tier.maintenanceRate > .zero, tier.maintenanceRate < .one
            else { throw .tierNotRising }
            guard tier.leverageMax >= 1 else { throw .leverageOutOfRange }
            // Initial margin 1 ÷ leverage against maintenance and the way in and out; compared
            // after multiplying by the leverage, so that nothing is rounded.
            let burden = tier.maintenanceRate.units + 2 * fees.taker.units
            guard burden * Int64(tier.leverageMax) < Rate.unitsPerOne else {
                throw .initialMarginTooSmall
            }
            guard index > 0 else { continue }
            let previous = tiers[index - 1]
            guard tier.notionalFloor == previous.notionalCap else { throw .gapBetweenTiers }
            guard tier.maintenanceRate > previous.maintenanceRate,
                tier.leverageMax <= previous.leverageMax
            else { throw .tierNotRising }
            guard hasDeductions else { continue }
            let step = tier.notionalFloor.times(
                tier.maintenanceRate - previous.maintenanceRate,
                rounding: .halfUp
            )
            guard tier.deduction == previous.deduction + step else { throw .wrongDeduction }
        }
        guard (1...first.leverageMax).contains(leverageDefault) else {
            throw .defaultLeverageNotOffered
        }
    }
}
