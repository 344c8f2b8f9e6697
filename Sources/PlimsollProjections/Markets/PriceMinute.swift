import PlimsollModel

/// A price that nobody trades at and that has candles all the same.
public enum ReferencePrice: Sendable {
    case mark
    case index
    /// A rate, written as a price.
    case premium
}

/// A minute of a price that nobody trades at.
struct PriceMinute: BitwiseCopyable, MinuteRecord {
    var openTime: Timestamp
    var open: Price
    var high: Price
    var low: Price
    var close: Price
    /// Readings of the price.
    var count: UInt32

    init(openTime: Timestamp, price: Price) {
        self.openTime = openTime
        open = price
        high = price
        low = price
        close = price
        count = 1
    }

    mutating func add(_ price: Price) {
        high = max(high, price)
        low = min(low, price)
        close = price
        count &+= 1
    }

    /// Its readings stand where the trades of a candle are counted.
    var candle: Candle {
        var candle = Candle(
            flatAt: open,
            openTime: openTime,
            closeTime: openTime.advanced(byMilliseconds: 59_999)
        )
        candle.high = high
        candle.low = low
        candle.close = close
        candle.tradeCount = Int(count)
        return candle
    }
}
