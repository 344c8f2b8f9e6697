import PlimsollModel

/// What an admitted order brings to its execution.
struct Admission {
    /// After a reduce-only order was cut to its position.
    var quantity: Quantity
    /// The worst tick at which the order may trade.
    var limit: Int32
    /// The order's own tick, where it may rest.
    var tick: Int32
    var marginPrice: Price
}

/// Every check an order must pass, in order of precedence.
///
/// Nothing here changes anything: from the moment an order is admitted, it must succeed.
///
/// Spec: ORD-001 to ORD-013.
extension Engine {
    /// Checks an order, which leaves with the price that it takes from the book, if it asks for one.
    ///
    /// Where a conditional order became this one, its date was far enough ahead when it was placed.
    func admit(
        _ order: inout NewOrder,
        isReleased: Bool = false
    ) throws(EngineRefusal) -> Admission {
        try checkTradable(order.account, order.instrument)
        try checkSide(&order, isReleased: isReleased)
        try checkDate(order.goodTillDate, order.timeInForce, isReleased: isReleased)
        // The rules are many words, read where they stand.
        let index = order.instrument.index
        try checkQuantity(order.quantity, order.type, instruments[index])
        guard !instruments[index].markPrice.isZero else { throw EngineRefusal(.noMarkPrice) }
        try checkPriceMatch(order.priceMatch, order.price, order.type)
        let slot = position(of: order.account, in: order.instrument, side: order.positionSide)
        var admission = Admission(
            quantity: order.quantity,
            limit: 0,
            tick: 0,
            marginPrice: .zero
        )
        switch order.type {
        case .limit:
            if order.priceMatch != .none {
                order.price = try matchedPrice(order.priceMatch, order.side, order.instrument)
            }
            try checkPrice(order.price, order.side, instruments[index])
            admission.tick = instruments[index].tick(of: order.price)
            admission.limit = admission.tick
            admission.marginPrice = marginPrice(order.price, order.side, instruments[index])
        case .market:
            admission.limit = takeBound(order.side, instruments[index])
        }
        try checkRoom(order.instrument, order.quantity)
        if order.reduceOnly {
            let room = slot.map { reducible(positions[Int($0)], by: order.side) } ?? .zero
            guard room > .zero else { throw EngineRefusal(.reduceOnlyRejected) }
            admission.quantity = min(order.quantity, room)
        }
        if !order.clientOrderID.isEmpty,
            findOrder(order.account, order.clientOrderID) != nil
        {
            throw EngineRefusal(.duplicateClientOrderID)
        }
        if order.mayRest, accounts[order.account.index].kind.isMargined,
            openOrderCount(order.account, order.instrument, slot)
                >= instruments[index].limits.openOrderCountMax
        {
            throw EngineRefusal(.tooManyOpenOrders)
        }
        try checkBook(order, slot, &admission)
        if !order.reduceOnly {
            try checkNotional(
                instruments[index].notional(
                    of: order.quantity,
                    at: order.type == .limit ? order.price : instruments[index].markPrice
                ),
                of: order.account,
                instruments[index]
            )
            if accounts[order.account.index].kind.isMargined {
                try checkMargin(
                    slot.map { positions[Int($0)] }
                        ?? newPosition(order.account, order.instrument, order.positionSide),
                    order.side,
                    instruments[index].notional(of: admission.quantity, at: admission.marginPrice)
                )
            }
        }
        return admission
    }

    // MARK: The order's position

    /// An order names a position that its account can have; in hedge mode one against that position's
    /// side is a reduce-only order, and says so when it leaves.
    ///
    /// Spec: POS-021.
    private func checkSide(
        _ order: inout NewOrder,
        isReleased: Bool
    ) throws(EngineRefusal) {
        try checkSide(order.positionSide, of: order.account)
        guard order.positionSide != .both else { return }
        guard !order.reduceOnly || isReleased else {
            throw EngineRefusal(.reduceOnlyInHedgeMode)
        }
        order.reduceOnly = order.positionSide.isReduced(by: order.side)
    }

    /// Of the account in the instrument: in hedge mode those of both positions.
    private func openOrderCount(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ slot: Int32?
    ) -> UInt32 {
        guard accounts[account.index].isHedge else {
            return slot.map { positions[Int($0)].openOrderCount } ?? 0
        }
        var count: UInt32 = 0
        var slot = firstSlot(of: account, in: instrument)
        while slot >= 0 {
            count += positions[Int(slot)].openOrderCount
            slot = nextSlot(slot)
        }
        return count
    }

    // MARK: The order's own numbers

    /// Whether an instrument's open interest and its resting orders leave room for more.
    ///
    /// Spec: ORD-013.
    func checkRoom(_ id: InstrumentID, _ quantity: Quantity) throws(EngineRefusal) {
        let sum = instruments[id.index].openInterest + instruments[id.index].restingQuantity
        guard quantity <= InstrumentState.quantitySumMax - sum else {
            throw EngineRefusal(.exceedsMaximumPosition)
        }
    }

