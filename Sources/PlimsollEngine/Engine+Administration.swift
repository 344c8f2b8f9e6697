import PlimsollModel

/// Rules arrive as commands; an instrument trades once its rules hold together.
extension Engine {
    mutating func changeRules(
        _ change: RuleChange,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        switch change {
        case .defineAsset(let asset, let symbol): try defineAsset(asset, symbol)
        case .setContract(let id, let terms): try setContract(id, terms)
        case .setLimits(let id, let limits):
            try checkStopped(id)
            instruments[id.index].limits = limits
        case .setFees(let id, let fees):
            try checkStopped(id)
            instruments[id.index].fees = fees
        case .setFunding(let id, let funding): try setFunding(id, funding)
        case .setMark(let id, let mark):
            try checkStopped(id)
            instruments[id.index].mark = mark
        case .setTriggers(let id, let terms):
            try checkStopped(id)
            instruments[id.index].triggers = terms
        case .setIndex(let id, let terms):
            try checkStopped(id)
            instruments[id.index].index = terms
        case .setLiquidation(let id, let terms):
            try checkStopped(id)
            instruments[id.index].liquidation = terms
        case .setTier(let id, let index, let tier): try setTier(id, Int(index), tier)
        case .setLeverageDefault(let id, let leverage):
            try checkStopped(id)
            instruments[id.index].leverageDefault = leverage
        case .openTrading(let id): try openTrading(id)
        }
        events.append(.rulesChanged(change))
        if case .setFunding(let id, _) = change { reconsiderMark(id, &events) }
    }

    private mutating func defineAsset(
        _ asset: AssetID,
        _ symbol: Symbol
    ) throws(EngineRefusal) {
        guard asset.index == assets.count else { throw EngineRefusal(.impossibleRules) }
        assets.append(symbol)
    }

    /// The rules of an instrument stand still while it trades.
    private func checkStopped(_ id: InstrumentID) throws(EngineRefusal) {
        guard id.index < instruments.count else { throw EngineRefusal(.unknownInstrument) }
        guard !instruments[id.index].isTrading else { throw EngineRefusal(.impossibleRules) }
    }

    private mutating func setContract(
        _ id: InstrumentID,
        _ terms: ContractTerms
    ) throws(EngineRefusal) {
        guard terms.settleAsset.index < assets.count, terms.baseAsset.index < assets.count else {
            throw EngineRefusal(.unknownAsset)
        }
        if id.index < instruments.count {
            try checkStopped(id)
        } else if id.index > instruments.count {
            throw EngineRefusal(.impossibleRules)
        }
        guard ledger.open(terms.settleAsset), let column = ledger.column(of: terms.settleAsset)
        else { throw EngineRefusal(.impossibleRules) }
        if id.index == instruments.count { addInstrument(terms) }
        instruments[id.index].contract = terms
        instruments[id.index].column = column
    }

    private mutating func addInstrument(_ contract: ContractTerms) {
        let count = instruments.count + 1
        instruments.append(InstrumentState(contract: contract))
        let noTier = MarginTier(
            notionalFloor: .zero,
            notionalCap: .zero,
            leverageMax: 1,
            maintenanceRate: .zero,
            deduction: .zero
        )
        tiers.extend(to: count * InstrumentRules.tierCountMax, with: noTier)
        basisSamples.extend(to: count * Self.basisSampleMax, with: 0)
        basisPressures.extend(to: count * Self.basisSampleMax, with: 0)
        pressures.append(PricePressure())
        indexSources.extend(to: count * IndexTerms.sourceCountMax, with: IndexSource())
        openPositions.append(Slab())
        books.append(Book())
        conditionalLists.append(ConditionalList())
    }

    private mutating func setTier(
        _ id: InstrumentID,
        _ index: Int,
        _ tier: MarginTier
    ) throws(EngineRefusal) {
        try checkStopped(id)
        guard index < InstrumentRules.tierCountMax,
            index == 0 || index == instruments[id.index].tierCount
        else { throw EngineRefusal(.impossibleRules) }
        tiers[id.index * InstrumentRules.tierCountMax + index] = tier
        instruments[id.index].tierCount = index + 1
    }

    private mutating func openTrading(_ id: InstrumentID) throws(EngineRefusal) {
        try checkStopped(id)
        do throws(RulesError) {
            try rules(of: id).validate()
        } catch {
            throw EngineRefusal(.impossibleRules)
        }
        instruments[id.index].isTrading = true
    }

    /// The rules in force, as the value that a profile spells out.
    func rules(of id: InstrumentID) -> InstrumentRules {
        let state = instruments[id.index]
        let first = id.index * InstrumentRules.tierCountMax
        return InstrumentRules(
            contract: state.contract,
            limits: state.limits,
            fees: state.fees,
            funding: state.funding,
            mark: state.mark,
            triggers: state.triggers,
            index: state.index,
            liquidation: state.liquidation,
            tiers: (0..<state.tierCount).map { tiers[first + $0] },
            leverageDefault: state.leverageDefault
        )
    }

    func tierRange(_ id: InstrumentID) -> Range<Int> {
        let first = id.index * InstrumentRules.tierCountMax
        return first..<(first + instruments[id.index].tierCount)
    }
}
