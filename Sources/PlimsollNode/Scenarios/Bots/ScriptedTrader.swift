internal import PlimsollEngine
internal import PlimsollModel
internal import PlimsollProjections

/// What a bot sent.
struct BotTraffic: Equatable, Sendable {
    var requests = 0
    /// Of which the bot does not know that they were carried out.
    var unconfirmed = 0
}

/// A bot at work: it sees prices and its own positions, and sends requests until they get through.
struct ScriptedTrader: Sendable {
    /// A position and what became of it.
    private struct LegState: Sendable {
        var quantity = Quantity.zero
        var entryValue = Amount.zero
        var isolatedWallet = Amount.zero
        var isSetUp = false
        var hasEntered = false
        var hasStop = false
        var isClosing = false
        var topUpCount = 0
    }

    /// What a position needs.
    private enum Need {
        case setUp
        case enter(Quantity)
        case placeStop(Price)
        case close
        case topUp(Amount)
    }

    let terms: BotTerms
    let account: AccountID
    private let rules: [InstrumentRules]
    private var legs: [LegState]
    private var withdrawalCount = 0
    /// Milliseconds after the start until which it waits for an answer, or as it was told to.
    private var busyUntil: Int64 = 0
    private(set) var traffic = BotTraffic()

    init(_ terms: BotTerms, account: AccountID, rules: VenueRules) {
        self.terms = terms
        self.account = account
        self.rules = terms.legs.map { rules.instruments[$0.instrument.index] }
        legs = terms.legs.map { _ in LegState() }
    }

    /// Goes on after a restart with what the venue knows of it.
    mutating func resume(_ account: AccountProjection) {
        for place in legs.indices {
            let leg = terms.legs[place]
            let position = account.position(leg.instrument)
            legs[place].quantity = position?.quantity ?? .zero
            legs[place].entryValue = position?.entryValue ?? .zero
            legs[place].isolatedWallet = position?.isolatedWallet ?? .zero
            legs[place].isSetUp =
                position?.leverage == leg.leverage && position?.marginMode == leg.marginMode
            legs[place].hasEntered = account.fills.contains { $0.instrument == leg.instrument }
            legs[place].hasStop = account.openConditionals.contains {
                $0.order.instrument == leg.instrument
            }
            legs[place].isClosing = account.closedConditionals.contains {
                $0.order.instrument == leg.instrument && $0.status == .triggered
            }
            legs[place].topUpCount =
                account.marginMoves.filter {
                    $0.instrument == leg.instrument && $0.isByHand && $0.amount > .zero
                }.count
        }
        withdrawalCount = account.income.filter { $0.kind == .withdrawal }.count
    }

    // MARK: What it sees

    mutating func observe(_ event: Event) {
        switch event {
        case .positionChanged(let change) where change.account == account:
            for place in legs.indices where terms.legs[place].instrument == change.instrument {
                legs[place].quantity = change.quantity
                legs[place].entryValue = change.entryValue
                if !change.quantity.isZero { legs[place].hasEntered = true }
            }
        case .conditionalOrderTriggered(let triggered) where triggered.account == account:
            // What a thin book leaves of the stop, the bot closes itself.
            for place in legs.indices where terms.legs[place].instrument == triggered.instrument {
                legs[place].isClosing = true
            }
        case .moneyMoved(let moved):
            note(moved.from, moved.fromBalance)
            note(moved.to, moved.toBalance)
        default: break
        }
    }

    private mutating func note(_ pocket: Pocket, _ balance: Amount) {
        guard pocket.account == account, pocket.isIsolated else { return }
        for place in legs.indices where terms.legs[place].instrument == pocket.instrument {
            legs[place].isolatedWallet = balance
        }
    }

    // MARK: What it does

    /// Sends what it wants through the door, one request after the other.
    ///
    /// - Parameters:
    ///   - elapsed: Milliseconds since the start.
    ///   - marks: The mark prices that it sees, by instrument; zero where there is none.
    ///   - door: What becomes of a request.
    /// - Returns: The commands that reach the venue.
    mutating func act(
        at elapsed: Int64,
        marks: [Price],
        door: (DoorRequest) -> DoorVerdict
    ) -> [Command] {
        var commands: [Command] = []
        for place in legs.indices {
            // Setting up is followed by the order at once; anything else waits to see what came of it.
            for _ in 0..<2 {
                guard elapsed >= busyUntil, let need = need(of: place, at: elapsed, marks: marks)
                else { break }
                let (kind, wanted) = request(need, place)
                let request = DoorRequest(
                    .rest,
                    kind,
                    account: account,
                    symbol: rules[place].contract.symbol
                )
                let isConfirmed = send(request, wanted, at: elapsed, door, &commands)
                if isConfirmed { note(need, place) }
                guard isConfirmed, case .setUp = need else { break }
            }
        }
        let due = terms.withdrawals.dropFirst(withdrawalCount).prefix { $0.after <= elapsed }
        for withdrawal in due where elapsed >= busyUntil {
            let change = BalanceChange(
                account: account,
                asset: rules[0].contract.settleAsset,
                amount: withdrawal.amount
            )
            let request = DoorRequest(.rest, .withdrawals, account: account)
            guard send(request, [.withdraw(change)], at: elapsed, door, &commands) else { break }
            withdrawalCount += 1
        }
        return commands
    }

