import BigInt
import PlimsollModel

/// Spec page: Conditional orders.
extension ReferenceVenue {
    // MARK: Placing

    /// TRIG-001 to TRIG-003.
    mutating func placeConditional(_ new: NewConditionalOrder) throws(Refused) {
        try checkTradable(new.account, new.instrument)
        let instrument = instruments[new.instrument.index]
        try checkSide(new.account, new.positionSide)
        if new.positionSide != .both, new.reduceOnly { throw Refused(.reduceOnlyInHedgeMode) }
        let opens = new.positionSide != .both && !isAgainst(new.positionSide, new.side)
        if new.closePosition, opens { throw Refused(.conditionalOrderContradictory) }
        try checkDate(new.goodTillDate, new.timeInForce, isReleased: false)
        if new.type.isMarket, new.timeInForce == .goodTillDate {
            throw Refused(.goodTillDateContradictory)
        }
        if new.priceMatch != .none, new.type.isMarket || !new.price.big.isZero {
            throw Refused(.priceMatchContradictory)
        }
        try checkParts(new, instrument)
        guard instrument.markPrice > 0 else { throw Refused(.noMarkPrice) }
        let price = watched(new.source, instrument)
        if new.type == .trailingStopMarket {
            try checkTrailing(new, price, instrument)
        } else {
            try checkGrid(new.triggerPrice.big, instrument)
            guard !hasCome(new, price) else { throw Refused(.wouldTriggerImmediately) }
        }
        let waiting = conditionals.filter {
            $0.order.account == new.account && $0.order.instrument == new.instrument
        }
        guard waiting.count < instrument.triggers.countMax else {
            throw Refused(.tooManyConditionalOrders)
        }
        let isNameTaken = waiting.contains { $0.order.clientOrderID == new.clientOrderID }
        if !new.clientOrderID.isEmpty, isNameTaken { throw Refused(.duplicateClientOrderID) }
        lastConditional += 1
        var conditional = ReferenceConditional(
            id: ConditionalOrderID(rawValue: lastConditional),
            order: new
        )
        // Without an activation price a trailing stop follows at once.
        if new.type == .trailingStopMarket, new.activationPrice.big.isZero {
            conditional.order.activationPrice = Price(price)
            conditional.best = price
        }
        _ = stakeForTrading(new.account, new.instrument, new.positionSide)
        conditionals.append(conditional)
        events.append(
            .conditionalOrderAccepted(
                ConditionalOrderAccepted(id: conditional.id, order: conditional.order)
            )
        )
    }

    private func checkParts(
        _ new: NewConditionalOrder,
        _ instrument: ReferenceInstrument
    ) throws(Refused) {
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        if new.closePosition {
            guard new.type == .stopMarket || new.type == .takeProfitMarket,
                new.quantity.big.isZero, !new.reduceOnly
            else { throw Refused(.conditionalOrderContradictory) }
        } else {
            let largest = new.type.isMarket ? limits.marketQuantityMax : limits.quantityMax
            try checkQuantity(new.quantity.big, largest.big, instrument)
        }
        if new.type.isMarket {
            guard new.price.big.isZero else { throw Refused(.conditionalOrderContradictory) }
        } else if new.priceMatch == .none {
            try checkGrid(new.price.big, instrument)
        }
    }

    /// TRIG-005: a trailing stop's activation price lies ahead of the market.
    private func checkTrailing(
        _ new: NewConditionalOrder,
        _ price: BigInt,
        _ instrument: ReferenceInstrument
    ) throws(Refused) {
        guard (100_000...10_000_000).contains(new.callbackRate.units) else {
            throw Refused(.callbackRateOutOfRange)
        }
        guard new.triggerPrice.big.isZero else { throw Refused(.conditionalOrderContradictory) }
        let activation = new.activationPrice.big
        if activation.isZero { return }
        try checkGrid(activation, instrument)
        let isActive = new.side == .buy ? activation >= price : activation <= price
        guard !isActive else { throw Refused(.wouldTriggerImmediately) }
    }

    /// MARK-004: before the first trade the index stands in for the last price.
    private func watched(_ source: TriggerSource, _ instrument: ReferenceInstrument) -> BigInt {
        if source == .markPrice { return instrument.markPrice }
        return instrument.last.isZero ? instrument.index : instrument.last
    }

    /// TRIG-002.
    private func hasCome(_ order: NewConditionalOrder, _ price: BigInt) -> Bool {
        let isStop = order.type == .stop || order.type == .stopMarket
        let waitsForRise = isStop == (order.side == .buy)
        let trigger = order.triggerPrice.big
        return waitsForRise ? price >= trigger : price <= trigger
    }

    // MARK: Ending

    func conditional(_ target: ConditionalReference) throws(Refused) -> ReferenceConditional {
        try checkTradable(target.account, target.instrument)
        let found = conditionals.first {
            target.order == .none
                ? $0.order.account == target.account && $0.order.instrument == target.instrument
                    && !target.clientOrderID.isEmpty
                    && $0.order.clientOrderID == target.clientOrderID
                : $0.id == target.order
        }
        guard let found, found.order.account == target.account,
            found.order.instrument == target.instrument
        else { throw Refused(.unknownOrder) }
        return found
    }

