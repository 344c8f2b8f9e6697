import PlimsollModel
import PlimsollNode
import PlimsollProjections

// Placing, amending and cancelling; every command waits until it is durable.
extension Gateway {
    func placeOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let entry = try OrderEntry(call.parameters, account: account, find: listing)
        let outcome = try await submit(
            .placeOrder(entry.order),
            priceDecimals: entry.contract.priceScale
        )
        json.acknowledgement(try Self.record(of: entry, outcome))
    }

    func amendOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let parameters = call.parameters
        let (instrument, contract) = try contract(parameters.symbol())
        let side = try parameters.side()
        let priceMatch = try parameters.priceMatch()
        let price = try parameters.limitPrice(decimals: contract.priceDecimals, priceMatch)
        guard
            let quantity = try parameters.quantity(
                "quantity",
                decimals: contract.quantityDecimals
            )
        else { throw .parameterMissing("quantity") }
        guard quantity > .zero else { throw .quantityNotPositive }
        let target = try parameters.requiredOrderTarget()
        let order = try find(target, of: account, in: instrument, ifMissing: .orderUnknown)
        guard order.isOpen else { throw .orderUnknown }
        guard order.side == side else { throw .sideInvalid }
        if parameters["positionSide"] != nil {
            guard try parameters.positionSide() == order.positionSide else {
                throw .positionSideMismatch
            }
        }
        _ = try await submit(
            .amendOrder(
                OrderAmendment(
                    target: OrderReference(
                        account: account,
                        instrument: instrument,
                        order: order.id
                    ),
                    price: price,
                    quantity: quantity,
                    priceMatch: priceMatch
                )
            ),
            priceDecimals: contract.priceScale
        )
        let amended = try find(.number(order.id), of: account, in: instrument)
        json.acknowledgement(OrderRecord(amended, contract)) { json in
            json.field("pair", contract.symbol)
            if let modifyID = parameters.text("modifyId") { json.field("modifyId", modifyID) }
        }
    }

    func cancelOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let (instrument, contract) = try contract(call.parameters.symbol())
        let target = try call.parameters.requiredOrderTarget()
        let record = try await cancel(target, of: account, in: instrument, contract)
        json.acknowledgement(record)
    }

    func cancelAllOrders(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let instrument = try contract(call.parameters.symbol()).instrument
        _ = try await submit(.cancelAllOrders(account, instrument))
        json.success("The operation of cancel all open order is done.")
    }

    // MARK: Looking up

    func order(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let (instrument, contract) = try contract(call.parameters.symbol())
        let target = try call.parameters.requiredOrderTarget()
        let order = try find(target, of: account, in: instrument, ifMissing: .orderUnknown)
        json.order(OrderRecord(order, contract))
    }

    func openOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let (instrument, contract) = try contract(call.parameters.symbol())
        let target = try call.parameters.requiredOrderTarget()
        let order = try find(target, of: account, in: instrument, ifMissing: .orderUnknown)
        guard order.isOpen else { throw .orderUnknown }
        json.order(OrderRecord(order, contract))
    }

    func openOrders(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        try read { (venue) throws(DialectError) in
            if let symbol, venue.marketIndex(symbol) == nil { throw DialectError.symbolInvalid }
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            json.beginArray()
            for order in holder.openOrders {
                let contract = venue.markets[order.instrument.index].rules.contract
                guard symbol == nil || contract.symbol == symbol else { continue }
                json.order(OrderRecord(order, contract))
            }
            json.endArray()
        }
    }

    func allOrders(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let (instrument, contract) = try contract(call.parameters.symbol())
        let limit = try call.parameters.limit(default: 500, max: 1000)
        let fromID = try call.parameters.integer("orderId").map { OrderID(rawValue: UInt64($0)) }
        let window = try TimeWindow(call.parameters)
        try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            var orders = (Array(holder.closedOrders) + holder.openOrders).filter { order in
                order.instrument == instrument && window.contains(order.createTime)
                    && (fromID.map { order.id >= $0 } ?? true)
            }
            orders.sort { $0.id < $1.id }
            json.beginArray()
            let rows = fromID == nil ? window.latest(limit, of: orders) : orders.prefix(limit)
            for order in rows { json.order(OrderRecord(order, contract)) }
            json.endArray()
        }
    }

    // MARK: Steps shared with batches

    /// What the client is told of a placed order.
    static func record(
        of entry: OrderEntry,
        _ outcome: CommandOutcome
    ) throws(DialectError) -> OrderRecord {
        guard
            let record = OrderRecord(
                placedBy: outcome.events,
                at: outcome.time,
                entry.contract
            )
        else { throw .unknown }
        switch entry.answer {
        case .acknowledgement: return record.acknowledged
        case .result: return record
        }
    }

    func cancel(
        _ target: OrderTarget,
        of account: AccountID,
        in instrument: InstrumentID,
        _ contract: ContractTerms
    ) async throws(DialectError) -> OrderRecord {
        // Looked up first only to find the order's number: whether it is still open is for the
        // engine to say.
        let order = try find(target, of: account, in: instrument, ifMissing: .cancelUnknown)
        _ = try await submit(
            .cancelOrder(
                OrderReference(account: account, instrument: instrument, order: order.id)
            ),
            isCancel: true
        )
        let cancelled = try find(.number(order.id), of: account, in: instrument)
        return OrderRecord(cancelled, contract)
    }

    private func find(
        _ target: OrderTarget,
        of account: AccountID,
        in instrument: InstrumentID,
        ifMissing missing: DialectError = .orderUnknown
    ) throws(DialectError) -> OrderProjection {
        try read { (venue) throws(DialectError) in
            let holder = venue.account(account)
            let order =
                switch target {
                case .number(let id): holder?.order(id)
                case .name(let name): holder?.order(name, in: instrument)
                }
            guard let order, order.instrument == instrument else { throw missing }
            return order
        }
    }
}
