import Logging
import NIOCore
import NIOHTTP1
import NIOWebSocket
import PlimsollModel
import PlimsollTestSupport
import Synchronization
import Testing

@testable import PlimsollGateway

/// Frames as bytes: what no client may send, and what it gets for it.
@Suite struct `A client's frames` {
    /// Masked with zeros.
    private static let mask: [UInt8] = [0, 0, 0, 0]

    private static func text(_ text: String, first: UInt8 = 0x81) -> [UInt8] {
        [first, 0x80 | UInt8(text.utf8.count)] + mask + Array(text.utf8)
    }

    private static func close(_ code: Int, _ reason: [UInt8] = []) -> [UInt8] {
        [0x88, 0x80 | UInt8(2 + reason.count)] + mask + [UInt8(code >> 8), UInt8(code & 0xFF)]
            + reason
    }

    private static let illegal: [(name: String, bytes: [UInt8], code: Int)] = [
        ("a text that is not masked", [0x81, 2] + Array("{}".utf8), 1002),
        ("a ping that is not masked", [0x89, 0], 1002),
        ("a closing frame that is not masked", [0x88, 2, 3, 0xE8], 1002),
        ("a compressed text", text("{}", first: 0xC1), 1002),
        ("the second reserved bit", text("{}", first: 0xA1), 1002),
        ("the third reserved bit", text("{}", first: 0x91), 1002),
        ("an unknown kind", text("{}", first: 0x83), 1002),
        ("an unknown control frame", text("", first: 0x8B), 1002),
        ("a ping in parts", text("", first: 0x09), 1002),
        ("a ping of 126 bytes", [0x89, 0xFE, 0, 126] + mask, 1002),
        ("a rest without a beginning", text("{}", first: 0x80), 1002),
        ("a second beginning", text("{", first: 0x01) + text("{}", first: 0x01), 1002),
        ("a whole text between parts", text("{", first: 0x01) + text("{}"), 1002),
        ("a text that is not UTF-8", [0x81, 0x81] + mask + [0xFF], 1007),
        ("half a surrogate", [0x81, 0x83] + mask + [0xED, 0xA0, 0x80], 1007),
        ("a length of 2^63", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0] + mask, 1009),
        ("a length of 2^62", [0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0] + mask, 1009),
        ("a length of 65,537", [0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1] + mask, 1009),
        ("half a closing code", [0x88, 0x81] + mask + [3], 1002),
        ("a closing code of 0", close(0), 1002),
        ("a closing code of 1005", close(1005), 1002),
        ("a closing code of 1006", close(1006), 1002),
        ("a closing code of 5000", close(5000), 1002),
        ("a closing reason that is not UTF-8", close(1000, [0xC0]), 1007),
    ]

    /// Spec: STRM-003.
    @Test(arguments: illegal, ["/ws", "/ws-fapi/v1"])
    func `an illegal frame closes its connection and no other`(
        frame: (name: String, bytes: [UInt8], code: Int),
        path: String
    ) async throws {
        try await LoopbackVenue.run { venue in
            let bystander = try await open(venue, path)
            let client = try await open(venue, path)
            // What follows must not count any more.
            try await client.send(bytes: frame.bytes + Self.text("{}") + [0x89, 0x80] + Self.mask)
            let answer = try #require(try await client.next())
            #expect(answer.closeCode == frame.code, "\(frame.name)")
            try await bystander.send(9, [7])
            #expect(try await bystander.next() == StreamClient.Frame(opcode: 10, payload: [7]))
            // So that the venue, which ends then, need not wait for its side of the goodbye.
            try? await client.channel.close()
            try await bystander.channel.close()
        }
    }

    @Test(arguments: [1000, 1001, 1008, 1011, 3000, 4999])
    func `a closing code that may be sent comes back`(code: Int) async throws {
        try await LoopbackVenue.run { venue in
            let client = try await open(venue, "/ws")
            try await client.send(bytes: Self.close(code, Array("é".utf8)))
            #expect(try await client.next()?.closeCode == code)
        }
    }

    /// Its first frame goes out while the connection is still becoming a WebSocket.
    @Test func `an address with too many streams is refused as a session`() async throws {
        try await LoopbackVenue.run { venue in
            let names = (0..<1025).map { "a\($0)usdt@trade" }.joined(separator: "/")
            let client = try await open(venue, "/stream?streams=" + names)
            #expect(try await client.next()?.closeCode == 1008)
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
        }
    }

    @Test func `what waits when its connection ends is not carried out`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let gateway = Gateway(
                node: venue.node,
                keys: venue.keys,
                configuration: GatewayConfiguration(),
                streams: StreamHub(node: venue.node),
                log: .init(label: "test")
            )
            let answers = Mutex(0)
            let queue = Mutex<SocketRequestQueue?>(nil)
            let requests = SocketRequestQueue(gateway: gateway, address: "127.0.0.1") { _ in
                answers.withLock { $0 += 1 }
                queue.withLock { $0?.close() }
            }
            queue.withLock { queue in
                queue = requests
                for _ in 0..<100 {
                    // Held until all of them wait: the first answer needs the lock.
                    #expect(requests.add(Array(order(of: trader).utf8)))
                }
            }
            try await eventually { answers.withLock { $0 } > 0 }
            try await Task.sleep(for: .milliseconds(50))
            #expect(answers.withLock { $0 } == 1)
            let open = try await trader.send(.GET, "/fapi/v1/openOrders", "symbol=ETHUSDT")
            #expect(try open.elements().count == 1)
        }
    }

    private func order(of trader: Trader) -> String {
        let parameters = [
            "apiKey": trader.credential.key, "symbol": "ETHUSDT", "side": "BUY", "type": "LIMIT",
            "timeInForce": "GTC", "quantity": "0.5", "price": "3900",
            "timestamp": "\(WallClock.now)", "recvWindow": "60000",
        ]
        let sorted = parameters.sorted { $0.key < $1.key }
        let payload = sorted.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        let signature = Signature.make(payload.utf8, secret: trader.credential.secret ?? "")
        let members = sorted.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ",")
        return "{\"id\":1,\"method\":\"order.place\",\"params\":{\(members),"
            + "\"signature\":\"\(signature)\"}}"
    }

    private func open(_ venue: LoopbackVenue, _ path: String) async throws -> StreamClient {
        let client = try await StreamClient.open(port: venue.port)
        try await client.send(
            request: StreamClient.upgrade(of: path)
                .replacing("Host: 127.0.0.1\r", with: "Host: 127.0.0.1:\(venue.port)\r")
        )
        #expect(try await client.head()?.hasPrefix("HTTP/1.1 101 ") == true)
        return client
    }
}
