import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `Order entry` {
    static let account = AccountID(rawValue: 16)

    static func entry(_ query: String) throws -> OrderEntry {
        let rules = try StreamTestVenue.rules()
        let parameters = try RequestParameters(query: Array(query.utf8), body: [])
        return try OrderEntry(parameters, account: account) { (symbol) throws(DialectError) in
            guard
                let index = rules.instruments.firstIndex(where: { $0.contract.symbol == symbol })
            else { throw .symbolInvalid }
            return Gateway.Listing(
                instrument: InstrumentID(rawValue: UInt16(index)),
                contract: rules.instruments[index].contract,
                selfTradePrevention: rules.instruments[index].limits.selfTradePrevention
            )
        }
    }

    static let limit = "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.5&price=4000"
    static let market = "symbol=ETHUSDT&side=SELL&type=MARKET&quantity=0.5"

    @Test func `reads a limit order`() throws {
        let entry = try Self.entry(
            Self.limit + "&newClientOrderId=mine&reduceOnly=true&newOrderRespType=RESULT"
        )
        #expect(
            entry.order
                == NewOrder(
                    account: Self.account,
                    instrument: InstrumentID(rawValue: 1),
                    side: .buy,
                    type: .limit,
                    timeInForce: .goodTillCancelled,
                    reduceOnly: true,
                    price: Price(4000),
                    quantity: try Quantity(parsing: "0.5"),
                    clientOrderID: try #require(ClientOrderID("mine"))
                )
        )
        #expect(entry.answer == .result)
    }

    @Test func `names an order that its client did not name, each anew`() throws {
        let first = try Self.entry(Self.market).order.clientOrderID
        let second = try Self.entry(Self.market).order.clientOrderID
        #expect(!first.isEmpty)
        #expect(first != second)
    }

    @Test(
        arguments: [
            ("GTC", .goodTillCancelled), ("IOC", .immediateOrCancel), ("FOK", .fillOrKill),
            ("GTX", .goodTillCrossing),
        ] as [(String, TimeInForce)]
    )
    func `reads every time in force`(text: String, expected: TimeInForce) throws {
        let query = Self.limit.replacing("=GTC", with: "=\(text)")
        #expect(try Self.entry(query).order.timeInForce == expected)
    }

    @Test(
        arguments: [
            (limit.replacing("ETHUSDT", with: "DOGEUSDT"), -1121),
            (limit.replacing("symbol=ETHUSDT&", with: ""), -1102),
            (limit.replacing("side=BUY&", with: ""), -1102),
            (limit.replacing("BUY", with: "buy"), -1117),
            (limit.replacing("BUY", with: "BUYER"), -1117),
            (limit.replacing("type=LIMIT", with: "type=limit"), -1116),
            (limit.replacing("type=LIMIT", with: "type=LIMIT_MAKER"), -1116),
            (limit.replacing("&timeInForce=GTC", with: ""), -1102),
            (limit.replacing("GTC", with: "GTD"), -1102),
            (limit + "&goodTillDate=1900000000000", -1106),
            (limit.replacing("GTC", with: "GTD") + "&goodTillDate=4102444800001", -5040),
            (limit.replacing("GTC", with: "GTD") + "&goodTillDate=soon", -1130),
            (limit.replacing("GTC", with: "gtc"), -1115),
            (limit.replacing("&price=4000", with: ""), -1102),
            (limit.replacing("&price=4000", with: "&price="), -1102),
            (limit.replacing("&price=4000", with: "&price=0"), -4001),
            (limit.replacing("&price=4000", with: "&price=-1"), -4001),
            (limit.replacing("&quantity=0.5", with: ""), -1102),
            (limit.replacing("&quantity=0.5", with: "&quantity=0"), -4003),
            (limit.replacing("&quantity=0.5", with: "&quantity=-0.5"), -4003),
            (limit.replacing("&quantity=0.5", with: "&quantity=0.0005"), -1111),
            (limit.replacing("&price=4000", with: "&price=4000.001"), -1111),
            (limit + "&positionSide=UP", -4060),
            (limit + "&reduceOnly=maybe", -4062),
            (limit + "&newOrderRespType=FULL", -1130),
            (limit + "&closePosition=true", -1106),
            (limit + "&stopPrice=1", -1106),
            (limit + "&priceMatch=QUEUE", -1106),
            (limit + "&priceMatch=QUEUE_7", -5037),
            (market + "&priceMatch=OPPONENT", -5038),
            (limit + "&selfTradePreventionMode=ALWAYS", -5039),
            (limit + "&selfTradePreventionMode=TRANSFER", -5039),
            (limit + "&newClientOrderId=a%20b", -1100),
            (limit + "&newClientOrderId=" + String(repeating: "x", count: 37), -4015),
            (market + "&price=1", -1106),
            (market + "&timeInForce=GTC", -1106),
            (market.replacing("MARKET", with: "STOP"), -4120),
            (market.replacing("MARKET", with: "STOP_MARKET"), -4120),
            (market.replacing("MARKET", with: "TAKE_PROFIT"), -4120),
            (market.replacing("MARKET", with: "TAKE_PROFIT_MARKET"), -4120),
            (market.replacing("MARKET", with: "TRAILING_STOP_MARKET"), -4120),
        ]
    )
    func `refuses what is no order, by its code`(query: String, code: Int) throws {
        let error = try #require(throws: DialectError.self) { try Self.entry(query) }
        #expect(error.code == code)
        #expect((400..<500).contains(error.status))
    }

    @Test(arguments: [
        "positionSide=BOTH", "priceMatch=NONE", "recvWindow=5000", "unknown=1",
        "closePosition=false", "goodTillDate=0", "selfTradePreventionMode=NONE",
    ])
    func `lets pass what clients send besides`(extra: String) throws {
        _ = try Self.entry(Self.limit + "&" + extra)
    }

    @Test(
        arguments: [
            ("", .both), ("&positionSide=BOTH", .both), ("&positionSide=LONG", .long),
            ("&positionSide=SHORT", .short),
        ] as [(String, PositionSide)]
    )
    func `reads which position is meant`(extra: String, side: PositionSide) throws {
        #expect(try Self.entry(Self.limit + extra).order.positionSide == side)
    }

    @Test(
        arguments: [
            ("", .expireMaker), ("&selfTradePreventionMode=NONE", .none),
            ("&selfTradePreventionMode=EXPIRE_TAKER", .expireTaker),
            ("&selfTradePreventionMode=EXPIRE_MAKER", .expireMaker),
            ("&selfTradePreventionMode=EXPIRE_BOTH", .expireBoth),
            ("&selfTradePreventionMode=DECREMENT", .decrement),
        ] as [(String, SelfTradePrevention)]
    )
    func `reads how it avoids its owner's orders, by the instrument's rules where it names nothing`(
        extra: String,
        mode: SelfTradePrevention
    ) throws {
        #expect(try Self.entry(Self.market + extra).order.selfTradePrevention == mode)
    }

    @Test(arguments: PriceMatch.allCases.filter { $0 != .none })
    func `a matched price is found in the book and not sent`(match: PriceMatch) throws {
        let query = Self.limit.replacing("&price=4000", with: "")
        let order = try Self.entry(query + "&priceMatch=\(match.dialectName)").order
        #expect(order.priceMatch == match && order.price == .zero)
        let zero = try Self.entry(query + "&price=0&priceMatch=\(match.dialectName)").order
        #expect(zero.price == .zero)
    }

    @Test func `a good-till-date order ends at a whole second`() throws {
        let query = Self.limit.replacing("GTC", with: "GTD")
        let order = try Self.entry(query + "&goodTillDate=1900000000999").order
        #expect(order.timeInForce == .goodTillDate)
        #expect(order.goodTillDate == Timestamp(milliseconds: 1_900_000_000_000))
        let last = try Self.entry(query + "&goodTillDate=4102444800000").order
        #expect(last.goodTillDate == Timestamp(milliseconds: 4_102_444_800_000))
    }
}
