public import PlimsollModel

/// The premium of a recorded market as candles, rising in time: how far its book was from its index.
public struct PremiumTape: Hashable, Sendable {
    public struct Candle: BitwiseCopyable, Hashable, Sendable {
        public var openTime: Timestamp
        public var open: Rate
        public var high: Rate
        public var low: Rate
        public var close: Rate

        /// What no premium can be, and the column that says it.
        var fault: (column: String, message: String)? {
            for (column, rate) in [("open", open), ("high", high), ("low", low), ("close", close)]
            where rate >= .one || rate <= -.one {
                return (column, "\(rate) is a whole price or more")
            }
            guard low <= min(open, close), high >= max(open, close) else {
                return ("high", "open or close is outside of low and high")
            }
            return nil
        }
    }

    /// At least one.
    public let candles: [Candle]

    /// - Throws: The first candle that is impossible or out of order.
    public init(candles: [Candle], file: String = "tape") throws(TapeError) {
        guard !candles.isEmpty else { throw TapeError(file: file, message: "no premiums") }
        for (place, candle) in candles.enumerated() {
            if let fault = candle.fault {
                throw TapeError(
                    file: file,
                    message: "premium \(place + 1): \(fault.column): \(fault.message)"
                )
            }
            guard place == 0 || candles[place - 1].openTime < candle.openTime else {
                throw TapeError(file: file, message: "premium \(place + 1) is out of order")
            }
        }
        self.candles = candles
    }

    /// The index that stood below or above a price by the premium.
    ///
    ///     index = price ÷ (1 + premium)
    ///
    /// The premium of an instant is the open of its candle, which is known then; of what is before the
    /// first candle, that one's.
    ///
    /// - Returns: Rounded half-up to eight decimals, at least the smallest price.
    func index(of price: Price, at time: Timestamp) -> Price {
        let place = candles.count(through: time) { $0.openTime }
        let premium = candles[max(0, place - 1)].open
        let index = divide(
            product(price.units, Rate.unitsPerOne),
            by: Int128((.one + premium).units),
            rounding: .halfUp
        )
        return Price(units: Int64(max(1, min(index, Int128(Int64.max)))))
    }

    func digest(into digest: inout Digest) {
        for candle in candles {
            digest.put(candle.openTime)
            digest.put(candle.open)
            digest.put(candle.high)
            digest.put(candle.low)
            digest.put(candle.close)
        }
    }
}

extension Array {
    /// How many elements at the front are no later than an instant; they rise in time.
    func count(through time: Timestamp, _ timeOf: (Element) -> Timestamp) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if timeOf(self[middle]) <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
