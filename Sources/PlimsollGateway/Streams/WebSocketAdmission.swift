import NIOCore
import NIOHTTP1

/// Decides which requests become stream connections.
///
/// A refused upgrade is answered with a JSON error like any other request: left to itself, the server
/// would only drop the connection, and nobody would know why.
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
        guard hasRoom else {
            return .refused(DialectError(-1008, "Too many connections.", status: 503))
        }
        return .accepted(target)
    }

    /// For the server's `shouldUpgrade`: headers to go on with; `nil` after having refused.
    func answer(
        _ head: HTTPRequestHead,
        on channel: any Channel,
        hub: StreamHub
    ) -> EventLoopFuture<HTTPHeaders?> {
        switch decide(head, hasRoom: hub.hasRoom) {
        case .accepted: channel.eventLoop.makeSucceededFuture(HTTPHeaders())
        case .refused(let error): refuse(error, on: channel, version: head.version)
        }
    }

    private func refuse(
        _ error: DialectError,
        on channel: any Channel,
        version: HTTPVersion
    ) -> EventLoopFuture<HTTPHeaders?> {
        var json = JSONWriter()
        error.write(into: &json)
        let body = json.takeBuffer()
        let head = HTTPResponseHead(
            version: version,
            status: HTTPResponseStatus(statusCode: error.status),
            headers: [
                "content-type": "application/json",
                "content-length": "\(body.readableBytes)",
                "connection": "close",
            ]
        )
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
        return channel.writeAndFlush(HTTPServerResponsePart.end(nil)).map { nil }
    }
}
