import PlimsollModel

/// The rules in force and the prices of one instrument.
struct InstrumentState: BitwiseCopyable {
    var contract: ContractTerms
    var limits: OrderLimits
    var fees: FeeSchedule
    var funding: FundingTerms
    var mark: MarkPriceTerms
    var triggers = TriggerTerms()
    var leverageDefault: UInt16
    var tierCount = 0
    var isTrading = false
    /// The column of the settle asset in the ledger.
    var column = 0

    var indexPrice = Price.zero
    var markPrice = Price.zero
    var lastPrice = Price.zero
    var fundingRate = Rate.zero
    /// When what is due by time is due next.
    var nextMark = Timestamp.zero
    var nextSample = Timestamp.zero
    var nextFunding = Timestamp.zero
    /// Samples of `mid − index`, a ring; the oldest is overwritten.
    var basisSum: Int64 = 0
    var basisCount = 0
    var basisNext = 0

    var lastTrade: UInt64 = 0
    /// The sum of all long positions, which is that of all short ones.
    var openInterest = Quantity.zero
    /// What is still open of all resting orders.
    var restingQuantity = Quantity.zero

    /// No sum of quantities of an instrument may pass this, so that none can overflow.
    static let quantitySumMax = Quantity(80_000_000_000)

    static func empty(symbol: Symbol) -> InstrumentState {
        InstrumentState(
            contract: ContractTerms(
                symbol: symbol,
                baseAsset: AssetID(rawValue: 0),
                settleAsset: AssetID(rawValue: 0),
                priceDecimals: 0,
                quantityDecimals: 0,
                tickSize: .zero,
                stepSize: .zero
            ),
            limits: OrderLimits(
                priceMin: .zero,
                priceMax: .zero,
                quantityMin: .zero,
                quantityMax: .zero,
                marketQuantityMax: .zero,
                notionalMin: .zero,
                priceBand: .zero,
                marketTakeBound: .zero,
                openOrderCountMax: 0
            ),
            fees: FeeSchedule(maker: .zero, taker: .zero, liquidation: .zero),
            funding: FundingTerms(intervalMilliseconds: 0, rate: .zero),
            mark: MarkPriceTerms(),
            leverageDefault: 1
        )
    }

    /// The earliest instant at which time alone changes something.
    var nextDue: Timestamp { min(nextMark, nextSample, nextFunding) }

    func price(at tick: Int32) -> Price { Price(units: Int64(tick) * contract.tickSize.units) }

    /// The tick of a price on the grid.
    func tick(of price: Price) -> Int32 { Int32(price.units / contract.tickSize.units) }
}
