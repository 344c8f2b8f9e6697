import PlimsollModel

/// The one-minute candles of an instrument, from which every longer one is put together.
///
/// Only minutes with trades are stored; the quiet ones are flat and are made when asked for.
struct CandleSeries: Sendable {
    /// Fourteen days.
    static let minuteCountMax = 14 * 24 * 60

    var minutes = Ring<Candle>(capacity: minuteCountMax)

    mutating func add(_ trade: TradeExecuted, at time: Timestamp) {
        let openTime = CandleInterval.oneMinute.openTime(of: time)
        if let last = minutes.indices.last, minutes[last].openTime >= openTime {
            minutes[last].add(trade)
            return
        }
        var candle = Candle(
            flatAt: trade.price,
            openTime: openTime,
            closeTime: openTime.advanced(byMilliseconds: 59_999)
        )
        candle.add(trade)
        minutes.append(candle)
    }

    /// The candles that open from `from` to `to`, oldest first.
    ///
    /// - Parameters:
    ///   - interval: The span of one candle.
    ///   - from: With it, the first `limit` candles are given, without it the last.
    ///   - to: The end of the market's time where it is `nil`.
    ///   - limit: The most candles given.
    ///   - now: The market's time: the last candle holds it.
    /// - Returns: Nothing before the first trade; after it no candle is missing.
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
            let count = Int64(min(limit, Self.minuteCountMax))
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
        var close = position > 0 ? minutes[position - 1].close : minutes[0].open
        var openTime = first
        while openTime <= last, result.count < limit {
            let next = interval.nextOpenTime(after: openTime)
            var candle = Candle(
                flatAt: close,
                openTime: openTime,
                closeTime: next.advanced(byMilliseconds: -1)
            )
            while position < minutes.count, minutes[position].openTime < next {
                candle.add(minutes[position])
                position += 1
            }
            close = candle.close
            result.append(candle)
            openTime = next
        }
        return result
    }
}
