import PlimsollModel

/// Where conditional orders wait: in slots, chained by instrument in the order in which they came.
extension Engine {
    func findConditional(_ target: ConditionalReference) -> Int32? {
        var slot = conditionalLists[target.instrument.index].first
        while slot >= 0 {
            let state = conditionals[Int(slot)]
            if state.order.account == target.account,
                target.order == .none
                    ? !target.clientOrderID.isEmpty
                        && state.order.clientOrderID == target.clientOrderID
                    : state.id == target.order
            {
                return slot
            }
            slot = state.next
        }
        return nil
    }

    mutating func linkConditional(_ state: ConditionalState) {
        let index = state.order.instrument.index
        var linked = state
        linked.previous = conditionalLists[index].last
        linked.next = -1
        let slot: Int32
        if freeConditional >= 0 {
            slot = freeConditional
            freeConditional = conditionals[Int(slot)].next
            conditionals[Int(slot)] = linked
        } else {
            slot = Int32(conditionals.count)
            conditionals.append(linked)
        }
        if linked.previous < 0 {
            conditionalLists[index].first = slot
        } else {
            conditionals[Int(linked.previous)].next = slot
        }
        conditionalLists[index].last = slot
        conditionalLists[index].count += 1
        conditionalLists[index].narrow(state.order.source, to: state.quiet)
        positions[Int(state.position)].conditionalCount += 1
    }

    mutating func unlinkConditional(_ slot: Int32) {
        let state = conditionals[Int(slot)]
        let index = state.order.instrument.index
        if state.previous < 0 {
            conditionalLists[index].first = state.next
        } else {
            conditionals[Int(state.previous)].next = state.next
        }
        if state.next < 0 {
            conditionalLists[index].last = state.previous
        } else {
            conditionals[Int(state.next)].previous = state.previous
        }
        conditionalLists[index].count -= 1
        positions[Int(state.position)].conditionalCount -= 1
        conditionals[Int(slot)].id = .none
        conditionals[Int(slot)].next = freeConditional
        freeConditional = slot
    }
}
