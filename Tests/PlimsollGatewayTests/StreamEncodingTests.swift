import PlimsollModel
import PlimsollProjections
import Testing

@testable import PlimsollGateway

/// The fields of each stream's events and their JSON types: what strict clients decode.
@Suite struct `Market stream events` {
    static let fields: [(stream: String, kind: String, fields: String)] = [
        ("ethusdt@depth@0ms", "depthUpdate", "e:s E:i T:i s:s U:i u:i pu:i b:l a:l"),
        ("ethusdt@depth5@100ms", "depthUpdate", "e:s E:i T:i s:s U:i u:i pu:i b:l a:l"),
        ("ethusdt@bookTicker", "bookTicker", "e:s u:i E:i T:i s:s b:s B:s a:s A:s"),
        ("!bookTicker", "bookTicker", "e:s u:i E:i T:i s:s b:s B:s a:s A:s"),
        (
            "ethusdt@aggTrade", "aggTrade",
            "e:s E:i s:s a:i p:s q:s nq:s f:i l:i T:i m:b"
        ),
        ("ethusdt@trade", "trade", "e:s E:i T:i s:s t:i p:s q:s X:s m:b"),
        ("ethusdt@kline_1m", "kline", "e:s E:i s:s k:o"),
        (
            "ethusdt_perpetual@continuousKline_1h", "continuous_kline",
            "e:s E:i ps:s ct:s k:o"
        ),
        ("ethusdt@markPrice", "markPriceUpdate", "e:s E:i s:s p:s ap:s i:s P:s r:s T:i"),
        ("ethusdt@markPrice@1s", "markPriceUpdate", "e:s E:i s:s p:s ap:s i:s P:s r:s T:i"),
        (
            "ethusdt@ticker", "24hrTicker",
            "e:s E:i s:s p:s P:s w:s c:s Q:s o:s h:s l:s v:s q:s O:i C:i F:i L:i n:i"
        ),
        ("ethusdt@miniTicker", "24hrMiniTicker", "e:s E:i s:s c:s o:s h:s l:s v:s q:s"),
    ]

    /// A market with a book and two trades of one order.
    private func tradedMarket(
        watching names: [String]
    ) throws -> (StreamTestPublisher, [JSONObject]) {
        let venue = try StreamTestVenue()
        let test = StreamTestPublisher(venue)
        for name in names { try test.watch(name) }
        let maker = venue.openTrader()
        let taker = venue.openTrader()
        test.publisher.publish([
            try venue.limit(maker, .buy, "1.5", at: "3999.5"),
            try venue.limit(maker, .sell, "1", at: "4000"),
            try venue.limit(maker, .sell, "1", at: "4000"),
            try venue.limit(taker, .buy, "1.25", at: "4000"),
            venue.perform(.advanceTime, after: 1000),
        ])
        for speed in StreamSpeed.timed { test.publisher.step(speed) }
        return (test, try test.events())
    }

    /// Spec: STRM-004.
    @Test(arguments: fields)
    func `an event has exactly the fields that clients decode`(
        stream: String,
        kind: String,
        fields: String
    ) throws {
        let (_, events) = try tradedMarket(watching: [stream])
        #expect(!events.isEmpty)
        for event in events {
            #expect(event.kind == kind)
            #expect(event.shape == shape(fields))
            #expect((event["s"].text ?? event["ps"].text) == "ETHUSDT")
        }
    }

