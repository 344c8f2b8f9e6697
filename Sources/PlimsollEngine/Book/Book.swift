import PlimsollModel

/// The resting orders of one instrument, in price-time priority.
///
/// The book knows quantities and queues; whose money moves is the engine's business.
///
/// Spec: BOOK-001 to BOOK-005.
struct Book: ~Copyable, Sendable {
    var bids = Ladder(side: .buy)
    var asks = Ladder(side: .sell)
    /// Numbers the changes of levels.
    var lastUpdate: UInt64 = 0

    var bestBid: Int32? { bids.isEmpty ? nil : bids.best }
    var bestAsk: Int32? { asks.isEmpty ? nil : asks.best }

    /// The order that a taker of `side` meets first, if it stands within `limit`.
    func firstMaker(against side: Side, limit: Int32) -> Int32? {
        switch side {
        case .buy:
            guard !asks.isEmpty, asks.best <= limit else { return nil }
            return asks.level(at: asks.best).head
        case .sell:
            guard !bids.isEmpty, bids.best >= limit else { return nil }
            return bids.level(at: bids.best).head
        }
    }

    mutating func rest(_ slot: Int32, in orders: inout Slab<OrderState>) {
        switch orders[Int(slot)].side {
        case .buy: bids.append(slot, to: &orders)
        case .sell: asks.append(slot, to: &orders)
        }
    }

    mutating func remove(_ slot: Int32, from orders: inout Slab<OrderState>) {
        switch orders[Int(slot)].side {
        case .buy: bids.remove(slot, from: &orders)
        case .sell: asks.remove(slot, from: &orders)
        }
    }

    mutating func reduce(
        _ slot: Int32,
        by quantity: Quantity,
        in orders: inout Slab<OrderState>
    ) {
        switch orders[Int(slot)].side {
        case .buy: bids.reduce(slot, by: quantity, in: &orders)
        case .sell: asks.reduce(slot, by: quantity, in: &orders)
        }
    }

    func level(_ side: Side, at tick: Int32) -> Ladder.Level {
        side == .buy ? bids.level(at: tick) : asks.level(at: tick)
    }

    func best(_ side: Side) -> Int32? { side == .buy ? bestBid : bestAsk }

    func next(_ side: Side, after tick: Int32) -> Int32 {
        side == .buy ? bids.next(after: tick) : asks.next(after: tick)
    }
}
