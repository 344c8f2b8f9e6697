import PlimsollModel

/// One of the leveraged crowd: opens a position with much of its money, holds it for a while, with a
/// stop or without, and is closed by force when the price goes the other way.
struct LeveragedTrader: Sendable {
    private enum Phase: Sendable {
        case waiting(until: Timestamp)
        /// Its order is on the way.
        case entering
        case holding(until: Timestamp)
        /// The position is gone; how long it pauses it will know when it looks.
        case flat
    }

    let account: AccountID
    /// The place of its instrument among those that trade.
    let stall: Int
    private let deposit: Amount
    private let leverage: UInt16
    private let isIsolated: Bool
    private let usesStops: Bool
    private var phase: Phase
    private var isSet = false
    private var hasStop = false
    /// In the settle asset; while a position is open, what is not in it.
    private var wallet: Amount
    /// Signed.
    private var position = Quantity.zero
    private var entry = Price.zero

    /// The first positions are opened within so many steps' time, in milliseconds.
    private static let arrivalSpan = 120_000
    /// One who lost everything and does not come back at once thinks it over for a day.
    private static let dayAway: Int64 = 86_400_000

    init(
        account: AccountID,
        stall: Int,
        deposit: Amount,
        terms: CrowdTerms,
        scale: InstrumentScale,
        price: Price,
        start: Timestamp,
        random: inout RandomStream
    ) {
        self.account = account
        self.stall = stall
        self.deposit = deposit
        leverage = scale.leverage(wanted: terms.leverage.draw(&random))
        isIsolated = random.happens(terms.isolatedShare)
        usesStops = random.happens(terms.stopShare)
        wallet = scale.settleAmount(of: deposit, at: price)
        let wait = Int64(random.below(Self.arrivalSpan))
        phase = .waiting(until: start.advanced(byMilliseconds: wait))
    }

    // MARK: Trading

    /// What it does when it looks at its market, every few seconds.
    mutating func act(
        at time: Timestamp,
        _ sight: MarketSight,
        _ terms: CrowdTerms,
        trend: Rate,
        _ random: inout RandomStream,
        into commands: inout [Command]
    ) {
        switch phase {
        case .waiting(let until):
            guard time >= until else { return }
            if isBroke(sight) {
                comeBack(at: time, sight, terms, &random, into: &commands)
            } else {
                enter(sight, terms, trend, &random, into: &commands)
                phase = .entering
            }
        case .entering:
            guard !position.isZero else {
                phase = .flat
                return
            }
            if usesStops { placeStop(sight, terms, &random, into: &commands) }
            let minutes = terms.holdingMinutes.draw(&random)
            phase = .holding(until: Self.later(time, minutes: minutes, &random))
        case .holding(let until):
            guard time >= until else { return }
            leave(sight, into: &commands)
        case .flat:
            if hasStop {
                hasStop = false
                commands.append(
                    .cancelAllConditionalOrders(account, sight.scale.instrument)
                )
            }
            let minutes = terms.pauseMinutes.draw(&random)
            phase = .waiting(until: Self.later(time, minutes: minutes, &random))
        }
    }

    /// Half to one and a half times so many minutes.
    private static func later(
        _ time: Timestamp,
        minutes: Int,
        _ random: inout RandomStream
    ) -> Timestamp {
        let span = max(1, minutes * 60_000)
        return time.advanced(byMilliseconds: Int64(span / 2 + random.below(span)))
    }

    private func isBroke(_ sight: MarketSight) -> Bool {
        let left = sight.scale.quoteValue(of: wallet, at: sight.index)
        return left.units < Price(clamping: deposit).units / 8
    }

    private mutating func comeBack(
        at time: Timestamp,
        _ sight: MarketSight,
        _ terms: CrowdTerms,
        _ random: inout RandomStream,
        into commands: inout [Command]
    ) {
        guard random.happens(terms.reentry) else {
            phase = .waiting(until: time.advanced(byMilliseconds: Self.dayAway))
            return
        }
        let whole = sight.scale.settleAmount(of: deposit, at: sight.index)
        guard whole > wallet else { return }
        commands.append(
            .deposit(
                BalanceChange(
                    account: account,
                    asset: sight.scale.asset,
                    amount: (whole - wallet).rounded(.up)
                )
            )
        )
        phase = .flat
    }

