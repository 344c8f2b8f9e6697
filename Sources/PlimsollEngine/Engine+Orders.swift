import PlimsollModel

/// Orders are placed, matched, amended and closed.
extension Engine {
    mutating func place(
        _ order: inout NewOrder,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        let admission = try admit(&order)
        execute(order, admission, &events)
    }

    /// Puts an admitted order to work.
    mutating func execute(
        _ order: NewOrder,
        _ admission: Admission,
        _ events: inout EventBuffer
    ) {
        let slot = positionForTrading(
            order.account,
            order.instrument,
            order.positionSide,
            &events
        )
        var taker = newOrder(
            account: order.account,
            instrument: order.instrument,
            position: slot,
            quantity: admission.quantity
        )
        taker.side = order.side
        taker.type = order.type
        taker.timeInForce = order.timeInForce
        taker.reduceOnly = order.reduceOnly
        taker.tick = admission.tick
        taker.marginPrice = admission.marginPrice
        taker.selfTradePrevention = order.selfTradePrevention
        announce(
            taker,
            price: order.price,
            order.clientOrderID,
            priceMatch: order.priceMatch,
            goodTillDate: order.goodTillDate,
            &events
        )
        match(&taker, limit: admission.limit, &events)
        finish(taker, order.clientOrderID, &events)
        // Only once it rests: an entry without an open order may be dropped at any time.
        if order.timeInForce == .goodTillDate, findOrder(taker.id) != nil {
            queueExpiry(of: taker.id, at: order.goodTillDate)
        }
    }

    func newOrder(
        account: AccountID,
        instrument: InstrumentID,
        position: Int32,
        quantity: Quantity
    ) -> OrderState {
        OrderState(
            id: OrderID(rawValue: lastOrder + 1),
            remaining: quantity,
            quantity: quantity,
            marginPrice: .zero,
            account: account,
            position: position,
            tick: 0,
            instrument: instrument,
            side: .buy,
            type: .limit,
            timeInForce: .immediateOrCancel,
            reduceOnly: false,
            origin: .client,
            // A forced close does not trade with its owner's orders either.
            selfTradePrevention: .expireMaker
        )
    }

    mutating func announce(
        _ order: OrderState,
        price: Price,
        _ clientOrderID: ClientOrderID,
        priceMatch: PriceMatch = .none,
        goodTillDate: Timestamp = .zero,
        _ events: inout EventBuffer
    ) {
        lastOrder = order.id.rawValue
        events.append(
            .orderAccepted(
                OrderAccepted(
                    order: order.id,
                    account: order.account,
                    instrument: order.instrument,
                    side: order.side,
                    type: order.type,
                    timeInForce: order.timeInForce,
                    reduceOnly: order.reduceOnly,
                    origin: order.origin,
                    price: price,
                    quantity: order.quantity,
                    marginPrice: order.marginPrice,
                    clientOrderID: clientOrderID,
                    positionSide: positions[Int(order.position)].side,
                    selfTradePrevention: order.selfTradePrevention,
                    priceMatch: priceMatch,
                    goodTillDate: goodTillDate
                )
            )
        )
    }

    // MARK: Matching

    /// Trades a taker against the book, best price first, oldest first, up to its limit.
    ///
    /// Spec: BOOK-003.
    mutating func match(
        _ taker: inout OrderState,
        limit: Int32,
        _ events: inout EventBuffer
    ) {
        let index = taker.instrument.index
        while taker.remaining > .zero,
            let slot = books[index].firstMaker(against: taker.side, limit: limit)
        {
            let maker = orders[Int(slot)]
            var quantity = min(taker.remaining, maker.remaining)
            if taker.reduceOnly {
                let room = reducible(positions[Int(taker.position)], by: taker.side)
                guard room > .zero else { return }
                quantity = min(quantity, room)
            }
            if maker.reduceOnly {
                let room = reducible(positions[Int(maker.position)], by: maker.side)
                guard room > .zero else {
                    close(slot, .reduceOnly, &events)
                    continue
                }
                quantity = min(quantity, room)
            }
            if maker.account == taker.account, taker.selfTradePrevention != .none {
                prevent(&taker, slot, &events)
                continue
            }
            trade(&taker, slot, quantity, &events)
            // LIQ-021: a forced close ends as soon as its scope is safe.
            if taker.origin == .liquidation, mayStopClosing(taker.position) { return }
        }
    }

