import PlimsollModel

/// What a taker would get, reckoned before anything happens.
///
/// Spec: ORD-009, ORD-010, ORD-040, MARG-004.
extension Engine {
    /// What a taker would get, and the tick at which it would get the last of it.
    struct Sweep {
        var quantity = Quantity.zero
        /// The best tick of the other side where it would get nothing.
        var worst: Int32
        /// What self-trade prevention would take off on the way.
        var prevented = Quantity.zero
    }

    /// A position with reduce-only orders, as the sweep leaves it.
    struct SweptPosition {
        var position: Int32
        var quantity: Quantity
        /// Once a position is gone or turned, so are its reduce-only orders.
        var isEnded = false

        mutating func fill(_ quantity: Quantity) {
            let before = self.quantity
            self.quantity += quantity
            let isTurned = (before < .zero) != (self.quantity < .zero)
            if self.quantity.isZero || (!before.isZero && isTurned) { isEnded = true }
        }

        /// How much an order of `side` may still reduce.
        func room(_ side: Side) -> Quantity {
            guard !isEnded else { return .zero }
            return side == .buy ? max(.zero, -quantity) : max(.zero, quantity)
        }
    }

    /// Walks the orders that a taker would meet within its limit.
    ///
    /// Reduce-only makers give no more than their positions hold by then: what a position gives on
    /// the way, by whichever order, its later reduce-only orders no longer have. The taker's own
    /// position counts among them where it trades with itself.
    func sweep(_ taker: NewOrder, _ position: Int32?, _ admission: Admission) -> Sweep {
        let index = taker.instrument.index
        let side = taker.side
        var tick = books[index].best(side.opposite) ?? -1
        var sweep = Sweep(worst: tick)
        var swept: [SweptPosition] = []
        if taker.selfTradePrevention == .none, let position {
            _ = place(of: position, in: &swept)
        }
        while tick >= 0, side == .buy ? tick <= admission.limit : tick >= admission.limit {
            var slot = books[index].level(side.opposite, at: tick).head
            while slot >= 0 {
                let maker = orders[Int(slot)]
                slot = maker.nextAtLevel
                let left = admission.quantity - sweep.quantity - sweep.prevented
                if maker.account == taker.account, taker.selfTradePrevention != .none {
                    let meeting = taker.selfTradePrevention.meeting(
                        maker: maker.remaining,
                        taker: left
                    )
                    sweep.prevented += meeting.takerPrevented
                    if meeting.takerExpires { return sweep }
                    continue
                }
                var given = min(maker.remaining, left)
                if let place = place(of: maker.position, in: &swept) {
                    if maker.reduceOnly { given = min(given, swept[place].room(maker.side)) }
                    swept[place].fill(maker.side == .buy ? given : -given)
                }
                guard given > .zero else { continue }
                if !swept.isEmpty, swept[0].position == position {
                    swept[0].fill(side == .buy ? given : -given)
                }
                sweep.quantity += given
                sweep.worst = tick
                if sweep.quantity + sweep.prevented == admission.quantity { return sweep }
            }
            tick = books[index].next(side.opposite, after: tick)
        }
        return sweep
    }

    /// Where a position with reduce-only orders stands among those swept; it is added where it is
    /// met first.
    private func place(of position: Int32, in swept: inout [SweptPosition]) -> Int? {
        guard positions[Int(position)].reduceOnlyCount > 0 else { return nil }
        if let place = swept.firstIndex(where: { $0.position == position }) { return place }
        swept.append(
            SweptPosition(position: position, quantity: positions[Int(position)].quantity)
        )
        return swept.count - 1
    }
}
