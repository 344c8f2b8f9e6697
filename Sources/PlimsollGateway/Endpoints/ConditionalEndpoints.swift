import PlimsollModel
import PlimsollNode
import PlimsollProjections

// Orders that wait for a price; the dialect calls them algo orders.
extension Gateway {
    func placeConditional(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let entry = try ConditionalEntry(call.parameters, account: account, find: listing)
        let outcome = try await submit(
            .placeConditionalOrder(entry.order),
            for: call,
            priceDecimals: entry.contract.priceScale
        )
        for event in outcome.events {
            guard case .conditionalOrderAccepted(let accepted) = event else { continue }
            let record = ConditionalRecord(accepted, at: outcome.time)
            json.conditional(record, entry.contract)
            return
        }
        throw .unknown
    }

    func cancelConditional(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let target = try call.parameters.requiredConditionalTarget()
        let instrument = try conditionalInstrument(call.parameters)
        // Looked up first only to find its number: whether it still waits is for the engine to say.
        let found = try find(target, of: account, in: instrument, ifMissing: .cancelUnknown).record
        try await submit(
            .cancelConditionalOrder(
                ConditionalReference(
                    account: account,
                    instrument: found.order.instrument,
                    order: found.id
                )
            ),
            for: call,
            isCancel: true
        )
        json.beginObject()
        json.field("algoId", found.id)
        json.field("clientAlgoId", found.order.clientOrderID)
        // A text here, unlike everywhere else in the dialect.
        json.field("code", "200")
        json.field("msg", "success")
        json.endObject()
    }

    func cancelAllConditionals(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let instrument = try contract(call.parameters.symbol()).instrument
        try await submit(.cancelAllConditionalOrders(account, instrument), for: call)
        json.success("The operation of cancel all open order is done.")
    }

    // MARK: Looking up

    func conditional(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let target = try call.parameters.requiredConditionalTarget()
        let instrument = try conditionalInstrument(call.parameters)
        let found = try find(target, of: account, in: instrument, ifMissing: .orderUnknown)
        json.conditional(found.record, found.contract, child: .all)
    }

    func openConditionals(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try ConditionalEntry.checkAlgoType(call.parameters)
        let instrument = try conditionalInstrument(call.parameters)
        let number = try call.parameters.integer("algoId").map(UInt64.init)
        try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            json.beginArray()
            for conditional in holder.openConditionals
            where (instrument == nil || conditional.order.instrument == instrument)
                && (number == nil || conditional.id.rawValue == number)
            {
                json.conditional(
                    ConditionalRecord(conditional, of: holder),
                    venue.markets[conditional.order.instrument.index].rules.contract,
                    child: .number
                )
            }
            json.endArray()
        }
    }

    func allConditionals(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let (instrument, contract) = try contract(call.parameters.symbol())
        let limit = try call.parameters.limit(default: 500, max: 1000)
        let fromID = try call.parameters.integer("algoId").map(UInt64.init)
        let window = try TimeWindow(call.parameters)
        try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            let all = Array(holder.closedConditionals) + holder.openConditionals
            var rows = all.filter { conditional in
                conditional.order.instrument == instrument
                    && window.contains(conditional.createTime)
                    && (fromID.map { conditional.id.rawValue >= $0 } ?? true)
            }
            rows.sort { $0.id < $1.id }
            json.beginArray()
            for row in fromID == nil ? window.latest(limit, of: rows) : rows.prefix(limit) {
                json.conditional(ConditionalRecord(row, of: holder), contract, child: .number)
            }
            json.endArray()
        }
    }

    /// The instrument, where the request names one: these requests need not.
    private func conditionalInstrument(
        _ parameters: RequestParameters
    ) throws(DialectError) -> InstrumentID? {
        guard let symbol = try parameters.optionalSymbol() else { return nil }
        return try contract(symbol).instrument
    }

    private func find(
        _ target: ConditionalTarget,
        of account: AccountID,
        in instrument: InstrumentID?,
        ifMissing missing: DialectError
    ) throws(DialectError) -> (record: ConditionalRecord, contract: ContractTerms) {
        try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            let conditional =
                switch target {
                case .number(let id): holder.conditional(id)
                case .name(let name): holder.conditional(name, in: instrument)
                }
            guard let conditional,
                instrument == nil || conditional.order.instrument == instrument
            else { throw missing }
            return (
                ConditionalRecord(conditional, of: holder),
                venue.markets[conditional.order.instrument.index].rules.contract
            )
        }
    }
}
