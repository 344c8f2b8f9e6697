import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import PlimsollModel
import PlimsollNode

/// Answers every request: finds its route, checks who asks, calls the handler, adds the headers.
struct GatewayResponder: HTTPResponder {
    /// Who asks: routes carry what else they need themselves.
    struct Context: InitializableFromSource {
        private let channel: any Channel

        init(source: ApplicationRequestContextSource) { channel = source.channel }

        /// Ends the connection without an answer.
        func hangUp() async -> any Error {
            try? await channel.close()
            return ChannelError.alreadyClosed
        }

        /// What request weight is counted by.
        var address: String { channel.remoteAddress?.ipAddress ?? "" }
    }

    static let bodyBytesMax = 1 << 20

    let gateway: Gateway
    let routes: RouteTable
    /// `nil` where the web app was not built.
    let web: WebDoor?
    /// Known only once the server listens.
    let access: @Sendable () -> LocalAccess

    func respond(to request: Request, context: Context) async throws -> Response {
        guard request.method == .head else {
            return try await respond(to: request, as: request.method, in: context)
        }
        // The same head, and no body behind it.
        return try await respond(to: request, as: .get, in: context)
            .createHeadResponse()
    }

    private func respond(
        to request: Request,
        as method: HTTPRequest.Method,
        in context: Context
    ) async throws -> Response {
        // One request of a connection, then one of another: who sends a thousand at once and reads
        // none of the answers would else keep a thread until all are written.
        await Task.yield()
        let start = StageMeter.now
        let address = context.address
        let received = WallClock.now
        let target = request.head.path ?? "/"
        let split = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = split.map { String(target[..<$0]) } ?? target
        var headers = Self.commonHeaders
        var notes = Gateway.AnswerNotes()
        var json = JSONWriter()
        request: do throws(DialectError) {
            try admit(request)
            if let page = web?.response(to: request, path: path) { return page }
            let (route, argument) = try route(method, path, &headers)
            try admitBody(of: request, to: route)
            let body = try await body(of: request)
            let query = split.map { Array(target.utf8[target.utf8.index(after: $0)...]) } ?? []
            let routed = Gateway.Request(
                route: route,
                // The control API's bodies are documents, not parameters.
                parameters: route.isControl
                    ? try RequestParameters(query: query, document: body)
                    : try RequestParameters(query: query, body: body),
                pathArgument: argument,
                way: .rest,
                address: address,
                received: received,
                start: start,
                key: request.headers[Self.keyName],
                identity: Result { () throws(DialectError) in
                    try identity(of: request, route, from: address, at: received)
                }
            )
            guard try await gateway.carryOut(routed, &notes, &json) else { break request }
            if case .page = route.handler { headers = Self.pageHeaders(route) }
            if let cookie = notes.cookie { headers[.setCookie] = cookie }
            note(request, path, since: received, weight: notes.cost)
            return finish(.ok, &json, &headers, notes, address, received)
        } catch {
            json.removeAll()
            error.write(into: &json)
            if let wait = error.retryAfter(at: received) { headers[.retryAfter] = "\(wait)" }
            let status = HTTPResponse.Status(code: error.status)
            note(request, path, since: received, weight: notes.cost, error)
            return finish(status, &json, &headers, notes, address, received)
        }
        throw await context.hangUp()
    }

    // MARK: Admission

    private func admit(_ request: Request) throws(DialectError) {
        let changesState = ![.get, .head].contains(request.method)
        let verdict = access().verdict(
            host: request.head.authority,
            origin: request.headers[.origin],
            fetchSite: request.headers[Self.fetchSite],
            changesState: changesState
        )
        guard case .refused(let reason) = verdict else { return }
        throw DialectError(-1000, reason, status: 403)
    }

    /// The control API tells a wrong method from a wrong path; the dialect has one answer for both.
    private func route(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headers: inout HTTPFields
    ) throws(DialectError) -> (Route, argument: String) {
        switch routes.match(method, path) {
        case .found(let route, let argument): return (route, argument)
        case .otherMethods(let methods) where path.hasPrefix("/v1/"):
            headers[.allow] = methods.map(\.rawValue).joined(separator: ", ")
            throw .methodNotAllowed("\(method)", path)
        case .otherMethods, .unknown: throw .pathUnknown("\(method)", path)
        }
    }

