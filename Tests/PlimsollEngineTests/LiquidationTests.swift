import PlimsollEngine
import PlimsollModel
import Testing

/// Positions are closed step by step, no further than it takes.
@Suite struct `Step by step` {
    private let maker = TestRules.firstAccount
    private let trader = TestRules.secondAccount

    private static func venue(
        _ terms: LiquidationTerms = LiquidationTerms(),
        taker: Rate = .zero,
        liquidation: Rate = .zero
    ) -> Venue {
        var rules = TestRules.simple(
            taker: taker,
            liquidation: liquidation,
            tiers: TestRules.tiered
        )
        rules.liquidation = terms
        var venue = Venue([rules])
        venue.index("4000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 100_000)
        // 800,000 in the third tier, on 80,000.
        venue.trade("200", at: "4000", from: maker, to: trader)
        return venue
    }

    /// Spec: LIQ-018.
    @Test func `a recorded market needs no margin and is never liquidated`() {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let market = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1_000_000)
        let placed = venue.place(market, .sell, "1000", at: "100")
        #expect(placed.refusal == nil)
        venue.place(trader, .buy, "1000", at: "100")
        // Without a coin of its own it is 400,000 under water.
        let events = venue.index("500")
        #expect(events.started == nil)
        #expect(events.prices?.mark == Price(500))
        #expect(events.position(of: market) == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a step goes down to the cap of the tier below`() throws {
        var venue = Self.venue()
        venue.place(maker, .buy, "100", at: "3640")
        let events = venue.index("3650")
        // 80,000 − 200 × 350 = 10,000 against 730,000 × 2.5 % − 7,800 = 10,450.
        let started = try #require(events.started)
        #expect(started.marginBalance == Amount(10_000))
        #expect(started.maintenanceMargin == Amount(10_450))
        #expect(started.bankruptcyPrice == Price(3600))
        // 500,000 ÷ 3,650 = 136.986…, so 63.014 go.
        #expect(events.orders.map(\.quantity) == [number("63.014")])
        #expect(events.orders.first?.origin == .liquidation)
        let finished = try #require(events.finished)
        #expect(finished.filledQuantity == number("63.014"))
        #expect(finished.realizedPnL == amount("-22685.04"))
        #expect(events.position(of: trader)?.quantity == number("136.986"))
        #expect(events.balance(of: .isolated(trader, TestRules.first)) == amount("57314.96"))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `each fill pays the taker fee and the liquidation fee`() throws {
        var venue = Self.venue(
            taker: Rate(units: 50_000),
            liquidation: Rate(units: 1_250_000)
        )
        venue.place(maker, .buy, "60", at: "3640")
        venue.place(maker, .buy, "60", at: "3639")
        // Opening cost 400; the isolated wallet has 80,000 all the same.
        let events = venue.index("3650")
        let finished = try #require(events.finished)
        // 60 × 3,640 = 218,400: −21,600, fees 109.2 and 2,730; then 10,000 − 600 − 2,839.2 = 6,560.8
        // stands against 140 × 3,650 × 2.5 % − 7,800 = 4,975: safe after the first fill.
        #expect(finished.filledQuantity == Quantity(60))
        #expect(finished.tradingFee == amount("109.2"))
        #expect(finished.liquidationFee == Amount(2730))
        #expect(events.balance(of: .wallet(.insuranceFund)) == Amount(2730))
        #expect(events.balance(of: .isolated(trader, TestRules.first)) == amount("55560.8"))
        #expect(events.closed.map(\.reason) == [.unfilledRemainder])
        #expect(events.closed.first?.remaining == number("3.014"))
    }

