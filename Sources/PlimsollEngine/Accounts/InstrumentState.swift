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
    /// Whether a command fixed the rate of the settlements, whatever the premium.
    var isFundingRateFixed = false
    /// Of the funding interval under way.
    var premiums = PremiumAverage()
    /// The newest sample of it.
    var premium = Rate.zero
    /// Whether all sources of the index are silent.
    var isStale = false
    /// When that will be found, unless a source speaks before.
    var staleAt = Timestamp(milliseconds: .max)
    /// When what is due by time is due next.
    var nextMark = Timestamp.zero
    var nextSample = Timestamp.zero
    var nextFunding = Timestamp.zero
    /// Of the samples of `mid − index`, a ring; the oldest is overwritten.
    ///
    /// Sixty of them may be more than one of their words holds.
    var basisSum: Int128 = 0
    var basisCount = 0
    var basisNext = 0

    var lastTrade: UInt64 = 0
    /// The sum of all long positions.
    var openInterest = Quantity.zero
    /// The sum of all short ones, counted by itself: that it is the same is checked.
    var shortInterest = Quantity.zero
    /// The sum of what all positions cost, with their signs.
    var entryValueSum = Amount.zero
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

    /// Counts a position's change in.
    mutating func count(
        from before: (quantity: Quantity, entryValue: Amount),
        to after: (quantity: Quantity, entryValue: Amount)
    ) {
        openInterest += max(after.quantity, .zero) - max(before.quantity, .zero)
        shortInterest += max(-after.quantity, .zero) - max(-before.quantity, .zero)
        entryValueSum += after.entryValue - before.entryValue
    }

    /// The earliest instant at which time alone changes something.
    var nextDue: Timestamp { min(nextMark, nextSample, nextFunding, staleAt) }

    /// Whether the rate is reckoned from the premium at each settlement.
    var followsPremium: Bool { funding.impactNotional > .zero && !isFundingRateFixed }

    /// What would be settled if the interval ended now.
    var estimatedFundingRate: Rate {
        guard followsPremium else { return fundingRate }
        return PlimsollEngine.fundingRate(
            premium: premiums.value(funding.averaging),
            terms: funding
        )
    }

    /// The lowest that index and mark price may be.
    ///
    /// An inverse contract is worth without bound at a price of nothing.
    var markMin: Price { contract.kind == .inverse ? limits.priceMin : Price(units: 1) }

    /// A bankruptcy price at which the contract still has a value.
    ///
    /// What no price bankrupts, since an inverse contract is worth less and less the higher the price,
    /// is taken to be so at the highest.
    func bounded(bankruptcy price: Price) -> Price {
        guard contract.kind == .inverse else { return price }
        return price.isZero ? limits.priceMax : max(limits.priceMin, min(price, limits.priceMax))
    }

    /// Signed, in the settle asset.
    @inline(__always)
    func value(of quantity: Quantity, at price: Price) -> Amount {
        contract.valuation.value(of: quantity, at: price)
    }

    /// The magnitude of the value, with the sign of the quantity.
    @inline(__always)
    func notional(of quantity: Quantity, at price: Price) -> Amount {
        contract.valuation.notional(of: quantity, at: price)
    }

    func price(at tick: Int32) -> Price { Price(units: Int64(tick) * contract.tickSize.units) }

    /// The tick of a price on the grid.
    func tick(of price: Price) -> Int32 { Int32(price.units / contract.tickSize.units) }
}
