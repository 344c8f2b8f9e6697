import NIOHTTP1
import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Testing

@testable import PlimsollGateway

/// The corners of the REST surface that a look at every row does not reach.
@Suite struct `The REST surface` {
    @Test func `what this venue has one answer to takes that one and refuses the other`()
        async throws
    {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let burn = "/fapi/v1/feeBurn"
            #expect(try await trader.send(.POST, burn, "feeBurn=false").member("code") == "200")
            #expect(try await trader.send(.POST, burn, "feeBurn=true").code == -1130)
            #expect(try await trader.send(.POST, burn, "feeBurn=perhaps").code == -1130)
            let several = "/fapi/v1/multiAssetsMargin"
            let single = try await trader.send(.POST, several, "multiAssetsMargin=false")
            #expect(single.code == -4171)
            #expect(
                try await trader.send(.POST, several, "multiAssetsMargin=true").code == -1130
            )
            let status = "/fapi/v1/apiTradingStatus"
            #expect(try await trader.send(.GET, status, "symbol=ETHUSDT").status == 200)
            #expect(try await trader.send(.GET, status, "symbol=NOPE").code == -1121)
            for path in ["/fapi/v1/indexInfo", "/fapi/v1/assetIndex"] {
                let all = try await venue.get(path)
                let one = try await venue.get(path + "?symbol=ETHUSDT")
                #expect(all.text == "[]" && one.code == -1121)
            }
            let known = try await venue.get("/futures/data/delivery-price?pair=ETHUSDT")
            let unknown = try await venue.get("/futures/data/delivery-price?pair=NOPE")
            #expect(known.text == "[]" && unknown.code == -1121)
        }
    }

    @Test func `contracts that end have no candles, and unknown kinds are refused`() async throws {
        try await LoopbackVenue.run { venue in
            let path = "/fapi/v1/continuousKlines?pair=ETHUSDT&interval=1m&contractType="
            let ended = try await venue.get(path + "CURRENT_QUARTER")
            let unknown = try await venue.get(path + "WEEKLY")
            let perpetual = try await venue.get(path + "PERPETUAL")
            #expect(ended.text == "[]" && unknown.code == -1130 && perpetual.status == 200)
        }
    }

    @Test func `historical trades are read on from a number`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader()
            let taker = try await venue.trader()
            try await maker.order(
                "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=4000"
            )
            for _ in 0..<4 {
                try await taker.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.1")
            }
            func ids(_ query: String) async throws -> [String?] {
                try await venue.send(
                    .GET,
                    "/fapi/v1/historicalTrades?symbol=ETHUSDT\(query)",
                    ["X-MBX-APIKEY": taker.credential.key]
                )
                .elements().map { $0["id"]?.scalarText }
            }
            let all = try await ids("")
            #expect(all.count == 4)
            let second = try #require(all[1])
            #expect(try await ids("&fromId=\(second)&limit=2") == Array(all[1...2]))
            #expect(try await ids("&limit=2") == Array(all.suffix(2)))
            #expect(
                try await venue.get("/fapi/v1/historicalTrades?symbol=ETHUSDT").code == -2014
            )
        }
    }

    @Test func `the risk of deleveraging follows the fund over the open interest`() async throws {
        try await LoopbackVenue.run { venue in
            func risk() async throws -> JSONValue? {
                try await venue.get("/fapi/v1/symbolAdlRisk?symbol=ETHUSDT").json()["adlRisk"]
            }
            #expect(try await risk() == .string("low"))
            let maker = try await venue.trader()
            let taker = try await venue.trader()
            try await maker.order(
                "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=4000"
            )
            try await taker.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=1")
            // 4,000 are open against an empty fund.
            #expect(try await risk() == .string("high"))
            for (deposit, expected) in [(40, "medium"), (160, "low")] {
                _ = try await venue.node.submit(
                    .deposit(
                        BalanceChange(
                            account: .insuranceFund,
                            asset: StreamTestVenue.usdt,
                            amount: Amount(deposit)
                        )
                    )
                )
                #expect(try await risk() == .string(expected))
            }
            #expect(try await venue.get("/fapi/v1/symbolAdlRisk?symbol=NOPE").code == -1121)
        }
    }

    @Test func `amendments in a batch stand each for itself`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let placed = try await trader.order(
                "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=3900"
            )
            let id = try #require(try placed.member("orderId"))
            let terms = #""symbol":"ETHUSDT","side":"BUY","quantity":"2""#
            let legs = [
                #"{\#(terms),"price":"3800","orderId":\#(id)}"#,
                #"{\#(terms),"price":"3800","orderId":99}"#, "7",
                #"{\#(terms),"price":"3700","orderId":"\#(id)","modifyId":"9"}"#,
            ]
            let list = "[\(legs.joined(separator: ","))]"
            let escaped = list.replacing("\"", with: "%22").replacing(",", with: "%2C")
                .replacing("{", with: "%7B").replacing("}", with: "%7D")
            let rows = try await trader.send(
                .PUT,
                "/fapi/v1/batchOrders",
                "batchOrders=\(escaped)"
            )
            .elements()
            try #require(rows.count == 4)
            #expect(rows[0]["price"] == .string("3800.00"))
            #expect(rows[1]["code"] == .number("-2013") && rows[2]["code"] == .number("-1130"))
            #expect(rows[3]["price"] == .string("3700.00"))
            #expect(rows[3]["modifyId"] == .string("9"))
            let history = try await trader.send(
                .GET,
                "/fapi/v1/orderAmendment",
                "symbol=ETHUSDT&orderId=\(id)"
            )
            .elements()
            // Newest first.
            #expect(history.map { $0["amendmentId"] } == [.number("2"), .number("1")])
            #expect(history[0]["amendment"]?["count"] == .number("2"))
            #expect(history[0]["amendment"]?["price"]?["after"] == .string("3700.00"))
            let six = "batchOrders=%5B7%2C7%2C7%2C7%2C7%2C7%5D"
            #expect(try await trader.send(.PUT, "/fapi/v1/batchOrders", six).code == -4082)
        }
    }

    @Test func `orders of all instruments are told together where none is named`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            for order in ["ETHUSDT&price=3900", "BTCUSDT&price=49000"] {
                try await trader.order(
                    "symbol=\(order)&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01"
                )
            }
            let all = try await trader.send(.GET, "/fapi/v1/allOrders").elements()
            #expect(all.map { $0["symbol"]?.scalarText } == ["ETHUSDT", "BTCUSDT"])
            #expect(all.map { $0["price"]?.scalarText } == ["3900.00", "49000.00"])
            let one = try await trader.send(.GET, "/fapi/v1/allOrders", "symbol=BTCUSDT")
            #expect(try one.elements().count == 1)
        }
    }

    @Test func `the totals are those of USDT, else of the first asset`() throws {
        func asset(settling: [UInt16]) throws -> AssetID? {
            var rules = try StreamTestVenue.rules()
            for (index, asset) in settling.enumerated() {
                rules.instruments[index].contract.settleAsset = AssetID(rawValue: asset)
            }
            var venue = VenueProjections()
            venue.fold(
                rules.changes.map(Event.rulesChanged)[...],
                at: EventHeader(
                    sequence: PlimsollModel.Sequence(rawValue: 1),
                    time: Timestamp(milliseconds: 1)
                ),
                digest: Digest()
            )
            return Gateway.totalsAsset(of: venue)
        }
        #expect(try asset(settling: [0, 0]) == StreamTestVenue.usdt)
        #expect(try asset(settling: [1, 0]) == StreamTestVenue.usdt)
        #expect(try asset(settling: [2, 1]) == AssetID(rawValue: 2))
    }

    @Test func `lights are reckoned anew in a small venue, now and then in a large one`() throws {
        let venue = try StreamTestVenue()
        let seller = venue.openTrader()
        let buyer = venue.openTrader()
        let cache = DeleveragingLightsCache()
        let start = Timestamp(milliseconds: 1000)
        func light(after milliseconds: Int64) -> Int? {
            cache.of(
                StreamTestVenue.ether,
                in: venue.projections,
                at: start.advanced(byMilliseconds: milliseconds)
            )
            .light(of: buyer, .both)
        }
        _ = try venue.limit(seller, .sell, "1", at: "4000")
        #expect(light(after: 0) == nil)
        _ = try venue.market(buyer, .buy, "0.5")
        #expect(light(after: 0) != nil)
        for _ in 0..<DeleveragingLightsCache.smallVenue { venue.perform(.openAccount(.trader)) }
        #expect(light(after: 1) != nil)
        _ = try venue.limit(seller, .buy, "0.5", at: "4000")
        _ = try venue.market(buyer, .sell, "0.5")
        #expect(light(after: DeleveragingLightsCache.ageMax) != nil)
        #expect(light(after: DeleveragingLightsCache.ageMax + 2) == nil)
    }
}
