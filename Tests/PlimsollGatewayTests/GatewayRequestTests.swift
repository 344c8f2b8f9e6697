import NIOHTTP1
import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

/// What the doors do with requests, over a real socket.
@Suite struct `Requests at the door` {
    @Test func `an unknown path is answered with JSON that names it`() async throws {
        try await LoopbackVenue.run { venue in
            for (method, path) in [
                (HTTPMethod.GET, "/nowhere"), (.GET, "/fapi/v9/order"), (.POST, "/fapi/v1/ping"),
                (.OPTIONS, "/fapi/v1/order"), (.GET, "/fapi/v1/depth/"), (.GET, "/v1/receipts/"),
                (.GET, "/../etc/passwd"), (.PATCH, "/fapi/v1/order"),
            ] {
                let answer = try await venue.send(method, path)
                #expect(answer.status == 404)
                #expect(answer.headers["content-type"] == ["application/json"])
                #expect(try answer.member("msg")?.contains(path) == true)
                #expect(try answer.member("msg")?.contains("\(method)") == true)
                #expect(answer.headers["access-control-allow-origin"].isEmpty)
            }
        }
    }

    @Test func `every answer tells the weight used, and order answers the orders placed`()
        async throws
    {
        try await LoopbackVenue.run { venue in
            let first = try await venue.get("/fapi/v1/ping")
            let second = try await venue.get("/fapi/v1/ticker/24hr")
            let missing = try await venue.get("/nowhere")
            let used = [first, second, missing].compactMap { answer in
                answer.headers["x-mbx-used-weight-1m"].first.flatMap { Int($0) }
            }
            try #require(used.count == 3)
            // Unless the minute ended in between, all markets cost 40.
            #expect(used[1] == used[0] + 40 || used[1] == 40)
            let trader = try await venue.trader()
            let query = "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=3900"
            let placed = try await trader.send(.POST, "/fapi/v1/order", query)
            #expect(placed.status == 200)
            #expect(placed.headers["x-mbx-order-count-10s"] == ["1"])
            #expect(placed.headers["x-mbx-order-count-1m"] == ["1"])
        }
    }

