import BigInt
import PlimsollModel

/// Conditional orders.
extension CommandStream {
    mutating func conditional(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ twin: ReferenceVenue
    ) -> Command {
        switch random.below(30) {
        case 0: return .cancelAllConditionalOrders(account, instrument)
        case 1..<4:
            return .cancelConditionalOrder(conditionalReference(account, instrument, twin))
        default: return .placeConditionalOrder(conditionalOrder(account, instrument, twin))
        }
    }

    private mutating func conditionalReference(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ twin: ReferenceVenue
    ) -> ConditionalReference {
        guard let waiting = random.pick(twin.conditionals), !random.one(in: 12) else {
            return ConditionalReference(
                account: account,
                instrument: instrument,
                order: ConditionalOrderID(rawValue: UInt64(random.below(60)))
            )
        }
        let isByName = random.one(in: 3)
        return ConditionalReference(
            account: random.one(in: 10) ? account : waiting.order.account,
            instrument: random.one(in: 15) ? instrument : waiting.order.instrument,
            order: isByName ? .none : waiting.id,
            clientOrderID: isByName ? waiting.order.clientOrderID : .none
        )
    }

    private mutating func conditionalOrder(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ twin: ReferenceVenue
    ) -> NewConditionalOrder {
        let positionSide = positionSide(account, twin)
        var side: Side = random.one(in: 2) ? .buy : .sell
        let isKnown = instrument.index < 3 && account.index < twin.accounts.count
        let position = isKnown ? twin.stake(account, instrument, positionSide).quantity : 0
        // Most protect a position.
        if !position.isZero, !random.one(in: 4) { side = position > 0 ? .sell : .buy }
        let type = random.pick(ConditionalType.allCases) ?? .stopMarket
        let isTrailing = type == .trailingStopMarket
        let source: TriggerSource = random.one(in: 2) ? .lastPrice : .markPrice
        let closes = type.isMarket && !isTrailing && random.one(in: 3)
        let forces: [TimeInForce] = [
            .goodTillCancelled, .goodTillCancelled, .immediateOrCancel, .fillOrKill,
            .goodTillCrossing,
        ]
        let isOdd = random.one(in: 25)
        let date = type.isMarket && !isOdd ? .zero : goodTillDate(twin)
        var timeInForce = random.pick(forces) ?? .goodTillCancelled
        if date != .zero, !random.one(in: 10) { timeInForce = .goodTillDate }
        let match = type.isMarket && !isOdd ? PriceMatch.none : priceMatch()
        let price = price(side, instrument, twin)
        let isUnpriced = (type.isMarket || match != .none) && !random.one(in: 40)
        let isUnsized = closes && !random.one(in: 30)
        let isHedge = positionSide != .both
        return NewConditionalOrder(
            account: account,
            instrument: instrument,
            side: side,
            type: type,
            source: source,
            timeInForce: timeInForce,
            reduceOnly: !closes && random.one(in: isHedge ? 40 : 3) || random.one(in: 60),
            closePosition: closes || random.one(in: 60),
            priceProtect: random.one(in: 5),
            triggerPrice: isTrailing && !random.one(in: 40)
                ? .zero : trigger(type, side, instrument, source, twin),
            price: isUnpriced ? .zero : price,
            quantity: isUnsized
                ? .zero : quantity(account, instrument, positionSide, side, price, twin),
            callbackRate: isTrailing || random.one(in: 60) ? callback() : .zero,
            activationPrice: activation(isTrailing, side, instrument, source, twin),
            clientOrderID: random.one(in: 3)
                ? ClientOrderID("n\(random.below(30))") ?? .none : .none,
            positionSide: positionSide,
            selfTradePrevention: selfTradePrevention(),
            priceMatch: match,
            goodTillDate: date
        )
    }

    /// Near the price that it watches, mostly on the side where it has to wait.
    private mutating func trigger(
        _ type: ConditionalType,
        _ side: Side,
        _ id: InstrumentID,
        _ source: TriggerSource,
        _ twin: ReferenceVenue
    ) -> Price {
        guard id.index < twin.instruments.count else { return Price(units: 100_000_000) }
        let state = twin.instruments[id.index]
        if random.one(in: 25) { return price(side, id, twin) }
        let tick = state.contract.tickSize.units
        let hasTraded = source == .lastPrice && !state.last.isZero
        let now = Int64(hasTraded ? state.last : state.markPrice) / tick * tick
        let isStop = type == .stop || type == .stopMarket
        let isAbove = isStop == (side == .buy) ? !random.one(in: 12) : random.one(in: 12)
        let reach = max(tick, now / (random.one(in: 2) ? 800 : 80))
        let away = random.one(in: 6) ? tick * random.within(-1...2) : random.within(tick...reach)
        return Price(units: max(tick, (isAbove ? now + away : now - away) / tick * tick))
    }

    private mutating func callback() -> Rate {
        switch random.below(12) {
        case 0:
            return Rate(units: random.pick([0, -1, .min, .max, 99_999, 10_000_001]) ?? 0)
        case 1: return Rate(units: random.pick([100_000, 10_000_000]) ?? 0)
        default: return Rate(units: random.within(100_000...900_000))
        }
    }

    private mutating func activation(
        _ isTrailing: Bool,
        _ side: Side,
        _ id: InstrumentID,
        _ source: TriggerSource,
        _ twin: ReferenceVenue
    ) -> Price {
        guard isTrailing || random.one(in: 60), !random.one(in: 3) else { return .zero }
        // A buy waits for a fall, a sell for a rise.
        return trigger(.takeProfitMarket, side, id, source, twin)
    }
}