    func checkQuantity(
        _ quantity: Quantity,
        _ type: OrderType,
        _ instrument: borrowing InstrumentState
    ) throws(EngineRefusal) {
        try check(
            instrument.limits.refusal(of: quantity, type, step: instrument.contract.stepSize)
        )
    }

    /// What any price of an order must be.
    @inline(__always)
    func checkGrid(
        _ price: Price,
        _ instrument: borrowing InstrumentState
    ) throws(EngineRefusal) {
        try check(instrument.limits.refusal(of: price, tick: instrument.contract.tickSize))
    }

    @inline(__always)
    func checkPrice(
        _ price: Price,
        _ side: Side,
        _ instrument: borrowing InstrumentState
    ) throws(EngineRefusal) {
        try checkGrid(price, instrument)
        try check(instrument.limits.refusal(of: price, side, mark: instrument.markPrice))
    }

    /// A sell is reckoned at the mark price where that is higher, since it would cost that much to
    /// buy back.
    ///
    /// Of an inverse contract it is a buy that owes more at the mark price, where that is lower.
    @inline(__always)
    func marginPrice(
        _ price: Price,
        _ side: Side,
        _ instrument: borrowing InstrumentState
    ) -> Price {
        switch (instrument.contract.kind, side) {
        case (.linear, .buy), (.inverse, .sell): price
        case (.linear, .sell): max(price, instrument.markPrice)
        case (.inverse, .buy): min(price, instrument.markPrice)
        }
    }

    /// The worst tick at which a market order may trade.
    private func takeBound(_ side: Side, _ instrument: borrowing InstrumentState) -> Int32 {
        let bound = instrument.limits.marketTakeBound
        switch side {
        case .buy:
            let worst = instrument.markPrice.times(.one + bound, rounding: .down)
            return instrument.tick(of: min(worst, instrument.limits.priceMax))
        case .sell:
            let worst = instrument.markPrice.times(.one - bound, rounding: .up)
            let tick = instrument.tick(of: worst)
            return instrument.price(at: tick) < worst ? tick + 1 : tick
        }
    }

    @inline(__always)
    func checkNotional(
        _ notional: Amount,
        of account: AccountID,
        _ instrument: borrowing InstrumentState
    ) throws(EngineRefusal) {
        let refusal = instrument.limits.refusal(ofNotional: notional)
        // A recorded level is what orders have left of it, and may be smaller than any order.
        if refusal?.reason == .notionalBelowMin, !accounts[account.index].kind.isMargined { return }
        try check(refusal)
    }

    private func check(_ refusal: Refusal?) throws(EngineRefusal) {
        if let refusal { throw EngineRefusal(refusal) }
    }

    // MARK: The order against the book

    private func checkBook(
        _ order: NewOrder,
        _ position: Int32?,
        _ admission: inout Admission
    ) throws(EngineRefusal) {
        let index = order.instrument.index
        if order.type == .market {
            guard let best = books[index].best(order.side.opposite) else {
                throw EngineRefusal(.emptyBook)
            }
            let isWithin = order.side == .buy ? best <= admission.limit : best >= admission.limit
            guard isWithin else { throw EngineRefusal(.nothingWithinTakeBound) }
            let sweep = sweep(order, position, admission)
            admission.marginPrice = instruments[index].price(at: sweep.worst)
        }
        switch order.timeInForce {
        case .goodTillCrossing where order.type == .limit:
            guard books[index].firstMaker(against: order.side, limit: admission.limit) == nil
            else { throw EngineRefusal(.postOnlyWouldTake) }
        case .fillOrKill:
            let sweep = sweep(order, position, admission)
            guard sweep.quantity == admission.quantity else {
                throw EngineRefusal(.fillOrKillUnfillable)
            }
        default:
            break
        }
    }

    // MARK: The order against the account

    /// How much an order of `side` may reduce a position.
    func reducible(_ state: PositionState, by side: Side) -> Quantity {
        let isOpposite = side == .buy ? state.quantity < .zero : state.quantity > .zero
        return isOpposite ? state.quantity.magnitude : .zero
    }

    /// Asks for the margin that an order would add, and for room under the leverage's cap.
    func checkMargin(
        _ state: PositionState,
        _ side: Side,
        _ value: Amount
    ) throws(EngineRefusal) {
        guard accounts[state.account.index].kind.isMargined else { return }
        var state = state
        let requiredBefore = requiredMargin(of: state)
        let exposureBefore = largestExposure(of: state)
        switch side {
        case .buy: state.bidValue += value
        case .sell: state.askValue += value
        }
        let exposure = largestExposure(of: state)
        guard exposure > exposureBefore else { return }
        guard exposure <= notionalCap(of: state.instrument, at: state.leverage) else {
            throw EngineRefusal(.exceedsMaximumPosition)
        }
        let more = requiredMargin(of: state) - requiredBefore
        let column = instruments[state.instrument.index].column
        guard more <= crossSummary(of: state.account, column).available else {
            throw EngineRefusal(.insufficientMargin)
        }
    }
}
