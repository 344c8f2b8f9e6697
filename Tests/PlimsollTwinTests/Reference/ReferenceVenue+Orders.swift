import BigInt
import PlimsollModel

/// Spec page: Orders.
extension ReferenceVenue {
    // MARK: Admission

    /// ORD-001 to ORD-012, in that order.
    mutating func place(_ new: NewOrder) throws(Refused) {
        try checkTradable(new.account, new.instrument)
        let instrument = instruments[new.instrument.index]
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        let largest = new.type == .market ? limits.marketQuantityMax : limits.quantityMax
        try checkQuantity(new.quantity.big, largest.big, instrument)
        guard instrument.markPrice > 0 else { throw Refused(.noMarkPrice) }
        let stake = stake(new.account, new.instrument)
        var order = ReferenceOrder(
            id: .none,
            account: new.account,
            instrument: new.instrument,
            side: new.side,
            type: new.type,
            timeInForce: new.timeInForce,
            reduceOnly: new.reduceOnly,
            price: new.price.big,
            marginPrice: 0,
            quantity: new.quantity.big,
            remaining: new.quantity.big,
            name: new.clientOrderID
        )
        if new.type == .limit { try checkPrice(order.price, new.side, instrument) }
        try checkRoom(new.instrument, order.quantity)
        if new.reduceOnly {
            let room = reducible(stake, new.side)
            guard room > 0 else { throw Refused(.reduceOnlyRejected) }
            order.quantity = min(order.quantity, room)
            order.remaining = order.quantity
        }
        let isNameTaken = orders.contains {
            $0.account == new.account && $0.name == new.clientOrderID
        }
        if !new.clientOrderID.isEmpty, isNameTaken { throw Refused(.duplicateClientOrderID) }
        if mayRest(order), openOrders(of: stake).count >= limits.openOrderCountMax {
            throw Refused(.tooManyOpenOrders)
        }
        let limit = try checkBook(&order, instrument)
        if !new.reduceOnly {
            let value = order.quantity * (new.type == .limit ? order.price : instrument.markPrice)
            guard value >= limits.notionalMin.big * one else {
                throw Refused(.notionalBelowMin, limit: limits.notionalMin.big)
            }
            try checkMargin(stake, new.side, order.marginPrice * order.quantity)
        }
        execute(&order, limit, announcedPrice: new.price.big)
    }

    private func checkQuantity(
        _ quantity: BigInt,
        _ largest: BigInt,
        _ instrument: ReferenceInstrument
    ) throws(Refused) {
        guard quantity > 0 else { throw Refused(.quantityNotPositive) }
        guard quantity >= instrument.limits?.quantityMin.big ?? 0 else {
            throw Refused(.quantityBelowMin)
        }
        guard quantity <= largest else { throw Refused(.quantityAboveMax) }
        guard quantity % instrument.contract.stepSize.big == 0 else {
            throw Refused(.quantityNotOnStep)
        }
    }

    /// ORD-004, ORD-005.
    private func checkPrice(
        _ price: BigInt,
        _ side: Side,
        _ instrument: ReferenceInstrument
    ) throws(Refused) {
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        guard price > 0 else { throw Refused(.priceNotPositive) }
        guard price >= limits.priceMin.big else { throw Refused(.priceBelowMin) }
        guard price <= limits.priceMax.big else { throw Refused(.priceAboveMax) }
        guard price % instrument.contract.tickSize.big == 0 else { throw Refused(.priceNotOnTick) }
        let band = limits.priceBand.big
        if side == .buy {
            let highest = Ratio(instrument.markPrice * (one + band), over: one)
            guard price <= highest.rounded(.towardsZero) else {
                throw Refused(.priceAboveBand, limit: highest.rounded(.towardsZero))
            }
        } else {
            let lowest = Ratio(instrument.markPrice * (one - band), over: one)
            guard price >= lowest.rounded(.awayFromZero) else {
                throw Refused(.priceBelowBand, limit: lowest.rounded(.awayFromZero))
            }
        }
    }

    /// No sum of quantities of an instrument may pass eighty thousand million.
    private func checkRoom(_ id: InstrumentID, _ quantity: BigInt) throws(Refused) {
        var sum = quantity
        for stake in stakes where stake.instrument == id { sum += max(0, stake.quantity) }
        for order in orders where order.instrument == id { sum += order.remaining }
        guard sum <= one * 80_000_000_000 else { throw Refused(.exceedsMaximumPosition) }
    }

    /// ORD-006.
    func reducible(_ stake: ReferenceStake, _ side: Side) -> BigInt {
        side == .buy ? max(0, -stake.quantity) : max(0, stake.quantity)
    }

