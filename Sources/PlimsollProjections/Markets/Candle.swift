public import PlimsollModel

/// The trades of a span of time in a few numbers.
///
/// Volumes stay at the largest number a `Quantity` holds, 92 billion, where more was traded.
public struct Candle: BitwiseCopyable, Hashable, Sendable {
    public var openTime: Timestamp
    /// The last millisecond that belongs to it.
    public var closeTime: Timestamp
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    public var volume: Quantity
    /// In the settle asset.
    public var quoteVolume: Amount
    public var tradeCount: Int
    /// The part of the volume in which the taker bought.
    public var takerBuyVolume: Quantity
    public var takerBuyQuoteVolume: Amount
    /// Zero in a candle without trades.
    public var firstTrade: TradeID
    /// Zero in a candle without trades.
    public var lastTrade: TradeID

    /// A candle in which nothing traded: flat at the price before it.
    init(flatAt price: Price, openTime: Timestamp, closeTime: Timestamp) {
        self.openTime = openTime
        self.closeTime = closeTime
        open = price
        high = price
        low = price
        close = price
        volume = .zero
        quoteVolume = .zero
        tradeCount = 0
        takerBuyVolume = .zero
        takerBuyQuoteVolume = .zero
        firstTrade = TradeID(rawValue: 0)
        lastTrade = TradeID(rawValue: 0)
    }

    mutating func add(_ trade: TradeExecuted, worth value: Amount) {
        if tradeCount == 0 {
            open = trade.price
            high = trade.price
            low = trade.price
            firstTrade = trade.trade
        } else {
            high = max(high, trade.price)
            low = min(low, trade.price)
        }
        close = trade.price
        lastTrade = trade.trade
        tradeCount += 1
        volume.addClamped(trade.quantity)
        quoteVolume += value
        if trade.takerSide == .buy {
            takerBuyVolume.addClamped(trade.quantity)
            takerBuyQuoteVolume += value
        }
    }

    /// Joins a later candle to this one.
    mutating func add(_ later: Candle) {
        guard later.tradeCount > 0 else { return }
        if tradeCount == 0 {
            open = later.open
            high = later.high
            low = later.low
            firstTrade = later.firstTrade
        } else {
            high = max(high, later.high)
            low = min(low, later.low)
        }
        close = later.close
        lastTrade = later.lastTrade
        tradeCount += later.tradeCount
        volume.addClamped(later.volume)
        quoteVolume += later.quoteVolume
        takerBuyVolume.addClamped(later.takerBuyVolume)
        takerBuyQuoteVolume += later.takerBuyQuoteVolume
    }
}

extension Quantity {
    /// Adds, and stays at the largest quantity where the sum would exceed it.
    ///
    /// A volume is a report; it must not stop the venue, as an overflow in the ledger must.
    mutating func addClamped(_ other: Quantity) {
        let (sum, overflow) = units.addingReportingOverflow(other.units)
        units = overflow ? .max : sum
    }
}
