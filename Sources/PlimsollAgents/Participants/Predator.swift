import PlimsollModel

/// Pushes a price through a cluster of forced closes when that should pay, and buys from those who must
/// sell; or the other way round.
///
/// Its net, an order where the cluster ends, lies there before the push begins: a cascade takes no longer
/// than a command, after which the makers quote where they quoted before.
///
/// It sees what a client sees: the book, and the trades from which it guesses where others are closed;
/// positions and stops only where its terms say so. What it makes or loses is its account's.
struct Predator: Sendable {
    private struct Hunt: Sendable {
        enum Phase: Sendable {
            case settingNet
            case pushing
            /// The price is there; others may still be falling into the net.
            case waiting
            case liftingNet
            case covering
        }

        var stall: Int
        /// Of the push.
        var side: Side
        var target: Price
        /// Of one step's order.
        var slice: Quantity
        /// What it may still use.
        var left: Quantity
        /// What it buys at the target from those who must sell.
        var net: Quantity
        var phase: Phase
        /// Of the phase.
        var end: Timestamp
    }

    private struct Seat: Hashable, Sendable {
        var account: AccountID
        var stall: Int
    }

    /// Somebody's position, where positions may be seen.
    private struct Seen: Sendable {
        var stall: Int
        var quantity: Quantity
        var entry: Price
        var leverage: Int64
        /// Where a stop of its owner closes it.
        var stop: Price?
    }

    let account: AccountID
    private let terms: PredatorTerms
    private var estimates: [CloseLevels]
    private var middles: [Price]
    /// Signed, by stall.
    private var positions: [Quantity]
    private var hunt: Hunt?
    private var fadeTime: Timestamp
    /// In the order in which they were first heard of.
    private var seen: [Seen] = []
    /// For look-up only; never iterated.
    private var seenPlaces: [Seat: Int] = [:]

    /// It may owe so many times its budget.
    private static let leverage: Int128 = 5
    /// How far it pushes at most and at least, in 10⁻⁸.
    private static let distances: [Int64] = [300_000, 500_000, 800_000, 1_200_000, 2_000_000]
    /// Both ways, with what the spread costs.
    private static let feeRate: Int128 = 130_000
    private static let pushSpan: Int64 = 12_000
    private static let waitSpan: Int64 = 2_000
    private static let coverSpan: Int64 = 20_000
    private static let fadeSpan: Int64 = 600_000
    private static let sliceCount: Int64 = 24

    init(account: AccountID, terms: PredatorTerms, starts: [Price], start: Timestamp) {
        self.account = account
        self.terms = terms
        estimates = starts.map { CloseLevels(reference: $0) }
        middles = starts
        positions = [Quantity](repeating: .zero, count: starts.count)
        fadeTime = start.advanced(byMilliseconds: Self.fadeSpan)
    }

    // MARK: Hunting

    /// - Parameters:
    ///   - time: Of the step.
    ///   - sights: Of all instruments.
    ///   - looks: Whether it looks for prey in this step; that takes time.
    /// - Returns: What it does next, if anything.
    mutating func act(at time: Timestamp, _ sights: [MarketSight], looks: Bool) -> Command? {
        for stall in sights.indices where sights[stall].middle != middles[stall] {
            estimates[stall].pass(from: middles[stall], to: sights[stall].middle)
            middles[stall] = sights[stall].middle
        }
        if time >= fadeTime {
            fadeTime = time.advanced(byMilliseconds: Self.fadeSpan)
            for stall in estimates.indices { estimates[stall].fade() }
        }
        if hunt == nil { hunt = remainder(at: time) ?? (looks ? prey(at: time, sights) : nil) }
        guard let hunt else { return nil }
        let sight = sights[hunt.stall]
        switch hunt.phase {
        case .settingNet:
            begin(.pushing, at: time, lasting: Self.pushSpan)
            return order(hunt.side.opposite, at: hunt.target, hunt.net, sight, rests: true)
        case .pushing: return push(hunt, at: time, sight)
        case .waiting:
            if time >= hunt.end { begin(.liftingNet, at: time, lasting: 0) }
            return nil
        case .liftingNet:
            begin(.covering, at: time, lasting: Self.coverSpan)
            return .cancelAllOrders(account, sight.scale.instrument)
        case .covering: return cover(hunt, at: time, sight)
        }
    }

