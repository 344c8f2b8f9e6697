public import PlimsollModel

/// What the market side of an instrument shows: book, trades, candles, prices.
public struct MarketProjection: Sendable {
    public static let tradeCountMax = 1000
    public static let fundingCountMax = 1000
    /// Fourteen days.
    public static let minuteCountMax = 14 * 24 * 60

    public let id: InstrumentID
    public internal(set) var rules: InstrumentRules
    public internal(set) var isTrading = false
    public internal(set) var book = BookProjection()
    /// The newest mark price with its inputs; `nil` until the venue has an index price.
    public internal(set) var prices: PricesUpdated?
    public internal(set) var pricesTime = Timestamp.zero
    /// What each source of an index with several told last; rising by number.
    public internal(set) var indexSources: [IndexSourceProjection] = []
    /// Whether all sources are silent: prices stand still and nobody is liquidated by them.
    public internal(set) var isIndexStale = false
    /// When the index was last told stale, or fresh again; zero where that never happened.
    public internal(set) var indexStaleTime = Timestamp.zero
    /// The newest trades, newest last.
    public internal(set) var trades = Ring<MarketTrade>(capacity: tradeCountMax)
    /// The newest aggregates, newest last; the last may still grow.
    public internal(set) var aggregates = Ring<AggregateTrade>(capacity: tradeCountMax)
    /// The newest settlements, newest last.
    public internal(set) var fundingHistory = Ring<FundingSettled>(capacity: fundingCountMax)
    /// Who stood on which side, every five minutes, newest last.
    public internal(set) var positioning = Ring<PositioningSample>(capacity: positioningCountMax)

    /// The newest minutes in which a position was closed by force, newest last.
    public internal(set) var liquidationMinutes = Ring<LiquidationMinute>(
        capacity: liquidationMinuteCountMax
    )

    var candleSeries = CandleSeries<Candle>()
    var markSeries = CandleSeries<PriceMinute>()
    var indexSeries = CandleSeries<PriceMinute>()
    // The premium as a price.
    var premiumSeries = CandleSeries<PriceMinute>()
    // Of all long positions; wide, since a sum over accounts has no bound at the door.
    var longUnits: Int128 = 0

    init(id: InstrumentID, rules: InstrumentRules) {
        self.id = id
        self.rules = rules
    }

    public var symbol: Symbol { rules.contract.symbol }

    /// The newest trade's price.
    public var lastPrice: Price? { trades.last?.price }

    /// The quantity of all long positions, which is that of all short ones.
    public var openInterest: Quantity { Quantity(units: Int64(clamping: longUnits)) }

    /// The latest moment of which the market knows.
    public var time: Timestamp { max(pricesTime, trades.last?.time ?? .zero) }

    /// The candles that open from `from` to `to`, oldest first.
    ///
    /// A span without trades gives a flat candle at the price before it. Kept are the newest
    /// 20,160 minutes with trades.
    ///
    /// - Parameters:
    ///   - interval: The span of one candle.
    ///   - from: With it, the first `limit` candles are given, without it the last.
    ///   - to: The end of the market's time where it is `nil`.
    ///   - limit: The most candles given.
    ///   - now: The moment that the last candle holds; the market's time where it is `nil`.
    /// - Returns: Nothing before the first trade; after it no candle is missing.
    public func candles(
        interval: CandleInterval,
        from: Timestamp? = nil,
        to: Timestamp? = nil,
        limit: Int = 500,
        now: Timestamp? = nil
    ) -> [Candle] {
        candleSeries.candles(interval, from: from, to: to, limit: limit, now: now ?? time)
    }