    @Test func `the liquidation fee takes no more than what is left`() throws {
        var venue = Self.venue(liquidation: Rate(units: 1_250_000))
        venue.place(maker, .buy, "10", at: "3601")
        let events = venue.index("3610")
        // 10 × 399 is lost: 76,010 − 190 × 390 = 1,910 is left, and 1.25 % of 36,010 is 450.125.
        // What the book left, 190, goes at 3,600: 75,559.875 − 76,000 = −440.125.
        let finished = try #require(events.finished)
        #expect(finished.liquidationFee == amount("450.125"))
        #expect(finished.insurancePaid == amount("440.125"))
        #expect(events.balance(of: .wallet(.insuranceFund)) == Amount(10))
        #expect(events.position(of: trader)?.quantity == .zero)

        venue = Self.venue(liquidation: Rate(units: 1_250_000))
        venue.place(maker, .buy, "100", at: "3605")
        let second = venue.index("3606")
        // The step is 200 − 138.657 = 61.343: 61.343 × 395 = 24,230.485 is lost, 1,138.657 left.
        #expect(second.finished?.liquidationFee == amount("1138.657"))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    /// Spec: LIQ-021.
    @Test func `the liquidation fee takes no more than the isolated wallet holds`() throws {
        var venue = Venue([TestRules.simple(liquidation: Rate(units: 1_000_000))])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 1000)
        venue.trade("10", at: "100", from: maker, to: trader)
        // A gain of 300 stands in for the margin, so that 87 of 100 may go; then 130 of funding go.
        venue.index("130")
        venue.perform(.adjustIsolatedMargin(trader, TestRules.first, Amount(-87)))
        venue.perform(.setFundingRate(TestRules.first, number("0.1")))
        let funded = venue.pass(milliseconds: 28_800_000)
        #expect(funded.balance(of: .isolated(trader, TestRules.first)) == Amount(-117))
        venue.place(maker, .buy, "9.5", at: "112.5")
        // 128 − 117 = 11 against 11.28. The close of 9.5 wins 118.75, which leaves 1.75 in the wallet;
        // what is open has won 6.4 more, and 1 % of 1,068.75 would be 10.6875.
        let events = venue.index("112.8")
        #expect(events.finished?.filledQuantity == number("9.5"))
        #expect(events.finished?.liquidationFee == amount("1.75"))
        #expect(events.balance(of: .isolated(trader, TestRules.first)) == .zero)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    /// Spec: LIQ-017.
    @Test func `of two cross positions that need the same the first instrument goes first`() {
        var venue = Venue([TestRules.simple(), TestRules.simple(name: "LTCUSDT", base: 2)])
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 2010)
        for instrument in [TestRules.second, TestRules.first] {
            venue.index("100", instrument)
            venue.trade("100", at: "100", from: maker, to: trader, instrument)
        }
        #expect(venue.index("90", TestRules.first).started == nil)
        // 10 is left against 90 + 90.
        #expect(venue.index("90", TestRules.second).started?.instrument == TestRules.first)
    }

    @Test func `a fill that makes the scope safe ends the order`() throws {
        var venue = Self.venue()
        venue.place(maker, .buy, "20", at: "3651")
        venue.place(maker, .buy, "100", at: "3640")
        let events = venue.index("3652")
        // 73,020 − 180 × 348 = 10,380 against 657,360 × 2.5 % − 7,800 = 8,634.
        #expect(events.finished?.filledQuantity == Quantity(20))
        #expect(events.trades.count == 1)
        #expect(events.closed.first?.reason == .unfilledRemainder)
        #expect(events.closed.first?.remaining == number("43.089"))
        #expect(events.position(of: trader)?.quantity == Quantity(180))
    }

