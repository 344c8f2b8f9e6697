import PlimsollModel

/// What one minute leaves behind, from which every longer candle is put together.
protocol MinuteRecord: Sendable {
    var openTime: Timestamp { get }
    var candle: Candle { get }
}

extension Candle: MinuteRecord {
    var candle: Candle { self }
}

/// The minutes of one price of an instrument.
///
/// Only minutes in which something happened are stored; the quiet ones are flat and are made when
/// asked for.
struct CandleSeries<Minute: MinuteRecord>: Sendable {
    var minutes = Ring<Minute>(capacity: MarketProjection.minuteCountMax)

    /// The candles that open from `from` to `to`, oldest first.
    ///
    /// - Parameters:
    ///   - interval: The span of one candle.
    ///   - from: With it, the first `limit` candles are given, without it the last.
    ///   - to: The end of the market's time where it is `nil`.
    ///   - limit: The most candles given.
    ///   - now: The market's time: the last candle holds it.
    /// - Returns: Nothing before the first price; after it no candle is missing.
    func candles(
        _ interval: CandleInterval,
        from: Timestamp?,
        to: Timestamp?,
        limit: Int,
        now: Timestamp
    ) -> [Candle] {
        guard let oldest = minutes.first, let newest = minutes.last, limit > 0 else { return [] }
        var first = interval.openTime(of: oldest.openTime)
        let end = max(now, newest.openTime)
        // The bounds come from a client: only those within the series enter the arithmetic.
        guard to ?? end >= first, from ?? end <= end else { return [] }
        let last = interval.openTime(of: min(to ?? end, end))
        if let from {
            // The first candle that opens at `from` or later.
            if from > first { first = interval.openTime(atOrAfter: from) }
        } else {
            let count = Int64(min(limit, MarketProjection.minuteCountMax))
            first = max(first, interval.openTime(of: last, shiftedBy: 1 - count))
        }
        guard first <= last else { return [] }
        return candles(interval, first: first, last: last, limit: limit)
    }

    /// The candles from the one that opens at `first` to the one that opens at `last`.
    private func candles(
        _ interval: CandleInterval,
        first: Timestamp,
        last: Timestamp,
        limit: Int
    ) -> [Candle] {
        var result: [Candle] = []
        var position = minutes.partitioningIndex { $0.openTime < first }
        var close =
            position > 0 ? minutes[position - 1].candle.close : minutes[0].candle.open
        var openTime = first
        while openTime <= last, result.count < limit {
            let next = interval.nextOpenTime(after: openTime)
            var candle = Candle(
                flatAt: close,
                openTime: openTime,
                closeTime: next.advanced(byMilliseconds: -1)
            )
            while position < minutes.count, minutes[position].openTime < next {
                candle.add(minutes[position].candle)
                position += 1
            }
            close = candle.close
            result.append(candle)
            openTime = next
        }
        return result
    }
}

extension CandleSeries<Candle> {
    mutating func add(_ trade: TradeExecuted, worth value: Amount, at time: Timestamp) {
        let openTime = CandleInterval.oneMinute.openTime(of: time)
        if let last = minutes.indices.last, minutes[last].openTime >= openTime {
            minutes[last].add(trade, worth: value)
            return
        }
        var candle = Candle(
            flatAt: trade.price,
            openTime: openTime,
            closeTime: openTime.advanced(byMilliseconds: 59_999)
        )
        candle.add(trade, worth: value)
        minutes.append(candle)
    }
}

extension CandleSeries<PriceMinute> {
    mutating func add(_ price: Price, at time: Timestamp) {
        let openTime = CandleInterval.oneMinute.openTime(of: time)
        guard let last = minutes.indices.last, minutes[last].openTime >= openTime else {
            minutes.append(PriceMinute(openTime: openTime, price: price))
            return
        }
        minutes[last].add(price)
    }
}
