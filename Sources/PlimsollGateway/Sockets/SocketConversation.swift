import PlimsollModel
import PlimsollNode

/// Answers the requests of one socket, one after the other.
struct SocketConversation {
    private let gateway: Gateway
    private let address: String
    private let connected = WallClock.now
    // Only the key is kept: whether it still opens anything is asked with every request.
    private var session: (key: String, since: Timestamp)?

    init(gateway: Gateway, address: String) {
        self.gateway = gateway
        self.address = address
    }

    /// - Returns: `nil` where a fault ends the connection without an answer.
    mutating func answer(_ bytes: [UInt8]) async -> [UInt8]? {
        let start = StageMeter.now
        let received = WallClock.now
        var json = JSONWriter()
        let request: SocketRequest
        do throws(SocketRequest.Refusal) {
            request = try SocketRequest(parsing: bytes)
        } catch {
            let used = Gateway.AnswerNotes(
                weight: gateway.counts.addWeight(1, from: address, at: received)
            )
            write(error.error, id: error.id, used, &json)
            return json.takeBytes()
        }
        var used = Gateway.AnswerNotes()
        do throws(DialectError) {
            begin(request.id, status: 200, &json)
            json.key("result")
            guard
                try await result(
                    of: request,
                    at: received,
                    since: start,
                    &used,
                    &json
                )
            else { return nil }
            note(request, since: received, used)
            finish(request.returnsRateLimits ? used : nil, &json)
        } catch {
            json.removeAll()
            if used.weight == nil {
                used.weight = gateway.counts.addWeight(1, from: address, at: received)
            }
            note(request, since: received, used, error)
            write(error, id: request.id, request.returnsRateLimits ? used : nil, &json)
        }
        return json.takeBytes()
    }

    /// Keeps for its owner what was asked with a key, as it is kept of REST.
    private func note(
        _ request: SocketRequest,
        since received: Timestamp,
        _ used: Gateway.AnswerNotes,
        _ error: DialectError? = nil
    ) {
        let named = request.members.first { $0.name == "apiKey" }?.value.scalarText
        guard let key = named ?? session?.key, KeyRing.isWellFormed(key) else { return }
        gateway.requests.add(
            RequestLog.Entry(
                time: received,
                key: key,
                method: "WS",
                path: String(request.method.prefix(128)),
                status: error?.status ?? 200,
                weight: used.cost,
                code: error?.code,
                reason: error?.message,
                milliseconds: WallClock.now.milliseconds - received.milliseconds
            )
        )
    }

    // MARK: Methods

    /// - Returns: Whether there is an answer.
    private mutating func result(
        of request: SocketRequest,
        at received: Timestamp,
        since start: UInt64,
        _ used: inout Gateway.AnswerNotes,
        _ json: inout JSONWriter
    ) async throws(DialectError) -> Bool {
        guard let method = SocketMethod(request.method) else {
            throw DialectError(-1000, "Unknown method '\(request.method.prefix(64))'.")
        }
        let parameters = try RequestParameters(signed: request.members)
        switch method {
        case .route(let route):
            let routed = Gateway.Request(
                route: route,
                parameters: parameters,
                way: .socket,
                address: address,
                received: received,
                start: start,
                key: parameters.text("apiKey") ?? session?.key,
                identity: Result { () throws(DialectError) in try identity(parameters, route) }
            )
            return try await gateway.carryOut(routed, &used, &json)
        case .logon:
            used.cost = 2
            used.weight = try countWeight(2, at: received)
            try logon(parameters)
        case .status:
            used.cost = 2
            used.weight = try countWeight(2, at: received)
        case .logout:
            used.cost = 2
            used.weight = try countWeight(2, at: received)
            session = nil
        }
        writeSession(&json)
        return true
    }

    private func countWeight(_ weight: Int, at time: Timestamp) throws(DialectError) -> Int {
        guard gateway.configuration.enforcesRateLimits else {
            return gateway.counts.addWeight(weight, from: address, at: time)
        }
        return try gateway.counts.admit(weight, from: address, at: time)
    }

    // MARK: The session

    private func identity(
        _ parameters: RequestParameters,
        _ route: Route
    ) throws(DialectError) -> (credential: Credential?, proof: Gateway.Proof) {
        guard route.security != .none else { return (nil, .key) }
        let credential = try credential(parameters)
        guard route.security.isSigned else { return (credential, .key) }
        // A key that is named has to be proved anew.
        let isOwn = parameters["apiKey"] == nil && parameters["signature"] == nil
        return (credential, isOwn ? .session : .signature)
    }

    private func credential(_ parameters: RequestParameters) throws(DialectError) -> Credential {
        guard let key = parameters.text("apiKey") ?? session?.key, KeyRing.isWellFormed(key)
        else { throw .keyMalformed }
        guard
            let credential = gateway.keys.credential(key: key, from: address, at: WallClock.now)
        else { throw .keyUnknown }
        return credential
    }

    private mutating func logon(_ parameters: RequestParameters) throws(DialectError) {
        guard let key = parameters.text("apiKey"), KeyRing.isWellFormed(key) else {
            throw .keyMalformed
        }
        let credential = try credential(parameters)
        guard case .publicKey(let half) = credential.proof, half.algorithm == .ed25519 else {
            throw .keyKindInvalid
        }
        let now = WallClock.now
        try RequestSignature.check(parameters, credential, at: now)
        session = (credential.key, now)
    }

    private func writeSession(_ json: inout JSONWriter) {
        let now = WallClock.now
        let current = session.flatMap { session in
            gateway.keys.credential(key: session.key, from: address, at: now).map { _ in session }
        }
        json.beginObject()
        json.key("apiKey")
        if let current { json.string(current.key) } else { json.null() }
        json.key("authorizedSince")
        if let current { json.integer(current.since.milliseconds) } else { json.null() }
        json.field("connectedSince", connected)
        json.field("returnRateLimits", true)
        json.field("serverTime", now)
        json.endObject()
    }

    // MARK: The answer around the result

    private func begin(_ id: JSONValue, status: Int, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("id")
        switch id {
        case .string(let text): json.string(text)
        case .number(let text): json.raw(text.utf8)
        default: json.null()
        }
        json.field("status", status)
    }

    private func write(
        _ error: DialectError,
        id: JSONValue,
        _ used: Gateway.AnswerNotes?,
        _ json: inout JSONWriter
    ) {
        begin(id, status: error.status, &json)
        json.key("error")
        error.write(into: &json)
        finish(used, &json)
    }

    private func finish(_ used: Gateway.AnswerNotes?, _ json: inout JSONWriter) {
        if let used {
            json.beginArray("rateLimits")
            writeLimit(
                "REQUEST_WEIGHT",
                "MINUTE",
                1,
                RequestCounts.weightPerMinute,
                used.weight ?? 0,
                &json
            )
            if let orders = used.orders {
                let (few, many) = (
                    RequestCounts.ordersPerTenSeconds, RequestCounts.ordersPerMinute
                )
                writeLimit("ORDERS", "SECOND", 10, few, orders.tenSeconds, &json)
                writeLimit("ORDERS", "MINUTE", 1, many, orders.minute, &json)
            }
            json.endArray()
        }
        json.endObject()
    }

    private func writeLimit(
        _ type: String,
        _ interval: String,
        _ number: Int,
        _ limit: Int,
        _ count: Int,
        _ json: inout JSONWriter
    ) {
        json.beginObject()
        json.field("rateLimitType", type)
        json.field("interval", interval)
        json.field("intervalNum", number)
        json.field("limit", limit)
        json.field("count", count)
        json.endObject()
    }
}