    /// ORD-009, ORD-010, MARG-004; returns the worst price at which the order may trade.
    private func checkBook(
        _ order: inout ReferenceOrder,
        _ instrument: ReferenceInstrument
    ) throws(Refused) -> BigInt {
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        var limit = order.price
        order.marginPrice = marginPrice(order.price, order.side, instrument)
        if order.type == .market {
            let bound = limits.marketTakeBound.big
            let factor = order.side == .buy ? one + bound : one - bound
            limit = Ratio(instrument.markPrice * factor, over: one)
                .rounded(order.side == .buy ? .towardsZero : .awayFromZero)
            let hasAnyone = orders.contains {
                $0.instrument == order.instrument && $0.side != order.side
            }
            guard hasAnyone else { throw Refused(.emptyBook) }
            guard let first = firstMaker(order.instrument, against: order.side, limit) else {
                throw Refused(.nothingWithinTakeBound)
            }
            let best = orders[first].price
            order.marginPrice = rehearsed(order, limit).worst ?? best
        }
        if order.timeInForce == .goodTillCrossing, order.type == .limit {
            guard firstMaker(order.instrument, against: order.side, limit) == nil else {
                throw Refused(.postOnlyWouldTake)
            }
        }
        if order.timeInForce == .fillOrKill {
            guard rehearsed(order, limit).filled >= order.quantity else {
                throw Refused(.fillOrKillUnfillable)
            }
        }
        return limit
    }

    /// What the order would get, tried on a copy of the whole venue.
    private func rehearsed(
        _ order: ReferenceOrder,
        _ limit: BigInt
    ) -> (filled: BigInt, worst: BigInt?) {
        var copy = self
        copy.events = []
        var order = order
        _ = copy.stakeForTrading(order.account, order.instrument)
        copy.match(&order, limit)
        var worst: BigInt?
        for case .tradeExecuted(let trade) in copy.events { worst = trade.price.big }
        return (order.quantity - order.remaining, worst)
    }

    private func marginPrice(
        _ price: BigInt,
        _ side: Side,
        _ instrument: ReferenceInstrument
    ) -> BigInt {
        side == .buy ? price : max(price, instrument.markPrice)
    }

    /// ORD-012.
    private func checkMargin(
        _ stake: ReferenceStake,
        _ side: Side,
        _ value: BigInt
    ) throws(Refused) {
        guard accounts[stake.account.index] == .trader else { return }
        let before = largestExposure(of: stake)
        let after = largestExposure(of: stake, adding: value, side)
        guard after > before else { return }
        guard after <= notionalCap(stake.instrument, stake.leverage) else {
            throw Refused(.exceedsMaximumPosition)
        }
        let more = initialMargin(after, stake.leverage) - initialMargin(before, stake.leverage)
        guard more <= available(stake.account, settleAsset(of: stake)) else {
            throw Refused(.insufficientMargin)
        }
    }

    // MARK: Execution

    private mutating func execute(
        _ order: inout ReferenceOrder,
        _ limit: BigInt,
        announcedPrice: BigInt
    ) {
        _ = stakeForTrading(order.account, order.instrument)
        accept(&order, announcedPrice)
        match(&order, limit)
        finish(order)
    }

