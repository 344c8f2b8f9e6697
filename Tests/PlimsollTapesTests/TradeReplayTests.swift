import PlimsollEngine
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `Replayed trades` {
    private func replay(
        _ tape: TradeTape,
        _ rules: InstrumentRules,
        _ venue: inout TestVenue,
        resumeAfter: Timestamp? = nil
    ) -> TradeReplay {
        TradeReplay(
            tape: tape,
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: rules,
                maker: venue.open(.recordedMarket),
                taker: venue.open(.recordedMarket)
            ),
            resumeAfter: resumeAfter
        )
    }

    /// What was traded, each taker's order at one price as one.
    private func told(_ venue: borrowing TestVenue) -> [TapeTrade] {
        var trades: [TapeTrade] = []
        var taker = OrderID.none
        for (time, trade) in venue.trades {
            if trade.taker == taker, let last = trades.indices.last {
                trades[last].quantity += trade.quantity
                continue
            }
            taker = trade.taker
            trades.append(
                TapeTrade(
                    time: time,
                    id: time.milliseconds - tapeStart + 1,
                    price: trade.price,
                    quantity: trade.quantity,
                    takerSide: trade.takerSide
                )
            )
        }
        return trades
    }

    @Test func `are printed at their price, side and millisecond, with a book around them`() throws
    {
        let recorded = [
            try trade(0, .buy, "100.1", "2"), try trade(15, .buy, "100.1", "1"),
            try trade(15, .sell, "100.09", "0.5"), try trade(700, .sell, "99.5", "30"),
            try trade(1400, .buy, "103", "0.001"),
        ]
        let rules = try MarketRules().rules()
        var venue = TestVenue([rules])
        var replay = replay(try TradeTape(trades: recorded), rules, &venue)
        venue.run(&replay)
        #expect(venue.book.best(.sell)?.hasPrefix("100.1 ") == true)
        #expect(venue.book.best(.buy)?.hasPrefix("100.09 ") == true)
        #expect(venue.book.levelCounts == [10, 10])
        while replay.nextTime != nil { venue.run(&replay) }
        let trades = told(venue)
        #expect(trades == recorded)
        #expect(venue.refusals.isEmpty, "\(venue.refusals)")
        #expect(venue.engine.brokenInvariants().isEmpty)
        #expect(venue.prices?.index == (try price("103")))
    }

    @Test func `fill a user whom the recorded price passes, and forget what users took`() throws {
        let rules = try MarketRules().rules()
        var venue = TestVenue([rules])
        let recorded = [
            try trade(0, .buy, "100", "50"), try trade(2500, .buy, "100", "1"),
            try trade(2600, .sell, "99", "10"), try trade(5000, .sell, "99", "1"),
        ]
        var replay = replay(try TradeTape(trades: recorded), rules, &venue)
        let user = venue.open(.trader, deposit: 1_000_000)
        venue.run(&replay)
        let before = venue.book.best(.sell)
        func order(_ side: Side, _ price: String, _ quantity: String) throws -> Command {
            .placeOrder(
                NewOrder(
                    account: user,
                    instrument: InstrumentID(rawValue: 0),
                    side: side,
                    type: .limit,
                    price: try Price(parsing: price),
                    quantity: try Quantity(parsing: quantity)
                )
            )
        }
        let time = Timestamp(milliseconds: tapeStart + 100)
        venue.apply(try order(.buy, "100.02", "1"), at: time)
        venue.apply(try order(.buy, "99.5", "2"), at: time)
        #expect(venue.book.best(.sell) != before)
        #expect(venue.positions[user] == Quantity(1))
        venue.run(&replay, through: Timestamp(milliseconds: tapeStart + 1000))
        #expect(venue.book.best(.sell) != nil)
        venue.run(&replay, through: Timestamp(milliseconds: tapeStart + 2600))
        #expect(venue.positions[user] == Quantity(3))
        #expect(venue.trades.last?.trade.price == (try price("99")))
    }

    @Test func `go on where they were interrupted, with a market at once`() throws {
        let rules = try MarketRules().rules()
        let recorded = try (0..<40).map {
            try trade(
                Int64($0) * 137,
                $0.isMultiple(of: 3) ? .sell : .buy,
                "10\($0 % 7)",
                "\($0 + 1)"
            )
        }
        let tape = try TradeTape(trades: recorded)
        for offset in [-5, 0, 137, 2000, 5000] as [Int64] {
            var venue = TestVenue([rules])
            let time = Timestamp(milliseconds: tapeStart + offset)
            var replay = replay(tape, rules, &venue, resumeAfter: time)
            while replay.nextTime != nil { venue.run(&replay) }
            let trades = told(venue)
            #expect(trades == recorded.filter { $0.time > time })
            #expect(venue.refusals.isEmpty, "\(venue.refusals)")
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "the recorded markets of ../shared are not here"))
    func `of the recorded day come out as they went in`() throws {
        let path =
            try #require(SharedData.folder) + "/l2_2024-08-08/BTCUSDT_binance_perp_trades.csv.gz"
        let all = try TradeTape.read(path: path)
        let recorded = Array(all.trades.prefix(6000))
        var market = MarketRules(symbol: "BTCUSDT", tick: Price(units: 10_000_000))
        market.notionalMin = Price(50)
        market.quantityMax = Quantity(1000)
        let rules = try market.rules()
        var venue = TestVenue([rules])
        var replay = replay(try TradeTape(trades: recorded), rules, &venue)
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.refusals.isEmpty, "\(venue.refusals.prefix(3))")
        let found = told(venue)
        // The numbers of the trades are the venue's own.
        let expected: [TapeTrade] = recorded.enumerated().map { place, trade in
            var trade = trade
            trade.id = place < found.count ? found[place].id : trade.id
            return trade
        }
        #expect(found.count == recorded.count)
        let isSame = found == expected
        #expect(isSame)
    }
}
