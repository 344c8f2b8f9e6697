public import PlimsollModel

/// What an index, a spot market or a mark price was from an instant on.
public struct TapeIndexPrice: BitwiseCopyable, Hashable, Sendable {
    public var time: Timestamp
    public var price: Price

    public init(time: Timestamp, price: Price) {
        self.time = time
        self.price = price
    }
}

/// The index of a recorded market, none earlier than the one before.
public struct IndexTape: Hashable, Sendable {
    /// At least one.
    public let prices: [TapeIndexPrice]

    /// - Throws: The first price that is impossible or out of order.
    public init(prices: [TapeIndexPrice], file: String = "tape") throws(TapeError) {
        guard !prices.isEmpty else { throw TapeError(file: file, message: "no prices") }
        for (place, entry) in prices.enumerated() {
            guard entry.price > .zero else {
                throw TapeError(
                    file: file,
                    message: "price \(place + 1) is \(entry.price); a price is greater than zero"
                )
            }
            guard place == 0 || prices[place - 1].time <= entry.time else {
                throw TapeError(file: file, message: "price \(place + 1) is out of order")
            }
        }
        self.prices = prices
    }

    /// The prices that candles tell: the open when they open, the close with their last millisecond.
    public init(_ tape: CandleTape) {
        prices = tape.candles.flatMap { candle in
            [
                TapeIndexPrice(time: candle.openTime, price: candle.open),
                TapeIndexPrice(
                    time: candle.openTime.advanced(byMilliseconds: tape.interval - 1),
                    price: candle.close
                ),
            ]
        }
    }

    /// The prices of trades, of a spot market for example.
    public init(_ tape: TradeTape) {
        prices = tape.trades.map { TapeIndexPrice(time: $0.time, price: $0.price) }
    }

    /// The middle of quotes.
    public init(_ tape: QuoteTape) {
        prices = tape.quotes.map { TapeIndexPrice(time: $0.time, price: $0.middle) }
    }

    /// What was known at an instant; the first price for what was before it.
    func price(at time: Timestamp) -> Price {
        prices[max(0, prices.count(through: time) { $0.time } - 1)].price
    }

    func digest(into digest: inout Digest) {
        for entry in prices {
            digest.put(entry.time)
            digest.put(entry.price)
        }
    }
}