    private mutating func trade(
        _ taker: inout OrderState,
        _ makerSlot: Int32,
        _ quantity: Quantity,
        _ events: inout EventBuffer
    ) {
        let index = taker.instrument.index
        let maker = orders[Int(makerSlot)]
        let price = instruments[index].price(at: maker.tick)
        let priceBefore = instruments[index].lastPrice
        instruments[index].lastTrade += 1
        instruments[index].lastPrice = price
        if flow.isForced || pressures[index].isActive {
            followPressure(taker.instrument, taker.side, from: priceBefore)
        }
        note(taker.instrument, .lastPrice)
        let trade = TradeID(rawValue: instruments[index].lastTrade)
        events.append(
            .tradeExecuted(
                TradeExecuted(
                    trade: trade,
                    instrument: taker.instrument,
                    price: price,
                    quantity: quantity,
                    takerSide: taker.side,
                    maker: maker.id,
                    taker: taker.id
                )
            )
        )
        taker.remaining -= quantity
        release(quantity, of: maker)
        if quantity == maker.remaining {
            unlink(makerSlot)
        } else {
            books[index].reduce(makerSlot, by: quantity, in: &orders)
            instruments[index].restingQuantity -= quantity
        }
        announceLevel(taker.instrument, maker.side, maker.tick, &events)

        let fees = instruments[index].fees
        var filled = maker
        filled.remaining -= quantity
        settle(Fill(order: filled, trade, price, quantity, fees.maker, isMaker: true), &events)
        settle(Fill(order: taker, trade, price, quantity, fees.taker, isMaker: false), &events)
    }

    /// Ends an order that matched, or puts what is left into the book.
    mutating func finish(
        _ order: OrderState,
        _ clientOrderID: ClientOrderID,
        _ events: inout EventBuffer
    ) {
        guard order.remaining > .zero else { return }
        let room = reducible(positions[Int(order.position)], by: order.side)
        if order.reduceOnly, room.isZero {
            announceClosed(order, .reduceOnly, &events)
            return
        }
        switch order.timeInForce {
        case .goodTillCancelled where order.type == .limit,
            .goodTillCrossing where order.type == .limit,
            .goodTillDate where order.type == .limit:
            rest(order, clientOrderID, &events)
        case .fillOrKill:
            announceClosed(order, .fillOrKill, &events)
        default:
            announceClosed(order, .unfilledRemainder, &events)
        }
    }

    mutating func rest(
        _ order: OrderState,
        _ clientOrderID: ClientOrderID,
        _ events: inout EventBuffer
    ) {
        let slot = link(order, clientOrderID)
        books[order.instrument.index].rest(slot, in: &orders)
        announceLevel(order.instrument, order.side, order.tick, &events)
    }

    // MARK: Cancelling and amending

    mutating func cancel(
        _ target: OrderReference,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        let slot = try openOrder(target)
        close(slot, .cancelledByClient, &events)
    }

    mutating func cancelAll(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        closeOrders(of: account, instrument, .cancelledByClient, &events)
    }

    /// Closes all open orders of an account in an instrument, position by position.
    mutating func closeOrders(
        of account: AccountID,
        _ instrument: InstrumentID,
        _ reason: OrderCloseReason,
        _ events: inout EventBuffer
    ) {
        var position = firstSlot(of: account, in: instrument)
        while position >= 0 {
            closeOrders(of: position, reason, &events)
            position = nextSlot(position)
        }
    }

