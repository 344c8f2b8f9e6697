import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import PlimsollModel
import Testing

@testable import PlimsollGateway

/// A client of the WebSocket API that signs as the dialect asks for.
private struct SocketClient {
    let client: StreamClient
    let credential: Credential

    static func open(_ venue: LoopbackVenue, _ credential: Credential) async throws -> SocketClient
    {
        let client = try await StreamClient.open(port: venue.port)
        let upgrade = StreamClient.upgrade(of: "/ws-fapi/v1")
            .replacing("Host: 127.0.0.1\r", with: "Host: 127.0.0.1:\(venue.port)\r")
        try await client.send(request: upgrade)
        #expect(try await client.head()?.hasPrefix("HTTP/1.1 101 ") == true)
        return SocketClient(client: client, credential: credential)
    }

    func send(_ text: String) async throws -> JSONValue {
        try await client.send(text)
        let frame = try #require(try await client.next())
        #expect(frame.opcode == 1)
        return try JSONValue(parsing: frame.payload)
    }

    func call(
        _ method: String,
        _ parameters: [String: String] = [:],
        at time: Timestamp = WallClock.now
    ) async throws -> JSONValue {
        var parameters = parameters
        parameters["apiKey"] = credential.key
        parameters["recvWindow"] = "60000"
        parameters["timestamp"] = "\(time)"
        let payload = parameters.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: "&")
        parameters["signature"] = Signature.make(payload.utf8, secret: credential.secret ?? "")
        let members = parameters.map { "\"\($0.key)\":\"\($0.value)\"" }
        return try await send(
            "{\"id\":7,\"method\":\"\(method)\",\"params\":{\(members.joined(separator: ","))}}"
        )
    }
}

extension JSONValue {
    fileprivate var errorCode: String? { self["error"]?["code"]?.scalarText }
    fileprivate func result(_ name: String) -> String? { self["result"]?[name]?.scalarText }
}

@Suite struct `The WebSocket API` {
    private let ladder = [
        "symbol": "ETHUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
    ]
    .merging(["quantity": "0.5", "price": "3900"]) { $1 }

    /// Surprise: 11.
    @Test func `an order lives its whole life over one socket`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let socket = try await SocketClient.open(venue, trader.credential)
            let placed = try await socket.call("order.place", ladder)
            #expect(placed["id"] == .number("7"))
            #expect(placed["status"] == .number("200"))
            #expect(placed.result("status") == "NEW")
            let number = try #require(placed.result("orderId"))
            guard case .array(let limits)? = placed["rateLimits"] else {
                Issue.record("an answer without its limits")
                return
            }
            #expect(limits.map { $0["count"]?.scalarText } == ["1", "1", "1"])
            #expect(limits.last?["limit"] == .number("1200"))

