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

    /// Spec: TIME-001.
    @Test func `a stop released within a gap lives until its own date`() throws {
        var rules = TestRules.simple()
        rules.funding = FundingTerms(intervalMilliseconds: Self.hour, rate: number("0.001"))
        rules.mark.method = .fundingBasis
        var venue = Venue([rules])
        venue.time = venue.time.advanced(byMilliseconds: 3 * Self.hour / 4)
        venue.index("100")
        let trader = venue.openTrader(deposit: 1000)
        // The mark price comes down to the index at the boundary, five minutes before the date.
        let order = NewConditionalOrder(
            account: trader,
            instrument: TestRules.first,
            side: .sell,
            type: .stop,
            source: .markPrice,
            timeInForce: .goodTillDate,
            triggerPrice: number("100.01"),
            price: Price(101),
            quantity: Quantity(1),
            goodTillDate: venue.time.advanced(byMilliseconds: Self.hour / 3)
        )
        #expect(venue.perform(.placeConditionalOrder(order)).refusal == nil)
        let events = venue.pass(milliseconds: 2 * Self.hour)
        #expect(events.triggered.count == 1)
        #expect(events.closed.map(\.reason) == [.expired])
        #expect(events.conditionalClosed.isEmpty)
    }

    /// Spec: TIME-001.
    @Test func `what a due mark price brings about comes before the command`() throws {
        var rules = TestRules.simple()
        rules.mark.method = .lastTrade
        var venue = Venue([rules])
        venue.index("1000")
        let maker = venue.openAccount(.recordedMarket)
        let risky = venue.openIsolated(deposit: 1000, leverage: 50)
        let careful = venue.openTrader(deposit: 10_000)
        venue.trade("10", at: "1000", from: maker, to: risky)
        venue.trade("10", at: "1000", from: maker, to: careful)
        venue.perform(
            .placeConditionalOrder(
                NewConditionalOrder(
                    account: careful,
                    instrument: TestRules.first,
                    side: .sell,
                    type: .stopMarket,
                    reduceOnly: true,
                    triggerPrice: Price(985),
                    quantity: Quantity(10)
                )
            )
        )
        for (quantity, price) in [("1", "989"), ("10", "982"), ("10", "978")] {
            venue.place(maker, .buy, quantity, at: price)
        }
        venue.place(maker, .sell, "1", at: "989", prevention: .none)
        // The mark price is due with this bid: the forced sale at 982 releases the stop.
        venue.time = venue.time.advanced(byMilliseconds: 1000)
        let events = venue.place(maker, .buy, "10", at: "981")
        #expect(events.started?.account == risky)
        let stop = try #require(events.fills.first { $0.account == careful })
        #expect(stop.price == Price(978), "the bid at 981 was not there yet")
    }

    /// Spec: TIME-002.
    @Test func `nothing comes after the year 9999`() {
        var rules = TestRules.simple()
        rules.index.staleAfterMilliseconds = 10_000
        var venue = Venue([rules])
        venue.time = Timestamp(milliseconds: 253_402_300_799_999)
        #expect(venue.index("100").refusal == nil)
        #expect(venue.pass(milliseconds: 1).refusal == .timeOutOfRange)
        venue.time = Timestamp(milliseconds: .max)
        #expect(venue.index("100").refusal == .timeOutOfRange)
        venue.time = Timestamp(milliseconds: 253_402_300_799_999)
        #expect(venue.index("101").refusal == nil)
    }
}
