import PlimsollEngine
import PlimsollModel
import Testing

/// The examples that traders are told, run through the whole engine.
@Suite struct `Worked examples` {
    private let maker = TestRules.firstAccount
    private let trader = TestRules.secondAccount

    /// A long of a thousand USDT's margin at each leverage, moved five per cent both ways.
    @Test(arguments: [
        (leverage: 1, quantity: "10", up: "50", down: "-50"),
        (leverage: 5, quantity: "50", up: "250", down: "-250"),
        (leverage: 10, quantity: "100", up: "500", down: "-500"),
    ])
    func `1,000 USDT gains and loses five per cent times the leverage`(
        leverage: UInt16,
        quantity: String,
        up: String,
        down: String
    ) throws {
        for (target, expected) in [("105", up), ("95", down)] {
            var venue = Venue([TestRules.simple()])
            venue.index("100")
            let maker = venue.openAccount(.recordedMarket)
            let trader = venue.openTrader(deposit: 1000)
            venue.perform(.setLeverage(trader, TestRules.first, leverage))
            venue.place(maker, .sell, quantity, at: "100")
            let opened = venue.place(trader, .buy, quantity)
            #expect(opened.fills.count == 2)
            venue.index(target)
            venue.place(maker, .buy, quantity, at: target)
            let closed = venue.place(trader, .sell, quantity, reduceOnly: true)
            #expect(closed.fills.last?.realizedPnL == amount(expected))
            #expect(closed.balance(of: .wallet(trader)) == Amount(1000) + amount(expected))
        }
    }

