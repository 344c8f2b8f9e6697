import PlimsollModel

/// The rules in force and the prices of one instrument.
struct InstrumentState: BitwiseCopyable {
    var contract: ContractTerms
    var limits: OrderLimits
    var fees: FeeSchedule
    var funding: FundingTerms
    var mark: MarkPriceTerms
    var triggers: TriggerTerms
    var index: IndexTerms
    var liquidation: LiquidationTerms
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

    /// An instrument of which only the contract is known yet.
    init(contract: ContractTerms) {
        let rules = InstrumentRules(contract: contract)
        self.contract = contract
        limits = rules.limits
        fees = rules.fees
        funding = rules.funding
        mark = rules.mark
        triggers = rules.triggers
        index = rules.index
        liquidation = rules.liquidation
        leverageDefault = rules.leverageDefault
    }

    /// The earliest instant at which time alone changes something.
    var nextDue: Timestamp { min(nextMark, nextSample, nextFunding) }

    func price(at tick: Int32) -> Price { Price(units: Int64(tick) * contract.tickSize.units) }

    /// The tick of a price on the grid.
    func tick(of price: Price) -> Int32 { Int32(price.units / contract.tickSize.units) }
}
