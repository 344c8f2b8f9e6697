import PlimsollModel

/// Who stands on one side of an instrument, in the order in which they are closed against.
struct DeleveragingQueue {
    struct Entry: BitwiseCopyable {
        var score: DeleveragingScore
        var notional: Amount
        var account: AccountID
        /// −1 once the position is gone or was passed over.
        var slot: Int32

        /// The higher score first; of equals the larger notional, then the lower account.
        func precedes(_ other: Entry) -> Bool {
            if score != other.score { return score > other.score }
            if notional != other.notional { return notional > other.notional }
            return account < other.account
        }
    }

    var instrument: InstrumentID
    var isLong: Bool
    var entries: [Entry]
    /// Every entry before this one is done with.
    var next = 0
}

/// Positions are closed against a bankrupt one when nobody else takes it.
///
/// Spec: LIQ-030 to LIQ-032.
extension Engine {
    /// Closes a bankrupt position against the other side, the highest score first.
    mutating func deleverage(
        _ slot: Int32,
        _ bankruptcy: Price,
        _ events: inout EventBuffer
    ) {
        let bankrupt = positions[Int(slot)]
        let instrument = instruments[bankrupt.instrument.index]
        let price = deleveragingPrice(
            instrument.liquidation.price,
            bankruptcyPrice: bankruptcy,
            markPrice: instrument.markPrice
        )
        let queue = deleveragingQueue(bankrupt.instrument, isLong: bankrupt.quantity < .zero)
        var place = deleveragingQueues[queue].next
        while positions[Int(slot)].isOpen, place < deleveragingQueues[queue].entries.count {
            let entry = deleveragingQueues[queue].entries[place]
            if entry.slot >= 0, entry.account != bankrupt.account {
                let isPassed = !mayClose(entry.slot, against: positions[Int(slot)], at: price)
                if !isPassed { close(slot, against: entry.slot, entry.score, price, &events) }
                if isPassed || !positions[Int(entry.slot)].isOpen {
                    deleveragingQueues[queue].entries[place].slot = -1
                }
            }
            if place == deleveragingQueues[queue].next,
                deleveragingQueues[queue].entries[place].slot < 0
            {
                deleveragingQueues[queue].next += 1
            }
            place += 1
        }
    }

    // MARK: The ranking

    /// The place of a side's ranking among those of this command, made if there is none yet.
    private mutating func deleveragingQueue(_ id: InstrumentID, isLong: Bool) -> Int {
        for place in deleveragingQueues.indices
        where deleveragingQueues[place].instrument == id
            && deleveragingQueues[place].isLong == isLong
        {
            return place
        }
        var entries: [DeleveragingQueue.Entry] = []
        entries.reserveCapacity(openPositions[id.index].count)
        for index in 0..<openPositions[id.index].count {
            let slot = openPositions[id.index][index]
            let state = positions[Int(slot)]
            guard (state.quantity > .zero) == isLong,
                accounts[state.account.index].kind.isMargined
            else { continue }
            entries.append(entry(of: slot))
        }
        entries.sort { $0.precedes($1) }
        deleveragingQueues.append(
            DeleveragingQueue(instrument: id, isLong: isLong, entries: entries)
        )
        return deleveragingQueues.count - 1
    }

    private func entry(of slot: Int32) -> DeleveragingQueue.Entry {
        let state = positions[Int(slot)]
        let rank = instruments[state.instrument.index].liquidation.rank
        return DeleveragingQueue.Entry(
            score: score(of: slot, rank),
            notional: rank == .account ? .zero : notional(of: state).magnitude,
            account: state.account,
            slot: slot
        )
    }

    private func score(of slot: Int32, _ rank: DeleveragingRank) -> DeleveragingScore {
        let state = positions[Int(slot)]
        return DeleveragingScore(
            rank,
            markValue: value(of: state),
            entryValue: state.entryValue,
            marginBalance: scopeMargin(of: slot).balance,
            marginBehind: marginBehind(slot),
            marginRate: state.marginRate
        )
    }

    // MARK: Closing

    /// Whether a position stands on the other side, and the price leaves it something.
    private func mayClose(
        _ slot: Int32,
        against bankrupt: PositionState,
        at price: Price
    ) -> Bool {
        let state = positions[Int(slot)]
        guard state.isOpen, (state.quantity < .zero) != (bankrupt.quantity < .zero) else {
            return false
        }
        let instrument = instruments[state.instrument.index]
        let gain = instrument.value(of: state.quantity, at: price) - value(of: state)
        return marginBehind(slot) + gain >= .zero
    }

    /// What stands behind a position at the mark price: its own, or its share of the cross account.
    private func marginBehind(_ slot: Int32) -> Amount {
        let state = positions[Int(slot)]
        let margin = scopeMargin(of: slot)
        guard state.marginMode == .cross else { return margin.balance }
        return margin.balance.share(
            maintenanceMargin(of: state),
            of: margin.maintenance,
            rounding: .down
        )
    }

    private mutating func close(
        _ slot: Int32,
        against other: Int32,
        _ score: DeleveragingScore,
        _ price: Price,
        _ events: inout EventBuffer
    ) {
        guard let id = liquidation?.id else { return }
        let bankrupt = positions[Int(slot)]
        let counterparty = positions[Int(other)]
        let size = min(bankrupt.quantity.magnitude, counterparty.quantity.magnitude)
        let quantity = bankrupt.quantity < .zero ? -size : size
        let valuation = instruments[bankrupt.instrument.index].contract.valuation
        let fold = foldFill(
            quantity: bankrupt.quantity,
            entryValue: bankrupt.entryValue,
            fillQuantity: -quantity,
            price: price,
            valuation: valuation
        )
        let otherFold = foldFill(
            quantity: counterparty.quantity,
            entryValue: counterparty.entryValue,
            fillQuantity: quantity,
            price: price,
            valuation: valuation
        )
        events.append(
            .deleveraged(
                Deleveraged(
                    liquidation: id,
                    instrument: bankrupt.instrument,
                    bankrupt: bankrupt.account,
                    bankruptSide: bankrupt.side,
                    counterparty: counterparty.account,
                    counterpartySide: counterparty.side,
                    quantity: quantity,
                    price: price,
                    bankruptPnL: fold.realizedPnL,
                    counterpartyPnL: otherFold.realizedPnL,
                    score: score.units
                )
            )
        )
        closeReducing(other, beyond: counterparty.quantity.magnitude - size, &events)
        liquidation?.realizedPnL += fold.realizedPnL
        settle(fold, at: slot, price: price, fee: .zero, isLiquidation: true, &events)
        settle(otherFold, at: other, price: price, fee: .zero, isLiquidation: false, &events)
        checks.append(MarginCheck(slot: other, cause: .deleveraging, flow: flow))
    }

    /// Cancels the orders that would reduce a position, if together they exceed what is left of it.
    private mutating func closeReducing(
        _ position: Int32,
        beyond rest: Quantity,
        _ events: inout EventBuffer
    ) {
        let side: Side = positions[Int(position)].quantity > .zero ? .sell : .buy
        var sum = Quantity.zero
        var slot = positions[Int(position)].firstOrder
        while slot >= 0 {
            let order = orders[Int(slot)]
            if order.side == side { sum += order.remaining }
            slot = order.nextOfOwner
        }
        guard sum > rest else { return }
        slot = positions[Int(position)].firstOrder
        while slot >= 0 {
            let next = orders[Int(slot)].nextOfOwner
            if orders[Int(slot)].side == side { close(slot, .deleveraging, &events) }
            slot = next
        }
    }
}
