public import PlimsollModel

/// What was traded in one interval of a recorded market.
public struct TapeCandle: BitwiseCopyable, Hashable, Sendable {
    public var openTime: Timestamp
    public var open: Price
    public var high: Price
    public var low: Price
    public var close: Price
    /// In the base asset.
    public var volume: Quantity

    public init(
        openTime: Timestamp,
        open: Price,
        high: Price,
        low: Price,
        close: Price,
        volume: Quantity
    ) {
        self.openTime = openTime
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
    }
}

/// Candles that a recording lacks between two that it has.
public struct TapeGap: Hashable, Sendable {
    /// Open time of the last candle before the gap.
    public var after: Timestamp
    /// Open time of the first candle after it.
    public var before: Timestamp
    public var missingCandles: Int

    public init(after: Timestamp, before: Timestamp, missingCandles: Int) {
        self.after = after
        self.before = before
        self.missingCandles = missingCandles
    }
}

/// A recorded market as candles of one interval, rising in time, each possible in itself.
public struct CandleTape: Hashable, Sendable {
    /// As the file's name tells it, such as `BTCUSDT`.
    public let symbol: String?
    /// Milliseconds from one open time to the next.
    public let interval: Int64
    /// At least one.
    public let candles: [TapeCandle]
    /// Not an error: a recorder was down, or an exchange was.
    public let gaps: [TapeGap]

    /// The interval of a tape that has a single candle and does not say.
    public static let intervalDefault: Int64 = 60_000

    /// Checks what every tape promises.
    ///
    /// - Parameters:
    ///   - symbol: The instrument that was recorded, if known.
    ///   - interval: Milliseconds; `nil` takes the step that is most common between two
    ///     candles.
    ///   - candles: In order of time.
    ///   - file: What errors call the tape.
    ///   - firstLine: What errors call the first candle's line.
    /// - Throws: The first candle that is impossible, repeated, out of order or off the grid of
    ///   the interval.
    public init(
        symbol: String? = nil,
        interval: Int64? = nil,
        candles: [TapeCandle],
        file: String = "tape",
        firstLine: Int = 1
    ) throws(TapeError) {
        guard let first = candles.first else {
            throw TapeError(file: file, message: "no candles")
        }
        var previous: TapeCandle?
        for (index, candle) in candles.enumerated() {
            if let fault = CandleFault(in: candle, after: previous) {
                throw TapeError(
                    file: file,
                    line: firstLine + index,
                    column: fault.column,
                    message: fault.message
                )
            }
            previous = candle
        }
        let step = interval ?? Self.commonStep(of: candles)
        precondition(step > 0, "an interval is positive")
        var gaps: [TapeGap] = []
        var lastTime = first.openTime
        for (index, candle) in candles.enumerated().dropFirst() {
            let distance = candle.openTime.milliseconds - lastTime.milliseconds
            guard distance % step == 0 else {
                throw TapeError(
                    file: file,
                    line: firstLine + index,
                    column: "open_time",
                    message: "\(candle.openTime) is \(distance) ms after the row before,"
                        + " which is no multiple of the interval of \(step) ms"
                )
            }
            if distance > step {
                gaps.append(
                    TapeGap(
                        after: lastTime,
                        before: candle.openTime,
                        missingCandles: Int(distance / step) - 1
                    )
                )
            }
            lastTime = candle.openTime
        }
        self.symbol = symbol
        self.interval = step
        self.candles = candles
        self.gaps = gaps
    }

    /// The most common step, the smaller of two as common: gaps and stray rows cannot decide it.
    static func commonStep(of candles: [TapeCandle]) -> Int64 {
        let steps = zip(candles.dropFirst(), candles)
            .map { $0.openTime.milliseconds - $1.openTime.milliseconds }
            .sorted()
        var common = intervalDefault
        var commonCount = 0
        var runStart = 0
        for index in steps.indices {
            if steps[index] != steps[runStart] { runStart = index }
            let count = index - runStart + 1
            if count > commonCount {
                common = steps[index]
                commonCount = count
            }
        }
        return common
    }

    /// Open time of the first candle.
    public var startTime: Timestamp { candles.first?.openTime ?? .zero }

    /// The first instant after the last candle.
    public var endTime: Timestamp {
        (candles.last?.openTime ?? .zero).advanced(byMilliseconds: interval)
    }

    func digest(into digest: inout Digest) {
        digest.put(interval)
        for candle in candles {
            digest.put(candle.openTime)
            digest.put(candle.open)
            digest.put(candle.high)
            digest.put(candle.low)
            digest.put(candle.close)
            digest.put(candle.volume)
        }
    }
}

/// Why a candle is impossible, or cannot follow the one before.
struct CandleFault {
    var column: String
    var message: String

    init?(in candle: TapeCandle, after previous: TapeCandle?) {
        let prices = [
            ("open", candle.open), ("high", candle.high), ("low", candle.low),
            ("close", candle.close),
        ]
        for (column, price) in prices where price <= .zero {
            self.init(column: column, message: "a price is greater than zero, not \(price)")
            return
        }
        for (column, price) in prices {
            if price > candle.high {
                self.init(
                    column: "high",
                    message: "\(candle.high) is below the \(column) of \(price)"
                )
                return
            }
            if price < candle.low {
                self.init(
                    column: "low",
                    message: "\(candle.low) is above the \(column) of \(price)"
                )
                return
            }
        }
        if candle.volume < .zero {
            self.init(column: "volume", message: "a volume is not negative: \(candle.volume)")
            return
        }
        guard let previous else { return nil }
        if candle.openTime == previous.openTime {
            self.init(
                column: "open_time",
                message: "\(candle.openTime) repeats the row before"
            )
            return
        }
        if candle.openTime < previous.openTime {
            self.init(
                column: "open_time",
                message: "\(candle.openTime) is out of order: the row before has "
                    + "\(previous.openTime)"
            )
            return
        }
        return nil
    }

    private init(column: String, message: String) {
        self.column = column
        self.message = message
    }
}
