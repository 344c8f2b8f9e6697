public import PlimsollModel

/// Replays a recorded market: a maker quotes a ladder around the recorded price and a taker trades
/// through it, so that a user's order meets a real book, has impact and can be filled partially.
///
/// Both accounts stand for the recorded market and need no margin. Each candle is walked in twelve
/// steps (`CandlePath`), five seconds apart for a minute. A step at price `p`:
///
/// 1. The maker's ladder of the step before is cancelled.
/// 2. The taker sweeps what users have resting between the old price and `p`, up to as much as the
///    depth model stands on one side.
/// 3. The maker quotes anew (`DepthModel`): its touch is exactly `p` on the side that the path hits,
///    the other side begins one tick away.
/// 4. The taker prints the step's share of the candle's volume at `p`, so that the last price is the
///    recorded one and the volumes add up.
/// 5. The index becomes `p`. Coming last, whatever the new mark price liquidates meets the ladder
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
public struct TapeReplay: CommandSource {
    public let tape: CandleTape
    public let instrument: InstrumentID
    public let maker: AccountID
    public let taker: AccountID
    public let depth: DepthModel
    /// Milliseconds added to every recorded time.
    public let timeShift: Int64

    private let limits: ReplayLimits
    /// Whether maker and taker each take one half of a print from the other, so that neither's
    /// position grows.
    ///
    /// Only for tapes on which a position could outgrow its number; it costs commands.
    private let takesInTurns: Bool
    private var candleIndex = 0
    private var stepIndex = 0
    private var path: CandlePath?
    /// The price of the step before, which is the index of the venue; `nil` before the first.
    private var reference: Price?
    private var hasBegun = false
    /// In force, with the interval of the recording.
    private var funding: FundingTerms
    /// The recorded settlement that the venue is set to; `nil` before the first.
    private var settlement: TapeSettlement?

    /// The most that one side of a recording may add up to; a fifth of what a quantity holds.
    static let positionMax = Quantity(20_000_000_000)
    /// Half a percent: less than the maintenance margin of most positions, so that a liquidation
    /// finds the ladder above the bankruptcy price.
    static let hopUsual = Rate(units: 500_000)
    /// Beyond as many usual hops they grow, as far as the price band allows.
    static let hopCountMax: Int64 = 64
    /// Most orders that one print is cut into where the largest order is smaller than it; what
    /// is beyond is left out.
    static let pieceCountMax = 50

    /// Begins a replay, or goes on with one.
    ///
    /// - Parameters:
    ///   - tape: What was recorded.
    ///   - instrument: Where it is replayed; prices and quantities are rounded to its rules.
    ///   - rules: Of that instrument.
    ///   - maker: Of kind `recordedMarket`.
    ///   - taker: Another one of that kind.
    ///   - depth: How the ladder looks.
    ///   - timeShift: Milliseconds to add to every recorded time.
    ///   - resumeAfter: Venue time of a replay that was interrupted; steps up to it are left out,
    ///     and the next cancels what the maker still has in the book.
    public init(
        tape: CandleTape,
        instrument: InstrumentID,
        rules: InstrumentRules,
        maker: AccountID,
        taker: AccountID,
        depth: DepthModel = .standard,
        timeShift: Int64 = 0,
        resumeAfter: Timestamp? = nil
    ) {
        self.tape = tape
        self.instrument = instrument
        self.maker = maker
        self.taker = taker
        self.depth = depth
        self.timeShift = timeShift
        limits = ReplayLimits(rules)
        funding = rules.funding
        let volume = tape.candles.reduce(Int128(0)) { $0 + Int128($1.volume.units) }
        takesInTurns = volume > Int128(Self.positionMax.units)
        if let resumeAfter { skip(through: resumeAfter) }
    }

    /// Milliseconds between two steps of a tape's replay.
    public static func step(of tape: CandleTape) -> Int64 {
        tape.interval / Int64(CandlePath.stepCount)
    }

    /// When the replay's last candle ends.
    public var endTime: Timestamp { tape.endTime.advanced(byMilliseconds: timeShift) }

    public var nextTime: Timestamp? {
        guard candleIndex < tape.candles.count else { return nil }
        return time(ofStep: stepIndex, inCandle: candleIndex)
    }

    public mutating func step() -> [Command] {
        guard candleIndex < tape.candles.count else { return [] }
        let path = self.path ?? CandlePath(tape.candles[candleIndex], limits: limits)
        var commands: [Command] = []
        if !hasBegun, let reference {
            // A venue that begins within the recording has no mark price yet, and one that was
            // interrupted may have missed the last index.
            commands.append(.updateIndexPrice(instrument, reference))
        }
        hasBegun = true
        appendFunding(to: &commands)
        append(path, at: stepIndex, to: &commands)
        reference = path.prices[stepIndex]
        stepIndex += 1
        self.path = path
        if stepIndex == CandlePath.stepCount {
            stepIndex = 0
            candleIndex += 1
            self.path = nil
        }
        return commands
    }