    mutating func end(
        _ conditional: ReferenceConditional,
        _ reason: ConditionalCloseReason,
        refusal: RejectReason? = nil
    ) {
        conditionals.removeAll { $0.id == conditional.id }
        events.append(
            .conditionalOrderClosed(
                ConditionalOrderClosed(
                    id: conditional.id,
                    account: conditional.order.account,
                    instrument: conditional.order.instrument,
                    reason: reason,
                    refusal: refusal
                )
            )
        )
    }

    mutating func endConditionals(
        _ reason: ConditionalCloseReason,
        where fits: (ReferenceConditional) -> Bool
    ) {
        let ending = conditionals.filter(fits).sorted {
            ($0.order.instrument.index, $0.order.positionSide.rawValue, $0.id.index)
                < ($1.order.instrument.index, $1.order.positionSide.rawValue, $1.id.index)
        }
        for conditional in ending { end(conditional, reason) }
    }

    // MARK: Triggering

    /// TRIG-006: what the trades of one order move is looked at after what moved before.
    mutating func releaseConditionals() {
        for _ in 0..<64 where !moves.isEmpty {
            var move = moves.removeFirst()
            if KnownDifference.onlyTheStandingPriceTriggers {
                moves.removeAll { $0.instrument == move.instrument && $0.source == move.source }
                move.price = watched(move.source, instruments[move.instrument.index])
            }
            for waiting in conditionals.map(\.id) { look(waiting, move) }
        }
    }

    private mutating func look(_ id: ConditionalOrderID, _ move: ReferenceMove) {
        guard let place = conditionals.firstIndex(where: { $0.id == id }) else { return }
        let order = conditionals[place].order
        guard order.instrument == move.instrument, order.source == move.source else { return }
        // INDX-003.
        let isStale = instruments[order.instrument.index].isStale
        if isStale, order.source == .markPrice { return }
        if order.type == .trailingStopMarket {
            guard follow(place, move.price) else { return }
        } else {
            guard hasCome(order, move.price) else { return }
        }
        release(conditionals[place], move.price)
    }

    /// TRIG-005: whether the market has turned far enough.
    private mutating func follow(_ place: Int, _ price: BigInt) -> Bool {
        let order = conditionals[place].order
        let best = conditionals[place].best
        let isBuying = order.side == .buy
        if best.isZero {
            let activation = order.activationPrice.big
            if isBuying ? price <= activation : price >= activation {
                conditionals[place].best = price
            }
            return false
        }
        if isBuying ? price < best : price > best {
            conditionals[place].best = price
            return false
        }
        let callback = order.callbackRate.big
        return isBuying
            ? price * one >= best * (one + callback) : price * one <= best * (one - callback)
    }

    /// TRIG-004, TRIG-007, TRIG-008.
    private mutating func release(_ conditional: ReferenceConditional, _ price: BigInt) {
        let order = conditional.order
        let instrument = instruments[order.instrument.index]
        if order.priceProtect {
            let last = watched(.lastPrice, instrument)
            let distance = magnitude(instrument.markPrice - last)
            if distance * one > instrument.triggers.protect.big * instrument.markPrice {
                return end(conditional, .priceProtected)
            }
        }
        var quantity = order.quantity
        if order.closePosition {
            let position = stake(order.account, order.instrument, order.positionSide)
            let size = reducible(position, order.side)
            if size.isZero { return end(conditional, .noPosition) }
            quantity = min(Quantity(size), instrument.limits?.marketQuantityMax ?? .zero)
            // As a reduce-only order it is cut to the position again.
            quantity = max(quantity, instrument.limits?.quantityMin ?? .zero)
        }
        let isNameFree = !orders.contains {
            $0.account == order.account && $0.name == order.clientOrderID
        }
        let new = NewOrder(
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            type: order.type.isMarket ? .market : .limit,
            timeInForce: order.type.isMarket ? .goodTillCancelled : order.timeInForce,
            reduceOnly: order.reduceOnly || (order.closePosition && order.positionSide == .both),
            price: order.price,
            quantity: quantity,
            clientOrderID: isNameFree ? order.clientOrderID : .none,
            positionSide: order.positionSide,
            selfTradePrevention: order.selfTradePrevention,
            priceMatch: order.priceMatch,
            goodTillDate: order.goodTillDate
        )
        let became = OrderID(rawValue: lastOrder + 1)
        do throws(Refused) {
            try place(new, isReleased: true)
        } catch {
            return end(conditional, .rejected, refusal: error.refusal.reason)
        }
        conditionals.removeAll { $0.id == conditional.id }
        events.append(
            .conditionalOrderTriggered(
                ConditionalOrderTriggered(
                    id: conditional.id,
                    account: order.account,
                    instrument: order.instrument,
                    price: Price(price),
                    order: became
                )
            )
        )
    }
}
