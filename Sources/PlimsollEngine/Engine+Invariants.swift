import PlimsollModel

/// What must hold after every command.
///
/// Tests ask for all of it after each command, a running venue at each snapshot and `plimsoll verify`
/// at the end of a replay. What a few sums can tell, a running venue asks after each command.
///
/// Spec: DET-005.
extension Engine {
    /// The first law that the sums kept beside the state do not obey, in words; `nil` for none.
    ///
    /// It looks at each instrument and settle asset once and at no account.
    public func brokenLaw() -> String? {
        for index in 0..<instruments.count {
            guard instruments[index].openInterest == instruments[index].shortInterest else {
                return "instrument \(index): longs of \(instruments[index].openInterest) and shorts"
                    + " of \(instruments[index].shortInterest)"
            }
            guard instruments[index].indexPrice.isZero || !instruments[index].markPrice.isZero
            else { return "instrument \(index): no mark price" }
            if let bid = books[index].bestBid, let ask = books[index].bestAsk, bid >= ask {
                return "instrument \(index): crossed book, bid \(bid) ask \(ask)"
            }
        }
        for column in 0..<ledger.assets.count {
            guard ledger.total(column).isZero else {
                return "asset column \(column): balances sum to \(ledger.total(column))"
            }
            var cost = ledger.wallet(.positionClearing, column)
            for index in 0..<instruments.count where instruments[index].column == column {
                cost += instruments[index].entryValueSum
            }
            guard cost.isZero else {
                return "asset column \(column): clearing and entry values sum to \(cost)"
            }
            guard ledger.wallet(.fundingClearing, column).isZero else {
                return "asset column \(column): funding is left in clearing"
            }
        }
        return nil
    }

    /// Every invariant that does not hold, in words; empty for a sound venue.
    public func brokenInvariants() -> [String] {
        var broken: [String] = []
        checkMoney(&broken)
        for index in 0..<instruments.count {
            checkPositions(of: index, &broken)
            checkBook(index, .buy, &broken)
            checkBook(index, .sell, &broken)
            if let bid = books[index].bestBid, let ask = books[index].bestAsk, bid >= ask {
                broken.append("instrument \(index): crossed book, bid \(bid) ask \(ask)")
            }
        }
        checkSlots(&broken)
        checkOrders(&broken)
        checkConditionals(&broken)
        checkDeadlines(&broken)
        checkMargins(&broken)
        checkFund(&broken)
        return broken
    }

    private func checkMoney(_ broken: inout [String]) {
        for column in 0..<ledger.assets.count {
            let sum = ledger.sum(column) {
                instruments[positions[Int($0)].instrument.index].column
            }
            if !sum.isZero { broken.append("asset column \(column): balances sum to \(sum)") }
            var entryValues = Amount.zero
            for slot in 0..<positions.count
            where instruments[positions[slot].instrument.index].column == column {
                entryValues += positions[slot].entryValue
            }
            let clearing = ledger.wallet(.positionClearing, column)
            if !(clearing + entryValues).isZero {
                broken.append(
                    "asset column \(column): clearing \(clearing), entry values \(entryValues)"
                )
            }
            if !ledger.wallet(.fundingClearing, column).isZero {
                broken.append("asset column \(column): funding is left in clearing")
            }
        }
    }

    private func checkPositions(of index: Int, _ broken: inout [String]) {
        var sum = Quantity.zero
        var longs = Quantity.zero
        var entryValues = Amount.zero
        var openCount = 0
        for slot in 0..<positions.count where positions[slot].instrument.index == index {
            let state = positions[slot]
            sum += state.quantity
            longs += max(state.quantity, .zero)
            entryValues += state.entryValue
            if state.isOpen {
                openCount += 1
                let isListed =
                    state.openIndex >= 0 && Int(state.openIndex) < openPositions[index].count
                    && openPositions[index][Int(state.openIndex)] == Int32(slot)
                if !isListed { broken.append("position \(slot) is open and not listed") }
            } else {
                if !state.entryValue.isZero {
                    broken.append("position \(slot) is flat with a cost of \(state.entryValue)")
                }
                if !ledger.isolatedWallet(Int32(slot)).isZero {
                    broken.append("position \(slot) is flat with an isolated wallet")
                }
            }
        }
        if !sum.isZero { broken.append("instrument \(index): positions sum to \(sum)") }
        if longs != instruments[index].openInterest {
            broken.append("instrument \(index): longs of \(longs) are counted otherwise")
        }
        if entryValues != instruments[index].entryValueSum {
            broken.append("instrument \(index): costs of \(entryValues) are counted otherwise")
        }
        if openCount != openPositions[index].count {
            broken.append("instrument \(index): \(openCount) open positions are listed otherwise")
        }
    }

