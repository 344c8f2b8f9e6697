import NIOHTTP1

/// Decides which requests become stream connections.
///
/// A refused upgrade must be answered with a JSON error like any other request: left to itself, the
/// server would only drop the connection, and nobody would know why.
struct WebSocketAdmission: Sendable {
    enum Verdict: Equatable, Sendable {
        case accepted(WebSocketTarget)
        case refused(DialectError)
    }

    let access: LocalAccess

    func decide(_ head: HTTPRequestHead, hasRoom: Bool = true) -> Verdict {
        let verdict = access.verdict(
            host: head.headers.first(name: "host"),
            origin: head.headers.first(name: "origin"),
            fetchSite: head.headers.first(name: "sec-fetch-site"),
            changesState: true
        )
        if case .refused(let reason) = verdict {
            return .refused(DialectError(-1002, "Forbidden: \(reason).", status: 403))
        }
        guard let target = WebSocketTarget(address: head.uri) else {
            let path = head.uri.prefix { $0 != "?" }.prefix(128)
            return .refused(
                DialectError(-1000, "No WebSocket is served at '\(path)'.", status: 404)
            )
        }
        if let name = target.unknownStream {
            let shown = name.prefix(64)
            return .refused(DialectError(-1130, "'\(shown)' is no stream.", status: 400))
        }
        guard hasRoom else {
            return .refused(DialectError(-1008, "Too many connections.", status: 503))
        }
        return .accepted(target)
    }

    /// Why the request does not become a stream connection of `hub`; `nil` where it does.
    func refusal(
        of head: HTTPRequestHead,
        hub: StreamHub,
        faults: FaultDesk
    ) -> DialectError? {
        switch decide(head, hasRoom: hub.hasRoom) {
        case .accepted(let target): faults.refusal(of: target)
        case .refused(let error): error
        }
    }
}
