import PlimsollEngine
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `A replayed book` {
    private func level(_ side: Side, _ price: String, _ quantity: String) throws -> TapeLevel {
        TapeLevel(
            side: side,
            price: try Price(parsing: price),
            quantity: try Quantity(parsing: quantity)
        )
    }

    /// A tape of a snapshot and changes, each with its milliseconds after the start.
    private func tape(_ events: [(Int64, [TapeLevel])]) throws -> DepthTape {
        var updates: [TapeDepthUpdate] = []
        var levels: [TapeLevel] = []
        for (offset, changed) in events {
            let first = Int32(levels.count)
            levels += changed
            updates.append(
                TapeDepthUpdate(
                    time: Timestamp(milliseconds: tapeStart + offset),
                    isSnapshot: updates.isEmpty,
                    lastUpdate: Int64(updates.count + 1),
                    previousUpdate: Int64(updates.count),
                    levels: first..<Int32(levels.count)
                )
            )
        }
        return try DepthTape(updates: updates, levels: levels)
    }

    private func calm() throws -> [TapeLevel] {
        [
            try level(.buy, "99.9", "3"), try level(.buy, "99.8", "5"),
            try level(.buy, "99.7", "7"), try level(.sell, "100.1", "2"),
            try level(.sell, "100.2", "4"), try level(.sell, "100.3", "6"),
        ]
    }

    private func replay(
        _ tape: DepthTape,
        _ trades: [TapeTrade],
        _ venue: inout TestVenue,
        resumeAfter: Timestamp? = nil
    ) throws -> DepthReplay {
        DepthReplay(
            tape: tape,
            companions: TapeCompanions(
                trades: trades.isEmpty ? nil : try TradeTape(trades: trades)
            ),
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: try MarketRules(notionalMin: Price(50)).rules(),
                maker: venue.open(.recordedMarket),
                taker: venue.open(.recordedMarket)
            ),
            resumeAfter: resumeAfter
        )
    }

    private func venue() throws -> TestVenue {
        TestVenue([try MarketRules(notionalMin: Price(50)).rules()])
    }

    @Test func `stands in the venue as recorded, from the snapshot on`() throws {
        let tape = try tape([
            (0, calm()),
            (40, [try level(.buy, "99.9", "0"), try level(.buy, "99.8", "1")]),
            (90, [try level(.sell, "100.1", "0.001"), try level(.buy, "99.95", "2.5")]),
        ])
        var venue = try venue()
        var replay = try replay(tape, [], &venue)
        venue.run(&replay)
        #expect(venue.book.side(.buy) == ["99.9 3", "99.8 5", "99.7 7"])
        #expect(venue.book.side(.sell) == ["100.1 2", "100.2 4", "100.3 6"])
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.book.side(.buy) == ["99.95 2.5", "99.8 1", "99.7 7"])
        // Smaller than any order of a trader: it is what orders left.
        #expect(venue.book.side(.sell) == ["100.1 0.001", "100.2 4", "100.3 6"])
        #expect(venue.refusals.isEmpty, "\(venue.refusals)")
        #expect(venue.engine.time == Timestamp(milliseconds: tapeStart + 90))
    }

    @Test func `trades at the recorded prices even where the book is told late`() throws {
        let tape = try tape([
            (0, calm()),
            // What the trades left, told after all of them.
            (70, [try level(.sell, "100.1", "0"), try level(.sell, "100.2", "3.5")]),
            (80, [try level(.buy, "99.9", "2.5")]),
        ])
        let trades = [
            try trade(10, .buy, "100.1", "1.5"),
            // More than is left at this price, and then through it.
            try trade(20, .buy, "100.1", "1"),
            try trade(20, .buy, "100.2", "0.5"),
            try trade(75, .sell, "99.9", "0.5"),
        ]
        var venue = try venue()
        var replay = try replay(tape, trades, &venue)
        while replay.nextTime != nil { venue.run(&replay) }
        let told = venue.trades.map { "\($0.time.milliseconds - tapeStart) \($0.trade.price)" }
        #expect(
            told
                == ["10 100.1", "20 100.1", "20 100.2", "75 99.9"]
        )
        let (traded, sides) = (
            venue.trades.map(\.trade.quantity), venue.trades.map(\.trade.takerSide)
        )
        #expect(traded == trades.map(\.quantity))
        #expect(sides == trades.map(\.takerSide))
        #expect(venue.book.side(.sell) == ["100.2 3.5", "100.3 6"])
        #expect(venue.book.side(.buy) == ["99.9 2.5", "99.8 5", "99.7 7"])
        #expect(venue.refusals.isEmpty, "\(venue.refusals)")
    }

    @Test func `a user's order moves the price, and the recorded book is back within a second`()
        throws
    {
        let tape = try tape([
            (0, calm()), (500, [try level(.buy, "99.7", "8")]),
            (2000, [try level(.buy, "99.7", "7")]),
        ])
        var venue = try venue()
        var replay = try replay(tape, [], &venue)
        let user = venue.open(.trader, deposit: 100_000)
        venue.run(&replay)
        let order = NewOrder(
            account: user,
            instrument: InstrumentID(rawValue: 0),
            side: .buy,
            type: .market,
            quantity: Quantity(5)
        )
        let time = Timestamp(milliseconds: tapeStart + 300)
        let happened = venue.apply(.placeOrder(order), at: time)
        replay.observe(happened, at: EventHeader(sequence: venue.engine.sequence, time: time))
        #expect(venue.book.side(.sell) == ["100.2 1", "100.3 6"])
        // What the recording does meanwhile does not bring it back.
        venue.run(&replay)
        #expect(venue.book.side(.sell) == ["100.2 1", "100.3 6"])
        #expect(replay.mustObserve)
        venue.run(&replay)
        #expect(venue.engine.time == Timestamp(milliseconds: tapeStart + 1000))
        #expect(venue.book.side(.sell) == ["100.1 2", "100.2 4", "100.3 6"])
        #expect(venue.positions[user] == Quantity(5))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a user who waits at a price is filled by what was recorded through it`() throws {
        let tape = try tape([
            (0, calm()),
            (50, [try level(.sell, "100.1", "0"), try level(.sell, "100.2", "0")]),
        ])
        var venue = try venue()
        var replay = try replay(tape, [try trade(30, .buy, "100.2", "3")], &venue)
        let user = venue.open(.trader, deposit: 100_000)
        venue.run(&replay)
        let order = NewOrder(
            account: user,
            instrument: InstrumentID(rawValue: 0),
            side: .sell,
            type: .limit,
            price: try price("100.15"),
            quantity: Quantity(1)
        )
        venue.apply(.placeOrder(order), at: Timestamp(milliseconds: tapeStart + 20))
        venue.run(&replay)
        #expect(venue.positions[user] == Quantity(-1))
        let recorded = try price("100.2")
        #expect(venue.trades.last?.trade.price == recorded)
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.book.side(.sell) == ["100.3 6"])
    }

    @Test func `a replay that was interrupted takes its old book down and stands the recorded one`()
        throws
    {
        let tape = try tape([
            (0, calm()), (100, [try level(.buy, "99.9", "1")]),
            (200, [try level(.buy, "99.9", "2")]), (300, [try level(.buy, "99.7", "0")]),
        ])
        var venue = try venue()
        var first = try replay(tape, [], &venue)
        venue.run(&first)
        let time = Timestamp(milliseconds: tapeStart + 100)
        var second = DepthReplay(
            tape: tape,
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: try MarketRules(notionalMin: Price(50)).rules(),
                maker: AccountID.firstOpened,
                taker: AccountID(rawValue: AccountID.firstOpened.rawValue + 1)
            ),
            resumeAfter: time
        )
        #expect(second.nextTime == Timestamp(milliseconds: tapeStart + 200))
        while second.nextTime != nil { venue.run(&second) }
        #expect(venue.book.side(.buy) == ["99.9 2", "99.8 5"])
        #expect(venue.book.side(.sell) == ["100.1 2", "100.2 4", "100.3 6"])
        #expect(venue.refusals.isEmpty, "\(venue.refusals)")
    }

    @Test func `prices between two ticks are rounded away from the spread, and add up`() throws {
        let tape = try tape([
            (
                0,
                [
                    try level(.buy, "99.996", "1"), try level(.buy, "99.991", "2"),
                    try level(.sell, "100.001", "3"), try level(.sell, "100.009", "1.0005"),
                ]
            ),
            (10, [try level(.buy, "99.991", "0")]),
        ])
        var venue = try venue()
        var replay = try replay(tape, [], &venue)
        venue.run(&replay)
        #expect(venue.book.side(.buy) == ["99.99 3"])
        #expect(venue.book.side(.sell) == ["100.01 4"])
        venue.run(&replay)
        #expect(venue.book.side(.buy) == ["99.99 1"])
    }
}
