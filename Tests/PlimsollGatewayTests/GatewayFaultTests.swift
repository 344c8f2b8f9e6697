import NIOHTTP1
import PlimsollModel
import PlimsollNode
import PlimsollProjections
import PlimsollTestSupport
import Synchronization
import Testing

@testable import PlimsollGateway

extension LoopbackVenue {
    /// Posts a fault as people write it, without its braces.
    @discardableResult
    fileprivate func fail(_ members: String) async throws -> LoopbackAnswer {
        let answer = try await post("/v1/faults", json: "{\(members)}")
        #expect(answer.status == 200, "\(answer.text)")
        return answer
    }

    fileprivate func mend() async throws {
        let answer = try await send(.DELETE, "/v1/faults", ["content-type": "application/json"])
        #expect(answer.status == 200, "\(answer.text)")
    }
}

extension Trader {
    /// A resting bid, by its name.
    fileprivate func bid(_ name: String) async throws -> LoopbackAnswer {
        try await order(
            "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.5&price=3900"
                + "&newClientOrderId=\(name)"
        )
    }

    fileprivate func isOpen(_ name: String) async throws -> Bool {
        try await send(.GET, "/fapi/v1/openOrders").elements()
            .contains { $0["clientOrderId"] == .string(name) }
    }
}

@Suite struct `A door that fails` {
    @Test(
        arguments: [
            (#""kind":"unknownStatus","carriedOut":"1""#, 503, -1000, true),
            (#""kind":"unknownStatus","carriedOut":0"#, 503, -1000, false),
            (#""kind":"timeout","milliseconds":20,"carriedOut":1"#, 408, -1007, true),
            (#""kind":"timeout","milliseconds":20,"carriedOut":0"#, 408, -1007, false),
            (#""kind":"rateLimited","milliseconds":7000"#, 429, -1003, false),
            (#""kind":"banned","milliseconds":7000"#, 418, -1003, false),
            (#""kind":"overloaded""#, 503, -1008, false),
            (#""kind":"maintenance","requests":"orders""#, 503, -1016, false),
        ]
    ) func `answers as real venues do, and the order is there or it is not`(
        fault: String,
        status: Int,
        code: Int,
        isThere: Bool
    ) async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            try await venue.fail(fault + #","lasts":60000"#)
            let answer = try await trader.bid("struck")
            #expect(answer.status == status)
            #expect(answer.code == code)
            if [429, 418].contains(status) {
                let wait = answer.headers.first(name: "retry-after").flatMap { Int($0) }
                // From when the request came, to the end of a ban that began after that.
                #expect(try #require(wait) >= 7)
            }
            try await venue.mend()
            #expect(try await trader.isOpen("struck") == isThere)
            #expect(try await trader.bid("whole").status == 200)
        }
    }

    @Test func `says of an unknown status what clients look for`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            try await venue.fail(#""kind":"unknownStatus""#)
            let answer = try await trader.bid("struck")
            #expect(
                try answer.member("msg")
                    == "Unknown error, please check your request or try again later."
            )
        }
    }

    @Test func `can take an order and lose the answer`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            try await venue.fail(#""kind":"lostAck","requests":["orders"],"ways":"rest""#)
            await #expect(throws: (any Error).self) { try await trader.bid("lost") }
            #expect(try await trader.isOpen("lost"))
        }
    }

    @Test func `can hold an answer back after the order was carried out`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            try await venue.fail(#""kind":"slowAck","milliseconds":300,"requests":["orders"]"#)
            let accepted = Mutex<ContinuousClock.Instant?>(nil)
            venue.node.addListener { batch in
                let isAccepted = batch.commands.contains { command in
                    command.events.contains { if case .orderAccepted = $0 { true } else { false } }
                }
                if isAccepted { accepted.withLock { $0 = $0 ?? .now } }
            }
            #expect(try await trader.bid("slow").status == 200)
            let answered = ContinuousClock.now
            let carriedOut = try #require(accepted.withLock { $0 })
            #expect(answered - carriedOut >= .milliseconds(300))
        }
    }

    @Test func `never shuts the control API`() async throws {
        try await LoopbackVenue.run { venue in
            try await venue.fail(#""kind":"maintenance""#)
            try await venue.fail(#""kind":"lostAck""#)
            #expect(try await venue.get("/fapi/v1/ping").status == 503)
            #expect(try await venue.get("/v1/status").status == 200)
            #expect(try await venue.get("/metrics").status == 200)
            #expect(try await venue.get("/").status == 200)
            let first = try await venue.send(
                .DELETE,
                "/v1/faults/1",
                ["content-type": "application/json"]
            )
            #expect(try first.member("strikes") == "1")
            let rest = try await venue.send(
                .DELETE,
                "/v1/faults",
                ["content-type": "application/json"]
            )
            guard case .array(let rows)? = try rest.json()["faults"] else {
                Issue.record("what was on the board is told")
                return
            }
            #expect(rows.map { $0["kind"]?.scalarText } == ["lostAck"])
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
        }
    }

    @Test func `keeps money in while withdrawals are halted`() async throws {
        try await LoopbackVenue.run { venue in
            let (from, to) = (try await venue.trader(), try await venue.trader())
            let transfer = #"{"from":\#(from.account),"to":\#(to.account),"amount":"10"}"#
            try await venue.fail(#""kind":"haltedWithdrawals""#)
            let halted = try await venue.post("/v1/transfers", json: transfer)
            #expect(halted.status == 503)
            #expect(try halted.member("msg") == "Withdrawals are halted.")
            #expect(try await from.bid("meanwhile").status == 200)
            try await venue.mend()
            #expect(try await venue.post("/v1/transfers", json: transfer).status == 200)
        }
    }

    @Test(arguments: [
        ("", 200), (#","requests":"orders""#, 200), (#","requests":"withdrawals""#, 503),
    ])
    func `reaches transfers by their name alone`(scope: String, status: Int) async throws {
        try await LoopbackVenue.run { venue in
            let (from, to) = (try await venue.trader(), try await venue.trader())
            try await venue.fail(#""kind":"maintenance""# + scope)
            let transfer = #"{"from":\#(from.account),"to":\#(to.account),"amount":"10"}"#
            #expect(try await venue.post("/v1/transfers", json: transfer).status == status)
        }
    }

    @Test func `fails for one account and for nobody else`() async throws {
        try await LoopbackVenue.run { venue in
            let (struck, spared) = (try await venue.trader(), try await venue.trader())
            try await venue.fail(#""kind":"overloaded","key":"\#(struck.credential.key)""#)
            #expect(try await struck.bid("a").status == 503)
            #expect(try await spared.bid("b").status == 200)
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
        }
    }

    @Test func `follows venue time`() async throws {
        try await LoopbackVenue.run { venue in
            try await venue.fail(#""kind":"overloaded","after":60000,"lasts":30000"#)
            for (step, status) in [(59_999, 200), (1, 503), (29_999, 503), (1, 200)] {
                #expect(
                    try await venue.post("/v1/clock", json: #"{"step":\#(step)}"#).status == 200
                )
                #expect(try await venue.get("/fapi/v1/ping").status == status)
            }
            let row = try await venue.get("/v1/faults").json()["faults"]
            guard case .array(let rows)? = row else { return }
            #expect(rows.map { $0["state"]?.scalarText } == ["over"])
            #expect(rows.map { $0["strikes"]?.scalarText } == ["2"])
        }
    }

    @Test func `may begin with the venue`() async throws {
        let plan = FaultPlan(seed: 3, faults: [.door(DoorFault(.overloaded))])
        try await LoopbackVenue.run { venue in
            let origin = venue.node.clock.venueTime
            let desk = FaultDesk(node: venue.node, plan: plan, from: origin)
            #expect(desk.isArmed)
            #expect(desk.verdict(on: DoorRequest(.rest, .orders)).isCarriedOut == false)
            #expect(desk.report().seed == 3)
            let none = FaultDesk(node: venue.node, plan: FaultPlan(), from: origin)
            #expect(!none.isArmed)
        }
    }

    @Test func `can be wrong about the time`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            try await venue.fail(#""kind":"clockSkew","milliseconds":60000"#)
            let before = WallClock.now.milliseconds
            let told = try await venue.get("/fapi/v1/time").member("serverTime")
            let honest = before...WallClock.now.milliseconds
            #expect(honest.contains(try #require(told.flatMap { Int64($0) }) - 60_000))
            let late = try await trader.send(.GET, "/fapi/v3/balance", "recvWindow=5000")
            #expect(late.code == -1021)
            let skewed = WallClock.now.advanced(byMilliseconds: 60_000)
            let account = try await trader.send(.GET, "/fapi/v3/balance", at: skewed)
            #expect(account.status == 200)
        }
    }

    @Test func `shows a book as it stood, while the true one goes on`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            _ = try await trader.bid("before")
            try await venue.fail(#""kind":"staleBook","symbol":"ETHUSDT","after":1000"#)
            let path = "/fapi/v1/depth?symbol=ETHUSDT&limit=5"
            #expect(try await venue.post("/v1/clock", json: #"{"step":1000}"#).status == 200)
            let before = try await venue.get(path)
            _ = try await trader.order(
                "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=3950"
            )
            #expect(try await venue.post("/v1/clock", json: #"{"step":1000}"#).status == 200)
            #expect(try await venue.get(path).text == before.text)
            let ticker = "/fapi/v1/ticker/bookTicker"
            let best = try await venue.get(ticker + "?symbol=ETHUSDT")
            #expect(try best.member("bidPrice") == "3900.00")
            let all = try await venue.get(ticker).elements()
            let shown = all.first { $0["symbol"] == .string("ETHUSDT") }
            #expect(shown?["bidPrice"] == .string("3900.00"))
            try await venue.mend()
            let whole = try await venue.get(ticker + "?symbol=ETHUSDT")
            #expect(try whole.member("bidPrice") == "3950.00")
        }
    }

    @Test(
        arguments: [
            ("", -1102), (#""kind":7.5"#, -1130), (#""kind":"meteor""#, -1130),
            (#""kind":"lostAck","milliseconds":5"#, -1130),
            (#""kind":"lostAck","chance":"1.5""#, -1130),
            (#""kind":"lostAck","chance":"often""#, -1130),
            (#""kind":"lostAck","chance":0.000000001"#, -1130),
            (#""kind":"lostAck","ways":[7]"#, -1130), (#""kind":"lostAck","ways":7"#, -1130),
            (#""kind":"lostAck","symbol":"XRPUSDT""#, -1121),
            (#""kind":"lostAck","key":"no""#, -2015), (#""kind":"lostAck","when":5"#, -1104),
            (#""kind":"indexFreeze","factor":2"#, -1130),
        ]
    ) func `a fault that makes no sense is refused and not posted`(
        members: String,
        code: Int
    ) async throws {
        try await LoopbackVenue.run { venue in
            let answer = try await venue.post("/v1/faults", json: "{\(members)}")
            #expect(answer.code == code, "\(answer.text)")
            #expect(answer.status < 500)
            #expect(try await venue.get("/v1/faults").json()["faults"] == .array([]))
        }
    }

    @Test func `what is not on the board cannot be cleared`() async throws {
        try await LoopbackVenue.run { venue in
            for (target, status) in [("7", 404), ("-1", 400), ("x", 400)] {
                let answer = try await venue.send(
                    .DELETE,
                    "/v1/faults/\(target)",
                    ["content-type": "application/json"]
                )
                #expect(answer.status == status || answer.status == 404, "\(answer.text)")
                #expect(answer.status < 500)
            }
        }
    }
}

/// The heart of the drill: the door is between clients and the venue, and nothing behind it stops.
@Suite struct `Behind a shut door` {
    /// A long of 0.5 from 4,000 with ten times leverage, against a resting maker.
    private static func open(
        _ venue: LoopbackVenue
    ) async throws -> (long: Trader, maker: Trader) {
        let maker = try await venue.trader(deposit: 1_000_000)
        let long = try await venue.trader(deposit: 200)
        _ = try await long.send(.POST, "/fapi/v1/leverage", "symbol=ETHUSDT&leverage=10")
        try await maker.order(
            "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.5&price=4000"
        )
        let bought = try await long.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.5")
        #expect(try bought.member("status") == "FILLED")
        return (long, maker)
    }

    @Test func `orders of others are matched`() async throws {
        try await LoopbackVenue.run { venue in
            let (long, maker) = try await Self.open(venue)
            let other = try await venue.trader()
            try await venue.fail(#""kind":"maintenance""#)
            #expect(try await long.bid("shut-out").status == 503)
            for side in [Side.sell, .buy] {
                let order = NewOrder(
                    account: side == .sell ? maker.account : other.account,
                    instrument: StreamTestVenue.ether,
                    side: side,
                    type: .limit,
                    timeInForce: .goodTillCancelled,
                    price: Price(4001),
                    quantity: try Quantity(parsing: "0.1")
                )
                _ = try await venue.node.submit(.placeOrder(order))
            }
            let last = venue.node.read { venue in
                venue.markets[StreamTestVenue.ether.index].trades.last?.price
            }
            #expect(last == Price(4001))
        }
    }

    @Test func `funding is paid`() async throws {
        try await LoopbackVenue.run { venue in
            let (long, _) = try await Self.open(venue)
            try await venue.fail(#""kind":"maintenance""#)
            _ = try await venue.node.submit(
                .setFundingRate(StreamTestVenue.ether, Rate(units: 10_000))
            )
            let hours = #"{"step":\#(9 * 3_600_000)}"#
            #expect(try await venue.post("/v1/clock", json: hours).status == 200)
            #expect(try await long.send(.GET, "/fapi/v1/income").status == 503)
            try await venue.mend()
            let rows = try await long.send(.GET, "/fapi/v1/income", "incomeType=FUNDING_FEE")
            // 0.5 × 4,000 × 0.01 %.
            #expect(try rows.elements().first?["income"] == .string("-0.20000000"))
        }
    }

    @Test func `a stop fires and a position is liquidated, while its owner cannot top it up`()
        async throws
    {
        try await LoopbackVenue.run { venue in
            let (long, maker) = try await Self.open(venue)
            let armed = try await maker.send(
                .POST,
                "/fapi/v1/algoOrder",
                "algoType=CONDITIONAL&symbol=ETHUSDT&side=BUY&type=TAKE_PROFIT_MARKET"
                    + "&quantity=0.1&triggerPrice=3700&workingType=MARK_PRICE"
            )
            #expect(armed.status == 200, "\(armed.text)")
            try await venue.fail(#""kind":"timeout","milliseconds":10,"carriedOut":0"#)
            _ = try await venue.node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(3500)))
            #expect(try await venue.post("/v1/clock", json: #"{"step":600000}"#).status == 200)
            let rescue = try await long.send(
                .POST,
                "/fapi/v1/positionMargin",
                "symbol=ETHUSDT&amount=100&type=1"
            )
            #expect(rescue.status == 408)
            #expect(try await venue.get("/v1/receipts").elements().count == 1)
            try await venue.mend()
            let open = try await maker.send(.GET, "/fapi/v1/openAlgoOrders").elements()
            #expect(open.isEmpty, "the stop has fired")
            let position = try await long.send(.GET, "/fapi/v3/positionRisk", "symbol=ETHUSDT")
            #expect(try position.elements().isEmpty)
        }
    }
}
