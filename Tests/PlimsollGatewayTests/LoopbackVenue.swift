import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PlimsollModel
import PlimsollNode
import PlimsollTestSupport
import Testing

@testable import PlimsollGateway

/// A whole venue behind a real socket: node, gateway and keys, with nobody else trading.
struct LoopbackVenue: Sendable {
    let node: VenueNode
    let keys: KeyRing
    let server: GatewayServer
    let port: Int

    /// Hundreds of venues at once, each with threads of its own, would all wait for each other.
    private static let turns = Turns(4)

    /// Runs `body` against a venue that ends with it.
    static func run(
        _ configure: (inout GatewayConfiguration) -> Void = { _ in },
        web: WebAssets? = nil,
        sessions: WebSessions = WebSessions(),
        clients: ClientConfigurations = .none,
        _ body: (LoopbackVenue) async throws -> Void
    ) async throws {
        await turns.take()
        let outcome: Result<Void, any Error>
        do {
            try await open(configure, web, sessions, clients, body)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await turns.giveBack()
        try outcome.get()
    }

    private static func open(
        _ configure: (inout GatewayConfiguration) -> Void,
        _ web: WebAssets?,
        _ sessions: WebSessions,
        _ clients: ClientConfigurations,
        _ body: (LoopbackVenue) async throws -> Void
    ) async throws {
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let node = try VenueNode.start(
            NodeConfiguration(
                rules: try StreamTestVenue.rules(),
                market: .none,
                startTime: Timestamp(milliseconds: 1_746_000_000_000),
                isPaused: true
            ),
            log: log
        )
        defer { node.stop() }
        var configuration = GatewayConfiguration(port: 0)
        configure(&configuration)
        let keys = KeyRing()
        let server = try GatewayServer(
            node: node,
            configuration: configuration,
            keys: keys,
            web: web,
            sessions: sessions,
            clients: clients,
            log: log
        )
        let running = Task { try await server.run() }
        let venue = LoopbackVenue(
            node: node,
            keys: keys,
            server: server,
            port: try await server.boundPort
        )
        _ = try await node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(4000)))
        _ = try await node.submit(.updateIndexPrice(StreamTestVenue.bitcoin, Price(50_000)))
        do {
            try await body(venue)
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        _ = try await running.value
    }

    /// A trader with money and a key of its own.
    func trader(deposit: Int = 10_000) async throws -> Trader {
        let account = try await node.openAccount(deposit: Amount(deposit))
        return Trader(venue: self, credential: try keys.grant(account: account))
    }

    func connect() async throws -> LoopbackClient { try await LoopbackClient.connect(port: port) }

    func get(_ target: String) async throws -> LoopbackAnswer {
        try await send(.GET, target)
    }

    func post(_ target: String, json: String) async throws -> LoopbackAnswer {
        try await send(.POST, target, ["content-type": "application/json"], json)
    }

    func send(
        _ method: NIOHTTP1.HTTPMethod,
        _ target: String,
        _ headers: HTTPHeaders = [:],
        _ body: String = ""
    ) async throws -> LoopbackAnswer {
        let client = try await connect()
        let answer = try await client.send(method, target, headers, body)
        try await client.close()
        return answer
    }
}

/// Signs requests as clients do.
struct Trader: Sendable {
    let venue: LoopbackVenue
    let credential: Credential

    var account: AccountID { credential.account }

    func send(
        _ method: NIOHTTP1.HTTPMethod,
        _ path: String,
        _ query: String = "",
        json: String = "",
        at time: Timestamp = WallClock.now
    ) async throws -> LoopbackAnswer {
        let stamped = (query.isEmpty ? "" : query + "&") + Self.stamp(at: time, for: query)
        // A document is signed behind the query.
        let signature = Signature.make((stamped + json).utf8, secret: credential.secret ?? "")
        var headers: HTTPHeaders = ["X-MBX-APIKEY": credential.key]
        if !json.isEmpty { headers.add(name: "content-type", value: "application/json") }
        return try await venue.send(
            method,
            "\(path)?\(stamped)&signature=\(signature)",
            headers,
            json
        )
    }

