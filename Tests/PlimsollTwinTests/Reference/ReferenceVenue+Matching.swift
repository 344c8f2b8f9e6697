import BigInt
import PlimsollModel

/// Spec page: Orders, the book.
extension ReferenceVenue {
    mutating func execute(
        _ order: inout ReferenceOrder,
        _ limit: BigInt,
        announcedPrice: BigInt
    ) {
        _ = stakeForTrading(order.account, order.instrument, order.positionSide)
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
                    origin: order.origin,
                    price: Price(announcedPrice),
                    quantity: Quantity(order.quantity),
                    marginPrice: Price(order.marginPrice),
                    clientOrderID: order.name,
                    positionSide: order.positionSide,
                    selfTradePrevention: order.selfTradePrevention,
                    priceMatch: order.priceMatch,
                    goodTillDate: Timestamp(milliseconds: order.goodTillDate)
                )
            )
        )
    }

    /// BOOK-001: the best price first, of equals the oldest.
    func firstMaker(
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

    /// BOOK-003, ORD-040.
    mutating func match(_ taker: inout ReferenceOrder, _ limit: BigInt) {
        while taker.remaining > 0,
            let place = firstMaker(taker.instrument, against: taker.side, limit)
        {
            let maker = orders[place]
            var quantity = min(taker.remaining, maker.remaining)
            if taker.reduceOnly {
                quantity = min(quantity, reducible(of: taker))
            }
            if quantity.isZero { return }
            if maker.reduceOnly {
                quantity = min(quantity, reducible(of: maker))
            }
            if quantity.isZero {
                close(maker, .reduceOnly)
                continue
            }
            if maker.account == taker.account, taker.selfTradePrevention != .none {
                prevent(&taker, maker)
                continue
            }
            let trade = trade(&taker, place, quantity)
            if taker.isLiquidation, !isStillInDanger(after: trade) { return }
        }
    }

    private func reducible(of order: ReferenceOrder) -> BigInt {
        reducible(stake(order.account, order.instrument, order.positionSide), order.side)
    }

    /// ORD-040: two orders of one owner meet.
    private mutating func prevent(_ taker: inout ReferenceOrder, _ maker: ReferenceOrder) {
        var fromMaker = BigInt(0)
        var fromTaker = BigInt(0)
        switch taker.selfTradePrevention {
        case .none: break
        case .expireTaker: fromTaker = taker.remaining
        case .expireMaker: fromMaker = maker.remaining
        case .expireBoth:
            fromTaker = taker.remaining
            fromMaker = maker.remaining
        // Within one account there is nothing to transfer.
        case .decrement, .transfer:
            fromTaker = min(taker.remaining, maker.remaining)
            fromMaker = fromTaker
        }
        events.append(
            .selfTradePrevented(
                SelfTradePrevented(
                    instrument: taker.instrument,
                    account: taker.account,
                    maker: maker.id,
                    taker: taker.id,
                    makerPrevented: Quantity(fromMaker),
                    takerPrevented: Quantity(fromTaker)
                )
            )
        )
        if fromMaker == maker.remaining {
            close(maker, .selfTradePrevention)
        } else if let place = orders.firstIndex(where: { $0.id == maker.id }) {
            orders[place].remaining -= fromMaker
            orders[place].quantity -= fromMaker
        }
        if fromTaker == taker.remaining { tellClosed(taker, .selfTradePrevention) }
        taker.remaining -= fromTaker
        taker.quantity -= fromTaker
    }

    private mutating func trade(
        _ taker: inout ReferenceOrder,
        _ place: Int,
        _ quantity: BigInt
    ) -> TradeExecuted {
        orders[place].remaining -= quantity
        taker.remaining -= quantity
        let maker = orders[place]
        if maker.remaining.isZero { orders.remove(at: place) }
        let index = taker.instrument.index
        instruments[index].last = maker.price
        moves.append(
            ReferenceMove(instrument: taker.instrument, source: .lastPrice, price: maker.price)
        )
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
        return trade
    }

    mutating func finish(_ order: ReferenceOrder) {
        guard order.remaining > 0 else { return }
        let isUseless =
            order.reduceOnly && reducible(of: order).isZero
        if isUseless {
            tellClosed(order, .reduceOnly)
        } else if mayRest(order) {
            orders.append(order)
        } else {
            let isKilled = order.timeInForce == .fillOrKill
            tellClosed(order, isKilled ? .fillOrKill : .unfilledRemainder)
        }
    }

    func mayRest(_ order: ReferenceOrder) -> Bool {
        order.type == .limit
            && order.timeInForce != .immediateOrCancel && order.timeInForce != .fillOrKill
    }
}