    private mutating func begin(_ phase: Hunt.Phase, at time: Timestamp, lasting span: Int64) {
        hunt?.phase = phase
        hunt?.end = time.advanced(byMilliseconds: span)
    }

    private func order(
        _ side: Side,
        at price: Price,
        _ quantity: Quantity,
        _ sight: MarketSight,
        rests: Bool
    ) -> Command {
        .placeOrder(
            NewOrder(
                account: account,
                instrument: sight.scale.instrument,
                side: side,
                type: .limit,
                timeInForce: rests ? .goodTillCancelled : .immediateOrCancel,
                price: price,
                quantity: quantity
            )
        )
    }

    /// A position without a hunt is from before a restart: it is given back.
    private func remainder(at time: Timestamp) -> Hunt? {
        guard let stall = positions.firstIndex(where: { !$0.isZero }) else { return nil }
        let position = positions[stall]
        return Hunt(
            stall: stall,
            side: position > .zero ? .buy : .sell,
            target: middles[stall],
            slice: position.magnitude,
            left: .zero,
            net: .zero,
            phase: .covering,
            end: time
        )
    }

    private mutating func push(_ hunt: Hunt, at time: Timestamp, _ sight: MarketSight) -> Command? {
        let touch = hunt.side == .sell ? sight.book.bids.first : sight.book.asks.first
        let isThere = touch.map { ($0.price.units - hunt.target.units) * hunt.side.sign >= 0 }
        guard hunt.end > time, !hunt.left.isZero, isThere == false else {
            begin(.waiting, at: time, lasting: Self.waitSpan)
            return nil
        }
        let quantity = min(hunt.slice, hunt.left)
        self.hunt?.left -= quantity
        // A tick short of the net, which is not for its own fish.
        let edge = Price(units: hunt.target.units - hunt.side.sign * sight.scale.tick.units)
        return order(hunt.side, at: edge, quantity, sight, rests: false)
    }

    private mutating func cover(_ hunt: Hunt, at time: Timestamp, _ sight: MarketSight) -> Command?
    {
        let position = positions[hunt.stall]
        guard !position.isZero else {
            self.hunt = nil
            return nil
        }
        let isLate = time >= hunt.end
        let quantity = isLate ? position.magnitude : min(hunt.slice, position.magnitude)
        return .placeOrder(
            NewOrder(
                account: account,
                instrument: sight.scale.instrument,
                side: position > .zero ? .sell : .buy,
                type: .market,
                reduceOnly: true,
                quantity: min(quantity, sight.scale.quantityMax)
            )
        )
    }

    /// The push that pays best against its cost, where one pays enough.
    private mutating func prey(at time: Timestamp, _ sights: [MarketSight]) -> Hunt? {
        if terms.seesPositions { lookThrough(sights) }
        var best: (hunt: Hunt, ratio: Int128)?
        for stall in sights.indices {
            for side in [Side.buy, .sell] {
                for distance in Self.distances {
                    guard let found = weigh(stall, side, distance, at: time, sights[stall]) else {
                        continue
                    }
                    if found.ratio > best?.ratio ?? 0 { best = found }
                }
            }
        }
        return best?.hunt
    }

