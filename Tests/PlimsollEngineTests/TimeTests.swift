import PlimsollEngine
import PlimsollModel
import Testing

/// What falls due while time passes, and in which order.
@Suite struct `Passing time` {
    private static let hour: Int64 = 3_600_000

    /// Two instruments that settle each hour, a quarter to the next boundary.
    private static func market() -> Venue {
        var first = TestRules.simple()
        first.funding = FundingTerms(intervalMilliseconds: hour, rate: number("0.001"))
        var second = TestRules.simple(name: "LTCUSDT", base: 2)
        second.funding = FundingTerms(intervalMilliseconds: hour, rate: number("0.001"))
        var venue = Venue([first, second])
        venue.time = venue.time.advanced(byMilliseconds: 3 * hour / 4)
        venue.index("100", TestRules.first)
        venue.index("100", TestRules.second)
        return venue
    }

    private func settlements(_ events: [Event]) -> [(UInt16, Int64)] {
        events.compactMap {
            if case .fundingSettled(let settled) = $0 {
                (settled.instrument.rawValue, settled.time.milliseconds / Self.hour % 24)
            } else {
                nil
            }
        }
    }

    /// Spec: FUND-001.
    @Test func `a gap is settled boundary by boundary over all instruments`() {
        var venue = Self.market()
        let events = venue.pass(milliseconds: 2 * Self.hour)
        let hours = settlements(events)
        #expect(hours.map(\.0) == [0, 1, 0, 1])
        #expect(hours.map(\.1) == [9, 9, 10, 10])
    }

    @Test func `whom the first boundary liquidates pays nothing at the second`() {
        var venue = Self.market()
        let market = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 100)
        for instrument in [TestRules.first, TestRules.second] {
            venue.perform(.setLeverage(trader, instrument, 50))
            venue.place(market, .sell, "20", at: "100", .goodTillCancelled, instrument)
            venue.place(trader, .buy, "20", .goodTillCancelled, instrument)
        }
        // 4,000 of notional ask for a maintenance margin of 40, and each boundary takes twice 30
        // out of 100: exactly the first one over both instruments leaves too little.
        for instrument in [TestRules.first, TestRules.second] {
            venue.perform(.setFundingRate(instrument, number("0.015")))
        }
        let events = venue.pass(milliseconds: 2 * Self.hour)
        let paid = events.moves.filter { $0.reason == .funding && $0.from == .wallet(trader) }
        #expect(paid.map(\.instrument) == [TestRules.first, TestRules.second])
        #expect(paid.map(\.amount) == [Amount(30), Amount(30)])
        #expect(events.started?.account == trader)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }
}
