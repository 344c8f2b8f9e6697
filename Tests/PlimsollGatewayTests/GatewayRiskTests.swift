import NIOHTTP1
import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

/// Deleveraging, the fund, the index and transfers, through the doors.
@Suite struct `Risk over HTTP` {
    private static let limit = "symbol=ETHUSDT&type=LIMIT&timeInForce=GTC"

    /// A long of 0.5 that goes bankrupt against an empty fund and an empty book; the seller's short is
    /// closed against it.
    private static func deleverage(
        _ venue: LoopbackVenue
    ) async throws -> (bankrupt: Trader, seller: Trader) {
        let seller = try await venue.trader()
        let bankrupt = try await venue.trader()
        let isolate = "symbol=ETHUSDT&marginType=ISOLATED"
        _ = try await bankrupt.send(.POST, "/fapi/v1/marginType", isolate)
        try await seller.order(limit + "&side=SELL&quantity=0.5&price=4000")
        try await bankrupt.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.5")
        _ = try await venue.node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(3500)))
        _ = try await venue.post("/v1/clock", json: #"{"step":600000}"#)
        return (bankrupt, seller)
    }

    @Test func `who is closed against learns it from orders, fills and a receipt`() async throws {
        try await LoopbackVenue.run { venue in
            let (bankrupt, seller) = try await Self.deleverage(venue)
            let forced = try await seller.send(.GET, "/fapi/v1/forceOrders", "autoCloseType=ADL")
            let order = try #require(try forced.elements().first)
            #expect(order["clientOrderId"] == .string("adl_autoclose"))
            #expect(order["side"] == .string("BUY"))
            #expect(order["status"] == .string("FILLED"))
            #expect(order["executedQty"] == .string("0.500"))
            #expect(order["pair"] == .string("ETHUSDT"))
            let path = "/fapi/v1/forceOrders"
            let none = try await seller.send(.GET, path, "autoCloseType=LIQUIDATION")
            #expect(try none.elements().isEmpty)
            #expect(try await seller.send(.GET, path, "autoCloseType=OTHER").code == -1130)
            let own = try await bankrupt.send(.GET, path, "symbol=ETHUSDT").elements()
            #expect(own.count == 1)
            #expect(own.first?["origQty"] == .string("0.500"))
            let trades = try await seller.send(.GET, "/fapi/v1/userTrades", "symbol=ETHUSDT")
            let last = try #require(try trades.elements().last)
            #expect(last["side"] == .string("BUY"))
            #expect(last["commission"] == .string("0.00000000"))

            let receipts = try await venue.get("/v1/deleveragings").elements()
            try #require(receipts.count == 1)
            #expect(receipts[0]["account"]?.scalarText == "\(seller.account)")
            #expect(receipts[0]["quantityClosed"] == .string("-0.500"))
            #expect(receipts[0]["price"] == .string("3600.00"))
            let id = try #require(receipts[0]["id"]?.scalarText)
            #expect(try await venue.get("/v1/deleveragings/\(id)").json() == receipts[0])
            #expect(try await venue.get("/v1/deleveragings/99").status == 404)
            for (account, count) in [(seller.account, 1), (bankrupt.account, 0)] {
                let query = "/v1/deleveragings?account=\(account)"
                #expect(try await venue.get(query).elements().count == count)
            }
            let liquidation = try await venue.get("/v1/receipts/1").json()
            guard case .array(let against)? = liquidation["closing"]?["deleveraged"] else {
                Issue.record("the receipt tells who was closed against")
                return
            }
            #expect(against.first?["deleveragingId"]?.scalarText == id)
        }
    }

    @Test func `the lights rank the winners by quantity`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader(deposit: 1_000_000)
            let first = try await venue.trader(deposit: 500)
            let second = try await venue.trader(deposit: 100_000)
            let path = "/fapi/v1/adlQuantile"
            #expect(try await first.send(.GET, path).elements().isEmpty)
            try await maker.order(Self.limit + "&side=BUY&quantity=10&price=4000")
            for trader in [first, second] {
                try await trader.order("symbol=ETHUSDT&side=SELL&type=MARKET&quantity=1")
            }
            _ = try await venue.node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(3900)))
            // The one with less behind it stands first: in the middle of five fifths, then last.
            for (trader, light) in [(first, 2), (second, 0)] {
                let rows = try await trader.send(.GET, path).elements()
                let quantile = rows.first?["adlQuantile"]
                #expect(rows.first?["symbol"] == .string("ETHUSDT"))
                #expect(quantile?["BOTH"]?.scalarText == "\(light)")
                let risk = try await trader.send(.GET, "/fapi/v3/positionRisk").elements()
                #expect(risk.first?["adl"]?.scalarText == "\(light)")
            }
            // The other side's queue is its own: the maker stands there alone, all of it.
            let alone = try await maker.send(.GET, path, "symbol=ETHUSDT").json()
            #expect(alone["adlQuantile"]?["BOTH"]?.scalarText == "0")
        }
    }

    @Test func `the fund is told with its balance over time`() async throws {
        try await LoopbackVenue.run { venue in
            let maker = try await venue.trader(deposit: 1_000_000)
            let trader = try await venue.trader()
            let isolate = "symbol=ETHUSDT&marginType=ISOLATED"
            _ = try await trader.send(.POST, "/fapi/v1/marginType", isolate)
            try await maker.order(Self.limit + "&side=SELL&quantity=0.5&price=4000")
            try await trader.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=0.5")
            try await maker.order(Self.limit + "&side=BUY&quantity=1&price=3700")
            _ = try await venue.node.submit(.updateIndexPrice(StreamTestVenue.ether, Price(3500)))
            _ = try await venue.post("/v1/clock", json: #"{"step":600000}"#)
            let told = try await venue.get("/v1/insurance-fund").json()
            guard case .array(let funds)? = told["funds"], let fund = funds.first,
                case .array(let balances)? = fund["balances"]
            else {
                Issue.record("there is a fund")
                return
            }
            // The liquidation fee: 1 % of 0.5 × 3,700.
            #expect(fund["asset"] == .string("USDT"))
            #expect(fund["balance"] == .string("18.50000000"))
            #expect(fund["deficit"] == .string("0.00000000"))
            #expect(balances.count == 1)
            let known = try await venue.get("/v1/insurance-fund?asset=USDT").json()
            #expect(known == told)
            #expect(try await venue.get("/v1/insurance-fund?asset=DOGE").code == -1130)
            let dialect = try await venue.get("/fapi/v1/insuranceBalance?symbol=ETHUSDT").json()
            guard case .array(let assets)? = dialect["assets"] else {
                Issue.record("the dialect tells it, too")
                return
            }
            #expect(assets.first?["marginBalance"] == .string("18.50000000"))
            let all = try await venue.get("/fapi/v1/insuranceBalance").elements()
            #expect(all.count == 1)
        }
    }

    @Test func `an index names its sources and their shares`() async throws {
        try await LoopbackVenue.run { venue in
            let answer = try await venue.get("/fapi/v1/constituents?symbol=ETHUSDT").json()
            guard case .array(let sources)? = answer["constituents"] else {
                Issue.record("there are constituents")
                return
            }
            #expect(sources.count == 1)
            #expect(sources.first?["price"] == .string("4000.00000000"))
            #expect(sources.first?["weight"] == .string("1.00000000"))
            #expect(try await venue.get("/fapi/v1/constituents?symbol=DOGE").code == -1121)
        }
    }

    @Test func `money moves from one account to another, and only so far`() async throws {
        try await LoopbackVenue.run { venue in
            let giver = try await venue.trader(deposit: 100)
            let taker = try await venue.trader(deposit: 100)
            func transfer(_ amount: String, to account: AccountID) async throws -> LoopbackAnswer {
                try await venue.post(
                    "/v1/transfers",
                    json: #"{"from":\#(giver.account),"to":\#(account),"amount":"\#(amount)"}"#
                )
            }
            let moved = try await transfer("30", to: taker.account)
            #expect(moved.status == 200)
            #expect(try moved.member("amount") == "30.00000000")
            let rows = try await taker.send(.GET, "/fapi/v1/income", "incomeType=TRANSFER")
            #expect(try rows.elements().last?["income"] == .string("30.00000000"))
            let left = try await giver.send(.GET, "/fapi/v3/balance").elements()
            #expect(left.first?["balance"] == .string("70.00000000"))
            #expect(try await transfer("71", to: taker.account).code == -4050)
            #expect(try await transfer("1", to: giver.account).code == -1130)
            #expect(try await transfer("1", to: AccountID(rawValue: 3)).code == -1130)
            #expect(try await transfer("1", to: AccountID(rawValue: 999)).status == 404)
            let key = #"{"fromKey":"\#(giver.credential.key)","to":\#(taker.account),"amount":"1"}"#
            #expect(try await venue.post("/v1/transfers", json: key).status == 200)
        }
    }
}
