import NIOHTTP1
import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

/// Streams of a whole venue whose fault board is used.
private struct WatchedVenue {
    let venue: LoopbackVenue
    let maker: AccountID
    let taker: AccountID

    static func run(_ body: (WatchedVenue) async throws -> Void) async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.node.openAccount(deposit: Amount(1_000_000))
            let taker = try await venue.node.openAccount(deposit: Amount(1_000_000))
            try await body(WatchedVenue(venue: venue, maker: maker, taker: taker))
        }
    }

    func upgrade(_ address: String) async throws -> (client: StreamClient, head: String?) {
        let client = try await StreamClient.open(port: venue.port)
        let request = StreamClient.upgrade(of: address)
            .replacing("Host: 127.0.0.1\r", with: "Host: 127.0.0.1:\(venue.port)\r")
        try await client.send(request: request)
        return (client, try await client.head())
    }

    /// A connection that is subscribed for certain.
    func connect(_ stream: String) async throws -> StreamClient {
        let (client, head) = try await upgrade("/ws")
        #expect(head?.hasPrefix("HTTP/1.1 101 ") == true)
        try await client.send(#"{"method":"SUBSCRIBE","params":["\#(stream)"],"id":1}"#)
        #expect(try await client.next()?.text == #"{"result":null,"id":1}"#)
        return client
    }

    func fail(_ members: String) async throws {
        let answer = try await venue.post("/v1/faults", json: "{\(members)}")
        #expect(answer.status == 200, "\(answer.text)")
    }

    func mend() async throws {
        _ = try await venue.send(.DELETE, "/v1/faults", ["content-type": "application/json"])
    }

    /// One trade at a price.
    func trade(at price: Int) async throws {
        for (account, side) in [(maker, Side.sell), (taker, .buy)] {
            let order = NewOrder(
                account: account,
                instrument: StreamTestVenue.ether,
                side: side,
                type: .limit,
                timeInForce: .goodTillCancelled,
                price: Price(price),
                quantity: Quantity(1)
            )
            _ = try await venue.node.submit(.placeOrder(order))
        }
    }

    /// The prices of the next trades.
    func prices(_ client: StreamClient, _ count: Int) async throws -> [String] {
        var prices: [String] = []
        while prices.count < count {
            guard let frame = try await client.next() else { break }
            guard frame.opcode == 1 else { continue }
            prices.append(try JSONValue(parsing: frame.payload)["p"]?.scalarText ?? "")
        }
        return prices
    }
}

