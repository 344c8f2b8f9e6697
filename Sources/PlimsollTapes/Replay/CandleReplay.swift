public import PlimsollModel

/// Replays recorded candles: a book stands around the recorded price and the recorded volume is traded
/// through it, so that a user's order meets a real book, has impact and can be filled partially.
///
/// Two accounts stand for the recorded market and need no margin. Each candle is walked in twelve
/// steps (`CandlePath`), five seconds apart for a minute. A step at price `p`:
///
/// 1. The book (`ModelledBook`) moves to `p`: its touch is exactly `p` on the side that the path hits,
///    the other touch is one tick away. Levels that the price passes are cancelled.
/// 2. The step's share of the candle's volume is printed at `p`, first with what users have resting
///    between the old price and `p`, so that the last price is the recorded one and the volumes add up.
/// 3. The other touch stands, and the levels that the price has freed; what of a user's order is left in
///    their way meets them.
/// 4. The index becomes `p`, or what was recorded of it. Coming last, whatever the new mark price
///    liquidates meets the book around `p`.
///
/// Every five candles the book is taken down and stood anew, spaced by the price and sized by the hour
/// of candles before.
///
/// A move of more than half a percent is walked in hops of that size at one instant, each with its
/// own book and index but no print, so that a crash is met by a book on its whole way down and no
/// order is outside the instrument's price band. A move of more than a third takes larger hops.
///
/// What is simpler than a market: the touch is new in its queue at each step, so a resting user is
/// served before it; the recording does not react to users, it returns to the recorded price with the
/// next step; the recorded index and mark price are not in a candle, so the index is the recorded
/// trade price, less its premium where that was recorded; a book is as deep in a crash as before it, unless
/// its depth was recorded. Where the recorded funding is at hand, the
/// venue is told each rate as soon as the settlement before has passed.
///
/// The replay is a value without clock or randomness and learns nothing from events: the same tape
/// gives the same commands whatever happens in the venue.
public struct CandleReplay: CommandSource {
    public let tape: CandleTape
    public let companions: TapeCompanions
    public let place: ReplayPlace
    /// Milliseconds added to every recorded time.
    public let timeShift: Int64

    private var book: ModelledBook
    private var candleIndex = 0
    private var stepIndex = 0
    private var path: CandlePath?
    /// The price of the step before, which is the index of the venue; `nil` before the first.
    private var reference: Price?
    private var hasBegun = false
    private var funding: RecordedFunding

    /// Half a percent: less than the maintenance margin of most positions, so that a liquidation
    /// finds the book above the bankruptcy price.
    static let hopUsual = Rate(units: 500_000)
    /// Beyond as many usual hops they grow, as far as the price band allows.
    static let hopCountMax: Int64 = 64
    /// Candles after which the book is stood anew.
    private static let measureInterval = 5
    /// Candles whose volume it is sized by.
    private static let volumeSpan = 60

    private var instrument: InstrumentID { book.instrument }
    private var limits: ReplayLimits { book.limits }

    /// Begins a replay, or goes on with one.
    ///
    /// - Parameters:
    ///   - tape: What was recorded.
    ///   - companions: Its index and funding are followed, where they are known.
    ///   - place: Where it is replayed.
    ///   - depth: How the book looks.
    ///   - timeShift: Milliseconds to add to every recorded time.
    ///   - resumeAfter: Venue time of a replay that was interrupted; steps up to it are left out,
    ///     and the next takes down what still stands of its book.
    public init(
        tape: CandleTape,
        companions: TapeCompanions = TapeCompanions(),
        place: ReplayPlace,
        depth: DepthModel = .standard,
        timeShift: Int64 = 0,
        resumeAfter: Timestamp? = nil
    ) {
        self.tape = tape
        self.companions = companions
        self.place = place
        self.timeShift = timeShift
        let volume = tape.candles.reduce(Int128(0)) { $0 + Int128($1.volume.units) }
        book = ModelledBook(place, depth: depth, total: volume)
        funding = RecordedFunding(place.instrument, terms: place.rules.funding)
        if let resumeAfter { skip(through: resumeAfter) }
    }

    /// When the replay's last candle ends.
    public var endTime: Timestamp { tape.endTime.advanced(byMilliseconds: timeShift) }

    /// Milliseconds between two steps.
    static func step(of tape: CandleTape) -> Int64 {
        tape.interval / Int64(CandlePath.stepCount)
    }

    public var nextTime: Timestamp? {
        guard candleIndex < tape.candles.count else { return nil }
        return time(ofStep: stepIndex, inCandle: candleIndex)
    }

