import PlimsollModel
import PlimsollProjections

// The events of the market streams. `E` and `T` tell the venue time of the command behind an event:
// at speed 1 that is the wall clock, and at any other speed it is the time that candles and trades
// are told in.
//
// Spec: STRM-004.
extension JSONWriter {
    typealias Instrument = VenueDirectory.Instrument

    mutating func depthUpdate(_ change: DepthChain.Change, of instrument: Instrument) {
        beginObject()
        field("e", "depthUpdate")
        field("E", change.time)
        field("T", change.time)
        field("s", instrument.symbol)
        field("U", change.first)
        field("u", change.last)
        field("pu", change.previous)
        key("b")
        levels(change.bids, of: instrument)
        key("a")
        levels(change.asks, of: instrument)
        endObject()
    }

    private mutating func levels(_ levels: [BookLevel], of instrument: Instrument) {
        beginArray()
        for level in levels {
            beginArray()
            number(level.price, decimals: instrument.priceDecimals)
            number(level.quantity, decimals: instrument.quantityDecimals)
            endArray()
        }
        endArray()
    }

    mutating func bookTicker(_ change: BestPrices.Change, of instrument: Instrument) {
        let bid = change.quote.bid ?? BookLevel(price: .zero, quantity: .zero)
        let ask = change.quote.ask ?? BookLevel(price: .zero, quantity: .zero)
        beginObject()
        field("e", "bookTicker")
        field("u", change.update)
        field("E", change.time)
        field("T", change.time)
        field("s", instrument.symbol)
        field("b", bid.price, decimals: instrument.priceDecimals)
        field("B", bid.quantity, decimals: instrument.quantityDecimals)
        field("a", ask.price, decimals: instrument.priceDecimals)
        field("A", ask.quantity, decimals: instrument.quantityDecimals)
        endObject()
    }

    mutating func aggregateTrade(_ trade: AggregateTrade, of instrument: Instrument) {
        beginObject()
        field("e", "aggTrade")
        field("E", trade.time)
        field("s", instrument.symbol)
        field("a", trade.id)
        field("p", trade.price, decimals: instrument.priceDecimals)
        field("q", trade.quantity, decimals: instrument.quantityDecimals)
        // Without retail-price-improvement orders, which this venue has none of.
        field("nq", trade.quantity, decimals: instrument.quantityDecimals)
        field("f", trade.first)
        field("l", trade.last)
        field("T", trade.time)
        field("m", trade.isBuyerMaker)
        endObject()
    }

    mutating func trade(_ trade: TradeExecuted, at time: Timestamp, of instrument: Instrument) {
        beginObject()
        field("e", "trade")
        field("E", time)
        field("T", time)
        field("s", instrument.symbol)
        field("t", trade.trade)
        field("p", trade.price, decimals: instrument.priceDecimals)
        field("q", trade.quantity, decimals: instrument.quantityDecimals)
        field("X", "MARKET")
        field("m", trade.takerSide == .sell)
        endObject()
    }

    mutating func kline(
        _ update: CandleFeed.Update,
        interval: CandleInterval,
        at time: Timestamp,
        of instrument: Instrument
    ) {
        beginObject()
        field("e", "kline")
        field("E", time)
        field("s", instrument.symbol)
        key("k")
        candle(update, interval: interval, of: instrument, hasSymbol: true)
        endObject()
    }

    mutating func continuousKline(
        _ update: CandleFeed.Update,
        interval: CandleInterval,
        at time: Timestamp,
        of instrument: Instrument
    ) {
        beginObject()
        field("e", "continuous_kline")
        field("E", time)
        field("ps", instrument.symbol)
        field("ct", "PERPETUAL")
        key("k")
        candle(update, interval: interval, of: instrument, hasSymbol: false)
        endObject()
    }

