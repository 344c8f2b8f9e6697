import HTTPTypes
import NIOHTTP1
import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

@Suite struct `Control API` {
    @Test func `the clock steps, runs and changes its speed`() async throws {
        try await LoopbackVenue.run { venue in
            let start = try await venue.get("/v1/clock")
            #expect(try start.json()["paused"] == .bool(true))
            let begin = try #require(try start.member("venueTime").flatMap { Int64($0) })
            let stepped = try await venue.post("/v1/clock", json: #"{"step":60000}"#)
            #expect(try stepped.member("venueTime") == "\(begin + 60_000)")
            #expect(try stepped.json()["paused"] == .bool(true))
            let end = begin + 3_600_000
            let ran = try await venue.post("/v1/clock", json: #"{"runUntil":\#(end)}"#)
            #expect(try ran.member("venueTime") == "\(end)")
            for (asked, told) in [
                (#""0.5""#, "0.5"), ("60", "60"), (#""max""#, "max"), ("1", "1"),
            ] {
                let changed = try await venue.post(
                    "/v1/clock",
                    json: #"{"speed":\#(asked),"paused":true}"#
                )
                #expect(try changed.member("speed") == told)
            }
        }
    }

    @Test func `what falls due by time follows the clock`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader(deposit: 100_000)
            let taker = try await venue.trader(deposit: 100_000)
            try await maker.order(
                "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=4000"
            )
            try await taker.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=1")
            let told = try await venue.get("/v1/clock").member("venueTime")
            let now = try #require(told.flatMap { Int64($0) })
            let dated = try await taker.order(
                "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTD&quantity=1&price=3900"
                    + "&newClientOrderId=dated&goodTillDate=\((now / 1000 + 900) * 1000)"
            )
            #expect(dated.status == 200, "\(dated.text)")
            _ = try await venue.node.submit(
                .setFundingRate(StreamTestVenue.ether, Rate(units: 10_000))
            )
            for (step, status) in [(840_000, "NEW"), (120_000, "EXPIRED")] {
                _ = try await venue.post("/v1/clock", json: #"{"step":\#(step)}"#)
                let order = try await taker.send(
                    .GET,
                    "/fapi/v1/order",
                    "symbol=ETHUSDT&origClientOrderId=dated"
                )
                #expect(try order.member("status") == status)
            }
            let eight: Int64 = 8 * 3_600_000
            let settlement = (now / eight + 1) * eight
            for (end, count) in [(settlement - 1, 0), (settlement, 1), (settlement + eight, 2)] {
                _ = try await venue.post("/v1/clock", json: #"{"runUntil":\#(end)}"#)
                let fees = try await taker.send(
                    .GET,
                    "/fapi/v1/income",
                    "incomeType=FUNDING_FEE"
                )
                #expect(try fees.elements().count == count)
            }
        }
    }

    @Test func `the digest is the engine's`() async throws {
        try await LoopbackVenue.run { venue in
            let answer = try await venue.get("/v1/digest")
            #expect(try answer.member("sequence") == "\(venue.node.digest.sequence)")
            #expect(try answer.member("digest") == "\(venue.node.digest.digest)")
        }
    }

    @Test func `an account is opened with a key that works at once`() async throws {
        try await LoopbackVenue.run { venue in
            let opened = try await venue.post("/v1/accounts", json: #"{"deposit":"2500.5"}"#)
            #expect(opened.status == 200)
            let account = try #require(try opened.member("account").flatMap { UInt32($0) })
            let trader = Trader(
                venue: venue,
                credential: Credential(
                    key: try #require(try opened.member("key")),
                    secret: try #require(try opened.member("secret")),
                    account: AccountID(rawValue: account)
                )
            )
            let balance = try await trader.send(.GET, "/fapi/v3/balance").elements()
            #expect(balance.first?["balance"] == .string("2500.50000000"))
            let filled = try await venue.post(
                "/v1/faucet",
                json: #"{"account":\#(account),"amount":"100"}"#
            )
            #expect(try filled.json()["balances"]?["USDT"] == .string("2600.50000000"))
            let key = String(repeating: "q", count: 64)
            let named = #"{"key":"\#(key)","secret":"\#(key)"}"#
            #expect(try await venue.post("/v1/accounts", json: named).status == 200)
            #expect(try await venue.post("/v1/accounts", json: named).code == -1130)
        }
    }

    @Test func `a forced close leaves a receipt that is found by number and account`() async throws
    {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader()
            let taker = try await venue.trader()
            #expect(try await venue.get("/v1/receipts").elements().isEmpty)
            let isolate = "symbol=ETHUSDT&marginType=ISOLATED"
            _ = try await taker.send(.POST, "/fapi/v1/marginType", isolate)
            try await maker.order(
                "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.5&price=4000"
            )
            try await taker.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.5")
            _ = try await venue.node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(3500)))
            _ = try await venue.post("/v1/clock", json: #"{"step":600000}"#)
            let receipts = try await venue.get("/v1/receipts").elements()
            try #require(receipts.count == 1)
            #expect(receipts.first?["account"]?.scalarText == "\(taker.account)")
            let one = try await venue.get("/v1/receipts/1")
            #expect(try one.json() == receipts.first)
            for (query, count) in [
                ("account=\(taker.account)", 1), ("account=\(maker.account)", 0), ("id=1", 1),
                ("id=2", 0),
            ] {
                #expect(try await venue.get("/v1/receipts?\(query)").elements().count == count)
            }
            #expect(try await venue.get("/v1/receipts/2").status == 404)
            for list in ["receipts", "deleveragings", "margin-calls"] {
                #expect(try await venue.get("/v1/\(list)?limit=1&before=1").elements().isEmpty)
                #expect(try await venue.get("/v1/\(list)?limit=0").code == -1130)
                #expect(try await venue.get("/v1/\(list)?before=x").status == 400)
            }
            let risk = try await taker.send(.GET, "/fapi/v3/positionRisk").elements()
            #expect(risk.isEmpty)
            // The cross wallet is untouched: 10,000 less 200 of margin and 1 of fee.
            let balance = try await taker.send(.GET, "/fapi/v3/balance").elements()
            #expect(balance.first?["crossWalletBalance"] == .string("9799.00000000"))
        }
    }

    @Test func `the gauges show that money is conserved`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader()
            let taker = try await venue.trader()
            try await maker.order(
                "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=4000"
            )
            try await taker.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.333")
            let page = try await venue.get("/metrics")
            #expect(page.headers["content-type"].first?.hasPrefix("text/plain") == true)
            let lines = page.text.split(separator: "\n")
            #expect(lines.contains(#"plimsoll_conservation_drift{asset="USDT"} 0"#))
            #expect(lines.contains("plimsoll_takes_commands 1"))
            #expect(lines.contains("plimsoll_orders_open 1"))
            #expect(lines.contains("plimsoll_trades_total 1"))
            #expect(lines.contains(#"plimsoll_insurance_fund{asset="USDT"} 0"#))
            #expect(lines.contains(#"plimsoll_uncovered_loss_total{asset="USDT"} 0"#))
            #expect(lines.contains("plimsoll_deleveragings_total 0"))
            for line in lines where !line.hasPrefix("#") {
                let value = line.split(separator: " ").last.flatMap { Double($0) }
                #expect(value != nil, "\(line)")
            }
        }
    }

