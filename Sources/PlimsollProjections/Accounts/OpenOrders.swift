import PlimsollModel

/// The open orders of an account, found by number.
///
/// A market maker replaces its orders all day. The orders stay where they are in `slots`; only the
/// short list of numbers, which is sorted, is shifted when one ends.
struct OpenOrders: Sendable {
    private struct Entry {
        var id: OrderID
        var slot: Int
    }

    // Rising by number, which is the order of acceptance.
    private var entries: [Entry] = []
    private var slots: [OrderProjection] = []
    private var freeSlots: [Int] = []

    var count: Int { entries.count }

    /// The order at a place of the list, which rises by number.
    subscript(position: Int) -> OrderProjection { slots[entries[position].slot] }

    /// All of them, rising by number.
    var all: [OrderProjection] { entries.map { slots[$0.slot] } }

    func find(_ id: OrderID) -> OrderProjection? {
        position(of: id).map { slots[entries[$0].slot] }
    }

    mutating func insert(_ order: OrderProjection) {
        let slot: Int
        if let free = freeSlots.popLast() {
            slots[free] = order
            slot = free
        } else {
            slot = slots.count
            slots.append(order)
        }
        precondition(
            entries.last.map { $0.id < order.id } ?? true,
            "orders are numbered in the order of their acceptance"
        )
        entries.append(Entry(id: order.id, slot: slot))
    }

    /// Changes an order in place.
    ///
    /// - Returns: The order after the change; `nil` if it is not open.
    mutating func update(
        _ id: OrderID,
        _ change: (inout OrderProjection) -> Void
    ) -> OrderProjection? {
        guard let position = position(of: id) else { return nil }
        let slot = entries[position].slot
        change(&slots[slot])
        let order = slots[slot]
        if !order.isOpen {
            entries.remove(at: position)
            freeSlots.append(slot)
        }
        return order
    }

    private func position(of id: OrderID) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].id == id ? low : nil
    }
}
