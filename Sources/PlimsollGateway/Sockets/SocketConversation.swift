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

    /// What the answer tells of the limits.
    private struct Used {
        /// Of the address in this minute.
        var weight: Int?
        /// Of the request alone.
        var cost = 1
        var orders: RequestCounts.Orders?
    }

    /// - Returns: `nil` where a fault ends the connection without an answer.
    mutating func answer(_ bytes: [UInt8]) async -> [UInt8]? {
        let received = WallClock.now
        var json = JSONWriter()
        let request: SocketRequest
        do throws(SocketRequest.Refusal) {
            request = try SocketRequest(parsing: bytes)
        } catch {
            let used = Used(weight: gateway.counts.addWeight(1, from: address, at: received))
            write(error.error, id: error.id, used, &json)
            return json.takeBytes()
        }
        var used = Used()
        do throws(DialectError) {
            begin(request.id, status: 200, &json)
            json.key("result")
            guard try await result(of: request, at: received, &used, &json) else { return nil }
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
        _ used: Used,
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
        _ used: inout Used,
        _ json: inout JSONWriter
    ) async throws(DialectError) -> Bool {
        guard let method = SocketMethod(request.method) else {
            throw DialectError(-1000, "Unknown method '\(request.method.prefix(64))'.")
        }
        let parameters = try RequestParameters(signed: request.members)
        switch method {
        case .route(let route):
            return try await call(route, parameters, at: received, &used, &json)
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

    private func call(
        _ route: Route,
        _ parameters: RequestParameters,
        at received: Timestamp,
        _ used: inout Used,
        _ json: inout JSONWriter
    ) async throws(DialectError) -> Bool {
        let door = try await gateway.door(
            route,
            parameters,
            key: parameters.text("apiKey") ?? session?.key,
            by: .socket
        )
        used.cost = route.weight.weight(of: parameters)
        used.weight = try gateway.countWeight(
            of: parameters,
            route,
            from: address,
            at: received
        )
        var call = Call(
            parameters: parameters,
            credential: nil,
            received: received,
            pathArgument: "",
            door: door
        )
        var proof = Gateway.Proof.key
        if route.security != .none {
            call.credential = try credential(parameters)
            // A key that is named has to be proved anew.
            let isOwn = parameters["apiKey"] == nil && parameters["signature"] == nil
            if route.security.isSigned { proof = isOwn ? .session : .signature }
        }
        try gateway.authorize(call, for: route, by: proof)
        if route.countsOrders, let account = call.credential?.account {
            var orders: RequestCounts.Orders?
            defer { used.orders = orders }
            try gateway.countOrders(of: account, route, call) { orders = $0 }
        }
        return try await gateway.answerAtDoor(call, on: route, &json)
    }

    private func countWeight(_ weight: Int, at time: Timestamp) throws(DialectError) -> Int {
        guard gateway.configuration.enforcesRateLimits else {
            return gateway.counts.addWeight(weight, from: address, at: time)
        }
        return try gateway.counts.admit(weight, from: address, at: time)
    }

    // MARK: The session

    private func credential(_ parameters: RequestParameters) throws(DialectError) -> Credential {
        guard let key = parameters.text("apiKey") ?? session?.key, KeyRing.isWellFormed(key)
        else { throw .keyMalformed }
        guard let credential = gateway.keys.credential(key: key) else { throw .keyUnknown }
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
        let current = session.flatMap { gateway.keys.credential(key: $0.key) == nil ? nil : $0 }
        json.beginObject()
        json.key("apiKey")
        if let current { json.string(current.key) } else { json.null() }
        json.key("authorizedSince")
        if let current { json.integer(current.since.milliseconds) } else { json.null() }
        json.field("connectedSince", connected)
        json.field("returnRateLimits", true)
        json.field("serverTime", WallClock.now)
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
        _ used: Used?,
        _ json: inout JSONWriter
    ) {
        begin(id, status: error.status, &json)
        json.key("error")
        error.write(into: &json)
        finish(used, &json)
    }

    private func finish(_ used: Used?, _ json: inout JSONWriter) {
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
