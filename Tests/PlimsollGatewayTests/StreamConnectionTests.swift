import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import PlimsollModel
import PlimsollProjections
import PlimsollTestSupport
import Synchronization
import Testing

@testable import PlimsollGateway

/// The streams behind a real socket, without the rest of the gateway.
private struct StreamServer {
    let hub: StreamHub
    let channel: any Channel
    let venue: Venue

    /// Read models that the test changes while the hub reads them.
    final class Venue: Sendable {
        private let venue: Mutex<StreamTestVenue>

        init() throws { venue = Mutex(try StreamTestVenue()) }

        func use<Result: Sendable>(_ body: (StreamTestVenue) throws -> Result) rethrows -> Result {
            try venue.withLock { venue in try body(venue) }
        }
    }

    static func start(
        limits: StreamHub.Limits = StreamHub.Limits(),
        sessionLimits: WebSocketSession.Limits = WebSocketSession.Limits()
    ) async throws -> StreamServer {
        let venue = try Venue()
        let hub = StreamHub(
            read: { body in venue.use { body($0.projections) } },
            listenKeys: ListenKeyStore(),
            limits: limits,
            sessionLimits: sessionLimits
        )
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try configure(channel, hub) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return StreamServer(hub: hub, channel: channel, venue: venue)
    }

    /// HTTP that answers every request with nothing, and upgrades.
    private static func configure(_ channel: any Channel, _ hub: StreamHub) throws {
        let encoder = HTTPResponseEncoder()
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)
        )
        let upgrade = WebSocketUpgradeHandler(
            decoder: decoder,
            others: [encoder],
            refusal: { head in
                head.uri == "/no"
                    ? DialectError(-1000, "No WebSocket is served at '/no'.", status: 404) : nil
            },
            install: { channel, head, position in
                try hub.install(on: channel, head: head, position: position)
            }
        )
        try channel.pipeline.syncOperations.addHandlers([
            encoder, decoder, upgrade, EmptyAnswers(),
        ])
    }

    private final class EmptyAnswers: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = Self.unwrapInboundIn(data) else { return }
            let head = HTTPResponseHead(
                version: .http1_1,
                status: .ok,
                headers: ["content-length": "0"]
            )
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    func open() async throws -> StreamClient {
        try await StreamClient.open(port: channel.localAddress?.port ?? 0)
    }

    func connect(_ address: String) async throws -> StreamClient {
        let client = try await open()
        try await client.send(request: StreamClient.upgrade(of: address))
        #expect(try await client.head()?.hasPrefix("HTTP/1.1 101 ") == true)
        return client
    }

    func stop() async throws { try await channel.close() }
}

