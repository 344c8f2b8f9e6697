import HTTPTypes
import PlimsollModel
import PlimsollNode
import PlimsollProjections

// What the fault board does to requests, whatever they come in by.
extension Gateway {
    /// Decides about a request before anything else is looked at.
    ///
    /// - Throws: The answer of a fault that keeps the request from being carried out.
    func door(
        _ route: Route,
        _ parameters: RequestParameters,
        key: String?,
        by way: DoorWay
    ) async throws(DialectError) -> DoorVerdict {
        guard faults.isArmed, let kind = route.requestKind else { return .open }
        let verdict = faults.verdict(
            on: DoorRequest(
                way,
                kind,
                account: key.flatMap { keys.credential(key: $0)?.account },
                symbol: parameters.text("symbol").flatMap { Symbol($0) }
            )
        )
        if !verdict.isCarriedOut, case .failure(let kind) = verdict.answer {
            await hold(verdict.delay)
            throw DialectError(kind, at: WallClock.now)
        }
        return verdict
    }

    /// Calls the route's handler, and answers as the fault board has decided.
    ///
    /// - Returns: Whether there is an answer; without one the connection has to end.
    func answerAtDoor(
        _ call: Call,
        on route: Route,
        _ notes: inout AnswerNotes,
        _ json: inout JSONWriter
    ) async throws(DialectError) -> Bool {
        guard call.door != .open else {
            try await answer(call, on: route, &notes, &json)
            return true
        }
        var refusal: DialectError?
        do throws(DialectError) {
            try await answer(call, on: route, &notes, &json)
        } catch {
            refusal = error
        }
        // The work is done: an answer that is held back keeps nobody else waiting.
        call.progress.leaveGate()
        await hold(call.door.delay)
        switch call.door.answer {
        case .own:
            if let refusal { throw refusal }
            return true
        case .failure(let kind): throw DialectError(kind, at: WallClock.now)
        case .nothing: return false
        }
    }

    /// The clock that clients sign by, as a fault may skew it.
    func serverTime(_ call: Call) -> Timestamp {
        WallClock.now.advanced(byMilliseconds: call.door.clockSkew)
    }

    /// The book that a call is shown, with its time; `nil` where it is the true one.
    func staleBook(of symbol: Symbol, _ call: Call) -> FaultDesk.StaleBook? {
        call.door.showsStaleBook ? faults.staleBook(of: symbol) : nil
    }

    /// The same for every market, by symbol.
    func staleBooks(_ call: Call) -> [Symbol: FaultDesk.StaleBook] {
        guard call.door.showsStaleBook else { return [:] }
        var books: [Symbol: FaultDesk.StaleBook] = [:]
        for symbol in node.read({ venue in venue.markets.map(\.symbol) }) {
            books[symbol] = faults.staleBook(of: symbol)
        }
        return books
    }

    /// A venue that ends does not wait for slow answers.
    private func hold(_ milliseconds: Int64) async {
        guard milliseconds > 0 else { return }
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }
}

extension Route {
    /// Whether a request is let in only as far as there is room: new risk, and questions.
    ///
    /// Cancels, what only reduces, and what the venue is operated by go on under any load.
    func waitsItsTurn(_ parameters: RequestParameters) -> Bool {
        switch requestKind {
        case nil, .cancels, .listenKeys, .withdrawals: false
        case .market: !["/fapi/v1/ping", "/fapi/v1/time"].contains(path)
        case .account: true
        case .settings: path != "/fapi/v1/positionMargin"
        case .orders: !parameters.onlyReduce
        }
    }

    /// What requests of such a route are to the fault board.
    static func requestKind(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ security: RouteSecurity
    ) -> RequestKind? {
        if method == .post, path.hasSuffix("/transfers") { return .withdrawals }
        guard ["/fapi/", "/api/", "/sapi/", "/dapi/"].contains(where: path.hasPrefix) else {
            return nil
        }
        switch security {
        case .none: return .market
        case .key: return path.hasSuffix("/listenKey") ? .listenKeys : .market
        case .userData: return .account
        case .trade: break
        }
        if method == .get { return .account }
        if method == .delete || path.hasSuffix("/countdownCancelAll") { return .cancels }
        return path.lowercased().contains("order") ? .orders : .settings
    }
}

extension DialectError {
    /// What a client is told of a fault in the venue's place.
    init(_ kind: DoorFault.Kind, at time: Timestamp) {
        switch kind {
        case .rateLimited(let milliseconds):
            self = .weightExceeded(limit: RequestCounts.weightPerMinute)
            retrySeconds = Int((milliseconds + 999) / 1000)
        case .banned(let milliseconds):
            self = .banned(until: time.advanced(byMilliseconds: milliseconds))
        case .overloaded: self = .overloaded
        case .timeout: self = .backendTimeout
        case .maintenance: self = .outOfService
        case .haltedWithdrawals: self = .withdrawalsHalted
        default: self = .statusUnknown
        }
    }

    /// Binance's words for an order that may or may not have been carried out.
    static let statusUnknown = DialectError(
        -1000,
        "Unknown error, please check your request or try again later.",
        status: 503
    )
    static let backendTimeout = DialectError(
        -1007,
        "Timeout waiting for response from backend server. "
            + "Send status unknown; execution status unknown.",
        status: 408
    )
    static let outOfService = DialectError(
        -1016,
        "This service is no longer available.",
        status: 503
    )
    static let withdrawalsHalted = DialectError(
        -1016,
        "Withdrawals are halted.",
        status: 503
    )
}