            let target = ["symbol": "ETHUSDT", "orderId": number]
            let amended = try await socket.call(
                "order.modify",
                target.merging(["side": "BUY", "quantity": "0.7", "price": "3890"]) { $1 }
            )
            #expect(amended.result("origQty") == "0.700")
            #expect(try await socket.call("order.status", target).result("price") == "3890.00")
            let cancelled = try await socket.call("order.cancel", target)
            #expect(cancelled.result("status") == "CANCELED")
            #expect(try await socket.call("order.cancel", target).errorCode == "-2011")
            // The same order over the other door.
            let seen = try await trader.send(
                .GET,
                "/fapi/v1/order",
                "symbol=ETHUSDT&orderId=\(number)"
            )
            #expect(try seen.member("status") == "CANCELED")
            try await socket.client.channel.close()
        }
    }

    @Test func `a conditional order is placed and cancelled over the socket`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let socket = try await SocketClient.open(venue, trader.credential)
            let stop = [
                "algoType": "CONDITIONAL", "symbol": "ETHUSDT", "side": "SELL",
                "type": "STOP_MARKET", "quantity": "0.5", "triggerPrice": "3500",
                "clientAlgoId": "mine",
            ]
            let placed = try await socket.call("algoOrder.place", stop)
            #expect(placed.result("algoStatus") == "NEW")
            #expect(placed.result("triggerPrice") == "3500.00")
            let number = try #require(placed.result("algoId"))
            // The same order over the other door.
            let open = try await trader.send(.GET, "/fapi/v1/openAlgoOrders", "symbol=ETHUSDT")
            #expect(try open.elements().map { $0["algoId"]?.scalarText } == [number])
            #expect(try await socket.call("algoOrder.place", stop).errorCode == "-4116")
            let cancelled = try await socket.call("algoOrder.cancel", ["clientAlgoId": "mine"])
            #expect(cancelled.result("algoId") == number)
            let again = try await socket.call("algoOrder.cancel", ["algoId": number])
            #expect(again.errorCode == "-2011")
            try await socket.client.channel.close()
        }
    }

    @Test(
        arguments: [
            ("v2/account.status", "totalWalletBalance"), ("account.status", "canTrade"),
            ("userDataStream.start", "listenKey"), ("userDataStream.ping", "listenKey"),
        ]
    )
    func `an account answers over the socket`(method: String, member: String) async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let socket = try await SocketClient.open(venue, trader.credential)
            if method == "userDataStream.ping" {
                #expect(try await socket.call(method).errorCode == "-1125")
                _ = try await socket.call("userDataStream.start")
            }
            #expect(try await socket.call(method).result(member) != nil)
            try await socket.client.channel.close()
        }
    }

    @Test func `whatever is no request is answered, and the connection stays`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let socket = try await SocketClient.open(venue, trader.credential)
            for (text, code, id) in [
                ("{", "-1135", JSONValue.null), ("[]", "-1135", .null), ("7", "-1135", .null),
                (#"{"method":"ping"}"#, "-1102", .null),
                (#"{"id":{},"method":"ping"}"#, "-1102", .null),
                (#"{"id":"a"}"#, "-1102", .string("a")),
                (#"{"id":"a","method":7}"#, "-1102", .string("a")),
                (#"{"id":"a","method":"no"}"#, "-1000", .string("a")),
                (#"{"id":"a","method":"depth","params":[]}"#, "-1135", .string("a")),
                (#"{"id":"a","method":"depth","params":{"symbol":{}}}"#, "-1130", .string("a")),
                (#"{"id":"a","method":"depth"}"#, "-1102", .string("a")),
                (#"{"id":"a","method":"depth","params":{"symbol":"X"}}"#, "-1121", .string("a")),
                (#"{"id":"a","method":"order.place"}"#, "-2014", .string("a")),
            ] {
                let answer = try await socket.send(text)
                #expect(answer.errorCode == code, "\(text)")
                #expect(answer["id"] == id, "\(text)")
            }
            let quiet = try await socket.send(
                #"{"id":"b","method":"ping","params":{"returnRateLimits":false}}"#
            )
            #expect(quiet["rateLimits"] == nil)
            #expect(quiet["result"] == .object([]))
            try await socket.client.send(1, [0xFF])
            #expect(try await socket.client.next()?.closeCode == 1007)
        }
    }

    @Test func `a request is only as good as its key, its time and its signature`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let reader = try venue.keys.grant(account: trader.account, permissions: .read)
            let socket = try await SocketClient.open(venue, trader.credential)
            let late = try await socket.call("v2/account.balance", at: Timestamp(milliseconds: 1))
            #expect(late.errorCode == "-1021")
            let forged = try await socket.send(
                "{\"id\":1,\"method\":\"account.balance\",\"params\":{\"apiKey\":"
                    + "\"\(trader.credential.key)\",\"timestamp\":\(WallClock.now),"
                    + "\"recvWindow\":60000,\"signature\":\"00\"}}"
            )
            #expect(forged.errorCode == "-1022")
            let shared = try await socket.call("session.logon")
            #expect(shared.errorCode == "-4056")

            let reading = SocketClient(client: socket.client, credential: reader)
            #expect(try await reading.call("account.balance")["status"] == .number("200"))
            #expect(try await reading.call("order.place", ladder).errorCode == "-2015")

            try venue.keys.revoke(key: trader.credential.key)
            let gone = try await socket.call("order.place", ladder)
            #expect(gone.errorCode == "-2015")
            #expect(gone["status"] == .number("401"))
            try await socket.client.channel.close()
        }
    }

    @Test func `a session stands in for signatures until its key is revoked`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let pair = Curve25519.Signing.PrivateKey()
            let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03]
            let der = Data(prefix + [0x21, 0x00]) + pair.publicKey.rawRepresentation
            let pem =
                "-----BEGIN PUBLIC KEY-----\n\(der.base64EncodedString())\n-----END PUBLIC KEY-----"
            let credential = try venue.keys.grant(
                account: trader.account,
                publicKey: try #require(SigningPublicKey(pem: pem))
            )
            let socket = try await SocketClient.open(venue, credential)
            let unsigned =
                "{\"id\":1,\"method\":\"account.status\",\"params\":"
                + "{\"timestamp\":\(WallClock.now),\"recvWindow\":60000}}"
            #expect(try await socket.send(unsigned).errorCode == "-2014")

            let payload = "apiKey=\(credential.key)&\(Trader.stamp())"
            let signature = try pair.signature(for: Array(payload.utf8)).base64EncodedString()
            let members = payload.replacing("=", with: "\":\"").replacing("&", with: "\",\"")
            let opened = try await socket.send(
                "{\"id\":1,\"method\":\"session.logon\",\"params\":{\"\(members)\","
                    + "\"signature\":\"\(signature)\"}}"
            )
            #expect(opened.result("apiKey") == credential.key)
            #expect(try await socket.send(unsigned).result("canTrade") == "true")
            let undated = #"{"id":1,"method":"account.status"}"#
            #expect(try await socket.send(undated).errorCode == "-1102")

            try venue.keys.revoke(key: credential.key)
            #expect(try await socket.send(unsigned).errorCode == "-2015")
            let status = try await socket.send(#"{"id":1,"method":"session.status"}"#)
            #expect(status["result"]?["apiKey"] == .null)
            try await socket.client.channel.close()
        }
    }
}