    /// However slow the machine, its signature is not what keeps a request from being taken.
    static func stamp(at time: Timestamp = WallClock.now, for query: String = "") -> String {
        let isLimited = query.contains("recvWindow=")
        return (isLimited ? "" : "recvWindow=60000&") + "timestamp=\(time)"
    }

    @discardableResult
    func order(_ query: String) async throws -> LoopbackAnswer {
        try await send(.POST, "/fapi/v1/order", query + "&newOrderRespType=RESULT")
    }
}

struct LoopbackAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func json() throws -> JSONValue { try JSONValue(parsing: body) }

    /// The code of an error.
    var code: Int? {
        guard case .number(let text)? = (try? json())?["code"] else { return nil }
        return Int(text)
    }

    /// The text of a member, whatever it is; nothing where it is absent.
    func member(_ name: String) throws -> String? { try json()[name]?.scalarText }

    func elements() throws -> [JSONValue] {
        guard case .array(let elements) = try json() else { return [] }
        return elements
    }
}

/// Sixty lines of HTTP/1.1 with keep-alive.
final class LoopbackClient: Sendable {
    private let channel: any Channel
    private let answers: NIOLoopBound<Answers>

    /// With `tls` the client encrypts, and trusts what that says.
    static func connect(port: Int, tls: NIOSSLContext? = nil) async throws -> LoopbackClient {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        return try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                let answers = Answers()
                if let tls {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: tls, serverHostname: nil)
                    )
                }
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(answers)
                return LoopbackClient(
                    channel: channel,
                    answers: NIOLoopBound(answers, eventLoop: channel.eventLoop)
                )
            }
        }
    }

    private init(channel: any Channel, answers: NIOLoopBound<Answers>) {
        self.channel = channel
        self.answers = answers
    }

    func send(
        _ method: NIOHTTP1.HTTPMethod,
        _ target: String,
        _ headers: HTTPHeaders = [:],
        _ body: String = ""
    ) async throws -> LoopbackAnswer {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
        if !head.headers.contains(name: "host") {
            head.headers.add(name: "host", value: "127.0.0.1:\(channel.remoteAddress?.port ?? 0)")
        }
        if !body.isEmpty, !head.headers.contains(name: "content-length") {
            head.headers.add(name: "content-length", value: "\(body.utf8.count)")
        }
        let request = head
        let promise = channel.eventLoop.makePromise(of: LoopbackAnswer.self)
        channel.eventLoop.execute { [channel, answers] in
            if let end = answers.value.end { return promise.fail(end) }
            answers.value.waiting.append(promise)
            channel.write(HTTPClientRequestPart.head(request), promise: nil)
            if !body.isEmpty {
                channel.write(
                    HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body))),
                    promise: nil
                )
            }
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        }
        return try await promise.futureResult.get()
    }

    func close() async throws {
        // The server may have been first.
        try? await channel.close()
    }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        var waiting: [EventLoopPromise<LoopbackAnswer>] = []
        /// Why no answer will come any more.
        private(set) var end: (any Error)?
        private var current = LoopbackAnswer(status: 0, headers: [:], body: [])

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch Self.unwrapInboundIn(data) {
            case .head(let head):
                current = LoopbackAnswer(
                    status: Int(head.status.code),
                    headers: head.headers,
                    body: []
                )
            case .body(let buffer): current.body.append(contentsOf: buffer.readableBytesView)
            case .end:
                guard !waiting.isEmpty else { return }
                waiting.removeFirst().succeed(current)
            }
        }

        func channelInactive(context: ChannelHandlerContext) { fail(ChannelError.eof) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            fail(error)
            context.close(promise: nil)
        }

        private func fail(_ error: any Error) {
            end = end ?? error
            for promise in waiting { promise.fail(error) }
            waiting = []
        }
    }
}
