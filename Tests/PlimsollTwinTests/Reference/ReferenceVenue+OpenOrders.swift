import BigInt
import PlimsollModel

/// Spec page: Orders, the life of an order.
extension ReferenceVenue {
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

    /// Closes what fits, by instrument, position and number.
    mutating func closeOrders(
        _ reason: OrderCloseReason,
        where fits: (ReferenceOrder) -> Bool
    ) {
        let closing = orders.filter(fits).sorted {
            ($0.instrument.index, $0.positionSide.rawValue, $0.id.index)
                < ($1.instrument.index, $1.positionSide.rawValue, $1.id.index)
        }
        for order in closing { close(order, reason) }
    }

    /// ORD-020.
    mutating func amend(_ amendment: OrderAmendment) throws(Refused) {
        let before = try openOrder(amendment.target)
        let instrument = instruments[before.instrument.index]
        guard let limits = instrument.limits else { preconditionFailure("it trades") }
        guard before.amendments < 10_000 else { throw Refused(.tooManyAmendments) }
        var order = before
        order.price = amendment.price.big
        if amendment.priceMatch != .none {
            order.price = try matched(
                amendment.priceMatch,
                order.price,
                order.side,
                order.instrument
            )
        }
        order.amendments += 1
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
            try checkNotional(order.quantity, order.price, order.instrument, of: order.account)
        }
        let valueBefore = orderValue(before)
        let valueAfter = orderValue(order)
        if !order.reduceOnly, valueAfter > valueBefore {
            try checkMargin(
                stake(order.account, order.instrument, order.positionSide),
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
