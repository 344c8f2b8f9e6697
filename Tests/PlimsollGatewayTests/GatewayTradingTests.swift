import NIOHTTP1
import PlimsollModel
import Testing

@testable import PlimsollGateway

/// Trading through the doors, over a real socket.
@Suite struct `Trading over HTTP` {
    static let buy = "symbol=ETHUSDT&side=BUY"
    static let sell = "symbol=ETHUSDT&side=SELL"

    @Test func `a limit order rests, is amended, is found and is cancelled`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let placed = try await trader.order(
                "\(Self.buy)&type=LIMIT&timeInForce=GTC&quantity=0.5&price=3900"
                    + "&newClientOrderId=mine"
            )
            #expect(placed.status == 200)
            #expect(try placed.member("status") == "NEW")
            #expect(try placed.member("price") == "3900.00")
            #expect(try placed.member("origQty") == "0.500")
            #expect(try placed.member("executedQty") == "0.000")
            #expect(try placed.member("clientOrderId") == "mine")
            let id = try #require(try placed.member("orderId"))

            let amended = try await trader.send(
                .PUT,
                "/fapi/v1/order",
                "\(Self.buy)&quantity=0.6&price=3800.5&orderId=\(id)"
            )
            #expect(amended.status == 200)
            #expect(try amended.member("orderId") == id)
            #expect(try amended.member("price") == "3800.50")
            #expect(try amended.member("origQty") == "0.600")
            let same = try await trader.send(
                .PUT,
                "/fapi/v1/order",
                "\(Self.buy)&quantity=0.6&price=3800.5&orderId=\(id)"
            )
            #expect(same.code == -5027)

            for path in ["/fapi/v1/order", "/fapi/v1/openOrder"] {
                for target in ["orderId=\(id)", "origClientOrderId=mine"] {
                    let found = try await trader.send(.GET, path, "symbol=ETHUSDT&\(target)")
                    #expect(try found.member("orderId") == id)
                }
            }
            let open = try await trader.send(.GET, "/fapi/v1/openOrders")
            #expect(try open.elements().count == 1)

