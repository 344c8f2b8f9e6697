import NIOHTTP1
import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

/// What a ticket says before the click has to be what the venue says after it.
@Suite struct `An order's preview` {
    private static let rest = "symbol=ETHUSDT&type=LIMIT&timeInForce=GTC"

    /// A trader, and another whose orders are the book: 5 at 4000 and 5 at 4010 to buy from.
    private static func market(_ venue: LoopbackVenue) async throws -> Trader {
        let maker = try await venue.trader(deposit: 1_000_000)
        try await maker.order(rest + "&side=SELL&quantity=5&price=4000")
        try await maker.order(rest + "&side=SELL&quantity=5&price=4010")
        try await maker.order(rest + "&side=BUY&quantity=5&price=3990")
        let trader = try await venue.trader()
        _ = try await trader.send(
            .POST,
            "/fapi/v1/marginType",
            "symbol=ETHUSDT&marginType=ISOLATED"
        )
        _ = try await trader.send(.POST, "/fapi/v1/leverage", "symbol=ETHUSDT&leverage=10")
        return trader
    }

    private static func preview(_ trader: Trader, _ query: String) async throws -> JSONValue {
        let answer = try await trader.send(.GET, "/v1/preview", "symbol=ETHUSDT&" + query)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json()
    }

    @Test(
        arguments: ["ISOLATED", "CROSSED"],
        ["BUY&quantity=0.5", "BUY&quantity=7", "SELL&quantity=2"]
    )
    func `it says what the position will say`(mode: String, order: String) async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await Self.market(venue)
            _ = try await trader.send(
                .POST,
                "/fapi/v1/marginType",
                "symbol=ETHUSDT&marginType=\(mode)"
            )
            let told = try await Self.preview(
                trader,
                "side=\(order)&leverage=10&marginType=\(mode)"
            )
            try await trader.order("symbol=ETHUSDT&type=MARKET&side=\(order)")
            let after = try await trader.send(.GET, "/v1/positions").json()
            guard case .array(let positions)? = after["positions"], let position = positions.first
            else {
                Issue.record("a position")
                return
            }
            let risk = try await trader.send(.GET, "/fapi/v2/positionRisk", "symbol=ETHUSDT")
                .elements().first
            #expect(told["after"]?["liquidationPrice"] == position["liquidationPrice"])
            // The dialect writes zero where no price liquidates.
            let price = risk?["liquidationPrice"]
            let plain = price == .string("0") ? .null : price
            #expect(told["after"]?["liquidationPrice"] == plain)
            for name in [
                "entryPrice", "bankruptcyPrice", "margin", "isolatedWallet", "maintenanceMargin",
            ] {
                #expect(told["after"]?[name] == position[name], "\(name)")
            }
        }
    }

    @Test func `its fee is the fee that is charged`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await Self.market(venue)
            let told = try await Self.preview(trader, "side=BUY&quantity=7&leverage=10")
            try await trader.order("symbol=ETHUSDT&type=MARKET&side=BUY&quantity=7")
            let income = try await trader.send(.GET, "/fapi/v1/income", "incomeType=COMMISSION")
                .elements().compactMap { $0["income"]?.scalarText }
            // Each is negative: paid.
            let paid = try income.reduce(Price.zero) { sum, text in
                sum + (try Price(parsing: String(text.dropFirst())))
            }
            let fee = try Price(parsing: try #require(told["fees"]?["open"]?.scalarText))
            #expect(fee == paid)
            // 5 at 4000 and 2 at 4010.
            #expect(told["notional"] == .string("28020.00000000"))
        }
    }

    @Test(arguments: [100, 17, 1000])
    func `the size that may lose so much loses no more, and one step more would`(
        loss: Int
    ) async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await Self.market(venue)
            let query = "side=BUY&leverage=10&marginType=ISOLATED&stopPrice=3900&"
            let told = try await Self.preview(trader, query + "loss=\(loss)")
            let quantity = try Quantity(parsing: try #require(told["quantity"]?.scalarText))
            let lost = try Price(parsing: try #require(told["stop"]?["expectedLoss"]?.scalarText))
            #expect(lost <= Price(loss))
            let next = quantity + Quantity(units: 100_000)
            let more = try await Self.preview(trader, query + "quantity=\(next)")
            let lostMore = try Price(
                parsing: try #require(more["stop"]?["expectedLoss"]?.scalarText)
            )
            #expect(lostMore > Price(loss))
        }
    }

    @Test func `a stop behind the liquidation price is told, with the leverage that helps`()
        async throws
    {
        try await LoopbackVenue.run { venue in
            let trader = try await Self.market(venue)
            let query = "side=BUY&quantity=0.5&marginType=ISOLATED&stopPrice=3500"
            let never = try await Self.preview(trader, query + "&leverage=10")
            #expect(never["stop"]?["neverFires"] == .bool(true))
            let helps = try #require(never["stop"]?["leverageMax"]?.scalarText)
            let safe = try await Self.preview(trader, query + "&leverage=\(helps)")
            #expect(safe["stop"]?["neverFires"] == .bool(false))
            let further = try #require(Int(helps)) + 1
            let unsafe = try await Self.preview(trader, query + "&leverage=\(further)")
            #expect(unsafe["stop"]?["neverFires"] == .bool(true))
        }
    }

    @Test func `cross risks the account, isolated the margin`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await Self.market(venue)
            let told = try await Self.preview(trader, "side=BUY&quantity=0.5&leverage=10")
            let fee = try Price(parsing: try #require(told["fees"]?["open"]?.scalarText))
            let margin = try Price(parsing: try #require(told["margin"]?.scalarText))
            let isolated = told["comparison"]?["isolated"]?["atRisk"]?.scalarText
            #expect(try Price(parsing: try #require(isolated)) == margin + fee)
            #expect(told["comparison"]?["cross"]?["atRisk"] == .string("10000.00000000"))
        }
    }

    @Test(arguments: [
        ("side=BUY", -1102), ("side=BUY&quantity=0", -4003), ("side=BUY&quantity=1&loss=5", -1128),
        ("side=BUY&loss=100", -1102), ("side=BUY&quantity=0.00001", -1111), ("quantity=1", -1102),
        ("side=BUY&quantity=1&leverage=0", -1130), ("side=BUY&quantity=1e5", -1100),
        ("side=BUY&loss=0.0001&stopPrice=3900", -4003), ("side=UP&quantity=1", -1117),
    ])
    func `a question without an answer is refused in words`(query: String, code: Int) async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await Self.market(venue)
            let answer = try await trader.send(.GET, "/v1/preview", "symbol=ETHUSDT&" + query)
            #expect(answer.status == 400)
            #expect(answer.code == code, "\(answer.text)")
        }
    }

    @Test func `a typical move needs a history, and grows with its time`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await Self.market(venue)
            let query = "side=BUY&quantity=1"
            let young = try await Self.preview(trader, query)
            #expect(young["hourlyMove"] == .null)
            for price in [4004, 4000, 4004, 4000, 4004] {
                _ = try await venue.node.submit(
                    .updateIndexPrice(StreamTestVenue.ether, Price(price))
                )
                _ = try await venue.post("/v1/clock", json: #"{"step":60000}"#)
            }
            let told = try await Self.preview(trader, query)
            let hourly = try Rate(parsing: try #require(told["hourlyMove"]?.scalarText))
            #expect(hourly > .zero)
            #expect(hourly < Rate.one)
        }
    }
}
