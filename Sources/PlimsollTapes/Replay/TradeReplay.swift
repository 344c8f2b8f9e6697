public import PlimsollModel

/// Replays recorded trades where no book was recorded: each is printed at its price and millisecond
/// against a book that a depth model stands around it.
///
/// The book moves when a trade leaves its touch, and is quoted anew every second in which anything was
/// traded, sized by the depth that was recorded or by what was traded in the minute before. The index is the recorded one, else the last
/// recorded price, told every second.
///
/// What is simpler than a market: the book is a model, new in every queue when it is quoted, so a resting
/// user is served before it; the recording does not react to users: what they take stands again a
/// second later at most where there is trade.
public struct TradeReplay: CommandSource {
    public let tape: TradeTape
    public let companions: TapeCompanions
    /// Milliseconds added to every recorded time.
    public let timeShift: Int64

    private var book: ModelledBook
    private var beat: ReplayBeat
    private var next = 0
    /// First trade of the minute before the next.
    private var minuteStart = 0
    private var minuteVolume = Quantity.zero
    /// Of the book that stands.
    private var touch: (bid: Price, ask: Price)?
    private var lastPrice: Price?
    private var hasTraded = false

    private static let minute: Int64 = 60_000

    /// Begins a replay, or goes on with one.
    ///
    /// - Parameters:
    ///   - tape: What was recorded.
    ///   - companions: Index and funding, where they are known.
    ///   - place: Where it is replayed.
    ///   - depth: How the book looks.
    ///   - timeShift: Milliseconds to add to every recorded time.
    ///   - resumeAfter: Venue time of a replay that was interrupted; trades up to it are left out.
    public init(
        tape: TradeTape,
        companions: TapeCompanions = TapeCompanions(),
        place: ReplayPlace,
        depth: DepthModel = .standard,
        timeShift: Int64 = 0,
        resumeAfter: Timestamp? = nil
    ) {
        self.tape = tape
        self.companions = companions
        self.timeShift = timeShift
        let volume = tape.trades.reduce(Int128(0)) { $0 + Int128($1.quantity.units) }
        book = ModelledBook(place, depth: depth, total: volume)
        let resumed = resumeAfter?.advanced(byMilliseconds: -timeShift)
        let start = max(tape.startTime, resumed ?? tape.startTime)
        beat = ReplayBeat(place, companions, after: start)
        guard let resumed else { return }
        while next < tape.trades.count, tape.trades[next].time <= resumed {
            takeIntoMinute(tape.trades[next])
            lastPrice = limits.onTick(tape.trades[next].price)
            next += 1
        }
    }

    private var limits: ReplayLimits { book.limits }

    public var nextTime: Timestamp? {
        guard next < tape.trades.count else { return nil }
        return min(tape.trades[next].time, beat.next).advanced(byMilliseconds: timeShift)
    }

    public mutating func step() -> [Command] {
        guard next < tape.trades.count else { return [] }
        var commands: [Command] = []
        let time = tape.trades[next].time
        if time <= beat.next {
            while next < tape.trades.count, tape.trades[next].time == time {
                print(tape.trades[next], into: &commands)
                next += 1
            }
        } else {
            let time = beat.next
            beat.strike(market: lastPrice, into: &commands)
            if hasTraded, let lastPrice {
                measure(at: lastPrice, time, into: &commands)
                move(to: lastPrice, hit: .sell, into: &commands)
            }
            hasTraded = false
        }
        return commands
    }

    public mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader) {}

    private mutating func print(_ trade: TapeTrade, into commands: inout [Command]) {
        let price = limits.onTick(trade.price)
        takeIntoMinute(trade)
        if touch == nil {
            // Without a mark price no order is taken.
            beat.begin(market: lastPrice ?? price, at: trade.time, into: &commands)
        }
        beat.tell(price, at: trade.time, into: &commands)
        let quantity = limits.onStep(trade.quantity)
        let hit = trade.takerSide
        let standing = hit == .sell ? touch?.bid : touch?.ask
        let amount = quantity < limits.quantityLeast ? .zero : quantity
        if standing == price, !book.takesInTurns {
            book.print(amount, at: price, hit: hit, into: &commands)
        } else {
            if touch == nil {
                measure(at: price, trade.time, into: &commands)
            }
            move(to: price, hit: hit, print: amount, into: &commands)
        }
        lastPrice = price
        hasTraded = true
    }

    private mutating func measure(
        at price: Price,
        _ time: Timestamp,
        into commands: inout [Command]
    ) {
        book.measure(
            at: price,
            volume: Int128(minuteVolume.units),
            recorded: companions.bands?.nearest(at: time),
            into: &commands
        )
    }

    private mutating func move(
        to price: Price,
        hit: Side,
        print: Quantity = .zero,
        into commands: inout [Command]
    ) {
        book.move(to: price, hit: hit, print: print, into: &commands)
        touch = hit == .sell ? (price, price + limits.tick) : (price - limits.tick, price)
    }

    private mutating func takeIntoMinute(_ trade: TapeTrade) {
        minuteVolume = minuteVolume.clampedSum(trade.quantity)
        while tape.trades[minuteStart].time.milliseconds <= trade.time.milliseconds - Self.minute {
            minuteVolume = max(.zero, minuteVolume - tape.trades[minuteStart].quantity)
            minuteStart += 1
        }
    }
}

extension Quantity {
    /// The sum, at most a fifth of what a quantity holds: a book needs no more.
    fileprivate func clampedSum(_ other: Quantity) -> Quantity {
        let sum = Int128(units) + Int128(other.units)
        return Quantity(units: Int64(min(sum, Int128(ModelledBook.positionMax.units))))
    }
}
