import NIOHTTP1
import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

/// Orders that wait for a price, over a real socket.
@Suite struct `Conditional orders over HTTP` {
    private static let door = "/fapi/v1/algoOrder"
    private static let sell = "algoType=CONDITIONAL&symbol=ETHUSDT&side=SELL&workingType=MARK_PRICE"

    private static let fields: Set<String> = [
        "algoId", "clientAlgoId", "algoType", "orderType", "symbol", "side", "positionSide",
        "timeInForce", "quantity", "algoStatus", "triggerPrice", "price", "icebergQuantity",
        "selfTradePreventionMode", "workingType", "priceMatch", "closePosition", "priceProtect",
        "reduceOnly", "createTime", "updateTime", "triggerTime", "goodTillDate",
    ]

    /// A trader who is long 0.5 with bids below, and nothing else in the book.
    private func long(in venue: LoopbackVenue) async throws -> Trader {
        let maker = try await venue.trader()
        let trader = try await venue.trader()
        try await maker.order(
            "symbol=ETHUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.5&price=4000"
        )
        try await trader.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.5")
        try await maker.order(
            "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=2&price=3890"
        )
        return trader
    }

    private func names(_ value: JSONValue?) -> Set<String> {
        guard case .object(let members)? = value else { return [] }
        return Set(members.map(\.name))
    }

    @Test func `a stop waits, is listed and found, and is cancelled once`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let placed = try await trader.send(
                .POST,
                Self.door,
                "\(Self.sell)&type=STOP&quantity=0.5&price=3890&triggerPrice=3900"
                    + "&clientAlgoId=mine"
            )
            #expect(placed.status == 200)
            #expect(names(try placed.json()) == Self.fields)
            #expect(try placed.member("algoStatus") == "NEW")
            #expect(try placed.member("orderType") == "STOP")
            #expect(try placed.member("triggerPrice") == "3900.00")
            #expect(try placed.json()["icebergQuantity"] == .null)
            let id = try #require(try placed.member("algoId"))

            for target in ["algoId=\(id)", "clientAlgoId=mine", "symbol=ETHUSDT&algoId=\(id)"] {
                let found = try await trader.send(.GET, Self.door, target)
                #expect(try found.member("algoId") == id)
                #expect(try found.member("actualOrderId") == "")
            }
            let elsewhere = "symbol=BTCUSDT&algoId=\(id)"
            #expect(try await trader.send(.GET, Self.door, elsewhere).code == -2013)
            #expect(try await trader.send(.DELETE, Self.door, elsewhere).code == -2011)
            #expect(try await trader.send(.GET, Self.door).code == -1102)

            let open = try await trader.send(.GET, "/fapi/v1/openAlgoOrders").elements()
            #expect(open.count == 1)
            #expect(names(open.first) == Self.fields.union(["actualOrderId"]))
            let ordinary = try await trader.send(.GET, "/fapi/v1/openOrders").elements()
            #expect(ordinary.isEmpty)
            let twice = try await trader.send(
                .POST,
                Self.door,
                "\(Self.sell)&type=STOP_MARKET&quantity=0.5&triggerPrice=3900&clientAlgoId=mine"
            )
            #expect(twice.code == -4116)

