import HTTPTypes
import PlimsollModel
import PlimsollNode

// What happens to a request once its route is known, whatever it came in by.
extension Gateway {
    /// A request whose route is known, whatever it came in by.
    struct Request {
        var route: Route
        var parameters: RequestParameters
        /// The last part of the path, where the route leaves it open.
        var pathArgument = ""
        var way: DoorWay
        var address: String
        /// Wall-clock time of arrival.
        var received: Timestamp
        /// The same in the meter's nanoseconds.
        var start: UInt64
        /// The key that it names.
        var key: String?
        /// Whose it is and how it shows that, or why that cannot be told.
        var identity: Result<(credential: Credential?, proof: Proof), DialectError>
    }

    /// What an answer tells beside its body, refusals too.
    struct AnswerNotes {
        /// Of the address in this minute.
        var weight: Int?
        /// Of the request alone; refused before its route was known, it counts one.
        var cost = 1
        /// Of the account in the running intervals.
        var orders: RequestCounts.Orders?
        /// For a browser.
        var cookie: String?
    }

    /// Carries a request out, from the fault board to its answer.
    ///
    /// - Returns: Whether there is an answer; without one the connection has to end.
    func carryOut(
        _ request: Request,
        _ notes: inout AnswerNotes,
        _ json: inout JSONWriter
    ) async throws(DialectError) -> Bool {
        let (route, parameters) = (request.route, request.parameters)
        let door = try await door(route, parameters, key: request.key, by: request.way)
        notes.cost = route.weight.weight(of: parameters)
        notes.weight = try countWeight(
            of: parameters,
            route,
            from: request.address,
            at: request.received
        )
        var start = request.start
        var place: RequestGate?
        if route.waitsItsTurn(parameters) {
            let arrival = StageMeter.now
            try await gate.enter(try? request.identity.get().credential?.account)
            let turn = StageMeter.now
            node.stages.record(.wait, from: arrival, to: turn)
            start += turn - arrival
            place = gate
        }
        var call = Call(
            parameters: parameters,
            credential: nil,
            received: request.received,
            pathArgument: request.pathArgument,
            door: door,
            progress: RequestProgress(at: place)
        )
        let identity = try request.identity.get()
        call.credential = identity.credential
        try authorize(&call, for: route, by: identity.proof)
        if route.countsOrders, let account = call.credential?.account {
            try countOrders(of: account, route, call) { notes.orders = $0 }
        }
        let authorized = StageMeter.now
        node.stages.record(.decode, from: start, to: authorized)
        guard try await answerAtDoor(call, on: route, &notes, &json) else { return false }
        let end = StageMeter.now
        node.stages.record(.answer, from: call.progress.replied ?? authorized, to: end)
        node.stages.record(.request, from: request.start, to: end)
        return true
    }

    /// How a request shows whose it is.
    enum Proof {
        /// The key alone: the route asks for no more.
        case key
        case signature
        /// A signature that the connection gave before.
        case session
        /// A browser's session, which stands for its user.
        case cookie
    }

    /// What the request costs, counted for its address.
    ///
    /// - Returns: The weight of the address in this minute.
    private func countWeight(
        of parameters: RequestParameters,
        _ route: Route,
        from address: String,
        at received: Timestamp
    ) throws(DialectError) -> Int {
        let weight = route.weight.weight(of: parameters)
        guard configuration.enforcesRateLimits, !route.isControl else {
            return counts.addWeight(weight, from: address, at: received)
        }
        return try counts.admit(weight, from: address, at: received)
    }

    /// The checks that come after the key, in the order in which clients rely on them: mandatory
    /// parameters, time, signature, permission.
    private func authorize(
        _ call: inout Call,
        for route: Route,
        by proof: Proof
    ) throws(DialectError) {
        for name in route.mandatory where call.parameters[name] == nil {
            throw .parameterMissing(name)
        }
        guard let credential = call.credential else { return }
        // The time of now and not of arrival: a body that trickles in does not stay fresh.
        let now = serverTime(call)
        switch proof {
        case .key, .cookie: break
        case .signature:
            call.expiry = try RequestSignature.check(call.parameters, credential, at: now)
        case .session: call.expiry = try RequestSignature.checkTime(call.parameters, at: now)
        }
        // What the client took for the time was off by as much.
        call.expiry = call.expiry?.advanced(byMilliseconds: -call.door.clockSkew)
        guard !credential.permissions.isDisjoint(with: route.permissions) else {
            throw .keyUnknown
        }
    }

    /// Counts the orders that a call places against the account's rate; `told` hears the counts, also
    /// where they are too high.
    private func countOrders(
        of account: AccountID,
        _ route: Route,
        _ call: Call,
        told: (RequestCounts.Orders) -> Void
    ) throws(DialectError) {
        let isNew = route.method == .post
        let orders = counts.addOrders(
            isNew ? route.orderCount(call.parameters) : 0,
            of: account,
            at: call.received
        )
        told(orders)
        guard configuration.enforcesRateLimits, isNew else { return }
        guard orders.tenSeconds <= RequestCounts.ordersPerTenSeconds else {
            throw .orderRateExceeded(
                limit: RequestCounts.ordersPerTenSeconds,
                interval: "TEN_SECONDS"
            )
        }
        guard orders.minute <= RequestCounts.ordersPerMinute else {
            throw .orderRateExceeded(limit: RequestCounts.ordersPerMinute, interval: "MINUTE")
        }
    }

    /// Calls the route's handler.
    func answer(
        _ call: Call,
        on route: Route,
        _ notes: inout AnswerNotes,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        switch route.handler {
        case .answer(let handler): try handler(self)(call, &json)
        case .action(let handler): try await handler(self)(call, &json)
        case .account(let handler):
            guard let account = call.credential?.account else { throw .keyMalformed }
            try handler(self)(call, account, &json)
        case .accountAction(let handler):
            guard let account = call.credential?.account else { throw .keyMalformed }
            try await handler(self)(call, account, &json)
        case .page(let handler, _): json.raw(handler(self)().utf8)
        case .session(let handler): notes.cookie = try handler(self)(call, &json)
        }
    }
}
