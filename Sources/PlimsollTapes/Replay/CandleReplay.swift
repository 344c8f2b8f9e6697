public import PlimsollModel

/// Replays a recorded market: a maker quotes a ladder around the recorded price and a taker trades
/// through it, so that a user's order meets a real book, has impact and can be filled partially.
///
/// Both accounts stand for the recorded market and need no margin. Each candle is walked in twelve
/// steps (`CandlePath`), five seconds apart for a minute, or in four where years are walked. A step at
/// price `p`:
///
/// 1. The maker's ladder of the step before is cancelled.
/// 2. The taker sweeps what users have resting between the old price and `p`, up to as much as the
///    depth model stands on one side.
/// 3. The maker quotes anew (`DepthModel`): its touch is exactly `p` on the side that the path hits,
///    the other side begins one tick away.
/// 4. The taker prints the step's share of the candle's volume at `p`, so that the last price is the
///    recorded one and the volumes add up.
/// 5. The index becomes `p`, or what was recorded of it. Coming last, whatever the new mark price liquidates meets the ladder
///    of step 3.
///
/// A move of more than half a percent is walked in hops of that size at one instant, each with its
/// own ladder and index but no print, so that a crash is met by a book on its whole way down and no
/// order is outside the instrument's price band. A move of more than a third takes larger hops.
///
/// What is simpler than a market: the maker is new in every queue at each step, so a resting user
/// is served before it; the recording does not react to users, it returns to the recorded price
/// with the next step; what users trade comes on top of the recorded volume; the recorded index and
/// mark price are not in a candle, so the index is the recorded trade price; a book is as deep in a
/// crash as its volume is large. Where the recorded funding is at hand, the venue is told each rate as
/// soon as the settlement before has passed.
///
/// The replay is a value without clock or randomness and learns nothing from events: the same tape
/// gives the same commands whatever happens in the venue.
public struct CandleReplay: CommandSource {
    public let tape: CandleTape
    public let companions: TapeCompanions
    public let place: ReplayPlace
    public let grain: Grain
    /// Milliseconds added to every recorded time.
    public let timeShift: Int64

    /// How finely a candle is walked.
    public enum Grain: Hashable, Sendable {
        /// In twelve steps with a deep ladder: what a person or a bot trades against.
        case fine
        /// In four steps, at the candle's four prices, each with a ladder of two levels: a book for
        /// years of candles.
        case coarse

        /// Of the twelve steps of a path, those that are taken.
        var steps: [Int] {
            switch self {
            case .fine: Array(0..<CandlePath.stepCount)
            case .coarse: CandlePath.anchors
            }
        }

        /// The ladder where nothing else is said.
        var depth: DepthModel {
            switch self {
            case .fine: .standard
            case .coarse: .shallow
            }
        }
    }

    private let quotes: LadderQuotes
    private let steps: [Int]
    private var candleIndex = 0
    /// Into `steps`.
    private var stepIndex = 0
    private var path: CandlePath?
    /// The price of the step before, which is the index of the venue; `nil` before the first.
    private var reference: Price?
    private var hasBegun = false
    private var funding: RecordedFunding

    /// Half a percent: less than the maintenance margin of most positions, so that a liquidation
    /// finds the ladder above the bankruptcy price.
    static let hopUsual = Rate(units: 500_000)
    /// Beyond as many usual hops they grow, as far as the price band allows.
    static let hopCountMax: Int64 = 64

    private var instrument: InstrumentID { quotes.instrument }
    private var limits: ReplayLimits { quotes.limits }

    /// Begins a replay, or goes on with one.
    ///
    /// - Parameters:
    ///   - tape: What was recorded.
    ///   - companions: Its index and funding are followed, where they are known.
    ///   - place: Where it is replayed.
    ///   - grain: How finely.
    ///   - depth: How the ladder looks; `nil` takes that of the grain.
    ///   - timeShift: Milliseconds to add to every recorded time.
    ///   - resumeAfter: Venue time of a replay that was interrupted; steps up to it are left out,
    ///     and the next cancels what the maker still has in the book.
    public init(
        tape: CandleTape,
        companions: TapeCompanions = TapeCompanions(),
        place: ReplayPlace,
        grain: Grain = .fine,
        depth: DepthModel? = nil,
        timeShift: Int64 = 0,
        resumeAfter: Timestamp? = nil
    ) {
        self.tape = tape
        self.companions = companions
        self.place = place
        self.grain = grain
        self.timeShift = timeShift
        steps = grain.steps
        let volume = tape.candles.reduce(Int128(0)) { $0 + Int128($1.volume.units) }
        quotes = LadderQuotes(
            instrument: place.instrument,
            maker: place.maker,
            taker: place.taker,
            depth: depth ?? grain.depth,
            limits: ReplayLimits(place.rules),
            takesInTurns: volume > Int128(LadderQuotes.positionMax.units)
        )
        funding = RecordedFunding(place.instrument, terms: place.rules.funding)
        if let resumeAfter { skip(through: resumeAfter) }
    }

