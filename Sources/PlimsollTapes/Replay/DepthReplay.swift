public import PlimsollModel

/// Replays a recorded book: each recorded level stands as an order of the maker, each recorded trade
/// is one of the taker, at their recorded milliseconds.
///
/// At one instant trades come first, since the levels recorded with them are what they left; then the
/// book's changes; then, every second, the index, the funding, and what users took stands again. The
/// index is the recorded one, else the middle of the recorded book.
///
/// What is simpler than a market: a level is one order, and new in its queue when its quantity
/// changes, so a user who waits at a price moves up faster than in the recorded queue; the recording does not react to users. What they
/// take from a level is missing until the recording next changes that level, or for a second at
/// most; recorded trades that would have met it meanwhile trade less, or not at all.
public struct DepthReplay: CommandSource {
    public let tape: DepthTape
    public let companions: TapeCompanions
    /// Milliseconds added to every recorded time.
    public let timeShift: Int64

    private let trades: [TapeTrade]
    private var mirror: BookMirror
    private var beat: ReplayBeat
    /// How many updates of the tape the book holds.
    public private(set) var updateCount = 0
    private var tradeIndex = 0
    private var hasBegun = false

    /// Begins a replay, or goes on with one.
    ///
    /// - Parameters:
    ///   - tape: What was recorded.
    ///   - companions: Trades, index and funding, where they are known.
    ///   - place: Where it is replayed.
    ///   - timeShift: Milliseconds to add to every recorded time.
    ///   - resumeAfter: Venue time of a replay that was interrupted; what was recorded up to it is
    ///     learnt, and the first step takes down what the maker still has in the book.
    public init(
        tape: DepthTape,
        companions: TapeCompanions = TapeCompanions(),
        place: ReplayPlace,
        timeShift: Int64 = 0,
        resumeAfter: Timestamp? = nil
    ) {
        self.tape = tape
        self.companions = companions
        self.timeShift = timeShift
        trades = companions.trades?.trades ?? []
        mirror = BookMirror(place)
        let resumed = resumeAfter?.advanced(byMilliseconds: -timeShift)
        let start = max(tape.startTime, resumed ?? tape.startTime)
        beat = ReplayBeat(place, companions, after: start)
        // Before there is a book, nothing can trade.
        while tradeIndex < trades.count, trades[tradeIndex].time < tape.startTime {
            tradeIndex += 1
        }
        if let resumed { skip(through: resumed) }
    }

    private enum Due {
        case trade
        case update
        case beat
    }

    private var due: (what: Due, time: Timestamp)? {
        guard updateCount < tape.updates.count else { return nil }
        let update = tape.updates[updateCount].time
        // Nothing trades before there is a book.
        guard hasBegun || updateCount > 0 else { return (.update, update) }
        if tradeIndex < trades.count {
            let trade = trades[tradeIndex].time
            if trade <= update, trade <= beat.next { return (.trade, trade) }
        }
        return update <= beat.next ? (.update, update) : (.beat, beat.next)
    }

    public var nextTime: Timestamp? { due?.time.advanced(byMilliseconds: timeShift) }

    public var mustObserve: Bool { due?.what == .beat }

    public mutating func step() -> [Command] {
        guard let (what, time) = due else { return [] }
        var commands: [Command] = []
        if !hasBegun { begin(at: time, into: &commands) }
        switch what {
        case .trade:
            while tradeIndex < trades.count, trades[tradeIndex].time == time {
                mirror.trade(trades[tradeIndex], into: &commands)
                tradeIndex += 1
            }
        case .update:
            let update = tape.updates[updateCount]
            updateCount += 1
            if update.isSnapshot {
                mirror.replace(with: tape.levels(of: update), into: &commands)
            } else {
                mirror.change(tape.levels(of: update), into: &commands)
            }
            beat.tell(mirror.middle, at: time, into: &commands)
        case .beat:
            mirror.restore(into: &commands)
            beat.strike(market: mirror.middle, into: &commands)
        }
        return commands
    }

    public mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader) {
        mirror.note(events)
    }

    /// The index before everything else, since without a mark price no order is taken.
    private mutating func begin(at time: Timestamp, into commands: inout [Command]) {
        hasBegun = true
        if updateCount == 0 {
            mirror.learn(tape.levels(of: tape.updates[0]), isSnapshot: true)
        }
        beat.begin(market: mirror.middle, at: time, into: &commands)
        mirror.begin(into: &commands)
    }

    private mutating func skip(through time: Timestamp) {
        while updateCount < tape.updates.count, tape.updates[updateCount].time <= time {
            let update = tape.updates[updateCount]
            mirror.learn(tape.levels(of: update), isSnapshot: update.isSnapshot)
            updateCount += 1
        }
        while tradeIndex < trades.count, trades[tradeIndex].time <= time { tradeIndex += 1 }
    }
}