    private func admitBody(of request: Request, to route: Route) throws(DialectError) {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }),
            length > Self.bodyBytesMax
        {
            throw Self.bodyTooLarge
        }
        // Read as it came, a packed body would be signed as one thing and understood as another.
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw DialectError(-1000, "a body in an encoding is not read", status: 415)
        }
        // A web form can be sent from any page without asking; a JSON body cannot, and neither can a
        // deletion.
        guard route.isControl, ![.get, .delete].contains(route.method) else { return }
        let type = request.headers[.contentType] ?? ""
        guard type.prefix(while: { $0 != ";" }).lowercased() == "application/json" else {
            throw DialectError(-1000, "the body has to be application/json", status: 415)
        }
    }

    private func body(of request: Request) async throws(DialectError) -> [UInt8] {
        let hasBody =
            request.headers[.contentLength].map { $0 != "0" }
            ?? request.headers.contains(.transferEncoding)
        guard hasBody else { return [] }
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? Self.bodyBytesMax
        guard gateway.bodies.take(length) else { throw .overloaded }
        defer { gateway.bodies.giveBack(length) }
        do {
            let buffer = try await request.body.collect(upTo: Self.bodyBytesMax)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Self.bodyTooLarge
        } catch {
            throw DialectError(-1000, "the body could not be read", status: 400)
        }
    }

    /// The key comes first of all checks; the others are the same wherever a request comes from.
    private func identity(
        of request: Request,
        _ route: Route,
        from address: String,
        at time: Timestamp
    ) throws(DialectError) -> (credential: Credential?, proof: Gateway.Proof) {
        let asked = security(of: route, request)
        let hasKey = request.headers.contains(Self.keyName)
        if !hasKey, let credential = session(of: request) { return (credential, .cookie) }
        guard asked != .none else { return (nil, .key) }
        guard let key = request.headers[Self.keyName], KeyRing.isWellFormed(key) else {
            throw .keyMalformed
        }
        guard let credential = gateway.keys.credential(key: key, from: address, at: time) else {
            throw .keyUnknown
        }
        return (credential, asked.isSigned ? .signature : .key)
    }

    /// The control API asks for a key where it is told to, and heeds one that comes unasked.
    private func security(of route: Route, _ request: Request) -> RouteSecurity {
        guard route.isGuarded else { return route.security }
        let hasKey = request.headers.contains(Self.keyName)
        return hasKey || gateway.configuration.controlNeedsKey ? .trade : .none
    }

    /// What a browser's session opens; its cookie counts only beside a header that pages of other
    /// origins cannot set.
    private func session(of request: Request) -> Credential? {
        guard request.headers.contains(Self.sessionName) else { return nil }
        return gateway.sessions.credential(
            cookies: request.headers[.cookie],
            port: gateway.boundPort
        )
    }

    /// Keeps for its owner what was asked with a key.
    private func note(
        _ request: Request,
        _ path: String,
        since received: Timestamp,
        weight: Int,
        _ error: DialectError? = nil
    ) {
        guard let key = request.headers[Self.keyName], KeyRing.isWellFormed(key) else { return }
        gateway.requests.add(
            RequestLog.Entry(
                time: received,
                key: key,
                method: request.method.rawValue,
                path: String(path.prefix(128)),
                status: error?.status ?? 200,
                weight: weight,
                code: error?.code,
                reason: error?.message,
                milliseconds: WallClock.now.milliseconds - received.milliseconds
            )
        )
    }

    /// A request that was refused before its route was known counts one.
    private func counted(_ address: String, _ received: Timestamp) -> Int {
        gateway.counts.addWeight(1, from: address, at: received)
    }

    // MARK: Answering

    private func finish(
        _ status: HTTPResponse.Status,
        _ json: inout JSONWriter,
        _ headers: inout HTTPFields,
        _ notes: Gateway.AnswerNotes,
        _ address: String,
        _ received: Timestamp
    ) -> Response {
        headers[Self.usedWeight] = "\(notes.weight ?? counted(address, received))"
        if let orders = notes.orders {
            headers[Self.orderCountTenSeconds] = "\(orders.tenSeconds)"
            headers[Self.orderCountMinute] = "\(orders.minute)"
        }
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: json.takeBuffer())
        )
    }

    // MARK: Headers

    private static let bodyTooLarge = DialectError(
        -1000,
        "the body is larger than \(bodyBytesMax) bytes",
        status: 413
    )

    private static let commonHeaders: HTTPFields = [
        .contentType: "application/json", .xContentTypeOptions: "nosniff",
        .cacheControl: "no-store",
    ]

    private static func pageHeaders(_ route: Route) -> HTTPFields {
        var headers = commonHeaders
        if case .page(_, let type) = route.handler { headers[.contentType] = type }
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        headers[referrerPolicy] = "no-referrer"
        return headers
    }

    private static let keyName = HTTPField.Name(validated: "X-MBX-APIKEY")
    private static let sessionName = HTTPField.Name(validated: WebSessions.headerName)
    private static let usedWeight = HTTPField.Name(validated: "X-MBX-USED-WEIGHT-1M")
    private static let orderCountTenSeconds = HTTPField.Name(validated: "X-MBX-ORDER-COUNT-10S")
    private static let orderCountMinute = HTTPField.Name(validated: "X-MBX-ORDER-COUNT-1M")
    private static let fetchSite = HTTPField.Name(validated: "Sec-Fetch-Site")
    private static let referrerPolicy = HTTPField.Name(validated: "Referrer-Policy")
}

extension HTTPField.Name {
    /// A name that is known to be one.
    fileprivate init(validated name: String) {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("\(name) is a header's name")
        }
        self = field
    }
}
