import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Testing

@testable import PlimsollGateway

/// Keeps a book as clients do: a snapshot, then the events of one stream.
struct ClientBook: Equatable {
    var bids: [Price: Quantity] = [:]
    var asks: [Price: Quantity] = [:]
    var update: UInt64

    init(_ book: BookProjection) {
        for level in book.bids() { bids[level.price] = level.quantity }
        for level in book.asks() { asks[level.price] = level.quantity }
        update = book.lastUpdate
    }

    init(bids: [Price: Quantity], asks: [Price: Quantity], update: UInt64) {
        self.bids = bids
        self.asks = asks
        self.update = update
    }

    mutating func apply(_ event: JSONObject) throws {
        for (rows, side) in [(event["b"], Side.buy), (event["a"], .sell)] {
            for row in rows.list {
                let price = try Price(parsing: try #require(row[0].text))
                let quantity = try Quantity(parsing: try #require(row[1].text))
                let kept = quantity.isZero ? nil : quantity
                if side == .buy { bids[price] = kept } else { asks[price] = kept }
            }
        }
        update = UInt64(try #require(event["u"].integer))
    }
}

@Suite struct `Depth streams` {
    static let speeds: [(name: String, speed: StreamSpeed)] = [
        ("ethusdt@depth", .quarter), ("ethusdt@depth@0ms", .immediate),
        ("ethusdt@depth@100ms", .tenth), ("ethusdt@depth@250ms", .quarter),
        ("ethusdt@depth@50ms", .twentieth), ("ethusdt@depth@500ms", .half),
    ]

    /// Orders at random, with the steps of all timers at random between them.
    ///
    /// Spec: BOOK-005, STRM-005.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `every speed rebuilds the book of the snapshot`(seed: UInt64) throws {
        let venue = try StreamTestVenue()
        let test = StreamTestPublisher(venue)
        let traders = [venue.openTrader(deposit: 10_000_000), venue.openTrader()]
        var random = SmallRandom(seed: seed)
        for _ in 0..<40 { _ = try randomOrder(venue, traders, &random) }

        for (name, _) in Self.speeds { try test.watch(name) }
        var books: [String: ClientBook] = [:]
        var told: [String: Int64] = [:]
        for round in 0..<600 {
            let command = try randomOrder(venue, traders, &random)
            test.publisher.publish([command])
            if random.next(4) == 0 {
                test.publisher.step(StreamSpeed.timed[random.next(StreamSpeed.timed.count)])
            }
            // Each client takes its snapshot at another moment.
            if round % 50 == 7 {
                for (name, _) in Self.speeds where books[name] == nil && random.next(2) == 0 {
                    books[name] = ClientBook(venue.projections.markets[1].book)
                }
            }
            for event in try test.events() {
                #expect(
                    told[event.stream].map { event["pu"].integer == $0 } ?? true,
                    "a gap in \(event.stream), seed \(seed)"
                )
                told[event.stream] = event["u"].integer
                guard let known = books[event.stream]?.update,
                    let last = event["u"].integer, let first = event["U"].integer, last >= known
                else { continue }
                #expect(first <= Int64(known) + 1, "seed \(seed)")
                try books[event.stream]?.apply(event)
            }
        }
        for speed in StreamSpeed.timed { test.publisher.step(speed) }
        test.publisher.publish([venue.perform(.advanceTime)])
        for event in try test.events() { try books[event.stream]?.apply(event) }
        let real = ClientBook(venue.projections.markets[1].book)
        #expect(books.count == Self.speeds.count)
        for (name, book) in books { #expect(book == real, "\(name), seed \(seed)") }
    }

    @Test func `a quiet book is not told of`() throws {
        let venue = try StreamTestVenue()
        let test = StreamTestPublisher(venue)
        let trader = venue.openTrader()
        try test.watch("ethusdt@depth@100ms", "ethusdt@depth5@100ms", "ethusdt@bookTicker")
        test.publisher.publish([try venue.limit(trader, .buy, "1", at: "3990")])
        test.publisher.step(.tenth)
        #expect(try test.events().count == 3)
        test.publisher.publish([venue.perform(.advanceTime, after: 100)])
        test.publisher.step(.tenth)
        #expect(try test.events().isEmpty)
        // Behind the best price only the books change.
        test.publisher.publish([try venue.limit(trader, .buy, "1", at: "3980")])
        test.publisher.step(.tenth)
        #expect(try test.events().map(\.stream).contains("ethusdt@bookTicker") == false)
    }

    @Test func `the best levels come whole and in order`() throws {
        let venue = try StreamTestVenue()
        let test = StreamTestPublisher(venue)
        let trader = venue.openTrader(deposit: 1_000_000)
        try test.watch("ethusdt@depth5@250ms")
        for offset in 1...7 {
            test.publisher.publish([
                try venue.limit(trader, .buy, "1", at: "\(4000 - offset)"),
                try venue.limit(trader, .sell, "2", at: "\(4000 + offset)"),
            ])
        }
        test.publisher.step(.quarter)
        let event = try #require(try test.events().first)
        #expect(event["b"].list.map { $0[0].text } == (1...5).map { "\(4000 - $0).00" })
        #expect(event["a"].list.map { $0[0].text } == (1...5).map { "\(4000 + $0).00" })
        #expect(event["a"][0][1].text == "2.000")
        #expect(event["u"].integer == 14)
    }

    private func randomOrder(
        _ venue: StreamTestVenue,
        _ traders: [AccountID],
        _ random: inout SmallRandom
    ) throws -> PublishedCommand {
        let trader = traders[random.next(2)]
        if random.next(9) == 0 {
            return venue.perform(.cancelAllOrders(trader, StreamTestVenue.ether))
        }
        return try venue.limit(
            trader,
            random.next(2) == 0 ? .buy : .sell,
            "0.\(1 + random.next(9))",
            at: "\(3990 + random.next(20))",
            timeInForce: random.next(5) == 0 ? .immediateOrCancel : .goodTillCancelled
        )
    }
}

/// A small generator with a seed: the same numbers on every machine.
struct SmallRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// From 0 to `bound` − 1.
    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 33) % UInt64(bound))
    }
}
