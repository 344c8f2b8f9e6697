import PlimsollModel
import PlimsollNode

// The fault board under the control API's hand.
extension Gateway {
    func listFaults(_ call: Call, _ json: inout JSONWriter) { write(faults.report(), &json) }

    /// `{"kind": "slowAck", "milliseconds": 500, "requests": ["orders"], "lasts": 60000}`: see
    /// `FaultFields`; `key` may stand for the account.
    func postFault(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let request = try ControlRequest(
            call.parameters.body,
            allowed: FaultFields.names + ["key"]
        )
        let fields = try fields(request)
        let fault: Fault
        do throws(FaultError) {
            fault = try fields.fault()
        } catch {
            throw DialectError(-1130, "\(error)")
        }
        json.fault(try faults.post(fault), at: node.clock.venueTime)
        streams.applyDrops()
    }

    /// Takes everything off the board, and answers what was on it.
    func clearFaults(_ call: Call, _ json: inout JSONWriter) { write(faults.clearAll(), &json) }

    func clearFault(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        guard let number = RequestParameters.integer(call.pathArgument.utf8) else {
            throw .valueInvalid("id")
        }
        guard let row = Int(exactly: number).flatMap(faults.clear) else {
            throw DialectError(-1000, "there is no fault \(number)", status: 404)
        }
        json.fault(row, at: node.clock.venueTime)
    }

    // MARK: Reading

    private func fields(_ request: ControlRequest) throws(DialectError) -> FaultFields {
        guard let kind = try request.text("kind") else { throw .parameterMissing("kind") }
        var fields = FaultFields(kind: kind)
        fields.milliseconds = try request.integer("milliseconds")
        fields.carriedOut = try request.rate("carriedOut")
        fields.factor = try request.rate("factor")
        fields.source = try request.integer("source").map { Int(clamping: $0) }
        fields.ways = try names(request, "ways")
        fields.requests = try names(request, "requests")
        if request["account"] != nil || request["key"] != nil {
            fields.account = try account(request, number: "account", key: "key")
        }
        if let text = try request.text("symbol") {
            guard let symbol = Symbol(text) else { throw .symbolInvalid }
            _ = try listing(symbol)
            fields.symbol = symbol
        }
        fields.after = try request.integer("after")
        fields.lasts = try request.integer("lasts")
        fields.chance = try request.rate("chance")
        fields.perVolatility = try request.rate("perVolatility")
        fields.perLiquidation = try request.rate("perLiquidation")
        fields.episode = try request.integer("episode")
        return fields
    }

    /// One name, or a list of them.
    private func names(
        _ request: ControlRequest,
        _ name: String
    ) throws(DialectError) -> [String]? {
        switch request[name] {
        case nil: return nil
        case .string(let text): return [text]
        case .array(let elements):
            var names: [String] = []
            for element in elements {
                guard case .string(let text) = element else { throw .valueInvalid(name) }
                names.append(text)
            }
            return names
        default: throw .valueInvalid(name)
        }
    }

    // MARK: Writing

    private func write(_ report: FaultDesk.Report, _ json: inout JSONWriter) {
        json.beginObject()
        json.field("seed", "\(report.seed)")
        json.field("venueTime", report.time)
        json.field("range", report.stress.range, decimals: 8)
        json.field("liquidations", report.stress.liquidations)
        json.beginArray("faults")
        for row in report.rows { json.fault(row, at: report.time) }
        json.endArray()
        json.endObject()
    }
}

extension JSONWriter {
    /// One fault of the board, as it stands at a venue time.
    mutating func fault(_ row: FaultDesk.Report.Row, at time: Timestamp) {
        let posted = row.posted
        beginObject()
        field("id", posted.id)
        field("kind", posted.fault.name)
        let isOver = posted.end.map { time >= $0 } ?? false
        field("state", posted.holds(at: time) ? "holds" : isOver ? "over" : "waits")
        field("start", posted.start)
        key("end")
        if let end = posted.end { integer(end.milliseconds) } else { null() }
        field("strikes", row.strikes)
        switch posted.fault {
        case .door(let fault): doorFault(fault)
        case .world(let fault): worldFault(fault)
        }
        let chance = posted.fault.schedule.chance
        if chance != .certain {
            field("chance", chance.base, decimals: 8)
            field("perVolatility", chance.perVolatility, decimals: 8)
            field("perLiquidation", chance.perLiquidation, decimals: 8)
            field("episode", chance.episode)
        }
        endObject()
    }

    private mutating func doorFault(_ fault: DoorFault) {
        if let milliseconds = fault.kind.milliseconds { field("milliseconds", milliseconds) }
        if let share = fault.kind.carriedOut { field("carriedOut", share, decimals: 8) }
        choices("ways", fault.scope.ways)
        choices("requests", fault.scope.requests)
        if let account = fault.scope.account { field("account", account) }
        if let symbol = fault.scope.symbol { field("symbol", symbol) }
    }

    private mutating func worldFault(_ fault: WorldFault) {
        if let factor = fault.kind.factor { field("factor", factor, decimals: 8) }
        if let symbol = fault.symbol { field("symbol", symbol) }
        if let source = fault.source { field("source", source) }
    }

    private mutating func choices<Choice: RawRepresentable & CaseIterable & Hashable>(
        _ name: StaticString,
        _ chosen: Set<Choice>?
    ) where Choice.RawValue == String {
        guard let chosen else { return }
        beginArray(name)
        for choice in Choice.allCases where chosen.contains(choice) { string(choice.rawValue) }
        endArray()
    }
}
