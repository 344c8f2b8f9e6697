import BigInt
import PlimsollModel

/// Spec pages: Rules.
extension ReferenceVenue {
    mutating func changeRules(_ change: RuleChange) throws(Refused) {
        if case .defineAsset(let asset, let symbol) = change {
            guard asset.index == assets.count else { throw Refused(.impossibleRules) }
            assets.append(symbol)
        }
        if case .setContract(let id, let terms) = change { try setContract(id, terms) }
        if case .setLimits(let id, let limits) = change {
            try checkStopped(id)
            instruments[id.index].limits = limits
        }
        if case .setFees(let id, let fees) = change {
            try checkStopped(id)
            instruments[id.index].fees = fees
        }
        if case .setFunding(let id, let funding) = change { try setFunding(id, funding) }
        if case .setMark(let id, let mark) = change {
            try checkStopped(id)
            instruments[id.index].mark = mark
        }
        if case .setTriggers(let id, let terms) = change {
            try checkStopped(id)
            instruments[id.index].triggers = terms
        }
        if case .setIndex(let id, let terms) = change {
            try checkStopped(id)
            instruments[id.index].indexTerms = terms
        }
        if case .setLiquidation(let id, let terms) = change {
            try checkStopped(id)
            instruments[id.index].liquidation = terms
        }
        if case .setTier(let id, let index, let tier) = change {
            try checkStopped(id)
            if index == 0 { instruments[id.index].tiers = [] }
            guard Int(index) == instruments[id.index].tiers.count, index < 32 else {
                throw Refused(.impossibleRules)
            }
            instruments[id.index].tiers.append(tier)
        }
        if case .setLeverageDefault(let id, let leverage) = change {
            try checkStopped(id)
            instruments[id.index].leverageDefault = leverage
        }
        if case .openTrading(let id) = change {
            try checkStopped(id)
            guard isPossible(instruments[id.index]) else { throw Refused(.impossibleRules) }
            instruments[id.index].isTrading = true
        }
        events.append(.rulesChanged(change))
        if case .setFunding(let id, _) = change { remark(id) }
    }

    private func checkStopped(_ id: InstrumentID) throws(Refused) {
        guard id.index < instruments.count else { throw Refused(.unknownInstrument) }
        guard !instruments[id.index].isTrading else { throw Refused(.impossibleRules) }
    }

    private mutating func setContract(
        _ id: InstrumentID,
        _ terms: ContractTerms
    ) throws(Refused) {
        guard terms.settleAsset.index < assets.count, terms.baseAsset.index < assets.count else {
            throw Refused(.unknownAsset)
        }
        if id.index < instruments.count { try checkStopped(id) }
        guard id.index <= instruments.count else { throw Refused(.impossibleRules) }
        if !settleAssets.contains(terms.settleAsset) {
            guard settleAssets.count < 4 else { throw Refused(.impossibleRules) }
            settleAssets.append(terms.settleAsset)
        }
        if id.index == instruments.count {
            instruments.append(ReferenceInstrument(contract: terms))
        } else {
            instruments[id.index].contract = terms
        }
    }

    /// RULE-002 to RULE-006.
    func isPossible(_ rules: ReferenceInstrument) -> Bool {
        guard let limits = rules.limits, let funding = rules.funding else { return false }
        let fees = rules.fees
        let mark = rules.mark
        let tick = rules.contract.tickSize.big
        let step = rules.contract.stepSize.big
        var largestOrder = limits.priceMax.big * limits.quantityMax.big
        let multiplier = rules.contract.multiplier.big
        guard multiplier > 0, multiplier <= one * 1_000_000 else { return false }
        if rules.contract.kind == .inverse, limits.priceMin.big > 0 {
            let worth = multiplier * one
            largestOrder = limits.quantityMax.big * worth / limits.priceMin.big
            guard worth * one / limits.priceMin.big <= one * one * 10_000_000_000 else {
                return false
            }
            // At the highest price one step is worth two of the sixteenth decimals, half-up.
            guard step * multiplier * one * 2 >= limits.priceMax.big * 3 else { return false }
        }
        guard tick > 0, step > 0, limits.priceMin.big > 0, limits.priceMin < limits.priceMax,
            limits.quantityMin.big > 0, limits.quantityMin <= limits.quantityMax,
            limits.quantityMin <= limits.marketQuantityMax,
            limits.marketQuantityMax <= limits.quantityMax, limits.notionalMin.big >= 0,
            limits.priceMin.big % tick == 0, limits.priceMax.big % tick == 0,
            limits.quantityMin.big % step == 0, limits.quantityMax.big % step == 0,
            limits.marketQuantityMax.big % step == 0,
            limits.priceMax.big / tick < 1 << 28, limits.priceMax.big <= one * 10_000_000_000,
            limits.quantityMax.big <= one * 10_000_000_000,
            largestOrder <= one * one * 10_000_000_000_000
        else { return false }
        for band in [limits.priceBand, limits.marketTakeBound, rules.triggers.protect] {
            guard band.big > 0, band.big < one else { return false }
        }
        for fee in [fees.maker, fees.taker, fees.liquidation] {
            guard fee.big >= 0, fee.big < one else { return false }
        }
        guard funding.intervalMilliseconds > 0, mark.intervalMilliseconds > 0,
            funding.intervalMilliseconds <= 366 * 86_400_000, magnitude(funding.rate.big) < one,
            mark.sampleIntervalMilliseconds > 0, (1...60).contains(mark.sampleCount)
        else { return false }
        // RULE-007, RULE-008.
        for rate in [funding.clamp, funding.cap, rules.indexTerms.deviationMax] {
            guard rate.big >= 0, rate.big < one else { return false }
        }
        let year = Int64(366 * 86_400_000)
        let silence = rules.indexTerms.staleAfterMilliseconds
        let share = rules.liquidation.stepShare.big
        let ratio = rules.liquidation.takeoverRatio.big
        guard magnitude(funding.interest.big) < one, funding.impactNotional.big >= 0,
            funding.impactNotional.big <= one * 10_000_000_000_000,
            (0...year).contains(silence), rules.indexTerms.sourceCount > 0,
            share >= one / 100, share <= one, ratio <= one * 1000, ratio >= -one
        else { return false }
        return areTiersPossible(rules.tiers, fees)
            && (1...(rules.tiers.first?.leverageMax ?? 1)).contains(rules.leverageDefault)
    }

    private func areTiersPossible(_ tiers: [MarginTier], _ fees: FeeSchedule) -> Bool {
        guard let first = tiers.first, first.notionalFloor.isZero, first.deduction.isZero else {
            return false
        }
        for tier in tiers {
            let burden = tier.maintenanceRate.big + fees.taker.big * 2
            guard tier.notionalFloor < tier.notionalCap,
                tier.notionalCap.big <= one * one * 10_000_000_000_000,
                tier.maintenanceRate.big > 0, tier.maintenanceRate.big < one,
                tier.leverageMax > 0, burden * BigInt(tier.leverageMax) < one
            else { return false }
        }
        for (lower, upper) in zip(tiers, tiers.dropFirst()) {
            let jump = Ratio(
                upper.notionalFloor.big * (upper.maintenanceRate.big - lower.maintenanceRate.big),
                over: one
            )
            guard upper.notionalFloor == lower.notionalCap,
                upper.maintenanceRate > lower.maintenanceRate,
                upper.leverageMax <= lower.leverageMax,
                upper.deduction.big == lower.deduction.big + jump.rounded(.nearest)
            else { return false }
        }
        return true
    }
}
