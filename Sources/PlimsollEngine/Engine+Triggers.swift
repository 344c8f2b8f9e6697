import PlimsollModel

/// Conditional orders wait outside the book and enter it as new orders when their price comes.
///
/// Spec: TRIG-001 to TRIG-008.
extension Engine {
    /// Rounds of orders that trigger each other within one command; the rest wait for the next.
    private static let triggerRoundMax = 64

    // MARK: Commands

    mutating func placeConditional(
        _ order: NewConditionalOrder,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        let followsAtOnce =
            order.type == .trailingStopMarket && order.activationPrice.isZero
        let order = try admit(order)
        let position = positionForTrading(
            order.account,
            order.instrument,
            order.positionSide,
            &events
        )
        lastConditional += 1
        var state = ConditionalState(
            id: ConditionalOrderID(rawValue: lastConditional),
            order: order,
            position: position
        )
        // Also while a stale index keeps conditional orders from looking at the mark price.
        if followsAtOnce { state.best = order.activationPrice }
        linkConditional(state)
        events.append(
            .conditionalOrderAccepted(ConditionalOrderAccepted(id: state.id, order: order))
        )
    }

    mutating func cancelConditional(
        _ target: ConditionalReference,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(target.account, target.instrument)
        guard let slot = findConditional(target) else { throw EngineRefusal(.unknownOrder) }
        closeConditional(slot, .cancelledByClient, &events)
    }

    mutating func cancelAllConditionals(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        var position = firstSlot(of: account, in: instrument)
        while position >= 0 {
            closeConditionals(of: position, .cancelledByClient, &events)
            position = nextSlot(position)
        }
    }

    mutating func closeConditionals(
        of position: Int32,
        _ reason: ConditionalCloseReason,
        _ events: inout EventBuffer
    ) {
        guard positions[Int(position)].conditionalCount > 0 else { return }
        var slot = conditionalLists[positions[Int(position)].instrument.index].first
        while slot >= 0 {
            let state = conditionals[Int(slot)]
            if state.position == position { closeConditional(slot, reason, &events) }
            slot = state.next
        }
    }

    // MARK: Triggering

    func price(_ id: InstrumentID, _ source: TriggerSource) -> Price {
        let instrument = instruments[id.index]
        switch source {
        case .markPrice: return instrument.markPrice
        case .lastPrice:
            return instrument.lastPrice.isZero ? instrument.indexPrice : instrument.lastPrice
        }
    }

    /// Remembers that a price moved out of the range in which nothing waits.
    mutating func note(_ id: InstrumentID, _ source: TriggerSource) {
        guard conditionalLists[id.index].count > 0,
            !conditionalLists[id.index].quiet(source).contains(price(id, source))
        else { return }
        // Only the price that stands when triggers are looked at counts, so once is enough.
        for index in 0..<stirred.count
        where stirred[index].instrument == id && stirred[index].source == source {
            return
        }
        stirred.append(Stirred(instrument: id, source: source))
    }

    /// Releases what the prices of this command triggered, and what that triggers in turn.
    mutating func fireTriggers(_ events: inout EventBuffer) {
        // What is left over after the last round is looked at again with the next command.
        for _ in 0..<Self.triggerRoundMax {
            guard stirred.count > 0 else { return }
            let entry = stirred[0]
            for index in stride(from: 1, to: stirred.count, by: 1) {
                stirred[index - 1] = stirred[index]
            }
            _ = stirred.removeLast()
            fire(entry, &events)
        }
    }

    private mutating func fire(_ entry: Stirred, _ events: inout EventBuffer) {
        let index = entry.instrument.index
        // What waits for a mark price that stands still is looked at when it moves again.
        guard entry.source != .markPrice || !instruments[index].isStale else { return }
        let price = price(entry.instrument, entry.source)
        let undisturbed = undisturbedPrice(entry)
        guard !conditionalLists[index].quiet(entry.source).contains(price) else { return }
        var due: [Int32] = []
        var quiet = QuietRange()
        var slot = conditionalLists[index].first
        while slot >= 0 {
            if conditionals[Int(slot)].order.source == entry.source {
                if conditionals[Int(slot)].observe(price) {
                    due.append(slot)
                } else {
                    quiet.narrow(to: conditionals[Int(slot)].quiet)
                }
            }
            slot = conditionals[Int(slot)].next
        }
        switch entry.source {
        case .lastPrice: conditionalLists[index].quietLast = quiet
        case .markPrice: conditionalLists[index].quietMark = quiet
        }
        for slot in due {
            // What the price without forced trades would have released too is not of their making.
            var state = conditionals[Int(slot)]
            if let undisturbed, !state.observe(undisturbed) {
                flow = pressures[index].flow
            }
            release(slot, at: price, &events)
            flow = .none
        }
    }

