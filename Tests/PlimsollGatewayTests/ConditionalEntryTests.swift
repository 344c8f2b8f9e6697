import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `Conditional order entry` {
    private static let account = AccountID(rawValue: 16)

    private static func entry(_ query: String) throws -> ConditionalEntry {
        let rules = try StreamTestVenue.rules()
        let parameters = try RequestParameters(query: Array(query.utf8), body: [])
        return try ConditionalEntry(parameters, account: account) {
            (symbol) throws(DialectError) in
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

    private static let head = "algoType=CONDITIONAL&symbol=ETHUSDT&side=SELL"
    private static let stop = head + "&type=STOP&quantity=0.5&triggerPrice=3900&price=3890"
    private static let market = head + "&type=STOP_MARKET&quantity=0.5&triggerPrice=3900"
    private static let close =
        head + "&type=TAKE_PROFIT_MARKET&triggerPrice=4100&closePosition=true"
    private static let trailing = head + "&type=TRAILING_STOP_MARKET&quantity=0.5&callbackRate=1.5"

    @Test func `reads a stop that becomes a limit order`() throws {
        let entry = try Self.entry(
            Self.stop + "&timeInForce=IOC&reduceOnly=true&priceProtect=TRUE"
                + "&workingType=MARK_PRICE&clientAlgoId=mine"
        )
        #expect(
            entry.order
                == NewConditionalOrder(
                    account: Self.account,
                    instrument: InstrumentID(rawValue: 1),
                    side: .sell,
                    type: .stop,
                    source: .markPrice,
                    timeInForce: .immediateOrCancel,
                    reduceOnly: true,
                    priceProtect: true,
                    triggerPrice: Price(3900),
                    price: Price(3890),
                    quantity: try Quantity(parsing: "0.5"),
                    clientOrderID: try #require(ClientOrderID("mine"))
                )
        )
    }

    @Test func `watches the last price, waits till cancelled and has a name unless told otherwise`()
        throws
    {
        let order = try Self.entry(Self.market).order
        #expect(order.source == .lastPrice)
        #expect(order.timeInForce == .goodTillCancelled)
        #expect(!order.clientOrderID.isEmpty)
        #expect(order.clientOrderID != (try Self.entry(Self.market).order.clientOrderID))
    }

    @Test func `what closes a position has no size of its own`() throws {
        for extra in ["", "&quantity=0"] {
            let order = try Self.entry(Self.close + extra).order
            #expect(order.closePosition)
            #expect(order.quantity == .zero && !order.reduceOnly)
        }
    }

    @Test(arguments: [
        ("0.1", 100_000), ("1.5", 1_500_000), ("2.25", 2_250_000), ("10", 10_000_000),
    ])
    func `a callback rate is read exactly, in per cent`(text: String, units: Int64) throws {
        let query = Self.trailing.replacing("=1.5", with: "=" + text)
        let order = try Self.entry(query + "&activatePrice=4200").order
        #expect(order.callbackRate == Rate(units: units))
        #expect(order.activationPrice == Price(4200))
        #expect(order.triggerPrice == .zero)
    }

    @Test(
        arguments: [
            (stop.replacing("algoType=CONDITIONAL", with: "algoType=TWAP"), -1130),
            (stop.replacing("ETHUSDT", with: "DOGEUSDT"), -1121),
            (stop.replacing("SELL", with: "sell"), -1117),
            (stop.replacing("type=STOP", with: "type=LIMIT"), -1116),
            (stop.replacing("type=STOP", with: "type=MARKET"), -1116),
            (stop.replacing("&price=3890", with: ""), -1102),
            (stop.replacing("&quantity=0.5", with: ""), -1102),
            (stop.replacing("&triggerPrice=3900", with: ""), -1102),
            (stop.replacing("Price=3900", with: "Price=0"), -4001),
            (stop.replacing("Price=3900", with: "Price=-1"), -4001),
            (stop.replacing("Price=3900", with: "Price=3900.001"), -1111),
            (stop.replacing("Price=3900", with: "Price=3.9e3"), -1100),
            (stop.replacing("=0.5", with: "=0"), -4003),
            (stop.replacing("=0.5", with: "=0.0005"), -1111),
            (stop + "&timeInForce=GTD", -1102),
            (stop + "&goodTillDate=1900000000000", -1106),
            (stop + "&workingType=INDEX_PRICE", -1130),
            (stop + "&positionSide=UP", -4060),
            (stop + "&priceMatch=QUEUE", -1106),
            (stop + "&priceMatch=BEST", -5037),
            (market + "&priceMatch=QUEUE", -5038),
            (stop + "&selfTradePreventionMode=SOME", -5039),
            (stop + "&priceProtect=maybe", -1130),
            (stop + "&reduceOnly=maybe", -4062),
            (stop + "&clientAlgoId=a%20b", -1100),
            (stop + "&clientAlgoId=" + String(repeating: "x", count: 37), -4015),
            (stop + "&callbackRate=1", -1106),
            (stop + "&activatePrice=4000", -1106),
            (market + "&price=3890", -1106),
            (close + "&quantity=0.5", -4137),
            (close + "&reduceOnly=false", -4138),
            (close + "&reduceOnly=true", -1106),
            (trailing.replacing("&callbackRate=1.5", with: ""), -1102),
            (trailing.replacing("=1.5", with: "=0.125"), -1111),
            (trailing.replacing("=1.5", with: "=-1"), -2007),
            (trailing.replacing("=1.5", with: "=99999999999999"), -2007),
            (trailing.replacing("=1.5", with: "=1%25"), -1100),
            (trailing + "&triggerPrice=3900", -1106),
            (trailing + "&activatePrice=0", -4001),
        ]
    )
    func `refuses what is no conditional order, by its code`(query: String, code: Int) throws {
        let error = try #require(throws: DialectError.self) { try Self.entry(query) }
        #expect(error.code == code)
        #expect(error.status == 400)
    }

    @Test(arguments: [
        "positionSide=BOTH", "newOrderRespType=RESULT", "goodTillDate=0", "recvWindow=5000",
        "selfTradePreventionMode=EXPIRE_MAKER", "timeInForce=GTC",
    ])
    func `lets pass what clients send besides`(extra: String) throws {
        _ = try Self.entry(Self.market + "&" + extra)
    }

    @Test func `reads side, prevention, matched price and date`() throws {
        let query =
            Self.stop.replacing("&price=3890", with: "")
            + "&positionSide=LONG&selfTradePreventionMode=EXPIRE_BOTH&priceMatch=QUEUE_5"
            + "&timeInForce=GTD&goodTillDate=1900000000001"
        let order = try Self.entry(query).order
        #expect(order.positionSide == .long && order.price == .zero)
        #expect(order.selfTradePrevention == .expireBoth)
        #expect(order.priceMatch == .queue5)
        #expect(order.goodTillDate == Timestamp(milliseconds: 1_900_000_000_000))
        // What names no mode avoids nobody.
        #expect(try Self.entry(Self.stop).order.selfTradePrevention == .none)
    }
}
