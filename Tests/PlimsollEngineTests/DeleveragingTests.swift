import PlimsollEngine
import PlimsollModel
import Testing

/// What neither the book nor the fund takes is closed against the other side.
@Suite struct `Deleveraging` {
    private let bankrupt = TestRules.firstAccount
    private let first = TestRules.secondAccount
    private let second = AccountID(rawValue: 18)

    /// A long of 100 at 100 on 1,000, against shorts of 60 and 40 that have 1,000 and 10,000.
    private static func venue(_ terms: LiquidationTerms = LiquidationTerms()) -> Venue {
        var rules = TestRules.simple(
            taker: Rate(units: 50_000),
            liquidation: Rate(units: 1_000_000)
        )
        rules.liquidation = terms
        var venue = Venue([rules])
        venue.index("100")
        let bankrupt = venue.openIsolated(deposit: 1100)
        let first = venue.openTrader(deposit: 1000)
        let second = venue.openTrader(deposit: 10_000)
        venue.trade("60", at: "100", from: first, to: bankrupt)
        venue.trade("40", at: "100", from: second, to: bankrupt)
        return venue
    }

    @Test func `the highest score closes first, at the bankruptcy price and without a fee`() throws
    {
        var venue = Self.venue()
        let events = venue.index("90.5")
        #expect(events.takenOver == nil)
        let closes = events.deleveraged
        try #require(closes.count == 2)
        // 60 × 9.5 ÷ (1,000 + 570) and 40 × 9.5 ÷ (10,000 + 380).
        #expect(closes[0].score == 3_630_573_248_407_643)
        #expect(closes[1].score == 366_088_631_984_585)
        #expect(closes.map(\.counterparty) == [first, second])
        #expect(closes.map(\.quantity) == [Quantity(60), Quantity(40)])
        #expect(closes.allSatisfy { $0.price == Price(90) && $0.bankrupt == bankrupt })
        #expect(closes.map(\.bankruptPnL) == [Amount(-600), Amount(-400)])
        #expect(closes.map(\.counterpartyPnL) == [Amount(600), Amount(400)])
        #expect(events.balance(of: .wallet(first)) == Amount(1600))
        #expect(events.balance(of: .wallet(second)) == Amount(10_400))
        #expect(events.balance(of: .isolated(bankrupt, TestRules.first)) == .zero)
        #expect(events.moves.allSatisfy { $0.reason == .realizedPnL })
        let finished = try #require(events.finished)
        #expect(finished.realizedPnL == Amount(-1000))
        #expect(finished.filledQuantity == .zero)
        #expect(finished.insurancePaid == .zero)
        #expect(finished.liquidationFee == .zero)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a fund that can afford the position takes it instead`() throws {
        var venue = Self.venue()
        // 100 × 90.5 is 9,050.
        venue.deposit(9050, to: .insuranceFund)
        #expect(venue.index("90.5").takenOver?.quantity == Quantity(100))

        venue = Self.venue()
        venue.deposit(9049, to: .insuranceFund)
        #expect(venue.index("90.5").deleveraged.count == 2)

        venue = Self.venue(LiquidationTerms(takeoverRatio: Rate(units: -1)))
        venue.deposit(1, to: .insuranceFund)
        #expect(venue.index("90.5").takenOver?.quantity == Quantity(100))

        venue = Self.venue(LiquidationTerms(takeoverRatio: Rate(units: -1)))
        #expect(venue.index("90.5").deleveraged.count == 2, "without any money it affords nothing")

        // Half a unit of 10⁻¹⁶ less than the half that is asked for.
        for (missing, isTaken) in [(0, true), (1, false)] as [(Int128, Bool)] {
            venue = Self.venue(LiquidationTerms(takeoverRatio: number("0.5")))
            let amount = Amount(18_100) - Amount(units: missing)
            venue.perform(
                .deposit(
                    BalanceChange(account: .insuranceFund, asset: TestRules.usdt, amount: amount)
                )
            )
            #expect((venue.index("90.5").takenOver != nil) == isTaken)
        }
    }

