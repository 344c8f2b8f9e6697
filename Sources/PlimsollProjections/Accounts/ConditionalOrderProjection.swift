public import PlimsollModel

/// Where a conditional order stands.
///
/// The numbers reach snapshots: append, never renumber.
public enum ConditionalStatus: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case waiting = 0
    /// It became an order, which lives its own life.
    case triggered = 1
    case cancelled = 2
    /// The order it would have become was refused.
    case rejected = 3
    case expired = 4
}

/// A conditional order, as its owner sees it.
public struct ConditionalOrderProjection: BitwiseCopyable, Hashable, Sendable {
    public let id: ConditionalOrderID
    /// The terms, with the activation price that the venue filled in.
    public let order: NewConditionalOrder
    public internal(set) var status = ConditionalStatus.waiting
    /// The order that it became.
    public internal(set) var child: OrderID?
    /// Why it was rejected.
    public internal(set) var refusal: RejectReason?
    public let createTime: Timestamp
    public internal(set) var updateTime: Timestamp
    public internal(set) var triggerTime: Timestamp?

    init(_ accepted: ConditionalOrderAccepted, at time: Timestamp) {
        id = accepted.id
        order = accepted.order
        createTime = time
        updateTime = time
    }
}

extension AccountProjection {
    /// A conditional order by the venue's number, waiting or among the newest that ended.
    public func conditional(_ id: ConditionalOrderID) -> ConditionalOrderProjection? {
        openConditionals.first { $0.id == id } ?? closedConditionals.last { $0.id == id }
    }

    /// A conditional order by the client's name: a waiting one, else the newest that ended.
    public func conditional(
        _ clientOrderID: ClientOrderID,
        in instrument: InstrumentID? = nil
    ) -> ConditionalOrderProjection? {
        guard !clientOrderID.isEmpty else { return nil }
        func isMeant(_ conditional: ConditionalOrderProjection) -> Bool {
            conditional.order.clientOrderID == clientOrderID
                && (instrument == nil || conditional.order.instrument == instrument)
        }
        return openConditionals.last(where: isMeant) ?? closedConditionals.last(where: isMeant)
    }

    /// The terms of the conditional order that became an order, if one did.
    public func trigger(of order: OrderID) -> NewConditionalOrder? {
        closedConditionals.last { $0.child == order }?.order
    }

    /// The terms of all conditional orders that became orders, by the order that each became.
    public var triggers: [OrderID: NewConditionalOrder] {
        var triggers: [OrderID: NewConditionalOrder] = [:]
        for conditional in closedConditionals {
            if let child = conditional.child { triggers[child] = conditional.order }
        }
        return triggers
    }

    mutating func fold(_ accepted: ConditionalOrderAccepted, at time: Timestamp) {
        openConditionals.append(ConditionalOrderProjection(accepted, at: time))
        updateTime = time
    }

    mutating func fold(_ triggered: ConditionalOrderTriggered, at time: Timestamp) {
        end(triggered.id, at: time) { conditional in
            conditional.status = .triggered
            conditional.child = triggered.order
            conditional.triggerTime = time
        }
    }

    mutating func fold(_ closed: ConditionalOrderClosed, at time: Timestamp) {
        end(closed.id, at: time) { conditional in
            conditional.status =
                switch closed.reason {
                case .cancelledByClient, .liquidation: .cancelled
                case .rejected: .rejected
                case .priceProtected, .noPosition: .expired
                }
            conditional.refusal = closed.refusal
        }
    }

    private mutating func end(
        _ id: ConditionalOrderID,
        at time: Timestamp,
        _ change: (inout ConditionalOrderProjection) -> Void
    ) {
        guard let index = openConditionals.firstIndex(where: { $0.id == id }) else {
            preconditionFailure("a conditional order that ends was waiting")
        }
        var conditional = openConditionals.remove(at: index)
        change(&conditional)
        conditional.updateTime = time
        updateTime = time
        if kind == .trader { closedConditionals.append(conditional) }
    }
}

extension ConditionalOrderProjection: Storable {
    func encode(into writer: inout ByteWriter) {
        writer.put(id.rawValue)
        order.encode(into: &writer)
        writer.put(status)
        writer.put(child)
        writer.put(refusal != nil)
        if let refusal { writer.put(refusal) }
        writer.put(createTime)
        writer.put(updateTime)
        writer.put(triggerTime != nil)
        if let triggerTime { writer.put(triggerTime) }
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        id = try reader.identifier()
        order = try NewConditionalOrder(from: &reader)
        status = try reader.choice()
        child = try reader.bool() ? try reader.identifier() : nil
        refusal = try reader.bool() ? try reader.choice() : nil
        createTime = try reader.timestamp()
        updateTime = try reader.timestamp()
        triggerTime = try reader.bool() ? try reader.timestamp() : nil
    }
}
