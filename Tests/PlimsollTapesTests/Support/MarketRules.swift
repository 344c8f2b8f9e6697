import PlimsollModel
import Testing

/// Rules of one instrument for these tests, like those of a liquid perpetual future.
struct MarketRules {
    var symbol = "TESTUSDT"
    var tick = Price(units: 1_000_000)
    var step = Quantity(units: 100_000)
    var quantityMax = Quantity(2_000_000)
    var notionalMin = Price(5)
    var priceBand = Rate(units: 5_000_000)
    var leverageMax: UInt16 = 50
    /// A tick where there is no other.
    var priceMin: Price?

    /// Ticks and steps of ETHUSDT.
    static let ether = MarketRules(
        symbol: "ETHUSDT",
        notionalMin: Price(20),
        priceMin: Price(units: 3_986_000_000)
    )
    /// Ticks and steps of LAYERUSDT.
    static let layer = MarketRules(
        symbol: "LAYERUSDT",
        tick: Price(units: 10_000),
        step: Quantity(units: 10_000_000)
    )

    func rules() throws -> InstrumentRules {
        let contractSymbol = try #require(Symbol(symbol))
        return InstrumentRules(
            contract: ContractTerms(
                symbol: contractSymbol,
                baseAsset: AssetID(rawValue: 1),
                settleAsset: AssetID(rawValue: 0),
                priceDecimals: 4,
                quantityDecimals: 3,
                tickSize: tick,
                stepSize: step
            ),
            limits: OrderLimits(
                priceMin: priceMin ?? tick,
                priceMax: Price(units: tick.units * 20_000_000),
                quantityMin: step,
                quantityMax: quantityMax,
                marketQuantityMax: quantityMax,
                notionalMin: notionalMin,
                priceBand: priceBand,
                marketTakeBound: priceBand,
                openOrderCountMax: 200
            ),
            fees: FeeSchedule(
                maker: Rate(units: 20_000),
                taker: Rate(units: 50_000),
                liquidation: Rate(units: 1_250_000)
            ),
            funding: FundingTerms(
                intervalMilliseconds: 28_800_000,
                rate: Rate(units: 10_000)
            ),
            mark: MarkPriceTerms(),
            tiers: [
                MarginTier(
                    notionalFloor: .zero,
                    notionalCap: Amount(10_000_000),
                    leverageMax: leverageMax,
                    maintenanceRate: Rate(units: 1_000_000),
                    deduction: .zero
                )
            ],
            leverageDefault: 20
        )
    }
}