    /// When the replay's last candle ends.
    public var endTime: Timestamp { tape.endTime.advanced(byMilliseconds: timeShift) }

    /// Milliseconds between two steps, at most.
    static func step(of tape: CandleTape, grain: Grain = .fine) -> Int64 {
        let steps = grain.steps + [CandlePath.stepCount]
        let longest = zip(steps.dropFirst(), steps).map { $0 - $1 }.max() ?? 1
        return tape.interval * Int64(longest) / Int64(CandlePath.stepCount)
    }

    public var nextTime: Timestamp? {
        guard candleIndex < tape.candles.count else { return nil }
        return time(ofStep: stepIndex, inCandle: candleIndex)
    }

    public mutating func step() -> [Command] {
        guard candleIndex < tape.candles.count else { return [] }
        let path = self.path ?? newPath()
        var commands: [Command] = []
        if !hasBegun, let reference {
            // A venue that begins within the recording has no mark price yet, and one that was
            // interrupted may have missed the last index.
            commands.append(.updateIndexPrice(instrument, index(beside: reference)))
        }
        hasBegun = true
        if let due = nextTime {
            let recorded = due.advanced(byMilliseconds: -timeShift)
            funding.follow(companions.funding, at: recorded, into: &commands)
        }
        append(path, at: steps[stepIndex], to: &commands)
        reference = path.prices[steps[stepIndex]]
        stepIndex += 1
        self.path = path
        if stepIndex == steps.count {
            stepIndex = 0
            candleIndex += 1
            self.path = nil
        }
        return commands
    }

    public mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader) {}

    private func newPath() -> CandlePath {
        CandlePath(tape.candles[candleIndex], limits: limits, steps: steps)
    }

    private func time(ofStep index: Int, inCandle candle: Int) -> Timestamp {
        let offset = tape.interval * Int64(steps[index]) / Int64(CandlePath.stepCount)
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
        while stepIndex < steps.count,
            self.time(ofStep: stepIndex, inCandle: candleIndex) <= time
        {
            reference = path.prices[steps[stepIndex]]
            stepIndex += 1
        }
        if stepIndex == steps.count {
            stepIndex = 0
            candleIndex += 1
        } else {
            self.path = path
        }
    }

    private func append(_ path: CandlePath, at step: Int, to commands: inout [Command]) {
        let price = path.prices[step]
        commands.reserveCapacity(quotes.depth.levelCount * 2 + 8)
        guard var from = reference else {
            // Before the first index there is no mark price, and without one no order is taken.
            commands.append(.updateIndexPrice(instrument, index(beside: price)))
            quotes.clear(&commands)
            quotes.quote(
                price,
                hit: .sell,
                volume: path.volume,
                print: path.prints[step],
                into: &commands
            )
            return
        }
        while let hop = hop(from: from, to: price) {
            walk(from, to: hop, volume: path.volume, print: .zero, at: step, into: &commands)
            commands.append(.updateIndexPrice(instrument, hop))
            from = hop
        }
        walk(
            from,
            to: price,
            volume: path.volume,
            print: path.prints[step],
            at: step,
            into: &commands
        )
        commands.append(.updateIndexPrice(instrument, index(beside: price)))
    }

    /// The recorded index where there is one, else the recorded price.
    private func index(beside price: Price) -> Price {
        guard let index = companions.index, let nextTime else { return price }
        return index.price(at: nextTime.advanced(byMilliseconds: -timeShift))
    }

    /// One move small enough for one ladder.
    private func walk(
        _ from: Price,
        to price: Price,
        volume: Quantity,
        print: Quantity,
        at step: Int,
        into commands: inout [Command]
    ) {
        quotes.clear(&commands)
        let hit: Side
        if price == from {
            // A standing price is hit from both sides in turn.
            hit = step.isMultiple(of: 2) ? .sell : .buy
        } else {
            hit = price < from ? .sell : .buy
            commands.append(quotes.sweep(hit, to: price, volume: volume))
        }
        quotes.quote(price, hit: hit, volume: volume, print: print, into: &commands)
    }

    /// Where a large move pauses, or `nil` where it is small enough.
    private func hop(from: Price, to price: Price) -> Price? {
        let distance = (price - from).magnitude
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