            let cancelled = try await trader.send(.DELETE, Self.door, "clientAlgoId=mine")
            #expect(
                cancelled.text
                    == #"{"algoId":\#(id),"clientAlgoId":"mine","code":"200","msg":"success"}"#
            )
            #expect(try await trader.send(.DELETE, Self.door, "algoId=\(id)").code == -2011)
            let after = try await trader.send(.GET, Self.door, "algoId=\(id)")
            #expect(try after.member("algoStatus") == "CANCELED")
            let all = try await trader.send(.GET, "/fapi/v1/allAlgoOrders", "symbol=ETHUSDT")
            #expect(try all.elements().map { $0["algoStatus"] } == [.string("CANCELED")])
        }
    }

    @Test func `a stop that goes off names its order and closes the position`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await long(in: venue)
            let placed = try await trader.send(
                .POST,
                Self.door,
                "\(Self.sell)&type=STOP_MARKET&triggerPrice=3950&closePosition=true"
            )
            #expect(try placed.member("quantity") == "0.000")
            #expect(try placed.member("closePosition") == "true")
            let target = "algoId=\(try #require(try placed.member("algoId")))"
            _ = try await venue.node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(3900)))

            let done = try await trader.send(.GET, Self.door, target)
            #expect(try done.member("algoStatus") == "FINISHED")
            #expect(try done.member("actualPrice") == "3890.00")
            #expect(try done.member("actualQty") == "0.500")
            #expect(try done.member("actualType") == "MARKET")
            #expect(try done.json()["triggerTime"] != .number("0"))
            let number = try #require(try done.member("actualOrderId"))
            let child = try await trader.send(
                .GET,
                "/fapi/v1/order",
                "symbol=ETHUSDT&orderId=\(number)"
            )
            #expect(try child.member("status") == "FILLED")
            #expect(try child.member("type") == "MARKET")
            #expect(try child.member("origType") == "STOP_MARKET")
            #expect(try child.member("stopPrice") == "3950.00")
            #expect(try child.member("workingType") == "MARK_PRICE")
            #expect(try child.member("closePosition") == "true")
            let all = try await trader.send(.GET, "/fapi/v1/allOrders", "symbol=ETHUSDT")
            #expect(try all.elements().last?["origType"] == .string("STOP_MARKET"))
            #expect(try child.member("reduceOnly") == "true")
            let risk = try await trader.send(.GET, "/fapi/v3/positionRisk").elements()
            #expect(risk.isEmpty)
            #expect(try await trader.send(.DELETE, Self.door, target).code == -2011)
        }
    }

    /// Surprise: 8, freqtrade looks for the order as soon as the stop is triggered.
    @Test func `a stop whose limit order rests is triggered until that order ends`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await long(in: venue)
            let placed = try await trader.send(
                .POST,
                Self.door,
                "\(Self.sell)&type=STOP&quantity=0.5&price=3930&triggerPrice=3950"
            )
            let target = "algoId=\(try #require(try placed.member("algoId")))"
            _ = try await venue.node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(3900)))
            let triggered = try await trader.send(.GET, Self.door, target)
            #expect(try triggered.member("algoStatus") == "TRIGGERED")
            #expect(try triggered.member("actualQty") == "0.000")
            let number = try #require(try triggered.member("actualOrderId"))
            #expect(!number.isEmpty)
            let open = try await trader.send(.GET, "/fapi/v1/openOrders").elements()
            #expect(open.map { $0["orderId"] } == [.number(number)])
            #expect(open.first?["origType"] == .string("STOP"))
            #expect(open.first?["stopPrice"] == .string("3950.00"))
            let cancel = "symbol=ETHUSDT&orderId=\(number)"
            #expect(try await trader.send(.DELETE, "/fapi/v1/order", cancel).status == 200)
            let finished = try await trader.send(.GET, Self.door, target)
            #expect(try finished.member("algoStatus") == "FINISHED")
        }
    }

    @Test func `a trailing stop tells its rate in per cent and where it begins`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let placed = try await trader.send(
                .POST,
                Self.door,
                "\(Self.sell)&type=TRAILING_STOP_MARKET&quantity=0.5&callbackRate=1.25"
                    + "&activatePrice=4200"
            )
            #expect(
                names(try placed.json()) == Self.fields.union(["activatePrice", "callbackRate"])
            )
            #expect(try placed.member("callbackRate") == "1.25")
            #expect(try placed.member("activatePrice") == "4200.00")
            let atOnce = try await trader.send(
                .POST,
                Self.door,
                "\(Self.sell)&type=TRAILING_STOP_MARKET&quantity=0.5&callbackRate=2"
            )
            #expect(try atOnce.member("callbackRate") == "2.0")
            #expect(try atOnce.member("activatePrice") == "4000.00")
        }
    }

    @Test func `the engine's refusals have the codes of the dialect`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let refused = [
                ("&type=STOP_MARKET&quantity=0.5&triggerPrice=4100", -2021),
                ("&type=TAKE_PROFIT_MARKET&quantity=0.5&triggerPrice=3900", -2021),
                ("&type=TRAILING_STOP_MARKET&quantity=0.5&callbackRate=0.09", -2007),
                ("&type=TRAILING_STOP_MARKET&quantity=0.5&callbackRate=10.01", -2007),
                ("&type=TRAILING_STOP_MARKET&closePosition=true&callbackRate=1", -1128),
                ("&type=STOP&closePosition=true&triggerPrice=3900&price=3890", -1128),
                ("&type=STOP_MARKET&quantity=20000&triggerPrice=3900", -4005),
            ]
            for (query, code) in refused {
                let answer = try await trader.send(.POST, Self.door, Self.sell + query)
                #expect(answer.code == code, "\(query)")
                #expect(answer.status == 400)
            }
            let stop = Self.sell + "&type=STOP_MARKET&quantity=0.5&triggerPrice=3900"
            for _ in 0..<10 {
                #expect(try await trader.send(.POST, Self.door, stop).status == 200)
            }
            #expect(try await trader.send(.POST, Self.door, stop).code == -4045)

            let rest = "symbol=ETHUSDT"
            #expect(try await trader.send(.DELETE, "/fapi/v1/allOpenOrders", rest).status == 200)
            let open = try await trader.send(.GET, "/fapi/v1/openAlgoOrders", rest)
            #expect(try open.elements().count == 10)
            let none = try await trader.send(.GET, "/fapi/v1/openAlgoOrders", "symbol=BTCUSDT")
            #expect(try none.elements().isEmpty)
            let all = try await trader.send(.DELETE, "/fapi/v1/algoOpenOrders", rest)
            #expect(try all.member("code") == "200")
            let left = try await trader.send(.GET, "/fapi/v1/openAlgoOrders")
            #expect(try left.elements().isEmpty)
        }
    }

    @Test func `exchangeInfo tells the limits of conditional orders`() async throws {
        try await LoopbackVenue.run { venue in
            let info = try await venue.get("/fapi/v1/exchangeInfo").json()
            guard case .array(let symbols)? = info["symbols"],
                case .array(let filters)? = symbols.first?["filters"]
            else {
                Issue.record("no symbols")
                return
            }
            #expect(symbols.first?["triggerProtect"] == .string("0.0500"))
            let filter = filters.first { $0["filterType"] == .string("MAX_NUM_ALGO_ORDERS") }
            #expect(filter?["limit"] == .number("10"))
        }
    }
}
