import PlimsollEngine
import PlimsollModel
import Testing

@testable import PlimsollTapes

/// What is recorded beside candles and trades: a premium, and how much stood in the book.
@Suite struct `What stands beside a recording` {
    private static let start = Timestamp(milliseconds: 1_746_373_020_000)

    private func premium(_ opens: [(minute: Int64, rate: String)]) throws -> PremiumTape {
        try PremiumTape(
            candles: try opens.map { minute, text in
                let rate = try Rate(parsing: text, allowsSign: true)
                return PremiumTape.Candle(
                    openTime: Self.start.advanced(byMilliseconds: minute * 60_000),
                    open: rate,
                    high: rate,
                    low: rate,
                    close: rate
                )
            }
        )
    }

    private func band(_ second: Int64, _ distance: String, _ quantity: Int) throws -> BandTape.Band
    {
        BandTape.Band(
            time: Self.start.advanced(byMilliseconds: second * 1000),
            distance: try Rate(parsing: distance, allowsSign: true),
            quantity: Quantity(quantity)
        )
    }

    private func replay(
        _ venue: inout TestVenue,
        _ rules: InstrumentRules,
        _ companions: TapeCompanions
    ) throws -> CandleReplay {
        CandleReplay(
            tape: try CandleTape(candles: [
                candle(0, "101", "101", "101", "101", "20000"),
                candle(1, "99", "99", "99", "99", "20000"),
            ]),
            companions: companions,
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: rules,
                maker: venue.open(.recordedMarket),
                taker: venue.open(.recordedMarket)
            )
        )
    }

    // MARK: Premium

    @Test func `a premium takes the index away from the recorded price, on both sides`() throws {
        let rules = try MarketRules().rules()
        var venue = TestVenue([rules])
        let companions = TapeCompanions(premium: try premium([(0, "0.01"), (1, "-0.01")]))
        var replay = try replay(&venue, rules, companions)
        venue.run(&replay, through: Self.start.advanced(byMilliseconds: 55_000))
        // 101 ÷ 1.01 and 99 ÷ 0.99, while the book and the trades stay at the recorded price.
        #expect(venue.lastIndex == Price(100))
        #expect(venue.prices?.last == Price(101))
        #expect(venue.book.best(.sell)?.hasPrefix("101") == true)
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.lastIndex == Price(100))
        #expect(venue.prices?.last == Price(99))
        #expect(venue.refusals.isEmpty, "\(venue.refusals)")
    }

    @Test func `a recorded index goes before a premium`() throws {
        let companions = TapeCompanions(
            index: try IndexTape(prices: [TapeIndexPrice(time: Self.start, price: Price(7))]),
            premium: try premium([(0, "0.01")])
        )
        #expect(companions.index(beside: Price(101), at: Self.start) == Price(7))
        #expect(companions.index(beside: nil, at: Self.start) == Price(7))
        #expect(TapeCompanions().index(beside: Price(101), at: Self.start) == Price(101))
        #expect(TapeCompanions().index(beside: nil, at: Self.start) == nil)
    }

    @Test func `trades have the premium of their time`() throws {
        let rules = try MarketRules().rules()
        var venue = TestVenue([rules])
        let recorded = [try trade(0, .buy, "101", "2"), try trade(2500, .buy, "101", "2")]
        let tape = try PremiumTape(candles: [
            PremiumTape.Candle(
                openTime: Timestamp(milliseconds: tapeStart),
                open: Rate(units: 1_000_000),
                high: Rate(units: 1_000_000),
                low: .zero,
                close: .zero
            )
        ])
        var replay = TradeReplay(
            tape: try TradeTape(trades: recorded),
            companions: TapeCompanions(premium: tape),
            place: ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: rules,
                maker: venue.open(.recordedMarket),
                taker: venue.open(.recordedMarket)
            )
        )
        while replay.nextTime != nil { venue.run(&replay) }
        #expect(venue.lastIndex == Price(100))
        #expect(venue.prices?.last == Price(101))
    }

    // MARK: Depth

    @Test func `recorded depth sizes each side of the book, and what is traded the other`() throws {
        let rules = try MarketRules().rules()
        var venue = TestVenue([rules])
        // 10,100 coins within a percent of 101: a hundred for each hundredth of the price.
        let bands = try BandTape(bands: [
            band(0, "-0.02", 90_000), band(0, "-0.01", 10_100), band(0, "0.01", 0),
        ])
        var replay = try replay(&venue, rules, TapeCompanions(bands: bands))
        venue.run(&replay)
        // Levels are three hundredths apart, a touch is a sixth of one.
        #expect(venue.book.side(.buy).dropFirst().allSatisfy { $0.hasSuffix(" 300") })
        #expect(venue.book.best(.buy) == "101 50")
        // Nothing was told of the asks, so they follow the volume.
        #expect(venue.book.side(.sell).dropFirst().allSatisfy { $0.hasSuffix(" 600") })
        #expect(venue.book.best(.sell) == "101.01 100")
        #expect(venue.refusals.isEmpty, "\(venue.refusals)")
    }

    @Test func `the nearest bands that were told last count`() throws {
        let bands = try BandTape(bands: [
            band(10, "-0.01", 1), band(10, "0.01", 2), band(40, "-0.05", 5), band(40, "-0.002", 3),
            band(40, "0.05", 6), band(40, "0.002", 0), band(40, "0.01", 4),
        ])
        func nearest(_ second: Int64) -> [Int64?] {
            let found = bands.nearest(at: Self.start.advanced(byMilliseconds: second * 1000))
            return [found.bids, found.asks].map { $0.map { $0.quantity.units / 100_000_000 } }
        }
        #expect(nearest(0) == [1, 2])
        #expect(nearest(39) == [1, 2])
        #expect(nearest(40) == [3, 4])
        #expect(nearest(99) == [3, 4])
    }

    @Test func `a premium and a depth each make another tape`() throws {
        let bare = MarketTape(.candles(try tape(threeRows)))
        var premiums = bare
        premiums.companions.premium = try premium([(0, "0.01")])
        var bands = bare
        bands.companions.bands = try BandTape(bands: [band(0, "0.01", 1)])
        #expect(Set([bare, premiums, bands].map(\.contentHash)).count == 3)
    }
}
