import HTTPTypes
import PlimsollModel

// What happens to a request once its route is known, whatever it came in by.
extension Gateway {
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
    func countWeight(
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
    func authorize(_ call: Call, for route: Route, by proof: Proof) throws(DialectError) {
        for name in route.mandatory where call.parameters[name] == nil {
            throw .parameterMissing(name)
        }
        guard let credential = call.credential else { return }
        // The time of now and not of arrival: a body that trickles in does not stay fresh.
        let now = serverTime(call)
        switch proof {
        case .key, .cookie: break
        case .signature: try RequestSignature.check(call.parameters, credential, at: now)
        case .session: try RequestSignature.checkTime(call.parameters, at: now)
        }
        guard !credential.permissions.isDisjoint(with: route.permissions) else {
            throw .keyUnknown
        }
    }

    /// Counts the orders that a call places against the account's rate; `told` hears the counts, also
    /// where they are too high.
    func countOrders(
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
        case .session(let handler): _ = try handler(self)(call, &json)
        }
    }
}
