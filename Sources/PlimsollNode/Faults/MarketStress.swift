public import PlimsollModel

/// How wild the market is: what the odds of a fault may follow.
public struct MarketStress: Hashable, Sendable {
    /// The widest range of any mark price within the last minute: highest over lowest, less one.
    public var range: Rate
    /// Begun within the last minute.
    public var liquidations: Int

    public init(range: Rate = .zero, liquidations: Int = 0) {
        self.range = range
        self.liquidations = liquidations
    }

    public static let calm = MarketStress()
}

/// Reads the stress of the last minute of venue time out of what happens.
///
/// It keeps whole seconds, so a minute is 59 to 60 of them.
public struct StressGauge: Sendable {
    private struct Second {
        var number: Int64 = .min
        var liquidations = 0
        /// By instrument; zero where no price was told.
        var ranges: [(low: Price, high: Price)] = []
    }

    private static let secondCount = 60
    private var seconds = [Second](repeating: Second(), count: secondCount)

    public init() {}

    public mutating func observe(_ command: PublishedCommand) {
        for event in command.events {
            switch event {
            case .pricesUpdated(let prices):
                note(prices.mark, of: prices.instrument, at: command.header.time)
            case .liquidationStarted:
                seconds[place(of: command.header.time)].liquidations += 1
            default: break
            }
        }
    }

    public func stress(at time: Timestamp) -> MarketStress {
        let now = time.milliseconds / 1000
        var stress = MarketStress()
        var ranges: [(low: Price, high: Price)] = []
        for second in seconds where second.number > now - Int64(Self.secondCount) {
            stress.liquidations += second.liquidations
            for (index, range) in second.ranges.enumerated() where range.low > .zero {
                while ranges.count <= index { ranges.append((.zero, .zero)) }
                ranges[index] = Self.joined(ranges[index], range)
            }
        }
        for range in ranges where range.low > .zero {
            let move = Int128(range.high.units - range.low.units) * Int128(Rate.unitsPerOne)
            let rate = Rate(units: Int64(clamping: move / Int128(range.low.units)))
            stress.range = max(stress.range, rate)
        }
        return stress
    }

    private mutating func note(_ mark: Price, of instrument: InstrumentID, at time: Timestamp) {
        let place = place(of: time)
        while seconds[place].ranges.count <= instrument.index {
            seconds[place].ranges.append((.zero, .zero))
        }
        let known = seconds[place].ranges[instrument.index]
        seconds[place].ranges[instrument.index] = Self.joined(known, (mark, mark))
    }

    /// Where the second of a time is kept, empty if it has just begun.
    private mutating func place(of time: Timestamp) -> Int {
        let number = time.milliseconds / 1000
        let place = Int(number % Int64(Self.secondCount))
        if seconds[place].number != number {
            seconds[place].number = number
            seconds[place].liquidations = 0
            seconds[place].ranges.removeAll(keepingCapacity: true)
        }
        return place
    }

    private static func joined(
        _ left: (low: Price, high: Price),
        _ right: (low: Price, high: Price)
    ) -> (low: Price, high: Price) {
        guard left.low > .zero else { return right }
        return (min(left.low, right.low), max(left.high, right.high))
    }
}
