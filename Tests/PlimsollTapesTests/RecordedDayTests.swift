import PlimsollEngine
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

/// The full book and every trade of 2024-08-08 23:54:15 to 24:00:01 UTC.
@Suite(
    .computesForLong,
    .enabled(if: SharedData.isPresent, "the recorded markets of ../shared are not here")
)
struct `The recorded day of full depth` {
    private func path(_ name: String) throws -> String {
        try #require(SharedData.folder) + "/l2_2024-08-08/BTCUSDT_binance_\(name).csv.gz"
    }

    private struct Best: Equatable {
        var bid: String
        var ask: String
    }

    @Test func `the book and the trades are made again in the venue, to the level`() throws {
        let (depthSeries, depthFindings) = try RecordedSeries.read(path: path("perp_depth"))
        guard case .depth(let depth) = depthSeries else {
            Issue.record("no book")
            return
        }
        #expect(depthFindings.count == 0)
        // The figures of checks.json: one snapshot and 6,547 of 6,551 changes.
        #expect(depth.updates.count == 6548)
        #expect(depth.levels.count == 445_521)
        let trades = try TradeTape.read(path: path("perp_trades"))
        #expect(trades.trades.count == 21_313)
        let (quoteSeries, _) = try RecordedSeries.read(path: path("perp_bookticker"))
        guard case .quotes(let quotes) = quoteSeries else {
            Issue.record("no quotes")
            return
        }
        var recorded: [Int64: Best] = [:]
        for quote in quotes.quotes {
            recorded[quote.update] = Best(
                bid: "\(quote.bid) \(quote.bidQuantity)",
                ask: "\(quote.ask) \(quote.askQuantity)"
            )
        }
        var rules = try MarketRules(
            symbol: "BTCUSDT",
            tick: Price(units: 10_000_000),
            step: Quantity(units: 100_000),
            quantityMax: Quantity(1000),
            notionalMin: Price(50)
        ).rules()
        rules.limits.openOrderCountMax = 200
        var venue = TestVenue([rules])
        let place = ReplayPlace(
            instrument: InstrumentID(rawValue: 0),
            rules: rules,
            maker: venue.open(.recordedMarket),
            taker: venue.open(.recordedMarket)
        )
        var replay = DepthReplay(
            tape: depth,
            companions: TapeCompanions(trades: trades),
            place: place
        )
        var shared = 0
        var matched = 0
        var counts: [Int64: [Int]] = [:]
        let checked: Set<Int64> = [
            5_123_107_853_551, 5_123_114_887_070, 5_123_120_787_034, 5_123_127_991_835,
            5_123_135_475_514,
        ]
        while replay.nextTime != nil {
            let before = replay.updateCount
            venue.run(&replay)
            guard replay.updateCount > before else { continue }
            let update = depth.updates[before].lastUpdate
            if checked.contains(update) { counts[update] = venue.book.levelCounts }
            guard let expected = recorded[update] else { continue }
            shared += 1
            let best = Best(
                bid: venue.book.best(.buy) ?? "none",
                ask: venue.book.best(.sell) ?? "none"
            )
            if best == expected { matched += 1 }
        }
        #expect(shared == 629)
        #expect(matched == 629)
        // Levels a side at the checkpoints.
        #expect(counts[5_123_107_853_551] == [1005, 1003])
        #expect(counts[5_123_114_887_070] == [2503, 2320])
        #expect(counts[5_123_120_787_034] == [3507, 3357])
        #expect(counts[5_123_127_991_835] == [4500, 4254])
        #expect(counts[5_123_135_475_514] == [5018, 4578])
        #expect(venue.refusals.isEmpty, "\(venue.refusals.prefix(3))")
        // Every recorded trade from the snapshot on, at its price, millisecond and side.
        let expected = trades.trades.filter {
            $0.time > depth.startTime && $0.time <= depth.endTime
        }
        let found = venue.trades
        #expect(found.count >= expected.count)
        var sums: [Int64: Quantity] = [:]
        for trade in expected { sums[trade.time.milliseconds, default: .zero] += trade.quantity }
        for (time, trade) in found { sums[time.milliseconds, default: .zero] -= trade.quantity }
        let differences = sums.values.filter { !$0.isZero }
        #expect(differences.isEmpty)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }
}
