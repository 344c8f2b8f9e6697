import PlimsollModel

extension VenueProjections {
    mutating func fold(_ change: RuleChange) {
        switch change {
        case .defineAsset(let asset, let symbol):
            if asset.index == assets.count {
                assets.append(symbol)
            } else {
                assets[asset.index] = symbol
            }
        case .setContract(let instrument, let terms): set(terms, of: instrument)
        case .setLimits(let instrument, let limits):
            markets[instrument.index].rules.limits = limits
        case .setFees(let instrument, let fees): markets[instrument.index].rules.fees = fees
        case .setFunding(let instrument, let funding):
            markets[instrument.index].rules.funding = funding
        case .setMark(let instrument, let mark): markets[instrument.index].rules.mark = mark
        case .setTriggers(let instrument, let terms):
            markets[instrument.index].rules.triggers = terms
        case .setIndex(let instrument, let terms):
            markets[instrument.index].rules.index = terms
        case .setLiquidation(let instrument, let terms):
            markets[instrument.index].rules.liquidation = terms
        case .setTier(let instrument, let index, let tier):
            if index == 0 { markets[instrument.index].rules.tiers.removeAll() }
            markets[instrument.index].rules.tiers.append(tier)
        case .setLeverageDefault(let instrument, let leverage):
            markets[instrument.index].rules.leverageDefault = leverage
        case .openTrading(let instrument): markets[instrument.index].isTrading = true
        }
    }

    /// An instrument begins with its contract; the rest of its rules follows before it trades.
    private mutating func set(_ terms: ContractTerms, of instrument: InstrumentID) {
        if instrument.index < markets.count {
            marketOfSymbol[markets[instrument.index].symbol] = nil
            markets[instrument.index].rules.contract = terms
        } else {
            precondition(
                instrument.index == markets.count,
                "instruments are numbered without gaps"
            )
            markets.append(
                MarketProjection(id: instrument, rules: InstrumentRules(contract: terms))
            )
        }
        marketOfSymbol[terms.symbol] = instrument
    }
}