    @Test func `the next step follows when one was filled whole`() throws {
        var venue = Self.venue()
        venue.place(maker, .buy, "300", at: "3601")
        let events = venue.index("3630")
        // First to 500,000 ÷ 3,630 = 137.741: 55,158.659 − 50,964.17 = 4,194.489 against
        // 4,699.9983. Then to 50,000 ÷ 3,630 = 13.774: 599.446 against 199.99848.
        #expect(events.orders.map(\.quantity) == [number("62.259"), number("123.967")])
        // The bankruptcy price is reckoned anew: (550,964 − 55,158.659) ÷ 137.741, up to a tick.
        #expect(events.orders.map(\.price) == [Price(3600), number("3599.55")])
        #expect(
            events.filter { if case .liquidationStarted = $0 { true } else { false } }.count == 1
        )
        #expect(events.finished?.filledQuantity == number("186.226"))
        #expect(events.finished?.realizedPnL == amount("-74304.174"))
        #expect(events.position(of: trader)?.quantity == number("13.774"))
        #expect(events.balance(of: .isolated(trader, TestRules.first)) == amount("5695.826"))
    }

    @Test func `two tiers at once go down to the tier two below`() {
        var venue = Self.venue(LiquidationTerms(step: .twoTiers))
        venue.place(maker, .buy, "300", at: "3640")
        // 200 − 50,000 ÷ 3,650 = 186.302.
        #expect(venue.index("3650").orders.map(\.quantity) == [number("186.302")])
    }

    @Test func `a share is rounded up to a step`() throws {
        var venue = Self.venue(
            LiquidationTerms(step: .share, stepShare: number("0.20000001"))
        )
        venue.place(maker, .buy, "300", at: "3640")
        let events = venue.index("3650")
        // 200 × 0.20000001 = 40.000002; 160 × 3,650 × 2.5 % − 7,800 = 6,800 is covered then.
        #expect(events.orders.map(\.quantity) == [number("40.001")])
        #expect(events.position(of: trader)?.quantity == number("159.999"))
    }

    @Test func `the whole goes where steps are not known`() {
        var venue = Self.venue(LiquidationTerms(step: .whole))
        venue.place(maker, .buy, "300", at: "3640")
        let events = venue.index("3650")
        #expect(events.orders.map(\.quantity) == [Quantity(200)])
        #expect(events.finished?.filledQuantity == Quantity(200))
        #expect(events.finished?.returned == Amount(8000))
    }

    @Test func `the whole goes though a part of it would do`() {
        var venue = Self.venue(LiquidationTerms(step: .whole))
        venue.place(maker, .buy, "100", at: "3652")
        let second = venue.openTrader(deposit: 1_000_000)
        venue.place(second, .buy, "60", at: "3640")
        let events = venue.index("3650")
        // After the first fill the scope is safe: 80,000 + 100 × 52 − 100 × 350 against 1,325.
        #expect(events.trades.map(\.quantity) == [Quantity(100), Quantity(60)])
        #expect(events.takenOver?.quantity == Quantity(40))
        #expect(events.position(of: trader)?.quantity == .zero)
    }

    @Test func `what the book leaves of a step takes the whole position along`() throws {
        var venue = Self.venue()
        venue.place(maker, .buy, "10", at: "3601")
        venue.deposit(1_000_000, to: .insuranceFund)
        let events = venue.index("3610")
        let takenOver = try #require(events.takenOver)
        #expect(takenOver.quantity == Quantity(190))
        #expect(takenOver.price == Price(3600), "the price of that step")
        #expect(events.finished?.realizedPnL == Amount(-79_990))
        #expect(events.finished?.returned == Amount(10))
        #expect(events.position(of: trader)?.quantity == .zero)
    }

    @Test func `a scope exactly at maintenance lives where only less is liquidated`() throws {
        for (boundary, dies) in [
            (LiquidationBoundary.atMaintenance, true), (.belowMaintenance, false),
        ] {
            var rules = TestRules.simple()
            rules.liquidation.boundary = boundary
            var venue = Venue([rules])
            venue.index("100")
            let maker = venue.openAccount(.recordedMarket)
            let trader = venue.openIsolated(deposit: 2000)
            venue.trade("100", at: "100", from: maker, to: trader)
            // 1,090 − 100 × (100 − m) = 1 % of 100 × m where m = 90.
            venue.perform(.adjustIsolatedMargin(trader, TestRules.first, Amount(90)))
            #expect(venue.index("90.01").started == nil)
            #expect((venue.index("90").started != nil) == dies, "\(boundary)")
            #expect(venue.engine.brokenInvariants().isEmpty)
            if !dies { #expect(venue.index("89.99").started != nil) }
        }
    }

    @Test func `maintenance may count the close in`() throws {
        // The classic with a taker fee of 0.05 %: 200 + 0.5 × m − 2,000 = 0.5 × m × 1.05 % at
        // 1,800 ÷ (0.5 × 0.9895) = 3,638.2011….
        var rules = TestRules.simple(taker: Rate(units: 50_000))
        rules.liquidation.includesCloseFee = true
        var venue = Venue([rules])
        venue.index("4000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 1000)
        venue.trade("0.5", at: "4000", from: maker, to: trader)
        #expect(venue.index("3638.21").started == nil)
        let started = try #require(venue.index("3638.20").started)
        #expect(started.maintenanceMargin == amount("19.10055"))
        #expect(started.marginBalance == amount("19.1"))
        #expect(started.liquidationPrice == number("3638.20111167"))
    }

    /// Spec: LIQ-019.
    @Test func `what maintenance counts for the close is rounded up`() {
        var rules = TestRules.simple(taker: Rate(units: 49_999))
        rules.liquidation.includesCloseFee = true
        var venue = Venue([rules])
        venue.index("4000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 1000)
        venue.trade("0.5", at: "4000", from: maker, to: trader)
        // Of 1,819.000000005 1 % is 18.19000000005, and 0.049999 % are 0.90948181000249995.
        let started = venue.index("3638.00000001").started
        #expect(started?.maintenanceMargin == amount("19.0994818100525"))
    }

    /// Spec: LIQ-021.
    @Test func `a long that is bankrupt beyond the highest price is not sold below it`() {
        var rules = TestRules.simple()
        rules.limits.priceMax = Price(101)
        var venue = Venue([rules, TestRules.simple(name: "LTCUSDT", base: 2)])
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 4250)
        for instrument in [TestRules.first, TestRules.second] {
            venue.index("100", instrument)
            venue.trade("100", at: "100", from: maker, to: trader, instrument)
        }
        venue.place(maker, .buy, "100", at: "101")
        // 4,250 − 5,000 is shared as 100 : 50: bankrupt 5 above the 100.
        let events = venue.index("50", TestRules.second)
        #expect(events.started?.bankruptcyPrice == Price(105))
        #expect(events.trades.isEmpty)
        #expect(events.takenOver?.price == Price(105))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }
}