/// A client that speaks the bytes itself, so that it can also misbehave.
final class StreamClient: Sendable {
    struct Frame: Equatable {
        var opcode: UInt8
        var payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }
        var closeCode: Int? {
            opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
        }
    }

    private final class Received: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let bytes = Mutex<[UInt8]>([])
        let isClosed = Mutex(false)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = Self.unwrapInboundIn(data)
            bytes.withLock { $0.append(contentsOf: buffer.readableBytesView) }
        }

        func channelInactive(context: ChannelHandlerContext) { isClosed.withLock { $0 = true } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    let channel: any Channel
    private let received: Received

    private init(channel: any Channel, received: Received) {
        self.channel = channel
        self.received = received
    }

    static func open(port: Int) async throws -> StreamClient {
        let received = Received()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 8192)
            .channelInitializer { $0.pipeline.addHandler(received) }
            .connect(host: "127.0.0.1", port: port).get()
        return StreamClient(channel: channel, received: received)
    }

    static func upgrade(of address: String, key: String = "dGhlIHNhbXBsZSBub25jZQ==") -> String {
        request(
            address,
            "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n"
        )
    }

    static func request(_ address: String, _ fields: String = "") -> String {
        "GET \(address) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(fields)\r\n"
    }

    func send(request: String, followedBy bytes: [UInt8] = []) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: Array(request.utf8) + bytes))
    }

    /// The head of the next answer; `nil` if the connection ends first.
    func head() async throws -> String? {
        try await wait { bytes -> String? in
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            defer { bytes.removeSubrange(..<end.upperBound) }
            return String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        }
    }

    /// All that comes until the connection ends.
    func rest() async throws -> String {
        try await eventually { received.isClosed.withLock { $0 } }
        return received.bytes.withLock { String(decoding: $0, as: UTF8.self) }
    }

    func send(bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func send(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) async throws {
        try await channel.writeAndFlush(Self.frame(opcode, payload, isFinal: isFinal))
    }

    /// A client's frame: masked, here with zeros, which change nothing.
    static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeInteger(opcode | (isFinal ? 0x80 : 0))
        if payload.count < 126 {
            frame.writeInteger(UInt8(payload.count) | 0x80)
        } else if payload.count < 65536 {
            frame.writeInteger(126 | 0x80 as UInt8)
            frame.writeInteger(UInt16(payload.count))
        } else {
            frame.writeInteger(127 | 0x80 as UInt8)
            frame.writeInteger(UInt64(payload.count))
        }
        frame.writeRepeatingByte(0, count: 4)
        frame.writeBytes(payload)
        return frame
    }

    func send(_ text: String) async throws { try await send(1, Array(text.utf8)) }

    /// The next frame; `nil` if the connection ends first.
    func next() async throws -> Frame? {
        try await wait { bytes -> Frame? in
            guard bytes.count >= 2 else { return nil }
            var length = Int(bytes[1])
            var start = 2
            if length == 126 {
                guard bytes.count >= 4 else { return nil }
                length = Int(bytes[2]) << 8 | Int(bytes[3])
                start = 4
            } else if length == 127 {
                guard bytes.count >= 10 else { return nil }
                length = bytes[2..<10].reduce(0) { $0 << 8 | Int($1) }
                start = 10
            }
            guard bytes.count >= start + length else { return nil }
            let frame = Frame(
                opcode: bytes[0] & 0x0F,
                payload: Array(bytes[start..<start + length])
            )
            bytes.removeSubrange(..<(start + length))
            return frame
        }
    }

    private func wait<Result: Sendable>(
        _ take: (inout [UInt8]) -> Result?
    ) async throws -> Result? {
        var result: Result?
        try await eventually {
            let isClosed = received.isClosed.withLock { $0 }
            result = received.bytes.withLock { take(&$0) }
            return result != nil || isClosed
        }
        return result
    }

    /// Stops reading, as a client does that has hung.
    func hang() async throws { try await channel.setOption(.autoRead, value: false).get() }
}