    /// The price that stirred as it would be without forced trades; `nil` where that is the same.
    private func undisturbedPrice(_ entry: Stirred) -> Price? {
        let undisturbed: Price
        switch entry.source {
        case .lastPrice: undisturbed = undisturbedLast(entry.instrument)
        case .markPrice: undisturbed = pressures[entry.instrument.index].undisturbedMark
        }
        let price = price(entry.instrument, entry.source)
        return undisturbed.isZero || undisturbed == price ? nil : undisturbed
    }

    /// A conditional order whose price came becomes an order, or ends with the reason why not.
    private mutating func release(
        _ slot: Int32,
        at price: Price,
        _ events: inout EventBuffer
    ) {
        let state = conditionals[Int(slot)]
        // An order that triggered just before may have ended this one.
        guard state.id != .none else { return }
        if state.order.priceProtect, isApart(state.order.instrument) {
            closeConditional(slot, .priceProtected, &events)
            return
        }
        var order = NewOrder(
            account: state.order.account,
            instrument: state.order.instrument,
            side: state.order.side,
            type: state.order.type.isMarket ? .market : .limit,
            timeInForce: state.order.type.isMarket
                ? .goodTillCancelled : state.order.timeInForce,
            reduceOnly: state.order.reduceOnly,
            price: state.order.price,
            quantity: state.order.quantity,
            positionSide: state.order.positionSide,
            selfTradePrevention: state.order.selfTradePrevention,
            priceMatch: state.order.priceMatch,
            goodTillDate: state.order.goodTillDate
        )
        // Its client knows it by the same name, unless another open order has taken that since.
        if findOrder(order.account, state.order.clientOrderID) == nil {
            order.clientOrderID = state.order.clientOrderID
        }
        if state.order.closePosition {
            let room = reducible(positions[Int(state.position)], by: order.side)
            guard room > .zero else {
                closeConditional(slot, .noPosition, &events)
                return
            }
            let limits = instruments[order.instrument.index].limits
            // What is left of a position may be less than the smallest order: that is cut to it.
            order.quantity = max(limits.quantityMin, min(room, limits.marketQuantityMax))
            order.reduceOnly = true
        }
        do throws(EngineRefusal) {
            let admission = try admit(&order, isReleased: true)
            unlinkConditional(slot)
            events.append(
                .conditionalOrderTriggered(
                    ConditionalOrderTriggered(
                        id: state.id,
                        account: order.account,
                        instrument: order.instrument,
                        price: price,
                        order: OrderID(rawValue: lastOrder + 1)
                    )
                )
            )
            execute(order, admission, &events)
        } catch {
            closeConditional(slot, .rejected, refusal: error.refusal.reason, &events)
        }
    }

    /// Whether mark and last price are further apart than a protected order allows.
    private func isApart(_ id: InstrumentID) -> Bool {
        let mark = price(id, .markPrice)
        let distance = (mark - price(id, .lastPrice)).magnitude
        return distance > mark.times(instruments[id.index].triggers.protect, rounding: .down)
    }

    private mutating func closeConditional(
        _ slot: Int32,
        _ reason: ConditionalCloseReason,
        refusal: RejectReason? = nil,
        _ events: inout EventBuffer
    ) {
        let state = conditionals[Int(slot)]
        unlinkConditional(slot)
        events.append(
            .conditionalOrderClosed(
                ConditionalOrderClosed(
                    id: state.id,
                    account: state.order.account,
                    instrument: state.order.instrument,
                    reason: reason,
                    refusal: refusal
                )
            )
        )
    }
}

/// A price of an instrument that moved to where conditional orders wait.
struct Stirred: BitwiseCopyable {
    var instrument: InstrumentID
    var source: TriggerSource
}