    mutating func accept(_ order: inout ReferenceOrder, _ announcedPrice: BigInt) {
        lastOrder += 1
        order.id = OrderID(rawValue: lastOrder)
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
                    origin: order.isLiquidation ? .liquidation : .client,
                    price: Price(announcedPrice),
                    quantity: Quantity(order.quantity),
                    marginPrice: Price(order.marginPrice),
                    clientOrderID: order.name,
                    selfTradePrevention: order.isLiquidation ? .expireMaker : .none
                )
            )
        )
    }

    /// BOOK-001: the best price first, of equals the oldest.
    private func firstMaker(
        _ instrument: InstrumentID,
        against side: Side,
        _ limit: BigInt
    ) -> Int? {
        var best: Int?
        for (place, order) in orders.enumerated()
        where order.instrument == instrument && order.side != side {
            guard side == .buy ? order.price <= limit : order.price >= limit else { continue }
            if let found = best {
                let isBetter =
                    side == .buy
                    ? order.price < orders[found].price : order.price > orders[found].price
                if isBetter { best = place }
            } else {
                best = place
            }
        }
        return best
    }

    /// BOOK-003.
    mutating func match(_ taker: inout ReferenceOrder, _ limit: BigInt) {
        while taker.remaining > 0,
            let place = firstMaker(taker.instrument, against: taker.side, limit)
        {
            let maker = orders[place]
            var quantity = min(taker.remaining, maker.remaining)
            if taker.reduceOnly {
                let room = reducible(stake(taker.account, taker.instrument), taker.side)
                quantity = min(quantity, room)
            }
            if quantity.isZero { return }
            if maker.reduceOnly {
                let room = reducible(stake(maker.account, maker.instrument), maker.side)
                quantity = min(quantity, room)
            }
            if quantity.isZero {
                close(maker, .reduceOnly)
                continue
            }
            trade(&taker, place, quantity)
        }
    }

    private mutating func trade(_ taker: inout ReferenceOrder, _ place: Int, _ quantity: BigInt) {
        orders[place].remaining -= quantity
        taker.remaining -= quantity
        let maker = orders[place]
        if maker.remaining.isZero { orders.remove(at: place) }
        let index = taker.instrument.index
        instruments[index].last = maker.price
        instruments[index].tradeCount += 1
        let trade = TradeExecuted(
            trade: TradeID(rawValue: instruments[index].tradeCount),
            instrument: taker.instrument,
            price: Price(maker.price),
            quantity: Quantity(quantity),
            takerSide: taker.side,
            maker: maker.id,
            taker: taker.id
        )
        events.append(.tradeExecuted(trade))
        let fees = instruments[index].fees
        fill(maker, trade, rate: fees.maker.big, isMaker: true)
        fill(taker, trade, rate: fees.taker.big, isMaker: false)
    }

    private mutating func finish(_ order: ReferenceOrder) {
        guard order.remaining > 0 else { return }
        let isUseless =
            order.reduceOnly
            && reducible(stake(order.account, order.instrument), order.side).isZero
        if isUseless {
            tellClosed(order, .reduceOnly)
        } else if mayRest(order) {
            orders.append(order)
        } else {
            let isKilled = order.timeInForce == .fillOrKill
            tellClosed(order, isKilled ? .fillOrKill : .unfilledRemainder)
        }
    }

    private func mayRest(_ order: ReferenceOrder) -> Bool {
        order.type == .limit
            && (order.timeInForce == .goodTillCancelled || order.timeInForce == .goodTillCrossing)
    }

    // MARK: Cancelling and amending

    func openOrder(_ target: OrderReference) throws(Refused) -> ReferenceOrder {
        try checkTradable(target.account, target.instrument)
        let found = orders.first {
            target.order == .none
                ? $0.account == target.account && !$0.name.isEmpty
                    && $0.name == target.clientOrderID
                : $0.id == target.order
        }
        guard let found, found.account == target.account, found.instrument == target.instrument
        else { throw Refused(.unknownOrder) }
        return found
    }

    mutating func close(_ order: ReferenceOrder, _ reason: OrderCloseReason) {
        orders.removeAll { $0.id == order.id }
        tellClosed(order, reason)
    }

    mutating func tellClosed(_ order: ReferenceOrder, _ reason: OrderCloseReason) {
        events.append(
            .orderClosed(
                OrderClosed(
                    order: order.id,
                    account: order.account,
                    instrument: order.instrument,
                    reason: reason,
                    remaining: Quantity(order.remaining)
                )
            )
        )
    }

    /// Closes what fits, by instrument and number.
    mutating func closeOrders(
        _ reason: OrderCloseReason,
        where fits: (ReferenceOrder) -> Bool
    ) {
        let closing = orders.filter(fits).sorted {
            ($0.instrument.index, $0.id.index) < ($1.instrument.index, $1.id.index)
        }
        for order in closing { close(order, reason) }
    }

    /// ORD-020.
    mutating func amend(_ amendment: OrderAmendment) throws(Refused) {
        let before = try openOrder(amendment.target)
        let instrument = instruments[before.instrument.index]
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        var order = before
        order.price = amendment.price.big
        order.quantity = amendment.quantity.big
        guard order.price != before.price || order.quantity != before.quantity else {
            throw Refused(.nothingToAmend)
        }
        try checkQuantity(order.quantity, limits.quantityMax.big, instrument)
        try checkPrice(order.price, order.side, instrument)
        let filled = before.quantity - before.remaining
        guard order.quantity > filled else { return close(before, .amendedBelowFilled) }
        order.remaining = order.quantity - filled
        order.marginPrice = marginPrice(order.price, order.side, instrument)
        try checkRoom(order.instrument, order.quantity)
        if !order.reduceOnly {
            guard order.quantity * order.price >= limits.notionalMin.big * one else {
                throw Refused(.notionalBelowMin, limit: limits.notionalMin.big)
            }
        }
        let valueBefore = before.marginPrice * before.remaining
        let valueAfter = order.marginPrice * order.remaining
        if !order.reduceOnly, valueAfter > valueBefore {
            try checkMargin(
                stake(order.account, order.instrument),
                order.side,
                valueAfter - valueBefore
            )
        }
        if order.timeInForce == .goodTillCrossing,
            firstMaker(order.instrument, against: order.side, order.price) != nil
        {
            return close(before, .amendedIntoCross)
        }
        orders.removeAll { $0.id == before.id }
        events.append(
            .orderAmended(
                OrderAmended(
                    order: order.id,
                    account: order.account,
                    instrument: order.instrument,
                    price: Price(order.price),
                    quantity: Quantity(order.quantity),
                    marginPrice: Price(order.marginPrice)
                )
            )
        )
        match(&order, order.price)
        finish(order)
    }
}
