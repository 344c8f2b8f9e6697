public import PlimsollModel

/// The last twenty-four hours of a market, to the minute.
public struct Ticker24h: BitwiseCopyable, Hashable, Sendable {
    public var openTime: Timestamp
    public var closeTime: Timestamp
    /// All prices are zero before the first trade.
    public var open: Price
    public var high: Price
    public var low: Price
    public var last: Price
    public var lastQuantity: Quantity
    public var volume: Quantity
    /// In the settle asset, which is the base asset of an inverse contract.
    public var quoteVolume: Amount
    public var tradeCount: Int
    /// Zero where nothing traded.
    public var firstTrade: TradeID
    /// Zero where nothing traded.
    public var lastTrade: TradeID
    /// The last price where nothing traded.
    public var weightedAveragePrice: Price

    public var priceChange: Price { last - open }

    /// In percent: 1.5 means 1.5 %; rounded half-up.
    public var priceChangePercent: Rate {
        guard open > .zero else { return .zero }
        let percent = multiplyDivide(
            Int128(priceChange.units),
            by: 100 * Int128(Rate.unitsPerOne),
            over: Int128(open.units),
            rounding: .halfUp
        )
        return Rate(units: Int64(clamping: percent))
    }
}