    @Test func `the front page names the venue and its doors`() async throws {
        try await LoopbackVenue.run {
            $0.venueName = "<Tom & Jerry>"
        } _: { venue in
            let page = try await venue.get("/")
            #expect(page.status == 200)
            #expect(page.headers["content-type"].first?.hasPrefix("text/html") == true)
            #expect(page.headers["content-security-policy"].first?.contains("'none'") == true)
            #expect(page.text.contains("&lt;Tom &amp; Jerry&gt;"))
            #expect(page.text.contains("127.0.0.1:\(venue.port)/fapi/v1"))
            #expect(page.text.contains("A simulation"))
        }
    }

    @Test func `every route of the control API is described, by its parameters and answers`()
        async throws
    {
        var answer: JSONValue?
        try await LoopbackVenue.run { venue in
            answer = try await venue.get("/openapi.json").json()
        }
        let description = try #require(answer)
        for route in RouteTable.venue.routes where route.isControl {
            let name = "\(route.method) \(route.path)"
            #expect(route.operation != nil, "\(name) has no operation")
            let method = route.method.rawValue.lowercased()
            let operation = try #require(
                description["paths"]?[route.path]?[method],
                "\(name) is not described"
            )
            #expect(operation["summary"]?.scalarText?.isEmpty == false)
            #expect(operation["responses"]?["200"] != nil)
            #expect((operation["requestBody"] != nil) == (route.operation?.body != nil))
            // An open part of the path is a parameter of it.
            if route.path.hasSuffix("}") {
                #expect(route.parameters.contains { $0.isPart(of: route.path) }, "\(name)")
            }
        }
    }

    @Test func `no route stands twice`() {
        let routes = RouteTable.venue.routes.map { "\($0.method) \($0.path)" }
        #expect(Set(routes).count == routes.count)
    }

    @Test func `secrets are in no answer but the one that makes them`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            for target in [
                "/v1/status", "/v1/digest", "/v1/clock", "/v1/receipts", "/metrics", "/",
                "/openapi.json", "/fapi/v1/exchangeInfo",
            ] {
                let answer = try await venue.get(target)
                #expect(answer.status == 200)
                #expect(!answer.text.contains(try #require(trader.credential.secret)))
                #expect(!answer.text.contains(trader.credential.key))
            }
        }
    }
}