    public mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader) {}

    private func time(ofStep step: Int, inCandle index: Int) -> Timestamp {
        tape.candles[index].openTime.advanced(
            byMilliseconds: timeShift + tape.interval * Int64(step) / Int64(CandlePath.stepCount)
        )
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
        let path = CandlePath(tape.candles[candleIndex], limits: limits)
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

    private func append(_ path: CandlePath, at step: Int, to commands: inout [Command]) {
        let price = path.prices[step]
        commands.reserveCapacity(depth.levelCount * 2 + 8)
        guard var from = reference else {
            // Before the first index there is no mark price, and without one no order is taken.
            commands.append(.updateIndexPrice(instrument, price))
            clear(&commands)
            quote(price, hit: .sell, of: path, print: path.prints[step], into: &commands)
            return
        }
        while let hop = hop(from: from, to: price) {
            quote(hop, movingFrom: from, of: path, print: .zero, at: step, into: &commands)
            commands.append(.updateIndexPrice(instrument, hop))
            from = hop
        }
        quote(
            price,
            movingFrom: from,
            of: path,
            print: path.prints[step],
            at: step,
            into: &commands
        )
        commands.append(.updateIndexPrice(instrument, price))
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

    /// Sets the venue to the next recorded settlement once the one before has passed: to its rate, and
    /// to the time between the two.
    ///
    /// After the last one the venue keeps what it is set to.
    private mutating func appendFunding(to commands: inout [Command]) {
        guard let tapeFunding = tape.funding, let now = nextTime else { return }
        let recorded = now.advanced(byMilliseconds: -timeShift)
        guard let next = tapeFunding.next(after: recorded), next.settlement != settlement else {
            return
        }
        let isFirst = settlement == nil
        settlement = next.settlement
        // A replay that goes on does not know what the venue was set to.
        if let interval = next.interval, isFirst || interval != funding.intervalMilliseconds,
            next.settlement.time.milliseconds % interval == 0
        {
            funding.intervalMilliseconds = interval
            commands.append(.changeRules(.setFunding(instrument, funding)))
        }
        commands.append(.setFundingRate(instrument, next.settlement.rate))
    }

    private func clear(_ commands: inout [Command]) {
        commands.append(.cancelAllOrders(maker, instrument))
        if takesInTurns { commands.append(.cancelAllOrders(taker, instrument)) }
    }

    private func quote(
        _ price: Price,
        movingFrom from: Price,
        of path: CandlePath,
        print: Quantity,
        at step: Int,
        into commands: inout [Command]
    ) {
        clear(&commands)
        let hit: Side
        if price == from {
            // A standing price is hit from both sides in turn.
            hit = step.isMultiple(of: 2) ? .sell : .buy
        } else {
            hit = price < from ? .sell : .buy
            let sweep = depthOfSide(of: path, at: price)
            commands.append(order(taker, hit, price, sweep, .immediateOrCancel))
        }
        quote(price, hit: hit, of: path, print: print, into: &commands)
    }

    /// The ladder and the print.
    ///
    /// - Parameters:
    ///   - price: Of the touch that is hit and of the print.
    ///   - hit: The taker's side.
    ///   - path: Of the candle.
    ///   - print: What is traded; it stands at the touch on top of the depth, so that the depth is
    ///     still there when the step is over.
    ///   - commands: Where the orders are added.
    private func quote(
        _ price: Price,
        hit: Side,
        of path: CandlePath,
        print: Quantity,
        into commands: inout [Command]
    ) {
        let countMax = max(
            1,
            min(Self.pieceCountMax, limits.openOrderCountMax - depth.levelCount * 2)
        )
        // The taker's own order comes first, for the maker to meet it and not itself.
        let returned = takesInTurns ? limits.half(of: print, at: price) : .zero
        for piece in limits.pieces(returned, countMax: countMax) {
            commands.append(order(taker, hit.opposite, price, piece))
        }
        for side in [hit.opposite, hit] {
            let outwards: Int64 = side == .buy ? -1 : 1
            let touch = side == hit ? price.units + outwards * limits.tick.units : price.units
            for level in 0..<depth.levelCount {
                let distance = depth.distance(ofLevel: level, price: price, tick: limits.tick)
                let units = touch + outwards * distance * limits.tick.units
                guard units >= limits.priceMin.units, units <= limits.priceMax.units else { break }
                let levelPrice = Price(units: units)
                let quantity = quantity(ofLevel: level, of: path, at: levelPrice)
                guard level == 0, side != hit else {
                    commands.append(order(maker, side, levelPrice, quantity))
                    continue
                }
                for piece in limits.pieces(quantity + print - returned, countMax: countMax) {
                    commands.append(order(maker, side, levelPrice, piece))
                }
            }
        }
        for piece in limits.pieces(returned, countMax: countMax) {
            commands.append(order(maker, hit, price, piece, .immediateOrCancel))
        }
        for piece in limits.pieces(print - returned, countMax: countMax) {
            commands.append(order(taker, hit, price, piece, .immediateOrCancel))
        }
    }

    private func quantity(ofLevel level: Int, of path: CandlePath, at price: Price) -> Quantity {
        let touch =
            Int128(path.volume.units) * Int128(depth.touchShare.units)
            / Int128(Rate.unitsPerOne)
        let least = Int128(limits.quantityMin(at: price).units)
        return limits.admissible(
            depth.quantity(ofLevel: level, touch: max(touch, least)),
            at: price
        )
    }

    private func depthOfSide(of path: CandlePath, at price: Price) -> Quantity {
        let total = (0..<depth.levelCount).reduce(Int128(0)) {
            $0 + Int128(quantity(ofLevel: $1, of: path, at: price).units)
        }
        return limits.admissible(total, at: price)
    }

    private func order(
        _ account: AccountID,
        _ side: Side,
        _ price: Price,
        _ quantity: Quantity,
        _ timeInForce: TimeInForce = .goodTillCancelled
    ) -> Command {
        .placeOrder(
            NewOrder(
                account: account,
                instrument: instrument,
                side: side,
                type: .limit,
                timeInForce: timeInForce,
                price: price,
                quantity: quantity
            )
        )
    }
}
