public import PlimsollModel

/// The order book alone: no accounts, no margin, no events.
///
/// It measures what matching costs, and it is the twin that tells the venue's benchmark how much of
/// each order was filled before it is replaced.
public struct BookReplay: ~Copyable, Sendable {
    private var book = Book()
    private var orders = Slab<OrderState>(capacity: 65_536)
    private var index = SlotIndex(capacity: 65_536)
    private var freeOrder: Int32 = -1

    /// What happened so far.
    public private(set) var outcome = FlowOutcome()

    public init() {}

    /// Matches up to `limit` and lets the rest stand, where it may.
    public mutating func place(
        _ id: OrderID,
        _ side: Side,
        limit: Int32,
        _ quantity: Quantity,
        rests: Bool
    ) {
        var rest = quantity
        while rest > .zero, let slot = book.firstMaker(against: side, limit: limit) {
            let maker = orders[Int(slot)]
            let filled = min(rest, maker.remaining)
            outcome.fill(maker: maker.id, taker: id, tick: maker.tick, filled)
            rest -= filled
            if filled == maker.remaining {
                remove(slot)
            } else {
                book.reduce(slot, by: filled, in: &orders)
            }
        }
        guard rests, rest > .zero else { return }
        stand(id, side, limit, quantity: quantity, remaining: rest)
    }

    public mutating func cancel(_ id: OrderID) {
        guard let slot = find(id) else {
            outcome.rejects += 1
            return
        }
        remove(slot)
    }

    /// Takes an order out and places it anew, at the end of its queue.
    ///
    /// - Returns: How much of it was filled before, or `nil` where it does not rest.
    @discardableResult
    public mutating func replace(_ id: OrderID, limit: Int32, _ quantity: Quantity) -> Quantity? {
        guard let slot = find(id) else {
            outcome.rejects += 1
            return nil
        }
        let order = orders[Int(slot)]
        remove(slot)
        place(id, order.side, limit: limit, quantity, rests: true)
        return order.filled
    }

    private func find(_ id: OrderID) -> Int32? {
        index.find(SlotIndex.hash(id.rawValue)) { orders[Int($0)].id == id }
    }

    private mutating func stand(
        _ id: OrderID,
        _ side: Side,
        _ tick: Int32,
        quantity: Quantity,
        remaining: Quantity
    ) {
        let order = OrderState(
            id: id,
            remaining: remaining,
            quantity: quantity,
            marginPrice: .zero,
            account: .firstOpened,
            position: 0,
            tick: tick,
            instrument: InstrumentID(rawValue: 0),
            side: side,
            type: .limit,
            timeInForce: .goodTillCancelled,
            reduceOnly: false,
            origin: .client,
            selfTradePrevention: .none
        )
        let slot: Int32
        if freeOrder >= 0 {
            slot = freeOrder
            freeOrder = orders[Int(slot)].nextAtLevel
            orders[Int(slot)] = order
        } else {
            slot = Int32(orders.count)
            orders.append(order)
        }
        index.insert(SlotIndex.hash(id.rawValue), slot: slot)
        book.rest(slot, in: &orders)
    }

    private mutating func remove(_ slot: Int32) {
        book.remove(slot, from: &orders)
        index.remove(SlotIndex.hash(orders[Int(slot)].id.rawValue), slot: slot)
        orders[Int(slot)].nextAtLevel = freeOrder
        freeOrder = slot
    }
}

/// The fills of a flow, in order, as one number; two engines with the same number matched alike.
public struct FlowOutcome: BitwiseCopyable, Hashable, Sendable {
    public var fills: UInt64 = 0
    public var volume: UInt64 = 0
    public var rejects: UInt64 = 0
    /// In the style of FNV-1a over maker, taker, price in ticks and quantity in lots of each fill.
    public var hash: UInt64 = 1_469_598_103_934_665_603

    public init() {}

    /// Counts a fill; a lot is one unit of quantity here.
    public mutating func fill(maker: OrderID, taker: OrderID, tick: Int32, _ lots: Quantity) {
        fills += 1
        volume &+= UInt64(lots.units)
        mix(maker.rawValue)
        mix(taker.rawValue)
        mix(UInt64(tick))
        mix(UInt64(lots.units))
    }

    private mutating func mix(_ word: UInt64) {
        hash = (hash ^ word) &* 1_099_511_628_211
    }
}
