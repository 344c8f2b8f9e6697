import PlimsollModel
import PlimsollProjections

/// The conditional orders of one account that its user data stream has yet something to tell of.
struct UserConditionals: Sendable {
    private var waiting: [ConditionalOrderID: ConditionalRecord] = [:]
    /// By the open order that each became.
    private var triggered: [OrderID: ConditionalRecord] = [:]

    init(_ account: AccountProjection) {
        for conditional in account.openConditionals {
            waiting[conditional.id] = ConditionalRecord(conditional, of: account)
        }
        for conditional in account.closedConditionals {
            guard let child = conditional.child, account.order(child)?.isOpen == true else {
                continue
            }
            triggered[child] = ConditionalRecord(conditional, of: account)
        }
    }

    /// The terms of the conditional order that became an open order, if one did.
    func trigger(of order: OrderID) -> NewConditionalOrder? { triggered[order]?.order }

    mutating func accept(
        _ accepted: ConditionalOrderAccepted,
        at time: Timestamp
    ) -> ConditionalRecord {
        let record = ConditionalRecord(accepted, at: time)
        waiting[accepted.id] = record
        return record
    }

    mutating func trigger(
        _ event: ConditionalOrderTriggered,
        at time: Timestamp
    ) -> ConditionalRecord? {
        guard var record = waiting.removeValue(forKey: event.id) else { return nil }
        record.trigger(event, at: time)
        triggered[event.order] = record
        return record
    }

    mutating func close(
        _ event: ConditionalOrderClosed,
        at time: Timestamp
    ) -> ConditionalRecord? {
        guard var record = waiting.removeValue(forKey: event.id) else { return nil }
        record.close(event, at: time)
        return record
    }

    /// An order has ended; tells the conditional order that became it, if one did.
    mutating func finish(_ order: UserAccount.Order, at time: Timestamp) -> ConditionalRecord? {
        guard var record = triggered.removeValue(forKey: order.terms.order) else { return nil }
        record.status = .finished
        record.child?.filled = order.filled
        record.child?.filledValue = order.filledValue
        record.updateTime = time
        return record
    }
}