    @Test func `a candle has exactly the fields that clients decode`() throws {
        let (_, events) = try tradedMarket(watching: ["ethusdt@kline_1m"])
        let candle = try #require(events.last)["k"]
        #expect(
            candle.shape
                == shape(
                    "t:i T:i s:s i:s f:i L:i o:s c:s h:s l:s v:s n:i x:b q:s V:s Q:s B:s"
                )
        )
        #expect(candle["v"].text == "1.250")
        #expect(candle["q"].text == "5000.00000000")
        #expect(candle["n"].integer == 2)
        #expect(candle["V"].text == "1.250")
    }

    /// A market without a trade has a mark price and nothing else.
    @Test(
        arguments: [
            ("!markPrice@arr@1s", "markPriceUpdate", ["BTCUSDT", "ETHUSDT"]),
            ("!ticker@arr", "24hrTicker", ["ETHUSDT"]),
            ("!miniTicker@arr", "24hrMiniTicker", ["ETHUSDT"]),
        ]
    )
    func `the whole market comes as a list`(
        stream: String,
        kind: String,
        symbols: [String]
    ) throws {
        let (_, events) = try tradedMarket(watching: [stream])
        let list = try #require(events.first).list
        #expect(list.map { $0["s"].text } == symbols)
        #expect(list.allSatisfy { $0.kind == kind })
    }

    /// Spec: STRM-006.
    @Test func `the trades of one order at one price are one aggregate`() throws {
        let (test, events) = try tradedMarket(watching: ["ethusdt@aggTrade", "ethusdt@trade"])
        let aggregates = events.filter { $0.kind == "aggTrade" }
        let trades = events.filter { $0.kind == "trade" }
        #expect(trades.map { $0["q"].text } == ["1.000", "0.250"])
        #expect(aggregates.count == 1)
        #expect(aggregates[0]["q"].text == "1.250")
        #expect(aggregates[0]["f"].integer == 1)
        #expect(aggregates[0]["l"].integer == 2)
        #expect(aggregates[0]["m"].text == nil)
        // The numbers are those of the record that REST answers from.
        let record = test.venue.projections.markets[1].aggregates
        #expect(aggregates.map { $0["a"].integer } == record.map { Int64($0.id) })
    }

    @Test func `aggregates keep the numbers of the record when the stream begins late`() throws {
        let venue = try StreamTestVenue()
        let test = StreamTestPublisher(venue)
        let maker = venue.openTrader()
        let taker = venue.openTrader()
        for offset in 0..<4 {
            _ = try venue.limit(maker, .sell, "1", at: "400\(offset)")
        }
        _ = try venue.limit(taker, .buy, "1.5", at: "4001")
        try test.watch("ethusdt@aggTrade")
        test.publisher.publish([try venue.limit(taker, .buy, "2.1", at: "4003")])
        let told = try test.events().map { $0["a"].integer }
        #expect(told == [3, 4, 5])
        #expect(told == venue.projections.markets[1].aggregates.suffix(3).map { Int64($0.id) })
    }

    /// Spec: STRM-007.
    @Test func `a candle is told once more when it closes`() throws {
        let (test, _) = try tradedMarket(watching: ["ethusdt@kline_1m"])
        test.publisher.publish([test.venue.perform(.advanceTime, after: 125_000)])
        test.publisher.step(.quarter)
        let candles = try test.events().map { $0["k"] }
        #expect(candles.count == 3)
        #expect(candles.map { $0["x"].integer } == [1, 1, 0])
        // The two after it had no trades.
        #expect(candles.map { $0["n"].integer } == [2, 0, 0])
        #expect(candles.map { $0["f"].integer } == [1, -1, -1])
        test.publisher.step(.quarter)
        #expect(try test.events().isEmpty)
    }

    /// Spec: STRM-014.
    @Test func `mark prices are told whether they change or not, tickers are not`() throws {
        let (test, _) = try tradedMarket(watching: ["ethusdt@markPrice@1s", "!miniTicker@arr"])
        test.publisher.step(.second)
        let events = try test.events()
        #expect(events.map(\.kind) == ["markPriceUpdate"])
        #expect(events[0]["p"].text?.split(separator: ".").last?.count == 8)
    }

    @Test func `a combined connection gets its events under the name it asked for`() throws {
        let venue = try StreamTestVenue()
        let test = StreamTestPublisher(venue)
        try test.watch("ethusdt@trade", isWrapped: true)
        try test.watch("ethusdt@trade")
        let maker = venue.openTrader()
        let taker = venue.openTrader()
        test.publisher.publish([
            try venue.limit(maker, .sell, "1", at: "4000"), try venue.market(taker, .buy, "0.5"),
        ])
        let events = try test.events()
        #expect(events.count == 2)
        let wrapped = try #require(events.first { $0["stream"].text != nil })
        #expect(wrapped.shape == "data:o stream:s")
        #expect(wrapped["stream"].text == "ethusdt@trade")
        #expect(wrapped["data"].shape == events.first { $0["e"].text != nil }?.shape)
    }

    @Test func `a name for which there is nothing is watched in silence`() throws {
        let (_, events) = try tradedMarket(
            watching: ["nosuchusdt@trade", "!contractInfo", "ethusdt@compositeIndex"]
        )
        #expect(events.isEmpty)
    }

    @Test func `nothing is told after the last watcher has left`() throws {
        let (test, _) = try tradedMarket(watching: ["ethusdt@depth@100ms"])
        let name = try #require(StreamName("ethusdt@depth@100ms"))
        test.publisher.unwatch([name], loop: 0, isWrapped: false)
        #expect(!test.publisher.isWatched)
        let trader = test.venue.openTrader()
        test.publisher.publish([try test.venue.limit(trader, .buy, "1", at: "3000")])
        test.publisher.step(.tenth)
        #expect(try test.events().isEmpty)
    }
}