/// One after the other: each waits for answers, and one fills the kernel's buffers.
@Suite(.serialized) struct `Stream connections` {
    /// Spec: STRM-002.
    @Test func `a subscription is confirmed before its first event`() async throws {
        let server = try await StreamServer.start()
        let client = try await server.connect("/stream")
        try await client.send(
            #"{"method":"SUBSCRIBE","params":["ethusdt@trade","ethusdt@bookTicker"],"id":"one"}"#
        )
        #expect(try await client.next()?.text == #"{"result":null,"id":"one"}"#)
        let commands = try server.venue.use { venue in
            let maker = venue.openTrader()
            let taker = venue.openTrader()
            return [
                try venue.limit(maker, .sell, "1", at: "4000"),
                try venue.market(taker, .buy, "0.5"),
            ]
        }
        server.hub.publish(commands)
        let trade = try #require(try await client.next())
        #expect(trade.text.hasPrefix(#"{"stream":"ethusdt@trade","data":{"e":"trade","#))
        let ticker = try #require(try await client.next())
        #expect(ticker.text.hasPrefix(#"{"stream":"ethusdt@bookTicker","data":{"#))

        try await client.send(#"{"method":"SET_PROPERTY","params":["combined",false],"id":2}"#)
        #expect(try await client.next()?.text == #"{"result":null,"id":2}"#)
        try await client.send(
            #"{"method":"UNSUBSCRIBE","params":["ethusdt@trade","ethusdt@bookTicker"],"id":3}"#
        )
        #expect(try await client.next()?.text == #"{"result":null,"id":3}"#)
        try await server.stop()
    }

    /// Spec: STRM-008.
    @Test func `a connection that does not read is dropped, and the others go on`() async throws {
        var limits = StreamHub.Limits()
        limits.backlogBytesMax = 256 * 1024
        let server = try await StreamServer.start(limits: limits)
        let good = try await server.connect("/ws/ethusdt@trade")
        let slow = try await server.connect("/ws/ethusdt@trade")
        try await eventually { server.hub.status.connectionCount == 2 }
        try await slow.hang()
        let (maker, taker) = server.venue.use {
            ($0.openTrader(deposit: 100_000_000), $0.openTrader(deposit: 100_000_000))
        }
        var trades = 0
        // The kernel's own buffers hold some megabytes before the server notices.
        while server.hub.status.slowConnectionsDropped == 0, trades < 400_000 {
            let commands = try server.venue.use { venue in
                try (0..<500).flatMap { _ in
                    [
                        try venue.limit(maker, .sell, "0.1", at: "4000"),
                        try venue.market(taker, .buy, "0.1"),
                        try venue.limit(taker, .sell, "0.1", at: "4000"),
                        try venue.market(maker, .buy, "0.1"),
                    ]
                }
            }
            server.hub.publish(commands)
            trades += 1000
            for _ in 0..<1000 {
                guard try await good.next() != nil else { break }
            }
        }
        #expect(server.hub.status.slowConnectionsDropped == 1)
        try await eventually { server.hub.status.connectionCount == 1 }
        try await good.send(9, [7])
        #expect(try await good.next() == StreamClient.Frame(opcode: 10, payload: [7]))
        try await server.stop()
    }

    @Test func `a connection becomes a stream after it has served requests`() async throws {
        let server = try await StreamServer.start()
        let client = try await server.open()
        // All at once: two requests, the upgrade, and the first frame of the session.
        let ping = StreamClient.frame(9, [5])
        try await client.send(
            request: StreamClient.request("/one") + StreamClient.request("/two")
                + StreamClient.upgrade(of: "/ws"),
            followedBy: Array(ping.readableBytesView)
        )
        #expect(try await client.head()?.hasPrefix("HTTP/1.1 200 ") == true)
        #expect(try await client.head()?.hasPrefix("HTTP/1.1 200 ") == true)
        #expect(try await client.head()?.hasPrefix("HTTP/1.1 101 ") == true)
        #expect(try await client.next() == StreamClient.Frame(opcode: 10, payload: [5]))
        try await server.stop()
    }

    @Test func `a refused upgrade is answered before the connection ends`() async throws {
        let server = try await StreamServer.start()
        for path in ["", "/first"] {
            let client = try await server.open()
            if !path.isEmpty {
                try await client.send(request: StreamClient.request(path))
                _ = try await client.head()
            }
            try await client.send(request: StreamClient.upgrade(of: "/no"))
            let head = try #require(try await client.head())
            #expect(head.hasPrefix("HTTP/1.1 404 "))
            #expect(head.contains("content-type: application/json"))
            #expect(
                try await client.rest()
                    == #"{"code":-1000,"msg":"No WebSocket is served at '/no'."}"#
            )
        }
        let client = try await server.open()
        try await client.send(
            request: StreamClient.request("/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\n")
        )
        #expect(try await client.head()?.hasPrefix("HTTP/1.1 400 ") == true)
        try await server.stop()
    }

    @Test func `a request for another upgrade is served as it is`() async throws {
        let server = try await StreamServer.start()
        let client = try await server.open()
        try await client.send(
            request: StreamClient.request("/x", "Connection: Upgrade\r\nUpgrade: h2c\r\n")
        )
        #expect(try await client.head()?.hasPrefix("HTTP/1.1 200 ") == true)
        #expect(try await client.rest().isEmpty)
        try await server.stop()
    }

    @Test func `a closing handshake is answered with its code`() async throws {
        let server = try await StreamServer.start()
        let client = try await server.connect("/ws")
        try await client.send(8, [0x03, 0xE8] + Array("bye".utf8))
        let answer = try #require(try await client.next())
        #expect(answer.closeCode == 1000)
        #expect(answer.payload.count == 2)
        #expect(try await client.next() == nil)
        try await eventually { server.hub.status.connectionCount == 0 }
        try await server.stop()
    }