    public mutating func step() -> [Command] {
        guard candleIndex < tape.candles.count else { return [] }
        let path = path ?? newPath()
        self.path = nil
        var commands: [Command] = []
        commands.reserveCapacity(8)
        if !hasBegun {
            // A venue that begins within the recording has no mark price yet, and one that was
            // interrupted may have missed the last index. Without a mark price no order is taken.
            let first = reference ?? path.prices[stepIndex]
            commands.append(.updateIndexPrice(instrument, index(beside: first)))
        }
        if !hasBegun || (stepIndex == 0 && candleIndex.isMultiple(of: Self.measureInterval)) {
            let price = reference ?? path.prices[stepIndex]
            book.measure(
                at: price,
                volume: volumeBefore,
                recorded: recordedTime.flatMap { companions.bands?.nearest(at: $0) },
                into: &commands
            )
        }
        hasBegun = true
        if let recordedTime {
            funding.follow(companions.funding, at: recordedTime, into: &commands)
        }
        append(path, to: &commands)
        reference = path.prices[stepIndex]
        stepIndex += 1
        if stepIndex == CandlePath.stepCount {
            stepIndex = 0
            candleIndex += 1
        } else {
            self.path = path
        }
        return commands
    }

    public mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader) {}

    private func newPath() -> CandlePath {
        CandlePath(tape.candles[candleIndex], limits: limits)
    }

    private func time(ofStep index: Int, inCandle candle: Int) -> Timestamp {
        let offset = tape.interval * Int64(index) / Int64(CandlePath.stepCount)
        return tape.candles[candle].openTime.advanced(byMilliseconds: timeShift + offset)
    }

    private mutating func skip(through time: Timestamp) {
        // The last candle that begins at or before `time` is the only one that can be half done.
        var low = 0
        var high = tape.candles.count
        while low < high {
            let middle = (low + high) / 2
            if self.time(ofStep: 0, inCandle: middle) <= time {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low > 0 else { return }
        candleIndex = low - 1
        let path = newPath()
        while stepIndex < CandlePath.stepCount,
            self.time(ofStep: stepIndex, inCandle: candleIndex) <= time
        {
            reference = path.prices[stepIndex]
            stepIndex += 1
        }
        if stepIndex == CandlePath.stepCount {
            stepIndex = 0
            candleIndex += 1
        } else {
            self.path = path
        }
    }

    private mutating func append(_ path: CandlePath, to commands: inout [Command]) {
        let price = path.prices[stepIndex]
        var from = reference ?? price
        while let hop = hop(from: from, to: price) {
            move(from, to: hop, print: .zero, into: &commands)
            // On the way the index goes with the price, whatever was recorded: the band follows it.
            let index = companions.index == nil ? index(beside: hop) : hop
            commands.append(.updateIndexPrice(instrument, index))
            from = hop
        }
        move(from, to: price, print: path.prints[stepIndex], into: &commands)
        commands.append(.updateIndexPrice(instrument, index(beside: price)))
    }

    /// What a candle traded of late, by the candles before; of the first by itself.
    private var volumeBefore: Int128 {
        let span = max(0, candleIndex - Self.volumeSpan)..<max(1, candleIndex)
        let sum = tape.candles[span].reduce(Int128(0)) { $0 + Int128($1.volume.units) }
        return sum / Int128(span.count)
    }

    /// When the step that is due was recorded.
    private var recordedTime: Timestamp? { nextTime?.advanced(byMilliseconds: -timeShift) }

    /// The recorded index where there is one, else the recorded price without its premium.
    private func index(beside price: Price) -> Price {
        recordedTime.flatMap { companions.index(beside: price, at: $0) } ?? price
    }

    /// One move small enough for one book.
    private mutating func move(
        _ from: Price,
        to price: Price,
        print: Quantity,
        into commands: inout [Command]
    ) {
        let hit: Side
        if price == from {
            // A standing price is hit from both sides in turn.
            hit = stepIndex.isMultiple(of: 2) ? .sell : .buy
        } else {
            hit = price < from ? .sell : .buy
        }
        book.move(to: price, hit: hit, print: print, into: &commands)
    }

    /// Where a large move pauses, or `nil` where it is small enough.
    private func hop(from: Price, to price: Price) -> Price? {
        let distance = (price - from).magnitude
        guard distance > limits.tick else { return nil }
        let usual = max(
            from.times(Self.hopUsual, rounding: .down),
            Price(units: distance.units / Self.hopCountMax)
        )
        let reach = max(min(usual, from.times(limits.hopMax, rounding: .down)), limits.tick)
        guard distance > reach else { return nil }
        let move = Price(units: reach.units / limits.tick.units * limits.tick.units)
        return price > from ? from + move : from - move
    }
}