    /// Positions stand in their account's chain, on their own side, and share their settings.
    private func checkSlots(_ broken: inout [String]) {
        var count = 0
        for index in 0..<accounts.count {
            var previous: Int32 = -1
            var slot = accounts[index].firstPosition
            while slot >= 0 {
                let state = positions[Int(slot)]
                count += 1
                if state.account.index != index
                    || (previous >= 0 && !positions[Int(previous)].precedes(state))
                {
                    broken.append("position \(slot) is out of place in its account")
                }
                if previous >= 0, positions[Int(previous)].instrument == state.instrument,
                    positions[Int(previous)].leverage != state.leverage
                        || positions[Int(previous)].marginMode != state.marginMode
                {
                    broken.append("position \(slot) has other settings than its sibling")
                }
                let isIdle = !state.isOpen && !state.hasOrders
                if !isIdle, (state.side != .both) != accounts[index].isHedge {
                    broken.append("position \(slot) is not one of its account's mode")
                }
                if (state.side == .long && state.quantity < .zero)
                    || (state.side == .short && state.quantity > .zero)
                {
                    broken.append("position \(slot) is \(state.quantity) on the wrong side")
                }
                previous = slot
                slot = state.nextOfAccount
            }
        }
        if count != positions.count {
            broken.append("\(count) of \(positions.count) positions are in their accounts' chains")
        }
    }

    private func checkBook(_ index: Int, _ side: Side, _ broken: inout [String]) {
        var tick = books[index].best(side) ?? -1
        while tick >= 0 {
            let level = books[index].level(side, at: tick)
            var sum = Quantity.zero
            var slot = level.head
            var previous: Int32 = -1
            while slot >= 0 {
                let order = orders[Int(slot)]
                sum += order.remaining
                if order.tick != tick || order.side != side || order.instrument.index != index
                    || order.previousAtLevel != previous || order.remaining <= .zero
                {
                    broken.append("order \(order.id) does not belong at \(side) tick \(tick)")
                }
                if findOrder(order.id) != slot {
                    broken.append("order \(order.id) is not in the index")
                }
                previous = slot
                slot = order.nextAtLevel
            }
            if sum.isZero || sum != level.quantity || level.tail != previous {
                broken.append("\(side) tick \(tick): \(level.quantity) stands for \(sum)")
            }
            let next = books[index].next(side, after: tick)
            if next >= 0, side == .buy ? next >= tick : next <= tick {
                broken.append("\(side) tick \(next) follows \(tick)")
                return
            }
            tick = next
        }
    }

    private func checkOrders(_ broken: inout [String]) {
        var openCount = 0
        var resting = [Quantity](repeating: .zero, count: instruments.count)
        for position in 0..<positions.count {
            let state = positions[position]
            var bids = Amount.zero
            var asks = Amount.zero
            var reduceOnlyCount: UInt32 = 0
            var count: UInt32 = 0
            var last = OrderID.none
            var slot = state.firstOrder
            while slot >= 0 {
                let order = orders[Int(slot)]
                count += 1
                if order.id <= last { broken.append("orders of position \(position) fall") }
                last = order.id
                resting[order.instrument.index] += order.remaining
                if order.reduceOnly {
                    reduceOnlyCount += 1
                } else {
                    let value = instruments[order.instrument.index].notional(
                        of: order.remaining,
                        at: order.marginPrice
                    )
                    if order.side == .buy { bids += value } else { asks += value }
                }
                slot = order.nextOfOwner
            }
            openCount += Int(count)
            if count != state.openOrderCount || reduceOnlyCount != state.reduceOnlyCount
                || bids != state.bidValue || asks != state.askValue
            {
                broken.append("position \(position): the sums of its orders are off")
            }
        }
        for index in 0..<instruments.count
        where resting[index] != instruments[index].restingQuantity {
            broken.append("instrument \(index): resting orders are counted otherwise")
        }
        if openCount != orderIndex.count {
            broken.append("\(openCount) open orders, \(orderIndex.count) in the index")
        }
    }