    @Test func `fragments are put together, and too many of them are refused`() async throws {
        let server = try await StreamServer.start()
        let client = try await server.connect("/ws")
        let message = Array(#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#.utf8)
        try await client.send(1, Array(message.prefix(10)), isFinal: false)
        try await client.send(9, [1])
        try await client.send(0, Array(message.dropFirst(10)))
        #expect(try await client.next()?.opcode == 10)
        #expect(try await client.next()?.text == #"{"result":[],"id":1}"#)
        try await client.send(1, [UInt8](repeating: 0x20, count: 40_000), isFinal: false)
        try await client.send(0, [UInt8](repeating: 0x20, count: 40_000))
        #expect(try await client.next()?.closeCode == 1009)
        try await server.stop()
    }

    /// Spec: STRM-003.
    @Test func `a message beyond the bound closes with 1009`() async throws {
        let server = try await StreamServer.start()
        let client = try await server.connect("/ws")
        try await client.send(1, [UInt8](repeating: 0x20, count: 65_537))
        #expect(try await client.next()?.closeCode == 1009)
        #expect(try await client.next() == nil)
        try await server.stop()
    }

    @Test func `a client that sends too much is closed with 1008`() async throws {
        var limits = WebSocketSession.Limits()
        limits.messageCountPerSecondMax = 5
        let server = try await StreamServer.start(sessionLimits: limits)
        let client = try await server.connect("/ws")
        // All at once, and so many that five a second would take minutes.
        let ping = Array(StreamClient.frame(9, []).readableBytesView)
        try? await client.send(bytes: (0..<1_000).flatMap { _ in ping })
        var last = try await client.next()
        while last?.opcode == 10 { last = try await client.next() }
        #expect(last?.closeCode == 1008)
        try await server.stop()
    }

    /// Spec: STRM-009.
    @Test func `streams that fall behind the venue close all connections`() async throws {
        var limits = StreamHub.Limits()
        limits.pendingEventCountMax = 1
        let server = try await StreamServer.start(limits: limits)
        let client = try await server.connect("/ws")
        try await client.send(#"{"method":"SUBSCRIBE","params":["ethusdt@depth@0ms"],"id":1}"#)
        #expect(try await client.next()?.opcode == 1)
        let commands = try server.venue.use { venue in
            let trader = venue.openTrader()
            return [
                try venue.limit(trader, .buy, "1", at: "3000"),
                try venue.limit(trader, .buy, "1", at: "3001"),
            ]
        }
        server.hub.publish(commands)
        #expect(try await client.next()?.closeCode == 1013)
        #expect(server.hub.status.overruns == 1)
        try await server.stop()
    }

    @Test func `a venue that goes takes leave of every connection`() async throws {
        let server = try await StreamServer.start()
        let watching = try await server.connect("/ws/ethusdt@trade")
        let idle = try await server.connect("/ws")
        try await eventually { server.hub.status.connectionCount == 2 }
        await server.hub.close()
        #expect(try await watching.next()?.closeCode == 1001)
        #expect(try await idle.next()?.closeCode == 1001)
        try await server.stop()
    }

    @Test func `an ended listen key is told and forgotten`() async throws {
        let server = try await StreamServer.start()
        let account = server.venue.use { $0.openTrader() }
        let now = WallClock.now
        let key = server.hub.listenKeys.create(for: account, at: now)
        let client = try await server.connect("/ws/\(key)")
        try await eventually { server.hub.status.connectionCount == 1 }
        try await client.send(#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#)
        #expect(try await client.next()?.text == #"{"result":["\#(key)"],"id":1}"#)
        #expect(server.hub.listenKeys.close(account, at: now))
        #expect(try await client.next()?.text.contains(#""e":"listenKeyExpired""#) == true)
        try await client.send(#"{"method":"LIST_SUBSCRIPTIONS","id":2}"#)
        #expect(try await client.next()?.text == #"{"result":[],"id":2}"#)
        try await server.stop()
    }
}
