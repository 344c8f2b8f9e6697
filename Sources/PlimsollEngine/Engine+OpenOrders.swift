import PlimsollModel

/// Slots, indexes and sums of open orders.
///
/// Spec: ORD-030.
extension Engine {
    func findOrder(_ id: OrderID) -> Int32? {
        orderIndex.find(SlotIndex.hash(id.rawValue)) { orders[Int($0)].id == id }
    }

    func findOrder(_ account: AccountID, _ id: ClientOrderID) -> Int32? {
        clientOrderIndex.find(clientHash(account, id)) {
            orders[Int($0)].account == account && clientOrderIDs[Int($0)] == id
        }
    }

    /// Gives an order a slot, its place in the indexes and in its owner's chain, and counts it in.
    mutating func link(_ order: OrderState, _ clientOrderID: ClientOrderID) -> Int32 {
        let slot = makeSlot(order, clientOrderID)
        orderIndex.insert(SlotIndex.hash(order.id.rawValue), slot: slot)
        if !clientOrderID.isEmpty {
            clientOrderIndex.insert(clientHash(order.account, clientOrderID), slot: slot)
        }
        chain(slot)
        instruments[order.instrument.index].restingQuantity += order.remaining
        let position = Int(order.position)
        positions[position].openOrderCount += 1
        guard !order.reduceOnly else {
            positions[position].reduceOnlyCount += 1
            return slot
        }
        let value = instruments[order.instrument.index].notional(
            of: order.remaining,
            at: order.marginPrice
        )
        switch order.side {
        case .buy: positions[position].bidValue += value
        case .sell: positions[position].askValue += value
        }
        return slot
    }

    /// Takes part of an open order out of its owner's sums.
    ///
    /// The rest's value takes the place of the whole's, since the values of parts of an inverse order
    /// may, rounded, sum to something else.
    mutating func release(_ quantity: Quantity, of order: OrderState) {
        guard !order.reduceOnly else { return }
        let valuation = instruments[order.instrument.index].contract.valuation
        let value =
            valuation.kind == .linear
            ? Amount(order.marginPrice, times: quantity)
            : valuation.notional(of: order.remaining, at: order.marginPrice)
                - valuation.notional(of: order.remaining - quantity, at: order.marginPrice)
        switch order.side {
        case .buy: positions[Int(order.position)].bidValue -= value
        case .sell: positions[Int(order.position)].askValue -= value
        }
    }

    /// Takes an order out of the book, the indexes and the chain, and frees its slot.
    mutating func unlink(_ slot: Int32) {
        let order = orders[Int(slot)]
        books[order.instrument.index].remove(slot, from: &orders)
        instruments[order.instrument.index].restingQuantity -= order.remaining
        orderIndex.remove(SlotIndex.hash(order.id.rawValue), slot: slot)
        let clientOrderID = clientOrderIDs[Int(slot)]
        if !clientOrderID.isEmpty {
            clientOrderIndex.remove(clientHash(order.account, clientOrderID), slot: slot)
        }
        unchain(slot)
        positions[Int(order.position)].openOrderCount -= 1
        if order.reduceOnly { positions[Int(order.position)].reduceOnlyCount -= 1 }
        orders[Int(slot)].nextAtLevel = freeOrder
        orders[Int(slot)].id = .none
        freeOrder = slot
    }

    func announceClosed(
        _ order: OrderState,
        _ reason: OrderCloseReason,
        _ events: inout EventBuffer
    ) {
        events.append(
            .orderClosed(
                OrderClosed(
                    order: order.id,
                    account: order.account,
                    instrument: order.instrument,
                    reason: reason,
                    remaining: order.remaining
                )
            )
        )
    }

    mutating func announceLevel(
        _ instrument: InstrumentID,
        _ side: Side,
        _ tick: Int32,
        _ events: inout EventBuffer
    ) {
        let index = instrument.index
        books[index].lastUpdate += 1
        events.append(
            .levelChanged(
                LevelChanged(
                    instrument: instrument,
                    side: side,
                    price: instruments[index].price(at: tick),
                    quantity: books[index].level(side, at: tick).quantity,
                    update: books[index].lastUpdate
                )
            )
        )
    }

    private func clientHash(_ account: AccountID, _ id: ClientOrderID) -> UInt64 {
        var digest = Digest()
        digest.put(account)
        digest.put(id)
        return digest.value
    }

    private mutating func makeSlot(
        _ order: OrderState,
        _ clientOrderID: ClientOrderID
    ) -> Int32 {
        guard freeOrder >= 0 else {
            orders.append(order)
            clientOrderIDs.append(clientOrderID)
            return Int32(orders.count - 1)
        }
        let slot = freeOrder
        freeOrder = orders[Int(slot)].nextAtLevel
        orders[Int(slot)] = order
        clientOrderIDs[Int(slot)] = clientOrderID
        return slot
    }

    /// Puts an order into its owner's chain by rising id: at the end, unless it was amended.
    private mutating func chain(_ slot: Int32) {
        let position = Int(orders[Int(slot)].position)
        var previous = positions[position].lastOrder
        while previous >= 0, orders[Int(previous)].id > orders[Int(slot)].id {
            previous = orders[Int(previous)].previousOfOwner
        }
        let next =
            previous < 0 ? positions[position].firstOrder : orders[Int(previous)].nextOfOwner
        orders[Int(slot)].previousOfOwner = previous
        orders[Int(slot)].nextOfOwner = next
        if previous < 0 {
            positions[position].firstOrder = slot
        } else {
            orders[Int(previous)].nextOfOwner = slot
        }
        if next < 0 {
            positions[position].lastOrder = slot
        } else {
            orders[Int(next)].previousOfOwner = slot
        }
    }

    private mutating func unchain(_ slot: Int32) {
        let order = orders[Int(slot)]
        let position = Int(order.position)
        if order.previousOfOwner < 0 {
            positions[position].firstOrder = order.nextOfOwner
        } else {
            orders[Int(order.previousOfOwner)].nextOfOwner = order.nextOfOwner
        }
        if order.nextOfOwner < 0 {
            positions[position].lastOrder = order.previousOfOwner
        } else {
            orders[Int(order.nextOfOwner)].previousOfOwner = order.previousOfOwner
        }
    }
}