    /// - Returns: Whether the bot knows that the request was carried out.
    private mutating func send(
        _ request: DoorRequest,
        _ wanted: [Command],
        at elapsed: Int64,
        _ door: (DoorRequest) -> DoorVerdict,
        _ commands: inout [Command]
    ) -> Bool {
        traffic.requests += 1
        let verdict = door(request)
        if verdict.isCarriedOut { commands += wanted }
        busyUntil = elapsed + verdict.delay
        if case .own = verdict.answer { return true }
        traffic.unconfirmed += 1
        switch verdict.answer {
        case .failure(.rateLimited(let wait)), .failure(.banned(let wait)): busyUntil += wait
        case .own, .failure, .nothing: break
        }
        return false
    }

    private func need(of place: Int, at elapsed: Int64, marks: [Price]) -> Need? {
        let leg = terms.legs[place]
        let state = legs[place]
        let mark = marks[leg.instrument.index]
        guard !mark.isZero, elapsed >= leg.enterAfter else { return nil }
        if state.quantity.isZero {
            guard !state.hasEntered else { return nil }
            guard state.isSetUp else { return .setUp }
            return .enter(size(of: leg, at: mark, place))
        }
        if state.isClosing || leg.exitAfter.map({ elapsed >= $0 }) ?? false { return .close }
        if let stop = leg.stop {
            let trigger = stopPrice(stop, place)
            switch stop.keeper {
            case .venue: if !state.hasStop { return .placeStop(trigger) }
            case .bot:
                let isHit = leg.side == .buy ? mark <= trigger : mark >= trigger
                if isHit { return .close }
            }
        }
        if let topUp = leg.topUp, state.topUpCount < topUp.countMax {
            let left =
                state.isolatedWallet
                + unrealizedPnL(
                    quantity: state.quantity,
                    entryValue: state.entryValue,
                    at: mark,
                    valuation: rules[place].contract.valuation
                )
            let least = state.isolatedWallet.times(topUp.below, rounding: .down)
            if left < least { return .topUp(topUp.amount) }
        }
        return nil
    }

    /// The bot takes a confirmed request for done.
    private mutating func note(_ need: Need, _ place: Int) {
        switch need {
        case .setUp: legs[place].isSetUp = true
        case .enter: break
        case .placeStop: legs[place].hasStop = true
        case .close: legs[place].isClosing = true
        case .topUp: legs[place].topUpCount += 1
        }
    }

    private func request(_ need: Need, _ place: Int) -> (RequestKind, [Command]) {
        let leg = terms.legs[place]
        switch need {
        case .setUp:
            let leverage = Command.setLeverage(account, leg.instrument, leg.leverage)
            // An account begins with cross margin.
            guard leg.marginMode == .isolated else { return (.settings, [leverage]) }
            return (.settings, [.setMarginMode(account, leg.instrument, .isolated), leverage])
        case .enter(let quantity):
            return (.orders, [market(leg.side, quantity, leg)])
        case .close:
            let quantity = legs[place].quantity.magnitude
            return (.orders, [market(leg.side.opposite, quantity, leg, reduceOnly: true)])
        case .placeStop(let trigger):
            let order = NewConditionalOrder(
                account: account,
                instrument: leg.instrument,
                side: leg.side.opposite,
                type: .stopMarket,
                source: .markPrice,
                closePosition: true,
                triggerPrice: trigger
            )
            return (.orders, [.placeConditionalOrder(order)])
        case .topUp(let amount):
            return (.settings, [.adjustIsolatedMargin(account, leg.instrument, amount)])
        }
    }

    private func market(
        _ side: Side,
        _ quantity: Quantity,
        _ leg: BotTerms.Leg,
        reduceOnly: Bool = false
    ) -> Command {
        .placeOrder(
            NewOrder(
                account: account,
                instrument: leg.instrument,
                side: side,
                type: .market,
                timeInForce: .immediateOrCancel,
                reduceOnly: reduceOnly,
                quantity: quantity
            )
        )
    }

    /// Whole steps worth at most the value wanted.
    private func size(of leg: BotTerms.Leg, at mark: Price, _ place: Int) -> Quantity {
        let units = leg.notional.units / Int128(mark.units)
        let step = rules[place].contract.stepSize.units
        let limit = rules[place].limits.marketQuantityMax.units
        return Quantity(units: Int64(min(units, Int128(limit))) / step * step)
    }

    /// On the tick that is nearer to the entry.
    private func stopPrice(_ stop: BotTerms.Stop, _ place: Int) -> Price {
        let state = legs[place]
        let entry = rules[place].contract.averagePrice(of: state.quantity, worth: state.entryValue)
        let distance = entry.times(stop.distance, rounding: .down)
        let price = state.quantity > .zero ? entry - distance : entry + distance
        let tick = rules[place].contract.tickSize.units
        let isUp = state.quantity > .zero
        return Price(
            units: max(
                tick,
                Int64(
                    divide(Int128(price.units), by: Int128(tick), rounding: isUp ? .up : .down)
                ) * tick
            )
        )
    }
}