    /// The candles of a price that nobody trades at; `tradeCount` counts its readings, volumes are
    /// zero.
    ///
    /// The other parameters are those of `candles(interval:from:to:limit:now:)`.
    public func candles(
        of reference: ReferencePrice,
        interval: CandleInterval,
        from: Timestamp? = nil,
        to: Timestamp? = nil,
        limit: Int = 500,
        now: Timestamp? = nil
    ) -> [Candle] {
        let series =
            switch reference {
            case .mark: markSeries
            case .index: indexSeries
            case .premium: premiumSeries
            }
        return series.candles(interval, from: from, to: to, limit: limit, now: now ?? time)
    }

    /// The candle that `time` falls in, flat where nothing traded in it.
    public func candle(interval: CandleInterval, at time: Timestamp) -> Candle? {
        candles(interval: interval, to: time, limit: 1, now: time).last
    }

    /// The 1,440 minutes that end with the minute of `time`.
    public func ticker(at time: Timestamp) -> Ticker24h {
        let minute = CandleInterval.oneMinute.openTime(of: time)
        let openTime = minute.advanced(byMilliseconds: -1439 * 60_000)
        let minutes = candleSeries.minutes
        let start = minutes.partitioningIndex { $0.openTime < openTime }
        let before = start > 0 ? minutes[start - 1].close : .zero
        var sum = Candle(flatAt: before, openTime: openTime, closeTime: time)
        for position in start..<minutes.count where minutes[position].openTime <= minute {
            sum.add(minutes[position])
        }
        return Ticker24h(
            openTime: openTime,
            closeTime: time,
            open: sum.open,
            high: sum.high,
            low: sum.low,
            last: sum.close,
            lastQuantity: trades.last?.quantity ?? .zero,
            volume: sum.volume,
            quoteVolume: sum.quoteVolume,
            tradeCount: sum.tradeCount,
            firstTrade: sum.firstTrade,
            lastTrade: sum.lastTrade,
            weightedAveragePrice: weightedAveragePrice(of: sum)
        )
    }

    /// The last price where nothing traded.
    private func weightedAveragePrice(of candle: Candle) -> Price {
        let average = rules.contract.averagePrice(of: candle.volume, worth: candle.quoteVolume)
        return average > .zero ? average : candle.close
    }

    mutating func fold(_ prices: PricesUpdated, at time: Timestamp) {
        self.prices = prices
        pricesTime = time
        markSeries.add(prices.mark, at: time)
        indexSeries.add(prices.index, at: time)
        premiumSeries.add(Price(units: prices.premium.units), at: time)
    }

    mutating func fold(_ change: IndexStaleChanged, at time: Timestamp) {
        isIndexStale = change.isStale
        indexStaleTime = time
    }

    mutating func fold(_ trade: TradeExecuted, at time: Timestamp) {
        trades.append(
            MarketTrade(
                id: trade.trade,
                price: trade.price,
                quantity: trade.quantity,
                time: time,
                takerSide: trade.takerSide,
                maker: trade.maker,
                taker: trade.taker
            )
        )
        let contract = rules.contract
        let value = contract.tradedValue(of: trade.quantity, at: trade.price)
        candleSeries.add(trade, worth: value, at: time)
        aggregate(trade, at: time)
    }

    private mutating func aggregate(_ trade: TradeExecuted, at time: Timestamp) {
        if let last = aggregates.indices.last, aggregates[last].taker == trade.taker,
            aggregates[last].price == trade.price
        {
            aggregates[last].quantity.addClamped(trade.quantity)
            aggregates[last].last = trade.trade
            return
        }
        aggregates.append(
            AggregateTrade(
                id: (aggregates.last?.id ?? 0) + 1,
                price: trade.price,
                quantity: trade.quantity,
                first: trade.trade,
                last: trade.trade,
                time: time,
                isBuyerMaker: trade.takerSide == .sell,
                taker: trade.taker
            )
        )
    }

    /// A position of the instrument went from one quantity to another.
    mutating func moveOpenInterest(from before: Quantity, to after: Quantity) {
        longUnits += Int128(max(after.units, 0)) - Int128(max(before.units, 0))
    }
}