    private func checkConditionals(_ broken: inout [String]) {
        var counts = [UInt32](repeating: 0, count: positions.count)
        for index in 0..<instruments.count {
            var slot = conditionalLists[index].first
            var previous: Int32 = -1
            var last = ConditionalOrderID.none
            var count = 0
            while slot >= 0 {
                let state = conditionals[Int(slot)]
                counts[Int(state.position)] += 1
                count += 1
                if state.previous != previous || state.id <= last
                    || state.order.instrument.index != index
                {
                    broken.append("conditional order \(state.id) is out of place")
                }
                last = state.id
                previous = slot
                slot = state.next
            }
            if count != conditionalLists[index].count || previous != conditionalLists[index].last {
                broken.append(
                    "instrument \(index): \(count) conditional orders are listed otherwise"
                )
            }
        }
        for slot in 0..<positions.count where counts[slot] != positions[slot].conditionalCount {
            broken.append("position \(slot): its conditional orders are counted otherwise")
        }
    }

    private func checkDeadlines(_ broken: inout [String]) {
        var dated: [UInt64] = []
        for date in openDates() {
            if date.instant <= time { broken.append("order \(date.key) is open after its date") }
            dated.append(date.key)
        }
        dated.sort()
        for (key, next) in zip(dated, dated.dropFirst()) where key == next {
            broken.append("order \(key) has two dates")
        }
        for position in 0..<positions.count {
            var slot = positions[position].firstOrder
            while slot >= 0 {
                let order = orders[Int(slot)]
                if (order.timeInForce == .goodTillDate) != isFound(order.id.rawValue, in: dated) {
                    broken.append("order \(order.id): a date without need, or a need without date")
                }
                slot = order.nextOfOwner
            }
        }
        var queued: [UInt64] = []
        for place in 0..<countdownDues.count where countdown(of: countdownDues[place]) != nil {
            queued.append(countdownDues[place].key)
        }
        queued.sort()
        for slot in 0..<countdowns.count where countdowns[slot].due != .zero {
            let state = countdowns[slot]
            if state.due <= time || state.queued > state.due || !isFound(state.key, in: queued) {
                broken.append(
                    "the countdown of \(state.account) in \(state.instrument) stands still"
                )
            }
        }
    }

    private func isFound(_ key: UInt64, in sorted: [UInt64]) -> Bool {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == key
    }

    /// No scope is left that had to be liquidated, and no liquidation is left unfinished.
    private func checkMargins(_ broken: inout [String]) {
        for slot in 0..<positions.count {
            let state = positions[slot]
            guard state.isOpen, accounts[state.account.index].kind.isMargined else { continue }
            if isLiquidatable(Int32(slot)) {
                broken.append("account \(state.account) is below maintenance")
            }
            if isClearOfMarginCall(Int32(slot)), isMarginCall(scopeMargin(of: Int32(slot))) {
                broken.append("account \(state.account) passes for clear of its margin call")
            }
        }
        if liquidation != nil || checks.count > 0 || !deleveragingQueues.isEmpty {
            broken.append("a liquidation is not finished")
        }
    }

    /// The fund is never in debt, and offers what it holds.
    private func checkFund(_ broken: inout [String]) {
        for column in 0..<ledger.assets.count {
            if ledger.wallet(.insuranceFund, column) < .zero {
                broken.append("asset column \(column): the insurance fund is in debt")
            }
            if ledger.wallet(.uncoveredLoss, column) > .zero {
                broken.append("asset column \(column): a deficit was more than covered")
            }
        }
        var slot = accounts[AccountID.insuranceFund.index].firstPosition
        while slot >= 0 {
            let state = positions[Int(slot)]
            let wanted = inventoryOrder(of: slot)
            let resting = state.firstOrder >= 0 ? orders[Int(state.firstOrder)] : nil
            if state.openOrderCount > 1 || wanted?.tick != resting?.tick
                || wanted?.remaining != resting?.remaining || wanted?.side != resting?.side
            {
                broken.append("instrument \(state.instrument): the fund's order is another")
            }
            slot = state.nextOfAccount
        }
        if !inventoryChanges.isEmpty { broken.append("the fund's orders are not in line") }
    }
}