    @Test func `nobody gives more than is needed`() throws {
        var venue = Self.venue()
        venue.place(second, .buy, "15", at: "90.5")
        venue.place(second, .buy, "15", at: "80")
        // The book takes 15 of the whole step; 85 are left: 60 of the first, 25 of the second.
        let events = venue.index("90.5")
        #expect(events.deleveraged.map(\.quantity) == [Quantity(60), Quantity(25)])
        // Its own 15 were bought back before, and of 25 nothing is left.
        #expect(events.position(of: second)?.quantity == .zero)
        #expect(events.closed.filter { $0.account == second }.map(\.reason) == [.deleveraging])
    }

    @Test func `orders of the closing side go only where they exceed what is left`() throws {
        for (bids, remain) in [(["10"], true), (["10", "10"], true), (["10", "10.001"], false)] {
            var venue = Self.venue()
            // 20 of the second's 40 are left.
            let third = venue.openTrader(deposit: 10_000)
            venue.trade("20", at: "100", from: bankrupt, to: third)
            for bid in bids { venue.place(second, .buy, bid, at: "80") }
            venue.place(second, .sell, "5", at: "120")
            let events = venue.index("90.5")
            #expect(events.deleveraged.map(\.quantity) == [Quantity(60), Quantity(20)])
            let gone = events.closed.filter { $0.account == second }
            #expect(gone.count == (remain ? 0 : 2), "\(bids)")
            #expect(gone.allSatisfy { $0.reason == .deleveraging })
            #expect(venue.engine.brokenInvariants().isEmpty)
        }
    }

    @Test func `of equal scores the larger position closes first, then the lower account`() {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let bankrupt = venue.openIsolated(deposit: 1000)
        let shorts = (0..<3).map { _ in venue.openTrader(deposit: 0) }
        // Twice the size on twice the money scores the same.
        for (short, (deposit, size)) in zip(shorts, [(1000, "25"), (2000, "50"), (1000, "25")]) {
            venue.deposit(deposit, to: short)
            venue.trade(size, at: "100", from: short, to: bankrupt)
        }
        let closes = venue.index("90.5").deleveraged
        #expect(Set(closes.map(\.score)).count == 1)
        #expect(closes.map(\.counterparty) == [shorts[1], shorts[0], shorts[2]])
    }

    @Test func `without a score the order is that of accounts`() {
        var venue = Self.venue(LiquidationTerms(rank: .account))
        // The second account's is the larger position.
        venue.trade("30", at: "100", from: second, to: first)
        let closes = venue.index("90.5").deleveraged
        #expect(closes.map(\.counterparty) == [first, second])
        #expect(closes.map(\.score) == [0, 0])
    }

    @Test func `other venues score otherwise`() throws {
        var venue = Self.venue(LiquidationTerms(rank: .leveragedReturn))
        // 60 × 9.5 ÷ (6,000 ÷ 10) for the one, 40 × 9.5 ÷ (4,000 ÷ 10) for the other: the larger.
        let returns = venue.index("90.5").deleveraged
        #expect(returns.map(\.score) == [9_500_000_000_000_000, 9_500_000_000_000_000])
        #expect(returns.map(\.counterparty) == [first, second])

        venue = Self.venue(LiquidationTerms(rank: .leveragedProfitOnEntry))
        // (6,000 − 5,430) ÷ 6,000 × 5,430 ÷ (1,000 + 570), cut off at each division.
        let closes = venue.index("90.5").deleveraged
        #expect(closes.first?.counterparty == first)
        #expect(closes.first.map { $0.score / 1_000_000_000 } == 3_285_668)
    }

