import PlimsollAgents
import PlimsollEngine
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

/// An index that is told too seldom is taken for silent, and then nobody is liquidated.
@Suite(.computesForLong) struct `A market keeps its index alive` {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)

    /// Rules under which ten seconds of silence make an index stale.
    private func rules(_ market: MarketRules) throws -> InstrumentRules {
        var rules = try market.rules()
        rules.index = IndexTerms(staleAfterMilliseconds: 10_000)
        return rules
    }

    private func staleCount(_ events: ArraySlice<Event>) -> Int {
        events.count { if case .indexStaleChanged = $0 { true } else { false } }
    }

    @Test func `simulated, also where the price stands on its tick for long`() throws {
        // A tick of a dollar at 150: less than one step in a hundred moves it.
        let coarse = MarketRules(tick: Price(1), priceBand: Rate(units: 10_000_000))
        let rules = try rules(coarse)
        var venue = TestVenue([rules])
        let participants = venue.seat(.small)
        var market = SimulatedMarket(
            instruments: [(InstrumentID(rawValue: 0), rules, startPrice: Price(150))],
            composition: .small,
            participants: participants,
            seed: 5,
            start: Self.start,
            opened: Self.start
        )
        var stale = 0
        var told = 0
        var moved = 0
        var last = Price.zero
        while let time = market.nextTime, time < Self.start.advanced(byMilliseconds: 600_000) {
            for command in market.step() {
                if case .updateIndexPrice(_, let price, let source) = command {
                    #expect(source == 0)
                    told += 1
                    moved += price == last ? 0 : 1
                    last = price
                }
                let events = venue.apply(command, at: time)
                stale += staleCount(events)
                market.observe(
                    events,
                    at: EventHeader(sequence: venue.engine.sequence, time: time)
                )
            }
        }
        #expect(stale == 0)
        // Without being told again this price would have been silent now and then.
        #expect(moved < told)
    }

    @Test func `replayed from candles of a minute`() throws {
        let interval: Int64 = 60_000
        let candles = try ["3.4", "3.41", "3.39"].enumerated().map { place, close in
            TapeCandle(
                openTime: Self.start.advanced(byMilliseconds: Int64(place) * interval),
                open: try price("3.4"),
                high: try price("3.42"),
                low: try price("3.38"),
                close: try price(close),
                volume: Quantity(10_000)
            )
        }
        let tape = try CandleTape(symbol: "LAYERUSDT", interval: interval, candles: candles)
        let rules = try rules(.layer)
        var venue = TestVenue([rules])
        var replay = CandleReplay(
            tape: tape,
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: rules,
                maker: venue.open(.recordedMarket),
                taker: venue.open(.recordedMarket)
            )
        )
        var stale = 0
        while let time = replay.nextTime {
            #expect(time < replay.endTime)
            for command in replay.step() { stale += staleCount(venue.apply(command, at: time)) }
        }
        let end = venue.apply(.advanceTime, at: replay.endTime)
        #expect(stale + staleCount(end) == 0)
        #expect(venue.refusals.isEmpty)
        // What comes after the recording is silence.
        let after = venue.apply(.advanceTime, at: replay.endTime.advanced(byMilliseconds: 10_001))
        #expect(staleCount(after) == 1)
    }
}
