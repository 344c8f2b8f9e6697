import PlimsollModel

extension InstrumentRules {
    /// Rules without fees and with one tier, for a question about a maintenance rate alone.
    static func flat(maintenanceRate: Rate, leverageMax: UInt16) -> InstrumentRules {
        InstrumentRules(
            contract: ContractTerms(
                symbol: flatSymbol,
                baseAsset: AssetID(rawValue: 1),
                settleAsset: AssetID(rawValue: 0),
                priceDecimals: 8,
                quantityDecimals: 8,
                tickSize: Price(units: 1),
                stepSize: Quantity(units: 1)
            ),
            limits: OrderLimits(
                priceMin: Price(units: 1),
                priceMax: Price(1),
                quantityMin: Quantity(units: 1),
                quantityMax: Quantity(1),
                marketQuantityMax: Quantity(1),
                notionalMin: .zero,
                priceBand: Rate(units: 1),
                marketTakeBound: Rate(units: 1),
                openOrderCountMax: 1
            ),
            fees: FeeSchedule(maker: .zero, taker: .zero, liquidation: .zero),
            funding: FundingTerms(intervalMilliseconds: 28_800_000, rate: .zero),
            mark: MarkPriceTerms(),
            tiers: [
                MarginTier(
                    notionalFloor: .zero,
                    notionalCap: notionalMax,
                    leverageMax: leverageMax,
                    maintenanceRate: maintenanceRate,
                    deduction: .zero
                )
            ],
            leverageDefault: 1
        )
    }

    private static var flatSymbol: Symbol {
        guard let symbol = Symbol("FLAT") else { preconditionFailure("FLAT is a symbol") }
        return symbol
    }
}
