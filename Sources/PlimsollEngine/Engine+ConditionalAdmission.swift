import PlimsollModel

/// Every check a conditional order must pass before it waits.
///
/// Nothing here changes anything.
///
/// Spec: TRIG-001, TRIG-002.
extension Engine {
    /// Checks that the order could ever be, and fills in where a trailing stop starts to follow.
    func admit(
        _ order: NewConditionalOrder
    ) throws(EngineRefusal) -> NewConditionalOrder {
        var order = order
        try checkTradable(order.account, order.instrument)
        let instrument = instruments[order.instrument.index]
        try checkSide(order)
        try checkTerms(order)
        try checkParts(order, instrument)
        guard !instrument.markPrice.isZero else { throw EngineRefusal(.noMarkPrice) }
        let current = price(order.instrument, order.source)
        if order.type == .trailingStopMarket {
            try checkTrailing(order, instrument, current)
            if order.activationPrice.isZero { order.activationPrice = current }
        } else {
            try checkGrid(order.triggerPrice, instrument)
            var state = ConditionalState(id: .none, order: order, position: -1)
            guard !state.observe(current) else { throw EngineRefusal(.wouldTriggerImmediately) }
        }
        guard conditionalCount(order.account, order.instrument) < instrument.triggers.countMax
        else { throw EngineRefusal(.tooManyConditionalOrders) }
        if !order.clientOrderID.isEmpty {
            let name = ConditionalReference(
                account: order.account,
                instrument: order.instrument,
                clientOrderID: order.clientOrderID
            )
            guard findConditional(name) == nil else {
                throw EngineRefusal(.duplicateClientOrderID)
            }
        }
        return order
    }

    /// In hedge mode what closes is known by its side, and cannot close by adding.
    ///
    /// Spec: POS-021.
    private func checkSide(_ order: NewConditionalOrder) throws(EngineRefusal) {
        try checkSide(order.positionSide, of: order.account)
        guard order.positionSide != .both else { return }
        guard !order.reduceOnly else { throw EngineRefusal(.reduceOnlyInHedgeMode) }
        guard !order.closePosition || order.positionSide.isReduced(by: order.side) else {
            throw EngineRefusal(.conditionalOrderContradictory)
        }
    }

    /// Of the account in the instrument, whichever of its positions they are for.
    private func conditionalCount(_ account: AccountID, _ instrument: InstrumentID) -> UInt32 {
        var count: UInt32 = 0
        var slot = firstSlot(of: account, in: instrument)
        while slot >= 0 {
            count += positions[Int(slot)].conditionalCount
            slot = nextSlot(slot)
        }
        return count
    }

    /// Dates count from placing; prices to match are looked for at release.
    private func checkTerms(_ order: NewConditionalOrder) throws(EngineRefusal) {
        try checkDate(order.goodTillDate, order.timeInForce)
        guard order.goodTillDate == .zero || !order.type.isMarket else {
            throw EngineRefusal(.goodTillDateContradictory)
        }
        try checkPriceMatch(
            order.priceMatch,
            order.price,
            order.type.isMarket ? .market : .limit
        )
    }

    private func checkParts(
        _ order: NewConditionalOrder,
        _ instrument: borrowing InstrumentState
    ) throws(EngineRefusal) {
        if order.closePosition {
            guard order.type == .stopMarket || order.type == .takeProfitMarket,
                order.quantity.isZero, !order.reduceOnly
            else { throw EngineRefusal(.conditionalOrderContradictory) }
        } else {
            try checkQuantity(order.quantity, order.type.isMarket ? .market : .limit, instrument)
        }
        if order.type.isMarket {
            guard order.price.isZero else {
                throw EngineRefusal(.conditionalOrderContradictory)
            }
        } else if order.priceMatch == .none {
            try checkGrid(order.price, instrument)
        }
    }

    /// A buy waits below the market and a sell above it; otherwise it would be active already.
    private func checkTrailing(
        _ order: NewConditionalOrder,
        _ instrument: borrowing InstrumentState,
        _ current: Price
    ) throws(EngineRefusal) {
        // 0.1 % to 10 %.
        guard order.callbackRate >= Rate(units: 100_000),
            order.callbackRate <= Rate(units: 10_000_000)
        else { throw EngineRefusal(.callbackRateOutOfRange) }
        guard order.triggerPrice.isZero else {
            throw EngineRefusal(.conditionalOrderContradictory)
        }
        guard !order.activationPrice.isZero else { return }
        try checkGrid(order.activationPrice, instrument)
        let waits =
            order.side == .buy
            ? order.activationPrice < current : order.activationPrice > current
        guard waits else { throw EngineRefusal(.wouldTriggerImmediately) }
    }
}