    /// What a push should bring and cost.
    ///
    /// The book up to the target must be taken twice, since makers refill it. Half of the way is gained on
    /// what falls into the net, and lost on what does not; fees are paid on all of it.
    private func weigh(
        _ stall: Int,
        _ side: Side,
        _ distance: Int64,
        at time: Timestamp,
        _ sight: MarketSight
    ) -> (hunt: Hunt, ratio: Int128)? {
        let level = Rate(units: Rate.unitsPerOne + side.sign * distance)
        let target = sight.scale.onTick(sight.middle.times(level, rounding: .down))
        let levels = side == .buy ? sight.book.asks : sight.book.bids
        let within = levels.prefix { ($0.price.units - target.units) * side.sign <= 0 }
        let shown = within.reduce(Quantity.zero) { $0 + $1.quantity }
        let quantity = Quantity(units: shown.units.clampedProduct(2))
        let used = Int128(sight.scale.notional(of: quantity, at: sight.middle).units)
        let budget = Int128(Price(clamping: terms.budget).units) * Self.leverage
        guard used > 0, used <= budget else { return nil }
        let closes = estimates[stall].closed(from: sight.middle, to: target)
        guard closes > .zero else { return nil }
        let forced = Int128(closes.units)
        let way = Int128(distance)
        let unit = Int128(Rate.unitsPerOne)
        let gain = min(forced, used) * way / 2 / unit
        let cost = used * Self.feeRate / unit + max(0, used - forced) * way / 2 / unit
        let ratio = gain * unit / max(1, cost)
        guard ratio >= Int128(terms.gainPerCost.units) else { return nil }
        let step = sight.scale.step.units
        let slice = max(step, quantity.units / Self.sliceCount / step * step)
        let hunt = Hunt(
            stall: stall,
            side: side,
            target: target,
            slice: min(Quantity(units: slice), sight.scale.quantityMax),
            left: quantity,
            net: min(quantity, sight.scale.quantity(worth: closes, at: target)),
            phase: .settingNet,
            end: time
        )
        return (hunt, ratio)
    }

    /// Where the known positions would be closed.
    private mutating func lookThrough(_ sights: [MarketSight]) {
        for stall in estimates.indices { estimates[stall].clear() }
        for position in seen where !position.quantity.isZero {
            let side: Side = position.quantity > .zero ? .buy : .sell
            let forced = CloseLevels.closing(
                side,
                entry: position.entry,
                leverage: position.leverage
            )
            // Whichever of the two comes first.
            let stop = position.stop ?? forced
            estimates[position.stall].add(
                side,
                sights[position.stall].scale.notional(of: position.quantity, at: position.entry),
                closedAt: side == .buy ? max(stop, forced) : min(stop, forced)
            )
        }
    }

    // MARK: Learning

    mutating func take(_ trade: TradeExecuted, stall: Int, _ scale: InstrumentScale) {
        guard !terms.seesPositions else { return }
        let notional = scale.notional(of: trade.quantity, at: trade.price)
        estimates[stall].take(trade.takerSide, notional, at: trade.price)
    }

    mutating func take(_ position: PositionChanged, stall: Int, _ scale: InstrumentScale) {
        guard position.account != account else {
            positions[stall] = position.quantity
            return
        }
        guard terms.seesPositions else { return }
        let place = place(of: position.account, stall)
        seen[place].quantity = position.quantity
        if position.quantity.isZero { seen[place].stop = nil }
        seen[place].entry = scale.entryPrice(of: position) ?? seen[place].entry
    }

    mutating func take(_ settings: SettingsChanged, stall: Int) {
        guard terms.seesPositions else { return }
        seen[place(of: settings.account, stall)].leverage = Int64(settings.leverage)
    }

    mutating func take(_ stop: NewConditionalOrder, stall: Int) {
        guard terms.seesPositions, stop.closePosition, stop.type == .stopMarket else { return }
        seen[place(of: stop.account, stall)].stop = stop.triggerPrice
    }

    private mutating func place(of account: AccountID, _ stall: Int) -> Int {
        let seat = Seat(account: account, stall: stall)
        if let known = seenPlaces[seat] { return known }
        seenPlaces[seat] = seen.endIndex
        seen.append(Seen(stall: stall, quantity: .zero, entry: .zero, leverage: 20))
        return seen.endIndex - 1
    }
}