            let cancel = "symbol=ETHUSDT&orderId=\(id)"
            let cancelled = try await trader.send(.DELETE, "/fapi/v1/order", cancel)
            #expect(try cancelled.member("status") == "CANCELED")
            let again = try await trader.send(.DELETE, "/fapi/v1/order", cancel)
            #expect(again.code == -2011)
            #expect(try again.member("msg") == "Unknown order sent.")
            #expect(try await trader.send(.GET, "/fapi/v1/openOrder", cancel).code == -2013)
            let all = try await trader.send(.GET, "/fapi/v1/allOrders", "symbol=ETHUSDT")
            #expect(try all.elements().first?["status"] == .string("CANCELED"))
        }
    }

    @Test func `a market order fills against two makers at their average`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader()
            let taker = try await venue.trader()
            for price in ["4000", "4001"] {
                try await maker.order(
                    "\(Self.sell)&type=LIMIT&timeInForce=GTC&quantity=0.2&price=\(price)"
                )
            }
            let filled = try await taker.order("\(Self.buy)&type=MARKET&quantity=0.3")
            #expect(try filled.member("status") == "FILLED")
            #expect(try filled.member("executedQty") == "0.300")
            // (0.2 × 4,000 + 0.1 × 4,001) ÷ 0.3
            #expect(try filled.member("avgPrice") == "4000.33333333")
            #expect(try filled.member("cumQuote") == "1200.10000000")

            let fills = try await taker.send(.GET, "/fapi/v1/userTrades", "symbol=ETHUSDT")
                .elements()
            #expect(fills.map { $0["price"] } == [.string("4000.00"), .string("4001.00")])
            // 0.05 % of 800.
            #expect(fills.first?["commission"] == .string("0.40000000"))
            #expect(fills.first?["maker"] == .bool(false))

            let risk = try await taker.send(.GET, "/fapi/v3/positionRisk").elements()
            #expect(risk.count == 1)
            #expect(risk.first?["positionAmt"] == .string("0.300"))
            #expect(risk.first?["entryPrice"] == .string("4000.33333333"))
            let v2 = try await taker.send(.GET, "/fapi/v2/positionRisk").elements()
            #expect(v2.count == 2)

            let income = try await taker.send(.GET, "/fapi/v1/income", "incomeType=COMMISSION")
                .elements()
            #expect(
                income.map { $0["income"] } == [.string("-0.40000000"), .string("-0.20005000")]
            )
        }
    }

    @Test func `an acknowledgement tells nothing of fills, a result all`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader()
            let taker = try await venue.trader()
            try await maker.order("\(Self.sell)&type=LIMIT&timeInForce=GTC&quantity=1&price=4000")
            let acknowledged = try await taker.send(
                .POST,
                "/fapi/v1/order",
                "\(Self.buy)&type=MARKET&quantity=0.3"
            )
            #expect(try acknowledged.member("status") == "NEW")
            #expect(try acknowledged.member("executedQty") == "0.000")
            let rest = try await taker.order(
                "\(Self.buy)&type=LIMIT&timeInForce=IOC&quantity=1&price=4000"
            )
            #expect(try rest.member("status") == "EXPIRED")
            #expect(try rest.member("executedQty") == "0.700")
        }
    }

    @Test func `settings are changed and read back`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let leverage = try await trader.send(
                .POST,
                "/fapi/v1/leverage",
                "symbol=ETHUSDT&leverage=25"
            )
            #expect(try leverage.member("leverage") == "25")
            #expect(try leverage.member("maxNotionalValue") == "10000000")
            for bad in ["0", "51", "70000", "-1", "2.5", "x"] {
                let refused = try await trader.send(
                    .POST,
                    "/fapi/v1/leverage",
                    "symbol=ETHUSDT&leverage=\(bad)"
                )
                #expect(refused.code == -4028)
                #expect(try refused.member("msg") == "Leverage \(bad) is not valid")
            }
            let isolate = "symbol=ETHUSDT&marginType=ISOLATED"
            #expect(try await trader.send(.POST, "/fapi/v1/marginType", isolate).status == 200)
            let again = try await trader.send(.POST, "/fapi/v1/marginType", isolate)
            #expect(again.code == -4046)
            let settings = try await trader.send(
                .GET,
                "/fapi/v1/symbolConfig",
                "symbol=ETHUSDT"
            ).elements()
            #expect(settings.first?["marginType"] == .string("ISOLATED"))
            #expect(settings.first?["leverage"] == .number("25"))
        }
    }

    @Test func `margin goes into an isolated position and comes out again`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader()
            let taker = try await venue.trader(deposit: 1000)
            let margin = "/fapi/v1/positionMargin"
            let add = "symbol=ETHUSDT&amount=50.5&type=1"
            let isolate = "symbol=ETHUSDT&marginType=ISOLATED"
            _ = try await taker.send(.POST, "/fapi/v1/marginType", isolate)
            #expect(try await taker.send(.POST, margin, add).code == -4054)
            try await maker.order("\(Self.sell)&type=LIMIT&timeInForce=GTC&quantity=1&price=4000")
            try await taker.order("\(Self.buy)&type=MARKET&quantity=0.5")
            let added = try await taker.send(.POST, margin, add)
            #expect(added.text.contains("\"amount\":50.5,"))
            let risk = try await taker.send(.GET, "/fapi/v3/positionRisk").elements()
            #expect(risk.first?["isolatedWallet"] == .string("250.50000000"))
            let remove = "symbol=ETHUSDT&amount=50.5&type=2"
            #expect(try await taker.send(.POST, margin, remove).status == 200)
            #expect(try await taker.send(.POST, margin, remove).code == -4051)
            let tooMuch = "symbol=ETHUSDT&amount=5000&type=1"
            #expect(try await taker.send(.POST, margin, tooMuch).code == -4050)
        }
    }

    @Test func `a batch answers each leg for itself`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let legs = [
                #"{"symbol":"ETHUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"0.1","price":"3900"}"#,
                #"{"symbol":"ETHUSDT","side":"BUY","type":"STOP","quantity":"0.1"}"#,
                #"{"symbol":"ETHUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":"0.0001","price":"3900"}"#,
                #"{"symbol":"ETHUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC","quantity":0.2,"price":1000}"#,
                #"{"symbol":"ETHUSDT","side":"SELL","type":"LIMIT","timeInForce":"GTC","quantity":0.2,"price":4100}"#,
            ]
            func place(_ legs: [String]) async throws -> LoopbackAnswer {
                let list = "[" + legs.joined(separator: ",") + "]"
                let encoded = list.utf8.map { byte in
                    let hex = String(byte, radix: 16, uppercase: true)
                    return "%" + (hex.count == 1 ? "0" + hex : hex)
                }.joined()
                return try await trader.send(
                    .POST,
                    "/fapi/v1/batchOrders",
                    "batchOrders=\(encoded)"
                )
            }
            let placed = try await place(legs).elements()
            try #require(placed.count == 5)
            #expect(placed[0]["status"] == .string("NEW"))
            #expect(placed[1]["code"] == .number("-4120"))
            #expect(placed[2]["code"] == .number("-1111"))
            #expect(placed[3]["code"] == .number("-4024") || placed[3]["status"] != nil)
            #expect(placed[4]["price"] == .string("4100.00"))
            #expect(try await place([]).code == -4082)
            #expect(try await place(legs + legs).code == -4082)

            let id = try #require(placed[0]["orderId"]?.scalarText)
            let cancelled = try await trader.send(
                .DELETE,
                "/fapi/v1/batchOrders",
                "symbol=ETHUSDT&orderIdList=%5B\(id),999999%5D"
            ).elements()
            #expect(cancelled.first?["status"] == .string("CANCELED"))
            #expect(cancelled.last?["code"] == .number("-2011"))
            _ = try await trader.send(.DELETE, "/fapi/v1/allOpenOrders", "symbol=ETHUSDT")
            #expect(try await trader.send(.GET, "/fapi/v1/openOrders").elements().isEmpty)
        }
    }

    @Test func `an account sees only what is its own`() async throws {
        try await LoopbackVenue.run { venue in
            let owner = try await venue.trader()
            let other = try await venue.trader()
            let placed = try await owner.order(
                "\(Self.buy)&type=LIMIT&timeInForce=GTC&quantity=1&price=3900"
                    + "&newClientOrderId=secret"
            )
            let id = try #require(try placed.member("orderId"))
            for target in ["orderId=\(id)", "origClientOrderId=secret"] {
                let query = "symbol=ETHUSDT&\(target)"
                #expect(try await other.send(.GET, "/fapi/v1/order", query).code == -2013)
                #expect(try await other.send(.DELETE, "/fapi/v1/order", query).code == -2011)
                #expect(
                    try await other.send(
                        .PUT,
                        "/fapi/v1/order",
                        "\(query)&side=BUY&quantity=1&price=1"
                    ).code == -2013
                )
            }
            #expect(try await other.send(.GET, "/fapi/v1/openOrders").elements().isEmpty)
            #expect(try await owner.send(.GET, "/fapi/v1/openOrders").elements().count == 1)
        }
    }

    @Test func `a client's name for an order is used once at a time`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let query =
                "\(Self.buy)&type=LIMIT&timeInForce=GTC&quantity=0.1&price=3900"
                + "&newClientOrderId=again"
            #expect(try await trader.order(query).status == 200)
            #expect(try await trader.order(query).code == -4116)
        }
    }

    @Test func `a listen key lives until it is closed`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let header: HTTPHeaders = ["X-MBX-APIKEY": trader.credential.key]
            let path = "/fapi/v1/listenKey"
            let key = try await venue.send(.POST, path, header).member("listenKey")
            #expect(key?.isEmpty == false)
            #expect(try await venue.send(.POST, path, header).member("listenKey") == key)
            #expect(try await venue.send(.PUT, path, header).member("listenKey") == key)
            #expect(try await venue.send(.DELETE, path, header).text == "{}")
            #expect(try await venue.send(.PUT, path, header).code == -1125)
            #expect(try await venue.send(.POST, path).code == -2014)
        }
    }
}