    private mutating func enter(
        _ sight: MarketSight,
        _ terms: CrowdTerms,
        _ trend: Rate,
        _ random: inout RandomStream,
        into commands: inout [Command]
    ) {
        let scale = sight.scale
        if !isSet {
            isSet = true
            commands.append(.setLeverage(account, scale.instrument, leverage))
            if isIsolated {
                commands.append(.setMarginMode(account, scale.instrument, .isolated))
            }
        }
        // Fees, and a price that runs away before the order arrives, need room as well.
        let room = Rate.unitsPerOne * 1_000 / (1_000 + 5 * Int64(leverage))
        let share = Rate(units: min(terms.marginShare.draw(&random).units, room))
        let money = scale.quoteValue(of: wallet, at: sight.index).times(share, rounding: .down)
        let wanted = Price(units: money.units.clampedProduct(Int64(leverage)))
        let allowed = scale.notionalMax(at: leverage, price: sight.index)
        let notional = min(wanted, allowed, Price(clamping: terms.notionalMax))
        // Half a per cent of a trend is all the herd needs.
        let pull =
            Int128(trend.units) * 200 * Int128(terms.herding.units)
            / Int128(Rate.unitsPerOne)
        let most = Int128(terms.herding.units)
        let odds = Int128(terms.longShare.units) + min(max(pull, -most), most)
        let isLong = random.happens(Rate(units: Int64(min(max(odds, 0), 100_000_000))))
        commands.append(
            order(
                isLong ? .buy : .sell,
                scale.quantity(worth: notional, at: sight.middle),
                scale
            )
        )
    }

    private mutating func leave(_ sight: MarketSight, into commands: inout [Command]) {
        let quantity = min(position.magnitude, sight.scale.quantityMax)
        let side: Side = position > .zero ? .sell : .buy
        commands.append(order(side, quantity, sight.scale, isClose: true))
    }

    private func order(
        _ side: Side,
        _ quantity: Quantity,
        _ scale: InstrumentScale,
        isClose: Bool = false
    ) -> Command {
        .placeOrder(
            NewOrder(
                account: account,
                instrument: scale.instrument,
                side: side,
                type: .market,
                reduceOnly: isClose,
                quantity: quantity
            )
        )
    }

    /// Between the entry and the price at which the margin is gone.
    private mutating func placeStop(
        _ sight: MarketSight,
        _ terms: CrowdTerms,
        _ random: inout RandomStream,
        into commands: inout [Command]
    ) {
        let distance = terms.stopDistance.draw(&random).units / Int64(leverage)
        let sign: Int64 = position > .zero ? 1 : -1
        let level = Rate(units: Rate.unitsPerOne - sign * distance)
        let trigger = sight.scale.onTick(entry.times(level, rounding: .down))
        // One that the price has passed already is of no use.
        guard (sight.mark.units - trigger.units) * sign > 0, trigger > .zero else { return }
        hasStop = true
        commands.append(
            .placeConditionalOrder(
                NewConditionalOrder(
                    account: account,
                    instrument: sight.scale.instrument,
                    side: position > .zero ? .sell : .buy,
                    type: .stopMarket,
                    source: .markPrice,
                    closePosition: true,
                    triggerPrice: trigger
                )
            )
        )
    }

    // MARK: Learning

    mutating func take(_ changed: PositionChanged, _ scale: InstrumentScale) {
        let wasOpen = !position.isZero
        position = changed.quantity
        if position.isZero {
            if wasOpen { phase = .flat }
        } else {
            entry = scale.entryPrice(of: changed) ?? entry
        }
    }

    mutating func take(wallet: Amount) { self.wallet = wallet }

    /// Goes on with a position from before a restart.
    mutating func resume(at time: Timestamp, _ terms: CrowdTerms, _ random: inout RandomStream) {
        guard !position.isZero else { return }
        isSet = true
        hasStop = usesStops
        let minutes = terms.holdingMinutes.draw(&random)
        phase = .holding(until: Self.later(time, minutes: minutes, &random))
    }
}

extension RandomStream {
    /// Whether something with this probability happens.
    mutating func happens(_ probability: Rate) -> Bool {
        below(Int(Rate.unitsPerOne)) < Int(probability.units)
    }
}
