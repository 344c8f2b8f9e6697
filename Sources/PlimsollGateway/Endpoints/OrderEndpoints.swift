import PlimsollEngine
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
            for: call,
            priceDecimals: entry.contract.priceScale
        )
        json.acknowledgement(try Self.record(of: entry, outcome))
    }

    /// Checks an order as the engine would and places nothing.
    ///
    /// What depends on the book, on money and on other orders is not looked at, since it may be
    /// different when the order comes.
    func testOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let entry = try OrderEntry(call.parameters, account: account, find: listing)
        let time = try read { (venue) throws(DialectError) in
            let market = venue.markets[entry.order.instrument.index]
            guard let holder = venue.account(account) else { throw .keyUnknown }
            guard holder.positionSides.contains(entry.order.positionSide) else {
                throw .positionSideMismatch
            }
            if let refusal = entry.order.refusal(in: market) {
                throw DialectError(refusal, priceDecimals: entry.contract.priceScale)
            }
            return venue.time
        }
        json.acknowledgement(OrderRecord(triedOut: entry.order, at: time, entry.contract))
    }

    func amendOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let record = try await amend(call.parameters, of: account, for: call)
        json.amended(record, call.parameters)
    }

    func amend(
        _ parameters: RequestParameters,
        of account: AccountID,
        for call: Call
    ) async throws(DialectError) -> OrderRecord {
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
        try await submit(
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
            for: call,
            priceDecimals: contract.priceScale
        )
        return try record(.number(order.id), of: account, in: instrument)
    }

    func cancelOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let instrument = try contract(call.parameters.symbol()).instrument
        let target = try call.parameters.requiredOrderTarget()
        let record = try await cancel(target, of: account, in: instrument, for: call)
        json.acknowledgement(record)
    }

    func cancelAllOrders(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let instrument = try contract(call.parameters.symbol()).instrument
        try await submit(.cancelAllOrders(account, instrument), for: call)
        json.success("The operation of cancel all open order is done.")
    }

    // MARK: Looking up

    func order(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let instrument = try contract(call.parameters.symbol()).instrument
        let target = try call.parameters.requiredOrderTarget()
        json.order(try record(target, of: account, in: instrument))
    }

    func openOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let instrument = try contract(call.parameters.symbol()).instrument
        let target = try call.parameters.requiredOrderTarget()
        let record = try record(target, of: account, in: instrument)
        guard record.isOpen else { throw .orderUnknown }
        json.order(record)
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
            let triggers = holder.triggers
            json.beginArray()
            for order in holder.openOrders {
                let contract = venue.markets[order.instrument.index].rules.contract
                guard symbol == nil || contract.symbol == symbol else { continue }
                json.order(OrderRecord(order, contract, trigger: triggers[order.id]))
            }
            json.endArray()
        }
    }

    func allOrders(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        let limit = try call.parameters.limit(default: 500, max: 1000)
        let fromID = try call.parameters.integer("orderId").map { OrderID(rawValue: UInt64($0)) }
        let window = try TimeWindow(call.parameters)
        try read { (venue) throws(DialectError) in
            let instrument = symbol.flatMap { venue.marketIndex($0) }
            guard symbol == nil || instrument != nil else { throw DialectError.symbolInvalid }
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            var orders = (Array(holder.closedOrders) + holder.openOrders).filter { order in
                (instrument == nil || order.instrument == instrument)
                    && window.contains(order.createTime)
                    && (fromID.map { order.id >= $0 } ?? true)
            }
            orders.sort { $0.id < $1.id }
            let triggers = holder.triggers
            json.beginArray()
            let rows = fromID == nil ? window.latest(limit, of: orders) : orders.prefix(limit)
            for order in rows {
                let contract = venue.markets[order.instrument.index].rules.contract
                json.order(OrderRecord(order, contract, trigger: triggers[order.id]))
            }
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
        for call: Call
    ) async throws(DialectError) -> OrderRecord {
        // Looked up first only to find the order's number: whether it is still open is for the
        // engine to say.
        let order = try find(target, of: account, in: instrument, ifMissing: .cancelUnknown)
        try await submit(
            .cancelOrder(
                OrderReference(account: account, instrument: instrument, order: order.id)
            ),
            for: call,
            isCancel: true
        )
        return try record(.number(order.id), of: account, in: instrument)
    }

    private func record(
        _ target: OrderTarget,
        of account: AccountID,
        in instrument: InstrumentID
    ) throws(DialectError) -> OrderRecord {
        try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account),
                let order = holder.order(target, in: instrument)
            else { throw .orderUnknown }
            return OrderRecord(
                order,
                venue.markets[instrument.index].rules.contract,
                trigger: holder.trigger(of: order.id)
            )
        }
    }

    private func find(
        _ target: OrderTarget,
        of account: AccountID,
        in instrument: InstrumentID,
        ifMissing missing: DialectError
    ) throws(DialectError) -> OrderProjection {
        try read { (venue) throws(DialectError) in
            guard let order = venue.account(account)?.order(target, in: instrument) else {
                throw missing
            }
            return order
        }
    }
}

extension AccountProjection {
    fileprivate func order(
        _ target: OrderTarget,
        in instrument: InstrumentID
    ) -> OrderProjection? {
        let order =
            switch target {
            case .number(let id): order(id)
            case .name(let name): order(name, in: instrument)
            }
        return order?.instrument == instrument ? order : nil
    }
}

extension NewOrder {
    /// Why the engine would not take the order, as far as its own numbers tell.
    fileprivate func refusal(in market: MarketProjection) -> Refusal? {
        guard market.isTrading else { return Refusal(.tradingNotOpen) }
        let rules = market.rules
        let limits = rules.limits
        if let refusal = limits.refusal(of: quantity, type, step: rules.contract.stepSize) {
            return refusal
        }
        guard let mark = market.prices?.mark, mark > .zero else { return Refusal(.noMarkPrice) }
        let hasPrice = type == .limit && priceMatch == .none
        if hasPrice {
            if let refusal = limits.refusal(of: price, tick: rules.contract.tickSize)
                ?? limits.refusal(of: price, side, mark: mark)
            {
                return refusal
            }
        }
        guard !reduceOnly else { return nil }
        let notional = rules.contract.valuation.notional(of: quantity, at: hasPrice ? price : mark)
        return limits.refusal(ofNotional: notional)
    }
}

extension JSONWriter {
    /// The answer to an amendment, for which the client may have had a number of its own.
    mutating func amended(_ order: OrderRecord, _ parameters: RequestParameters) {
        acknowledgement(order) { json in
            json.field("pair", order.contract.symbol)
            if let modifyID = parameters.text("modifyId") { json.field("modifyId", modifyID) }
        }
    }
}
