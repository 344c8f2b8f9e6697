import PlimsollModel
import PlimsollNode
import PlimsollTapes
import Testing

@testable import PlimsollGateway

@Suite struct `A followed market` {
    private func place() throws -> ReplayPlace {
        let rules = try #require(try ProfileLoader.load("binance-usdm").instruments.first)
        return ReplayPlace(
            instrument: InstrumentID(rawValue: 0),
            rules: rules,
            maker: AccountID(rawValue: 17),
            taker: AccountID(rawValue: 18)
        )
    }

    private func snapshot(_ update: Int64) throws -> FollowedSnapshot {
        try FollowedSnapshot(
            Array(
                """
                {"lastUpdateId":\(update),"E":1,"T":1,"bids":[["61800.20","2.5"]],\
                "asks":[["61800.30","1.5"],["61801.00","3"]]}
                """.utf8
            )
        )
    }

    private func depth(
        _ first: Int64,
        _ last: Int64,
        _ previous: Int64,
        bids: String = "[]"
    ) throws -> FollowedMessage {
        let text = """
            {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT",\
            "U":\(first),"u":\(last),"pu":\(previous),"b":\(bids),"a":[]}}
            """
        return try #require(try FollowedMessage(Array(text.utf8)))
    }

    /// Sides, prices and quantities of what is stood; prices and names of what is taken down.
    private func told(_ commands: [Command]) -> [String] {
        commands.map { command in
            switch command {
            case .placeOrder(let order):
                "\(order.account.rawValue) \(order.side) \(order.quantity) at \(order.price)"
            case .cancelOrder(let order): "cancel \(order.clientOrderID)"
            case .cancelAllOrders: "cancel all"
            case .updateIndexPrice(_, let price, _): "index \(price)"
            case .setFundingRate(_, let rate): "funding \(rate)"
            default: "\(command)"
            }
        }
    }

    @Test func `begins with an index and the whole book`() throws {
        var market = FollowedMarket(try place())
        #expect(!market.hasBook)
        #expect(
            told(market.take(try snapshot(100)))
                == [
                    "index 61800.25", "cancel all", "17 buy 2.5 at 61800.2",
                    "17 sell 3 at 61801", "17 sell 1.5 at 61800.3",
                ]
        )
        #expect(market.hasBook)
    }

    @Test func `changes with every update that follows the one before`() throws {
        var market = FollowedMarket(try place())
        _ = market.take(try snapshot(100))
        #expect(market.take(try depth(90, 99, 89, bids: "[[\"1\",\"1\"]]")).isEmpty)
        #expect(
            told(market.take(try depth(98, 104, 97, bids: "[[\"61800.20\",\"0.5\"]]")))
                == ["cancel b618002", "17 buy 0.5 at 61800.2"]
        )
        #expect(
            told(market.take(try depth(105, 106, 104, bids: "[[\"61800.20\",\"0\"]]")))
                == ["cancel b618002"]
        )
        #expect(market.hasBook)
    }

    @Test func `takes its book down where an update is missing, until the next snapshot`() throws {
        var market = FollowedMarket(try place())
        _ = market.take(try snapshot(100))
        _ = market.take(try depth(101, 104, 100))
        #expect(told(market.take(try depth(110, 112, 109))) == ["cancel all"])
        #expect(!market.hasBook)
        #expect(market.take(try depth(113, 114, 112, bids: "[[\"1\",\"1\"]]")).isEmpty)
        #expect(told(market.take(try snapshot(120))).first == "cancel all")
        #expect(market.hasBook)
    }

    @Test func `prints trades, and tells the index and a funding rate that changed`() throws {
        var market = FollowedMarket(try place())
        _ = market.take(try snapshot(100))
        let trade = """
            {"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1,"s":"BTCUSDT","a":5,\
            "p":"61800.30","q":"0.5","f":1,"l":1,"T":1723161256322,"m":false}}
            """
        let message = try #require(try FollowedMessage(Array(trade.utf8)))
        #expect(told(market.take(message)) == ["18 buy 0.5 at 61800.3"])
        let prices = """
            {"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1,"s":"BTCUSDT",\
            "p":"61800.1","i":"61799.123456","P":"1","r":"-0.00010000","T":1}}
            """
        let update = try #require(try FollowedMessage(Array(prices.utf8)))
        #expect(told(market.take(update)) == ["index 61799.123456", "funding -0.0001"])
        #expect(told(market.take(update)) == ["index 61799.123456"])
    }

    @Test(arguments: [
        "", "{", "[]", "{\"data\":{\"e\":\"depthUpdate\"}}",
        "{\"data\":{\"e\":\"aggTrade\",\"T\":1,\"a\":1,\"p\":\"-1\",\"q\":\"1\",\"m\":true}}",
        "{\"data\":{\"e\":\"depthUpdate\",\"U\":1,\"u\":1,\"pu\":1,\"b\":[[\"x\",\"1\"]],\"a\":[]}}",
    ])
    func `does not take what it cannot read for something else`(text: String) {
        var message: FollowedMessage?
        message = try? FollowedMessage(Array(text.utf8))
        #expect(message == nil)
    }

    @Test(arguments: [
        ("http://127.0.0.1:9880", "http://127.0.0.1:9880"),
        ("wss://h.example/", "https://h.example"),
        ("ws://[::1]:80/x/", "http://[::1]/x"),
    ])
    func `an address is read whatever the scheme of its server`(text: String, read: String) {
        #expect(WebAddress(text)?.description == read)
    }

    @Test(arguments: ["", "h:1", "ftp://h", "http://", "http://h:0", "http://u@h", "http://h?q"])
    func `what is no address is not taken for one`(text: String) {
        #expect(WebAddress(text) == nil)
    }
}