    mutating func closeOrders(
        of position: Int32,
        _ reason: OrderCloseReason,
        onlyReduceOnly: Bool = false,
        _ events: inout EventBuffer
    ) {
        var slot = positions[Int(position)].firstOrder
        while slot >= 0 {
            let next = orders[Int(slot)].nextOfOwner
            if !onlyReduceOnly || orders[Int(slot)].reduceOnly { close(slot, reason, &events) }
            slot = next
        }
    }

    /// Takes an open order out of the book with what is left of it.
    mutating func close(
        _ slot: Int32,
        _ reason: OrderCloseReason,
        _ events: inout EventBuffer
    ) {
        let order = orders[Int(slot)]
        release(order.remaining, of: order)
        unlink(slot)
        announceClosed(order, reason, &events)
        announceLevel(order.instrument, order.side, order.tick, &events)
    }

    /// How often an order may be amended.
    private static let amendmentCountMax: UInt16 = 10_000

    /// Spec: ORD-020, ORD-043.
    mutating func amend(
        _ amendment: OrderAmendment,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        let slot = try openOrder(amendment.target)
        var order = orders[Int(slot)]
        let instrument = instruments[order.instrument.index]
        try checkPriceMatch(amendment.priceMatch, amendment.price, .limit)
        var price = amendment.price
        if amendment.priceMatch != .none {
            price = try matchedPrice(amendment.priceMatch, order.side, order.instrument)
        }
        guard price != instrument.price(at: order.tick) || amendment.quantity != order.quantity
        else { throw EngineRefusal(.nothingToAmend) }
        guard order.amendmentCount < Self.amendmentCountMax else {
            throw EngineRefusal(.tooManyAmendments)
        }
        try checkQuantity(amendment.quantity, .limit, instrument)
        try checkPrice(price, order.side, instrument)
        guard amendment.quantity > order.filled else {
            close(slot, .amendedBelowFilled, &events)
            return
        }
        try checkRoom(order.instrument, amendment.quantity)
        let filled = order.filled
        let marginPrice = marginPrice(price, order.side, instrument)
        if !order.reduceOnly {
            try checkNotional(
                instrument.notional(of: amendment.quantity, at: price),
                of: order.account,
                instrument
            )
            let before = instrument.notional(of: order.remaining, at: order.marginPrice)
            let after = instrument.notional(of: amendment.quantity - filled, at: marginPrice)
            if after > before {
                try checkMargin(
                    positions[Int(order.position)],
                    order.side,
                    after - before
                )
            }
        }
        let tick = instrument.tick(of: price)
        if order.timeInForce == .goodTillCrossing,
            books[order.instrument.index].firstMaker(against: order.side, limit: tick) != nil
        {
            close(slot, .amendedIntoCross, &events)
            return
        }
        let clientOrderID = clientOrderIDs[Int(slot)]
        release(order.remaining, of: order)
        unlink(slot)
        announceLevel(order.instrument, order.side, order.tick, &events)
        order.tick = tick
        order.quantity = amendment.quantity
        order.remaining = amendment.quantity - filled
        order.marginPrice = marginPrice
        order.amendmentCount += 1
        events.append(
            .orderAmended(
                OrderAmended(
                    order: order.id,
                    account: order.account,
                    instrument: order.instrument,
                    price: price,
                    quantity: amendment.quantity,
                    marginPrice: marginPrice
                )
            )
        )
        match(&order, limit: tick, &events)
        finish(order, clientOrderID, &events)
    }

    /// The slot of the open order that a reference names, if it is the account's own.
    private func openOrder(_ target: OrderReference) throws(EngineRefusal) -> Int32 {
        try checkTradable(target.account, target.instrument)
        let slot =
            target.order == .none
            ? findOrder(target.account, target.clientOrderID)
            : findOrder(target.order)
        guard let slot, orders[Int(slot)].account == target.account,
            orders[Int(slot)].instrument == target.instrument
        else { throw EngineRefusal(.unknownOrder) }
        return slot
    }
}
