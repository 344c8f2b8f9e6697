/// The mark price with the three numbers it is the median of, so that a reader can check it.
public struct PricesUpdated: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var mark: Price
    public var index: Price
    /// The index carried to the next settlement by the funding rate.
    public var fundingBasisPrice: Price
    /// The index plus the moving average of `mid − index`.
    public var averageBasisPrice: Price
    public var last: Price
    /// Of the last settlement.
    public var fundingRate: Rate
    /// What would be settled if the interval ended now.
    public var estimatedFundingRate: Rate
    public var nextFundingTime: Timestamp
    /// How far the book stood from the index at the newest sample; zero before the first.
    public var premium: Rate

    public init(
        instrument: InstrumentID,
        mark: Price,
        index: Price,
        fundingBasisPrice: Price,
        averageBasisPrice: Price,
        last: Price,
        fundingRate: Rate,
        nextFundingTime: Timestamp,
        estimatedFundingRate: Rate? = nil,
        premium: Rate = .zero
    ) {
        self.premium = premium
        self.instrument = instrument
        self.mark = mark
        self.index = index
        self.fundingBasisPrice = fundingBasisPrice
        self.averageBasisPrice = averageBasisPrice
        self.last = last
        self.fundingRate = fundingRate
        self.estimatedFundingRate = estimatedFundingRate ?? fundingRate
        self.nextFundingTime = nextFundingTime
    }
}

public struct FundingSettled: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var time: Timestamp
    public var rate: Rate
    public var mark: Price

    public init(instrument: InstrumentID, time: Timestamp, rate: Rate, mark: Price) {
        self.instrument = instrument
        self.time = time
        self.rate = rate
        self.mark = mark
    }
}

/// One of several sources of an index told a price.
public struct IndexSourceUpdated: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var source: UInt8
    public var price: Price

    public init(instrument: InstrumentID, source: UInt8, price: Price) {
        self.instrument = instrument
        self.source = source
        self.price = price
    }
}

/// All sources of an index fell silent, or one spoke again.
///
/// While an index is stale, prices stand still and nobody is liquidated by them.
public struct IndexStaleChanged: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var isStale: Bool

    public init(instrument: InstrumentID, isStale: Bool) {
        self.instrument = instrument
        self.isStale = isStale
    }
}