    @Test func `10,000 USDT at 20x carries 200,000 and not a step more`() {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 10_000)
        venue.perform(.setLeverage(trader, TestRules.first, 20))
        venue.place(maker, .sell, "2001", at: "100")
        #expect(venue.place(trader, .buy, "2000.001").refusal == .insufficientMargin)
        #expect(venue.place(trader, .buy, "2000").fills.count == 2)
    }

    @Test func `100x on one per cent maintenance is refused before anyone can trade it`() {
        let tier = MarginTier(
            notionalFloor: .zero,
            notionalCap: Amount(1_000_000),
            leverageMax: 100,
            maintenanceRate: Rate(units: 1_000_000),
            deduction: .zero
        )
        let rules = TestRules.simple(tiers: [tier])
        #expect(throws: RulesError.initialMarginTooSmall) { try rules.validate() }
        var venue = Venue([rules])
        let trader = venue.openTrader(deposit: 1000)
        #expect(venue.place(trader, .buy, "1", at: "100").refusal == .tradingNotOpen)
    }

    /// The classic: 200 USDT of margin, 10x long 0.5 ETH at 4,000.
    private static func classic() -> Venue {
        var venue = Venue([TestRules.simple()])
        venue.index("4000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1000)
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.perform(.setLeverage(trader, TestRules.first, 10))
        venue.place(maker, .sell, "0.5", at: "4000")
        let opened = venue.place(trader, .buy, "0.5")
        #expect(opened.balance(of: .isolated(trader, TestRules.first)) == Amount(200))
        #expect(opened.balance(of: .wallet(trader)) == Amount(800))
        return venue
    }

    @Test func `the classic long lives at 3,636.37 and dies at 3,636.36`() throws {
        var venue = Self.classic()
        #expect(venue.index("4200").started == nil)
        #expect(venue.index("3800").started == nil)
        #expect(venue.index("3636.37").started == nil)
        let died = venue.index("3636.36")
        let started = try #require(died.started)
        #expect(started.account == trader)
        #expect(started.liquidationPrice == number("3636.36363636"))
        #expect(started.bankruptcyPrice == number("3600"))
        #expect(started.walletBalance == Amount(200))
        #expect(started.marginBalance == amount("18.18"))
        #expect(started.maintenanceMargin == amount("18.1818"))
        // Nobody bids: the fund takes the position where the trader has nothing left.
        #expect(died.takenOver?.price == number("3600"))
        #expect(died.takenOver?.realizedPnL == Amount(-200))
        #expect(died.finished?.returned == .zero)
        #expect(died.finished?.insurancePaid == .zero)
        #expect(died.balance(of: .wallet(trader)) == nil, "the rest of the account is untouched")
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a bid above bankruptcy saves what is left`() throws {
        var venue = Self.classic()
        venue.place(maker, .buy, "0.2", at: "3620")
        let died = venue.index("3636")
        // 0.2 × (3,620 − 4,000) is lost; 124 + 0.3 × (3,636 − 4,000) = 14.8 stands against 10.908.
        #expect(died.finished?.filledQuantity == number("0.2"))
        #expect(died.finished?.realizedPnL == Amount(-76))
        #expect(died.takenOver == nil)
        #expect(died.position(of: trader)?.quantity == number("0.3"))
        #expect(died.balance(of: .isolated(trader, TestRules.first)) == Amount(124))
        #expect(died.finished?.returned == .zero, "its wallet stays with what is open")
        #expect(died.balance(of: .wallet(trader)) == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `what a bid above bankruptcy saves comes back`() throws {
        var venue = Self.classic()
        venue.place(maker, .buy, "0.2", at: "3604")
        let died = venue.index("3610")
        // 120.8 + 0.3 × (3,610 − 4,000) = 3.8 stands against 10.83: the rest goes at 3,600.
        #expect(died.finished?.filledQuantity == number("0.2"))
        #expect(died.takenOver?.quantity == number("0.3"))
        #expect(died.takenOver?.price == Price(3600))
        #expect(died.finished?.realizedPnL == amount("-199.2"))
        #expect(died.finished?.returned == amount("0.8"))
        #expect(died.balance(of: .wallet(trader)) == amount("800.8"))
    }

    @Test func `a bid below bankruptcy is not hit`() throws {
        var venue = Self.classic()
        venue.place(maker, .buy, "5", at: "3599.99")
        let died = venue.index("3600")
        #expect(died.trades.isEmpty)
        #expect(died.takenOver?.quantity == number("0.5"))
    }

    @Test func `the same long on cross answers with the whole account and lives to 2,020.20`()
        throws
    {
        var venue = Venue([TestRules.simple()])
        venue.index("4000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1000)
        venue.place(maker, .sell, "0.5", at: "4000")
        venue.place(trader, .buy, "0.5")
        #expect(venue.index("2020.21").started == nil)
        let started = try #require(venue.index("2020.20").started)
        #expect(started.liquidationPrice == number("2020.20202020"))
        #expect(started.bankruptcyPrice == number("2000"))
    }

    @Test func `a gap of five per cent at 100x leaves minus 800 for the fund`() throws {
        let tier = MarginTier(
            notionalFloor: .zero,
            notionalCap: Amount(1_000_000),
            leverageMax: 100,
            maintenanceRate: Rate(units: 500_000),
            deduction: .zero
        )
        var venue = Venue([TestRules.simple(tiers: [tier])])
        venue.index("4000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 200)
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.perform(.setLeverage(trader, TestRules.first, 100))
        venue.place(maker, .sell, "5", at: "4000")
        venue.place(trader, .buy, "5")
        let died = venue.index("3800")
        let fund = try #require(died.position(of: .insuranceFund))
        #expect(
            unrealizedPnL(
                quantity: fund.quantity,
                entryValue: fund.entryValue,
                at: number("3800")
            ) == Amount(-800)
        )
        #expect(died.balance(of: .isolated(trader, TestRules.first)) == .zero)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a slow bleed of funding liquidates after 95 payments`() throws {
        // REQUIREMENTS B13: 0.1 % per 8 hours, 0.5 % maintenance, a flat price.
        let tier = MarginTier(
            notionalFloor: .zero,
            notionalCap: Amount(1_000_000),
            leverageMax: 50,
            maintenanceRate: Rate(units: 500_000),
            deduction: .zero
        )
        var venue = Venue([TestRules.simple(tiers: [tier])])
        venue.time = Timestamp(milliseconds: 28_800_000 * 60_700)
        venue.index("4000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1000)
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.place(maker, .sell, "0.5", at: "4000")
        venue.place(trader, .buy, "0.5")
        venue.perform(.setFundingRate(TestRules.first, Rate(units: 100_000)))
        for payment in 1...94 {
            let events = venue.pass(milliseconds: 28_800_000)
            #expect(events.started == nil, "payment \(payment)")
        }
        #expect(venue.pass(milliseconds: 28_800_000).started != nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `funding passes from longs to shorts to the last unit`() throws {
        var venue = Venue([TestRules.simple()])
        venue.time = Timestamp(milliseconds: 28_800_000 * 60_700)
        venue.index("3333.33")
        let long = venue.openTrader(deposit: 10_000)
        let short = venue.openTrader(deposit: 10_000)
        venue.place(short, .sell, "0.007", at: "3333.33")
        venue.place(long, .buy, "0.007")
        venue.perform(.setFundingRate(TestRules.first, Rate(units: 12_345)))
        let events = venue.pass(milliseconds: 28_800_000)
        // 0.007 × 3,333.33 × 0.00012345 = 0.0028805…, charged at eight decimals.
        let paid = events.moves.filter { $0.reason == .funding }
        #expect(paid.count == 2)
        #expect(paid.first?.from == .wallet(long))
        #expect(paid.first?.amount == amount("0.00288050"))
        #expect(paid.last?.to == .wallet(short))
        #expect(events.balance(of: .wallet(.fundingClearing)) == .zero)
    }

    @Test func `a payment is rounded once`() {
        // 9,200.029997 × 0.001 × 0.00010001 is just below the half of a unit: 0.000920094999….
        let payment = fundingPayment(
            quantity: number("-0.001"),
            markPrice: number("9200.029997"),
            rate: number("0.00010001")
        )
        #expect(payment == amount("0.00092009"))
    }

    @Test func `the most negative numbers are refused like any other`() {
        var venue = Self.classic()
        #expect(
            venue.perform(.setFundingRate(TestRules.first, Rate(units: .min))).refusal
                == .rateOutOfRange
        )
        #expect(
            venue.perform(
                .adjustIsolatedMargin(trader, TestRules.first, Amount(units: .min))
            ).refusal == .isolatedMarginRemovalTooLarge
        )
    }

    @Test func `a margin call comes at eighty per cent and goes again`() throws {
        var venue = Self.classic()
        func calls(_ events: [Event]) -> [Bool] {
            events.compactMap {
                if case .marginCallChanged(let call) = $0, call.account == trader {
                    call.isCalled
                } else {
                    nil
                }
            }
        }
        // Margin balance 0.5 × mark − 1,800, maintenance 0.005 × mark: 80 % at 3,645.57.
        #expect(calls(venue.index("3645.58")) == [])
        #expect(calls(venue.index("3645.56")) == [true])
        #expect(calls(venue.index("3640")) == [])
        #expect(calls(venue.index("3700")) == [false])
        // With 22.5 more there are 22.5 left at 3,600, and 18 are exactly 80 % of that.
        venue.perform(.adjustIsolatedMargin(trader, TestRules.first, amount("22.5")))
        #expect(calls(venue.index("3600.01")) == [])
        #expect(calls(venue.index("3600")) == [true])
        #expect(calls(venue.index("3600.01")) == [false])
    }
}