    private mutating func candle(
        _ update: CandleFeed.Update,
        interval: CandleInterval,
        of instrument: Instrument,
        hasSymbol: Bool
    ) {
        let candle = update.candle
        let isEmpty = candle.tradeCount == 0
        beginObject()
        field("t", candle.openTime)
        field("T", candle.closeTime)
        if hasSymbol { field("s", instrument.symbol) }
        field("i", interval.rawValue)
        // A candle without trades has no first and last trade.
        field("f", isEmpty ? -1 : Int64(clamping: candle.firstTrade.rawValue))
        field("L", isEmpty ? -1 : Int64(clamping: candle.lastTrade.rawValue))
        field("o", candle.open, decimals: instrument.priceDecimals)
        field("c", candle.close, decimals: instrument.priceDecimals)
        field("h", candle.high, decimals: instrument.priceDecimals)
        field("l", candle.low, decimals: instrument.priceDecimals)
        field("v", candle.volume, decimals: instrument.quantityDecimals)
        field("n", candle.tradeCount)
        field("x", update.isClosed)
        field("q", candle.quoteVolume)
        field("V", candle.takerBuyVolume, decimals: instrument.quantityDecimals)
        field("Q", candle.takerBuyQuoteVolume)
        field("B", "0")
        endObject()
    }

    mutating func markPrice(_ prices: PricesUpdated, at time: Timestamp, of instrument: Instrument)
    {
        beginObject()
        field("e", "markPriceUpdate")
        field("E", time)
        field("s", instrument.symbol)
        field("p", prices.mark, decimals: Price.scale)
        field("ap", prices.averageBasisPrice, decimals: Price.scale)
        field("i", prices.index, decimals: Price.scale)
        field("P", prices.index, decimals: Price.scale)
        // The rate of the coming settlement as it stands, as `premiumIndex` tells it.
        field("r", prices.estimatedFundingRate, decimals: Rate.scale)
        field("T", prices.nextFundingTime)
        endObject()
    }

    mutating func ticker(_ ticker: Ticker24h, at time: Timestamp, of instrument: Instrument) {
        beginObject()
        field("e", "24hrTicker")
        field("E", time)
        field("s", instrument.symbol)
        field("p", ticker.priceChange, decimals: instrument.priceDecimals)
        field("P", ticker.priceChangePercent, decimals: 3)
        field("w", ticker.weightedAveragePrice, decimals: instrument.priceDecimals)
        field("c", ticker.last, decimals: instrument.priceDecimals)
        field("Q", ticker.lastQuantity, decimals: instrument.quantityDecimals)
        field("o", ticker.open, decimals: instrument.priceDecimals)
        field("h", ticker.high, decimals: instrument.priceDecimals)
        field("l", ticker.low, decimals: instrument.priceDecimals)
        field("v", ticker.volume, decimals: instrument.quantityDecimals)
        field("q", ticker.quoteVolume)
        field("O", ticker.openTime)
        field("C", ticker.closeTime)
        field("F", ticker.firstTrade)
        field("L", ticker.lastTrade)
        field("n", ticker.tradeCount)
        endObject()
    }

    mutating func miniTicker(_ ticker: Ticker24h, at time: Timestamp, of instrument: Instrument) {
        beginObject()
        field("e", "24hrMiniTicker")
        field("E", time)
        field("s", instrument.symbol)
        field("c", ticker.last, decimals: instrument.priceDecimals)
        field("o", ticker.open, decimals: instrument.priceDecimals)
        field("h", ticker.high, decimals: instrument.priceDecimals)
        field("l", ticker.low, decimals: instrument.priceDecimals)
        field("v", ticker.volume, decimals: instrument.quantityDecimals)
        field("q", ticker.quoteVolume)
        endObject()
    }

    mutating func forceOrder(_ order: ForcedOrder, of instrument: Instrument) {
        beginObject()
        field("e", "forceOrder")
        field("E", order.time)
        beginObject("o")
        field("s", instrument.symbol)
        field("S", order.side.dialectName)
        field("o", "LIMIT")
        field("f", "IOC")
        field("q", order.quantity, decimals: instrument.quantityDecimals)
        field("p", order.price, decimals: instrument.priceDecimals)
        field("ap", average: order.averagePrice, decimalsMin: instrument.priceDecimals)
        field("X", order.filledQuantity < order.quantity ? "PARTIALLY_FILLED" : "FILLED")
        field("l", order.lastQuantity, decimals: instrument.quantityDecimals)
        field("z", order.filledQuantity, decimals: instrument.quantityDecimals)
        field("T", order.time)
        endObject()
        endObject()
    }
}