    @Test func `a request is checked in the order that clients rely on`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let path = "/fapi/v1/order"
            let key = trader.credential.key
            let now = WallClock.now
            let full =
                "symbol=ETHUSDT&side=BUY&type=MARKET&timestamp=\(now)"
                + "&recvWindow=60000&signature=00"
            let cases: [(headers: HTTPHeaders, query: String, status: Int, code: Int)] = [
                ([:], full, 401, -2014), (["X-MBX-APIKEY": "short"], full, 401, -2014),
                (["X-MBX-APIKEY": String(repeating: "a", count: 5000)], full, 401, -2014),
                (["X-MBX-APIKEY": String(repeating: "a", count: 64)], full, 401, -2015),
                (["X-MBX-APIKEY": key], "", 400, -1102),
                (["X-MBX-APIKEY": key], "symbol=ETHUSDT&side=BUY&type=MARKET", 400, -1102),
                (
                    ["X-MBX-APIKEY": key],
                    "symbol=ETHUSDT&side=BUY&type=MARKET&timestamp=1&signature=00", 400, -1021
                ), (["X-MBX-APIKEY": key], full, 400, -1022),
                // A wrong value comes only after a right signature.
                (["X-MBX-APIKEY": key], full.replacing("BUY", with: "UP"), 400, -1022),
            ]
            let before = venue.node.digest.digest
            for test in cases {
                let answer = try await venue.send(.POST, "\(path)?\(test.query)", test.headers)
                #expect(answer.status == test.status)
                #expect(answer.code == test.code)
                #expect(answer.headers["content-type"] == ["application/json"])
            }
            #expect(try await trader.order("symbol=ETHUSDT&side=UP&type=MARKET").code == -1117)
            #expect(venue.node.digest.digest == before)
        }
    }

    @Test func `a key may be limited to reading`() async throws {
        try await LoopbackVenue.run { venue in
            let account = try await venue.node.openAccount(deposit: Amount(100))
            let credential = try venue.keys.grant(account: account, permissions: .read)
            let reader = Trader(venue: venue, credential: credential)
            #expect(try await reader.send(.GET, "/fapi/v3/balance").status == 200)
            let refused = try await reader.send(
                .POST,
                "/fapi/v1/leverage",
                "symbol=ETHUSDT&leverage=5"
            )
            #expect(refused.status == 401)
            #expect(refused.code == -2015)
        }
    }

    @Test func `bad input is a client error and changes nothing`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let before = venue.node.digest.digest
            let order = "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC"
            let digits = String(repeating: "9", count: 400)
            for values in [
                "quantity=\(digits)&price=4000", "quantity=1&price=\(digits)",
                "quantity=1e400&price=4000", "quantity=NaN&price=4000",
                "quantity=-1&price=4000", "quantity=1&price=-4000", "quantity=0&price=4000",
                "quantity=1.0001&price=4000", "quantity=1&price=4000.001",
                "quantity=1&price=99999999999", "quantity=20000&price=4000",
                "quantity=0.0001&price=4000", "quantity=1&price=%00",
                "quantity=1&price=4000&newClientOrderId=" + String(repeating: "x", count: 400),
            ] {
                let answer = try await trader.order("\(order)&\(values)")
                #expect((400..<500).contains(answer.status), "\(values)")
                #expect(answer.code != nil)
            }
            for target in [
                "/fapi/v1/depth", "/fapi/v1/depth?symbol=%", "/fapi/v1/depth?symbol=ethusdt",
                "/fapi/v1/depth?symbol=ETHUSDT&limit=7", "/fapi/v1/klines?symbol=ETHUSDT",
                "/fapi/v1/klines?symbol=ETHUSDT&interval=1m&startTime=x",
                "/fapi/v1/trades?symbol=ETHUSDT&limit=-1",
                "/fapi/v1/trades?symbol=ETHUSDT&symbol=BTCUSDT",
                "/fapi/v1/trades?" + (0..<200).map { "p\($0)=1" }.joined(separator: "&"),
                "/v1/receipts/x", "/v1/receipts/7", "/v1/receipts?id=x",
            ] {
                let answer = try await venue.get(target)
                #expect((400..<500).contains(answer.status), "\(target.prefix(60))")
                #expect(answer.code != nil)
            }
            for body in [
                "", "{", "[]", "1", "\"x\"", "{\"speed\":}", "{\"speed\":\"fast\"}",
                "{\"speed\":-1}", "{\"speed\":0}", "{\"speed\":1e3}", "{\"step\":0}",
                "{\"step\":1.5}", "{\"runUntil\":\"x\"}", "{\"paused\":1}", "{\"pause\":true}",
                "{}", "{\"step\":1,\"paused\":true}", String(repeating: "[", count: 100_000),
            ] {
                let answer = try await venue.post("/v1/clock", json: body)
                #expect((400..<500).contains(answer.status), "\(body.prefix(60))")
                #expect(answer.code != nil)
            }
            for body in [
                "{}", "{\"amount\":\"1\"}", "{\"account\":3,\"amount\":\"1\"}",
                "{\"account\":99,\"amount\":\"1\"}", "{\"account\":16,\"amount\":\"-1\"}",
                "{\"account\":16,\"amount\":1e9}", "{\"account\":16,\"amount\":\"999999999999\"}",
                "{\"account\":16,\"amount\":\"1\",\"asset\":\"XYZ\"}",
                "{\"account\":16,\"amount\":\"1\",\"isAdmin\":true}",
            ] {
                let answer = try await venue.post("/v1/faucet", json: body)
                #expect((400..<500).contains(answer.status), "\(body)")
            }
            #expect(venue.node.digest.digest == before)
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
        }
    }

    @Test func `a body that is too large is refused`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let large = "a=" + String(repeating: "x", count: GatewayResponder.bodyBytesMax)
            let answer = try await venue.send(
                .POST,
                "/fapi/v1/order",
                ["X-MBX-APIKEY": trader.credential.key],
                large
            )
            #expect(answer.status == 413)
            #expect(answer.code != nil)
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
        }
    }

    @Test func `a foreign page cannot read, change or stream anything`() async throws {
        try await LoopbackVenue.run { venue in
            let before = venue.node.digest.digest
            let json: HTTPHeaders = ["content-type": "application/json"]
            let local = "127.0.0.1:\(venue.port)"
            for (method, target, headers) in [
                (HTTPMethod.GET, "/fapi/v1/ping", ["host": "evil.example"]),
                (.GET, "/", ["host": "evil.example:\(venue.port)"]),
                (.POST, "/v1/clock", ["host": local, "origin": "http://evil.example"]),
                (.POST, "/v1/clock", ["host": local, "origin": "null"]),
                (.POST, "/v1/clock", ["host": local, "sec-fetch-site": "cross-site"]),
                (.DELETE, "/fapi/v1/order", ["host": local, "origin": "http://127.0.0.1:1"]),
                (
                    .GET, "/ws",
                    [
                        "host": local, "origin": "http://evil.example", "upgrade": "websocket",
                        "connection": "upgrade", "sec-websocket-version": "13",
                        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
                    ]
                ),
            ] as [(HTTPMethod, String, HTTPHeaders)] {
                var sent = headers
                sent.add(contentsOf: json)
                let body = method == .POST ? "{\"paused\":true}" : ""
                let answer = try await venue.send(method, target, sent, body)
                #expect(answer.status == 403, "\(method) \(target)")
                #expect(answer.code != nil)
                #expect(answer.headers["access-control-allow-origin"].isEmpty)
            }
            // A form can be sent from any page without asking first; the control API takes none.
            for type in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"] {
                let answer = try await venue.send(
                    .POST,
                    "/v1/clock",
                    ["content-type": type],
                    "{\"paused\":true}"
                )
                #expect(answer.status == 415)
            }
            #expect(venue.node.digest.digest == before)
        }
    }

    @Test func `a connection serves one request after the other`() async throws {
        try await LoopbackVenue.run { venue in
            let client = try await venue.connect()
            for _ in 0..<50 {
                #expect(try await client.send(.GET, "/fapi/v1/time").status == 200)
                #expect(try await client.send(.GET, "/nowhere").status == 404)
            }
            try await client.close()
        }
    }

    @Test func `what is no proper HTTP is answered with an error and an end`() async throws {
        try await LoopbackVenue.run { venue in
            let local = "127.0.0.1:\(venue.port)"
            for (headers, status) in [
                (["host": local, "x-large": String(repeating: "x", count: 20_000)], 431),
                (["host": local, "content-length": "-1"], 400),
            ] as [(HTTPHeaders, Int)] {
                let answer = try await venue.send(.POST, "/v1/clock", headers)
                #expect(answer.status == status)
                #expect(answer.code != nil)
                #expect(answer.headers["connection"] == ["close"])
            }
            var many: HTTPHeaders = ["host": local]
            for number in 0..<200 { many.add(name: "x-\(number)", value: "1") }
            #expect(try await venue.send(.GET, "/fapi/v1/ping", many).status == 431)
            var hosts: HTTPHeaders = ["host": local]
            hosts.add(name: "host", value: "evil.example")
            let twice = try await venue.send(.GET, "/fapi/v1/ping", hosts)
            #expect(twice.status == 400)
            #expect(twice.code != nil)
        }
    }

    @Test func `requests sent at once are answered in their order`() async throws {
        try await LoopbackVenue.run { venue in
            let client = try await venue.connect()
            async let first = client.send(.GET, "/nowhere/1")
            async let second = client.send(.GET, "/nowhere/2")
            async let third = client.send(.GET, "/fapi/v1/ping")
            let answers = try await [first, second, third]
            #expect(answers.map(\.status) == [404, 404, 200])
            try await client.close()
        }
    }

    @Test func `HEAD tells of the answer without giving it`() async throws {
        try await LoopbackVenue.run { venue in
            let answer = try await venue.send(.HEAD, "/fapi/v1/ping")
            #expect(answer.status == 200)
            #expect(answer.headers["content-length"] == ["2"])
            #expect(answer.body.isEmpty)
        }
    }

    @Test func `limits of rate are enforced where they are asked for`() async throws {
        try await LoopbackVenue.run {
            $0.enforcesRateLimits = true
        } _: { venue in
            let client = try await venue.connect()
            var answers: [LoopbackAnswer] = []
            // 70 times 40 is more than 2,400, even if a minute ends in between.
            for _ in 0..<140 { answers.append(try await client.send(.GET, "/fapi/v1/ticker/24hr")) }
            let refused = answers.filter { $0.status == 429 }
            #expect(!refused.isEmpty)
            #expect(refused.allSatisfy { $0.code == -1003 })
            #expect(
                refused.allSatisfy { answer in
                    answer.headers["retry-after"].first.flatMap { Int($0) }
                        .map { (1...60).contains($0) } == true
                }
            )
            try await client.close()
        }
    }
}