    @Test func `a bankruptcy price far from the mark gives way to the mark where it should`() throws
    {
        for (price, expected) in [
            (DeleveragingPrice.bankruptcy, "90"), (.markWhenFar, "80"),
        ] {
            var venue = Self.venue(LiquidationTerms(price: price))
            let events = venue.index("80")
            #expect(events.deleveraged.map(\.price) == [number(expected), number(expected)])
            // At the mark the bankrupt loses 2,000 of its 1,000, and nobody can pay the rest.
            #expect(events.deficits.map(\.amount) == (expected == "80" ? [Amount(1000)] : []))
            #expect(venue.engine.brokenInvariants().isEmpty)
        }
        var venue = Self.venue(LiquidationTerms(price: .markWhenFar))
        // 90 is 4.28 away from 85.72, within 5 % of it; from 85.71 it is not.
        #expect(venue.index("85.72").deleveraged.first?.price == Price(90))
        venue = Self.venue(LiquidationTerms(price: .markWhenFar))
        #expect(venue.index("85.71").deleveraged.first?.price == number("85.71"))
    }

    @Test func `a counterparty that could not bear the price is passed over`() throws {
        var venue = Venue([TestRules.simple(), TestRules.simple(name: "LTCUSDT", base: 2)])
        venue.index("100")
        venue.index("100", TestRules.second)
        let bankrupt = venue.openTrader(deposit: 2000)
        let weak = venue.openIsolated(deposit: 300, leverage: 50)
        let strong = venue.openTrader(deposit: 10_000)
        let maker = venue.openAccount(.recordedMarket)
        venue.trade("70", at: "100", from: weak, to: bankrupt)
        venue.trade("30", at: "100", from: strong, to: bankrupt)
        venue.trade("100", at: "100", from: maker, to: bankrupt, TestRules.second)
        // 2,000 − 3,000 is shared as 100 : 70 of maintenance; the first instrument's 100 may not go
        // below 100 + 1,000 × 100 ÷ 170 ÷ 100.
        let events = venue.index("70", TestRules.second)
        let price: Price = number("105.88235295")
        // Both score zero, so the larger comes first; but 70 × 5.88… is more than its 140.
        #expect(events.deleveraged.map(\.counterparty) == [strong])
        #expect(events.deleveraged.map(\.price) == [price])
        #expect(events.deleveraged.map(\.quantity) == [Quantity(30)])
        let takenOver = try #require(events.takenOver)
        #expect(takenOver.quantity == Quantity(70))
        #expect(takenOver.price == price)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    /// Spec: LIQ-030.
    @Test func `a counterparty whom the price leaves nothing still bears it`() {
        var venue = Venue([TestRules.simple(), TestRules.simple(name: "LTCUSDT", base: 2)])
        venue.index("100")
        venue.index("100", TestRules.second)
        let bankrupt = venue.openTrader(deposit: 4250)
        let short = venue.openIsolated(deposit: 400, leverage: 50)
        let maker = venue.openAccount(.recordedMarket)
        venue.trade("100", at: "100", from: maker, to: bankrupt, TestRules.second)
        venue.place(short, .sell, "70", at: "100")
        venue.place(maker, .sell, "30", at: "100")
        venue.place(bankrupt, .buy, "100")
        venue.perform(.adjustIsolatedMargin(short, TestRules.first, Amount(210)))
        // 4,250 − 5,000 is shared as 100 : 50, and 70 × 5 is all of 140 + 210.
        let events = venue.index("50", TestRules.second)
        #expect(events.deleveraged.map(\.counterparty) == [short])
        #expect(events.deleveraged.map(\.price) == [Price(105)])
        #expect(events.balance(of: .isolated(short, TestRules.first)) == .zero)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `an isolated counterparty gets back its share of the wallet`() throws {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let bankrupt = venue.openIsolated(deposit: 500)
        let short = venue.openIsolated(deposit: 2000)
        let other = venue.openTrader(deposit: 10_000)
        venue.trade("50", at: "100", from: short, to: bankrupt)
        venue.trade("50", at: "100", from: short, to: other)
        let events = venue.index("90.5")
        // Half of the short closes at 90: half of its 1,000 and the 500 won return.
        #expect(events.deleveraged.map(\.quantity) == [Quantity(50)])
        #expect(events.balance(of: .isolated(short, TestRules.first)) == Amount(500))
        #expect(events.balance(of: .wallet(short)) == Amount(2000))
        #expect(events.position(of: short)?.quantity == Quantity(-50))
    }
}
