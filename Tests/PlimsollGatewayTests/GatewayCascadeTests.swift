import NIOHTTP1
import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Testing

@testable import PlimsollGateway

/// Cascades, the liquidation map and the market report.
@Suite struct `Cascades over HTTP` {
    private static let limit = "symbol=ETHUSDT&type=LIMIT&timeInForce=GTC"

    /// Two longs of 0.5 and 0.2, isolated at ten times, closed by a fall of the index to 3,500.
    private static func fall(_ venue: LoopbackVenue) async throws -> [Trader] {
        let maker = try await venue.trader(deposit: 1_000_000)
        var longs: [Trader] = []
        for quantity in ["0.5", "0.2"] {
            let long = try await venue.trader()
            _ = try await long.send(
                .POST,
                "/fapi/v1/marginType",
                "symbol=ETHUSDT&marginType=ISOLATED"
            )
            try await maker.order(limit + "&side=SELL&quantity=\(quantity)&price=4000")
            try await long.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=\(quantity)")
            longs.append(long)
        }
        try await maker.order(limit + "&side=BUY&quantity=1&price=3700")
        _ = try await venue.node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(3500)))
        _ = try await venue.post("/v1/clock", json: #"{"step":600000}"#)
        return longs
    }

    @Test func `a cascade is told with its tree, its sums and its path`() async throws {
        try await LoopbackVenue.run { venue in
            #expect(try await venue.get("/v1/cascades").json()["cascades"] == .array([]))
            let longs = try await Self.fall(venue)
            let list = try await venue.get("/v1/cascades?symbol=ETHUSDT").json()
            guard case .array(let cascades)? = list["cascades"], let summary = cascades.first
            else {
                Issue.record("there is a cascade")
                return
            }
            #expect(cascades.count == 1)
            #expect(summary["closeCount"]?.scalarText == "2")
            #expect(summary["roots"]?.scalarText == "2")
            #expect(summary["accounts"]?.scalarText == "2")
            #expect(summary["asset"] == .string("USDT"))
            let id = try #require(summary["id"]?.scalarText)
            let cascade = try await venue.get("/v1/cascades/\(id)").json()
            guard case .array(let closes)? = cascade["closes"],
                case .array(let generations)? = cascade["byGeneration"],
                case .array(let path)? = cascade["pricePath"]
            else {
                Issue.record("the cascade has closes, generations and a path")
                return
            }
            #expect(closes.map { $0["account"]?.scalarText } == longs.map { "\($0.account)" })
            #expect(closes.map { $0["quantity"] } == [.string("0.500"), .string("0.200")])
            #expect(closes.allSatisfy { $0["cause"] == .string("markPrice") })
            #expect(closes.allSatisfy { $0["generation"]?.scalarText == "0" })
            #expect(closes.allSatisfy { $0["lastPriceAfter"] == .string("3700.00") })
            #expect(generations.count == 1)
            #expect(generations[0]["filledValue"] == .string("2590.00000000"))
            #expect(path.count >= 2)
            // Any of its closes finds it.
            #expect(try await venue.get("/v1/cascades/2").json() == cascade)
            let asked = try await venue.get("/v1/counterfactuals/\(id)")
            #expect(asked.status == 409, "a venue in memory has no journal to replay")
            let receipt = try await venue.get("/v1/receipts/2").json()
            #expect(receipt["trigger"]?["cause"] == .string("markPrice"))
        }
    }

    @Test func `what does not exist is said so`() async throws {
        try await LoopbackVenue.run { venue in
            #expect(try await venue.get("/v1/cascades/1").status == 404)
            #expect(try await venue.get("/v1/cascades/x").code == -1130)
            #expect(try await venue.get("/v1/counterfactuals/1").status == 404)
            #expect(try await venue.get("/v1/cascades?symbol=NONE").code == -1121)
            #expect(try await venue.get("/v1/liquidation-map").code == -1102)
            #expect(try await venue.get("/v1/liquidation-map?symbol=NONE").code == -1121)
            #expect(try await venue.get("/v1/liquidation-map?symbol=ETHUSDT&range=0").code == -1130)
            #expect(try await venue.get("/v1/market/NONE").code == -1121)
            let map = try await venue.get("/v1/liquidation-map?symbol=ETHUSDT").json()
            #expect(map["levels"] == .array([]))
        }
    }

    /// Spec: LIQ-001, LIQ-004.
    @Test func `the map holds the prices that each account is told`() async throws {
        let venue = try StreamTestVenue()
        var accounts: [AccountID] = []
        for index in 0..<24 {
            let account = venue.openTrader(deposit: 2000 + 100 * index)
            accounts.append(account)
            if index % 3 == 0 {
                venue.perform(.setMarginMode(account, StreamTestVenue.ether, .isolated))
            }
            if index % 4 == 1 { venue.perform(.setPositionMode(account, isHedge: true)) }
            let leverage = UInt16(5 + index)
            venue.perform(.setLeverage(account, StreamTestVenue.ether, min(leverage, 20)))
        }
        for index in 0..<12 {
            let (buyer, seller) = (accounts[index], accounts[23 - index])
            for (account, side) in [(seller, Side.sell), (buyer, .buy)] {
                let isHedge = venue.projections.account(account)?.isHedge ?? false
                venue.perform(
                    .placeOrder(
                        NewOrder(
                            account: account,
                            instrument: StreamTestVenue.ether,
                            side: side,
                            type: .limit,
                            price: Price(4000),
                            quantity: Quantity(units: Int64(1 + index) * 10_000_000),
                            positionSide: isHedge ? (side == .buy ? .long : .short) : .both
                        )
                    )
                )
            }
        }
        var map = LiquidationMap(StreamTestVenue.ether, in: venue.projections)
        map.solve()
        #expect(map.positions.count == 24)
        for position in map.positions {
            let report = try #require(AccountReport(of: position.account, in: venue.projections))
            let told = report.position(StreamTestVenue.ether, position.side)
            #expect(told?.liquidationPrice == position.price, "account \(position.account)")
            #expect(told?.quantity == position.quantity)
        }
        #expect(map.positions.contains { $0.price != nil })
        // Every position stands in one level, and the levels add up.
        for (range, count) in [(20, 200), (1, 7), (100, 1)] as [(Int64, Int)] {
            let levels = map.levels(range: Rate(units: range * 1_000_000), count: count)
            let sides = levels.filled.map(\.sides) + [levels.below, levels.above, levels.never]
            let longs = sides.reduce(0) { $0 + $1.longs.count }
            #expect(longs + sides.reduce(0) { $0 + $1.shorts.count } == 24)
            #expect(sides.map(\.longs.quantity).reduce(.zero, +) == Quantity(units: 780_000_000))
        }
    }

    @Test func `a market tells who stands where and what was closed`() async throws {
        try await LoopbackVenue.run { venue in
            _ = try await Self.fall(venue)
            let report = try await venue.get("/v1/market/ETHUSDT").json()
            #expect(report["openInterest"] == .string("0.000"))
            let day = report["liquidations"]?["day"]
            #expect(day?["longs"]?["count"]?.scalarText == "2")
            #expect(day?["longs"]?["quantity"] == .string("0.700"))
            #expect(day?["shorts"]?["count"]?.scalarText == "0")
            #expect(report["longs"]?["accounts"]?.scalarText == "0")
            let other = try await venue.get("/v1/market/BTCUSDT").json()
            #expect(other["markPrice"] == .string("50000.00000000"))
            #expect(other["premium"] == .string("0.00000000"))
        }
    }
}