@Suite struct `Streams that fail` {
    @Test func `end without a word, and are refused until they are mended`() async throws {
        try await WatchedVenue.run { watched in
            let client = try await watched.connect("ethusdt@trade")
            let orders = try await watched.upgrade("/ws-fapi/v1").client
            try await watched.fail(#""kind":"streamDrop","ways":["stream"]"#)
            #expect(try await client.rest() == "", "no close frame")
            let refused = try await watched.upgrade("/ws/ethusdt@trade")
            #expect(refused.head?.hasPrefix("HTTP/1.1 503 ") == true)
            try await orders.send(#"{"id":1,"method":"ping"}"#)
            #expect(try await orders.next()?.opcode == 1, "another way in goes on")
            try await watched.mend()
            _ = try await watched.connect("ethusdt@trade")
        }
    }

    @Test func `are gone in maintenance, and so is the socket for orders`() async throws {
        try await WatchedVenue.run { watched in
            let client = try await watched.connect("ethusdt@trade")
            let orders = try await watched.upgrade("/ws-fapi/v1").client
            try await watched.fail(#""kind":"maintenance""#)
            #expect(try await client.rest() == "")
            #expect(try await orders.rest() == "")
            let refused = try await watched.upgrade("/ws-fapi/v1")
            #expect(refused.head?.hasPrefix("HTTP/1.1 503 ") == true)
        }
    }

    @Test func `lose events of one symbol, and tell those that come after`() async throws {
        try await WatchedVenue.run { watched in
            let client = try await watched.connect("ethusdt@trade")
            try await watched.fail(#""kind":"lostEvents","symbol":"ETHUSDT""#)
            try await watched.trade(at: 4001)
            try await watched.fail(#""kind":"lostEvents","symbol":"BTCUSDT""#)
            // What is lost is decided when it would be sent: only then the fault is taken away.
            while try await watched.venue.get("/v1/faults").text.contains(
                #""strikes":0,"symbol":"ETH"#
            ) {}
            try await watched.mend()
            try await watched.trade(at: 4002)
            #expect(try await watched.prices(client, 1) == ["4002.00"])
        }
    }

    @Test func `tell twice, and out of order`() async throws {
        try await WatchedVenue.run { watched in
            let client = try await watched.connect("ethusdt@trade")
            try await watched.fail(#""kind":"duplicatedEvents""#)
            try await watched.trade(at: 4001)
            #expect(try await watched.prices(client, 2) == ["4001.00", "4001.00"])
            try await watched.mend()
            try await watched.fail(#""kind":"reorderedEvents""#)
            for price in 4002...4005 { try await watched.trade(at: price) }
            #expect(
                try await watched.prices(client, 4)
                    == ["4003.00", "4002.00", "4005.00", "4004.00"]
            )
        }
    }

    @Test func `about books fall silent and catch up with one whole event`() async throws {
        try await WatchedVenue.run { watched in
            let client = try await watched.connect("ethusdt@depth@0ms")
            try await watched.trade(at: 4001)
            let first = try #require(try await client.next())
            let told = try JSONValue(parsing: first.payload)["u"]?.scalarText
            try await watched.fail(#""kind":"staleBook""#)
            let resting = NewOrder(
                account: watched.maker,
                instrument: StreamTestVenue.ether,
                side: .buy,
                type: .limit,
                timeInForce: .goodTillCancelled,
                price: Price(3990),
                quantity: Quantity(1)
            )
            _ = try await watched.venue.node.submit(.placeOrder(resting))
            try await watched.mend()
            var next = resting
            next.price = Price(3989)
            _ = try await watched.venue.node.submit(.placeOrder(next))
            // The trade may have been two events; the last of them is what the client has seen.
            var last = told
            var caughtUp = try JSONValue(parsing: try #require(try await client.next()).payload)
            while caughtUp["b"] == .array([]) {
                last = caughtUp["u"]?.scalarText
                caughtUp = try JSONValue(parsing: try #require(try await client.next()).payload)
            }
            #expect(caughtUp["pu"]?.scalarText == last, "no gap")
            guard case .array(let bids)? = caughtUp["b"] else { return }
            #expect(bids.count == 2, "both orders at once")
        }
    }
}

@Suite struct `A socket that fails` {
    @Test(
        arguments: [
            (#""kind":"unknownStatus""#, "503", "-1000"), (#""kind":"overloaded""#, "503", "-1008"),
            (#""kind":"rateLimited""#, "429", "-1003"),
            (#""kind":"timeout","milliseconds":10"#, "408", "-1007"),
        ]
    ) func `answers requests as REST does`(fault: String, status: String, code: String) async throws
    {
        try await WatchedVenue.run { watched in
            let client = try await watched.upgrade("/ws-fapi/v1").client
            try await watched.fail(fault + #","ways":["socket"]"#)
            try await client.send(#"{"id":"a","method":"ping"}"#)
            let answer = try JSONValue(parsing: try #require(try await client.next()).payload)
            #expect(answer["status"]?.scalarText == status)
            #expect(answer["error"]?["code"]?.scalarText == code)
            #expect(answer["id"] == .string("a"))
            #expect(try await watched.venue.get("/fapi/v1/ping").status == 200)
        }
    }

    @Test func `ends where an answer is lost`() async throws {
        try await WatchedVenue.run { watched in
            let client = try await watched.upgrade("/ws-fapi/v1").client
            try await watched.fail(#""kind":"lostAck","ways":["socket"]"#)
            try await client.send(#"{"id":"a","method":"ping"}"#)
            #expect(try await client.rest() == "")
        }
    }
}
