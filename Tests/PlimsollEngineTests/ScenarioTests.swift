import PlimsollEngine
import PlimsollModel
import Testing

/// Whole flows that other venues hold their engines to, told with the figures of their own tests.
@Suite struct `Scenarios of other venues` {
    /// A flat tier at a leverage.
    private static func flat(
        _ maintenance: String,
        leverage: UInt16,
        taker: String = "0",
        liquidation: String = "0"
    ) -> InstrumentRules {
        var rules = TestRules.simple(
            taker: number(taker),
            liquidation: number(liquidation),
            tiers: [
                MarginTier(
                    notionalFloor: .zero,
                    notionalCap: Amount(10_000_000),
                    leverageMax: leverage,
                    maintenanceRate: number(maintenance),
                    deduction: .zero
                )
            ]
        )
        rules.leverageDefault = leverage
        return rules
    }

    // MARK: Vega

    @Test(arguments: [LiquidationBoundary.belowMaintenance, .atMaintenance])
    func `3: who stands exactly at maintenance lives where only less is closed`(
        boundary: LiquidationBoundary
    ) {
        // Five longs of 2 at 150, at 100 each has lost 100; 20 is asked of each.
        var rules = Self.flat("0.1", leverage: 4)
        rules.liquidation.boundary = boundary
        var venue = Venue([rules])
        venue.index("150")
        let maker = venue.openAccount(.recordedMarket)
        let traders = [123, 122, 121, 120, 119].map { venue.openTrader(deposit: $0) }
        for trader in traders { venue.trade("2", at: "150", from: maker, to: trader) }
        let events = venue.index("100")
        let closed = events.compactMap {
            if case .liquidationStarted(let start) = $0 { start.account } else { nil }
        }
        let dead = boundary == .belowMaintenance ? traders.suffix(1) : traders.suffix(2)
        #expect(closed == Array(dead))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `7: what stood behind a position goes where its close went`() throws {
        // 12,000 behind 105 at 150, with a book that cannot carry it: everything is used up.
        var venue = Venue([Self.flat("0.1", leverage: 8)])
        venue.index("150")
        let maker = venue.openAccount(.recordedMarket)
        let loser = venue.openTrader(deposit: 12_000)
        venue.trade("105", at: "150", from: maker, to: loser)
        let events = venue.index("39.6")
        let takenOver = try #require(events.takenOver)
        #expect(takenOver.quantity == Quantity(105))
        // (15,750 − 12,000) ÷ 105, rounded up: what the rounding leaves stays with the trader.
        #expect(takenOver.price == number("35.71428572"))
        #expect(events.balance(of: .wallet(loser)) == amount("0.0000006"))
        // At the mark the fund has the 408 that stood behind the position and was not lost yet.
        let fund = try #require(events.position(of: .insuranceFund))
        #expect(
            unrealizedPnL(
                quantity: fund.quantity,
                entryValue: fund.entryValue,
                at: number("39.6")
            ) == amount("407.9999994")
        )
    }

    @Test func `9: the fund pays the gap after the trader's own money`() throws {
        // A short of 1 at 1,000 on 5,122, closed at 6,602: 480 more than is there.
        var rules = Self.flat("0.1", leverage: 4)
        rules.liquidation.takeoverRatio = .zero
        rules.liquidation.price = .markWhenFar
        var venue = Venue([rules])
        venue.index("1000")
        let long = venue.openTrader(deposit: 10_000)
        let short = venue.openTrader(deposit: 5122)
        venue.trade("1", at: "1000", from: short, to: long)
        venue.deposit(10_000, to: .insuranceFund)
        let events = venue.index("6602")
        #expect(events.deleveraged.map(\.price) == [Price(6602)])
        #expect(events.finished?.insurancePaid == Amount(480))
        #expect(events.balance(of: .wallet(short)) == .zero)
        #expect(events.balance(of: .wallet(.insuranceFund)) == Amount(9520))
        #expect(events.balance(of: .wallet(long)) == Amount(15_602))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `22: a fill that cannot pay its fee is closed at once`() throws {
        // 53 buys 10 at 53 and owes 4 %; at the mark of 50 that leaves 53 − 21.2 − 30.
        var rules = Self.flat("0.01", leverage: 10, taker: "0.04")
        rules.fees.maker = number("0.04")
        var venue = Venue([rules])
        venue.index("50")
        var maker = venue.openAccount(.recordedMarket)
        var trader = venue.openTrader(deposit: 53)
        venue.place(maker, .sell, "10", at: "53")
        let taken = venue.place(trader, .buy, "10", at: "53")
        #expect(taken.fills.last?.fee == amount("21.2"))
        #expect(taken.started?.marginBalance == amount("1.8"))
        #expect(taken.started?.maintenanceMargin == Amount(5))
        #expect(taken.takenOver?.price == number("49.82"))
        #expect(venue.engine.brokenInvariants().isEmpty)

        // As a resting order it holds its margin, and dies the same way when it is met.
        venue = Venue([rules])
        venue.index("53")
        maker = venue.openAccount(.recordedMarket)
        trader = venue.openTrader(deposit: 53)
        venue.place(trader, .buy, "10", at: "53")
        #expect(venue.index("50").started == nil)
        let met = venue.place(maker, .sell, "10", at: "53")
        #expect(met.started?.account == trader)
        #expect(met.started?.marginBalance == amount("1.8"))
        #expect(met.takenOver?.price == number("49.82"))
    }

    // MARK: dYdX

    /// Carl sells to Dave what leaves him `quote` and Dave 50,000, and asks are put up.
    private static func dydx(
        carl quote: Int,
        asks: [(String, String)],
        fund: String = "0"
    ) -> Venue {
        let rules = flat("0.1", leverage: 5, liquidation: "0.005")
        var venue = Venue([rules])
        let price = quote - 10_000
        venue.index("\(price)")
        let carl = venue.openTrader(deposit: 10_000)
        let dave = venue.openTrader(deposit: 50_000 + price)
        if fund != "0" {
            venue.perform(
                .deposit(
                    BalanceChange(
                        account: .insuranceFund,
                        asset: TestRules.usdt,
                        amount: amount(fund)
                    )
                )
            )
        }
        venue.trade("1", at: "\(price)", from: carl, to: dave)
        for (quantity, price) in asks { venue.place(dave, .sell, quantity, at: price) }
        return venue
    }

    private let carl = TestRules.firstAccount
    private let dave = TestRules.secondAccount

    @Test func `23: filled above bankruptcy, with the fee to the fund`() {
        var venue = Self.dydx(carl: 50_499, asks: [("1", "50000")])
        let events = venue.index("50000")
        #expect(events.started?.bankruptcyPrice == Price(50_499))
        #expect(events.finished?.filledQuantity == Quantity(1))
        #expect(events.balance(of: .wallet(.insuranceFund)) == Amount(250))
        #expect(events.balance(of: .wallet(carl)) == Amount(249))
        #expect(events.balance(of: .wallet(dave)) == Amount(100_000))

        // Of 0.25 at that price the fee is 62.5. The rest is not left open here: it goes to Dave.
        venue = Self.dydx(carl: 50_499, asks: [("0.25", "50000"), ("0.75", "60000")])
        let partly = venue.index("50000")
        #expect(partly.finished?.filledQuantity == number("0.25"))
        #expect(partly.finished?.liquidationFee == amount("62.5"))
        #expect(partly.deleveraged.map(\.quantity) == [number("-0.75")])
        #expect(partly.deleveraged.map(\.price) == [Price(50_499)])
        #expect(partly.balance(of: .wallet(carl)) == amount("62.25"))
        #expect(partly.closed.last?.reason == .deleveraging)
    }

    @Test(arguments: ["0", "0.99"])
    func `24 and 26: what cannot be filled and not be taken over is deleveraged`(fund: String) {
        var venue = Self.dydx(carl: 50_499, asks: [("0.25", "50500")], fund: fund)
        let events = venue.index("50500")
        #expect(events.trades.isEmpty)
        #expect(events.takenOver == nil)
        #expect(events.deleveraged.map(\.price) == [Price(50_499)])
        #expect(events.balance(of: .wallet(carl)) == .zero)
        #expect(events.balance(of: .wallet(dave)) == Amount(100_499))
        #expect(events.balance(of: .wallet(.insuranceFund)) == nil, "it keeps its \(fund)")
        #expect(events.position(of: dave)?.quantity == .zero)
    }

    @Test func `25: partly filled, and the rest deleveraged`() {
        var venue = Self.dydx(carl: 50_499, asks: [("0.25", "50498"), ("0.75", "50500")])
        let events = venue.index("50500")
        #expect(events.finished?.filledQuantity == number("0.25"))
        #expect(events.deleveraged.map(\.quantity) == [number("-0.75")])
        // 62,624.50 with 0.75 left, which then close at 50,499.
        #expect(events.fills.first?.realizedPnL == amount("2499.75"))
        #expect(events.balance(of: .wallet(dave)) == amount("100498.75"))
        // The 0.25 above bankruptcy is no fee: at the mark nothing is left. It stays Carl's.
        #expect(events.balance(of: .wallet(carl)) == amount("0.25"))
        #expect(events.balance(of: .wallet(.insuranceFund)) == nil)
    }

    @Test func `27: no longer to be liquidated after the first fill`() {
        var venue = Self.dydx(carl: 54_999, asks: [("0.25", "50000"), ("0.75", "60000")])
        let events = venue.index("50000")
        #expect(events.finished?.filledQuantity == number("0.25"))
        #expect(events.finished?.liquidationFee == amount("62.5"))
        #expect(events.deleveraged.isEmpty)
        let left = events.position(of: carl)
        #expect(left?.quantity == number("-0.75"))
        // 54,999 − 12,500 − 62.5, of which the entry value is a part here.
        let wallet = events.balance(of: .wallet(carl)) ?? .zero
        #expect(left.map { wallet - $0.entryValue } == amount("42436.5"))
    }

    @Test func `28: bankruptcy prices that do not overlap are not matched`() throws {
        // What Carl lost elsewhere puts the price of his short below that of the first Dave's long.
        var rules = Self.flat("0.1", leverage: 5)
        rules.liquidation.rank = .account
        var other = rules
        other.contract.symbol = TestRules.symbol("LTCUSDT")
        var venue = Venue([rules, other])
        venue.index("50000")
        venue.index("100", TestRules.second)
        let carl = venue.openTrader(deposit: 20_000)
        let first = venue.openIsolated(deposit: 10_000, leverage: 5)
        let second = venue.openTrader(deposit: 75_000)
        let maker = venue.openAccount(.recordedMarket)
        venue.trade("0.5", at: "50000", from: carl, to: first)
        venue.trade("0.5", at: "50000", from: carl, to: second)
        venue.trade("500", at: "100", from: maker, to: carl, TestRules.second)
        // −15,000 shared as 5,000 : 1,500 puts it at 50,000 − 11,538.46…; the first Dave has 5,000
        // behind 0.5, and is bankrupt at 40,000.
        let events = venue.index("30", TestRules.second)
        let price: Price = number("38461.53846153")
        #expect(events.started?.bankruptcyPrice == price)
        #expect(events.deleveraged.map(\.counterparty) == [second])
        #expect(events.deleveraged.map(\.quantity) == [number("-0.5")])
        #expect(events.takenOver?.quantity == number("-0.5"), "and nobody is left for the rest")
        #expect(events.takenOver?.price == price)
        #expect(events.position(of: first) == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `29: of two positions each answers with its share`() {
        let rules = Self.flat("0.1", leverage: 5)
        var ether = rules
        ether.contract.symbol = TestRules.symbol("LTCUSDT")
        var venue = Venue([rules, ether])
        venue.index("30800")
        venue.index("3000", TestRules.second)
        let carl = venue.openTrader(deposit: 20_000)
        let dave = venue.openTrader(deposit: 80_800)
        let other = venue.openTrader(deposit: 100_000)
        venue.trade("1", at: "30800", from: carl, to: dave)
        venue.trade("10", at: "3000", from: carl, to: other, TestRules.second)
        let events = venue.index("50000")
        // 800 are shared as 5,000 : 3,000; then the 300 that are left stand behind the second.
        #expect(events.deleveraged.map(\.price) == [Price(50_500), Price(3030)])
        #expect(events.deleveraged.map(\.counterparty) == [dave, other])
        #expect(events.balance(of: .wallet(dave)) == Amount(100_500))
        #expect(events.balance(of: .wallet(other)) == Amount(100_300))
        #expect(events.balance(of: .wallet(carl)) == .zero)
    }

    @Test func `29: a small counterparty closes its part`() {
        let rules = Self.flat("0.1", leverage: 5)
        var venue = Venue([rules])
        venue.index("44999")
        let carl = venue.openTrader(deposit: 10_000)
        let dave = venue.openTrader(deposit: 10_000)
        let maker = venue.openAccount(.recordedMarket)
        venue.trade("0.1", at: "44999", from: carl, to: dave)
        venue.trade("0.9", at: "44999", from: carl, to: maker)
        let events = venue.index("50000")
        #expect(events.deleveraged.map(\.quantity) == [number("-0.1")])
        #expect(events.deleveraged.map(\.price) == [Price(54_999)])
        #expect(events.takenOver?.quantity == number("-0.9"))
        #expect(events.balance(of: .wallet(dave)) == Amount(11_000))
    }

    // MARK: Drift

    @Test func `36: neither scope touches the other`() throws {
        func venue() -> Venue {
            var venue = Venue([TestRules.simple(), TestRules.simple(name: "LTCUSDT", base: 2)])
            venue.index("100")
            venue.index("100", TestRules.second)
            let maker = venue.openAccount(.recordedMarket)
            let trader = venue.openIsolated(deposit: 3000)
            venue.trade("100", at: "100", from: maker, to: trader)
            venue.trade("100", at: "100", from: maker, to: trader, TestRules.second)
            return venue
        }
        let trader = TestRules.secondAccount
        // The isolated position loses more than its 1,000; the cross wallet keeps its 2,000.
        var first = venue()
        let isolated = first.index("80")
        #expect(isolated.started?.scope == .isolated)
        #expect(isolated.balance(of: .wallet(trader)) == nil)
        #expect(!isolated.contains(where: isChange(of: trader, TestRules.second)))

        // The cross account loses more than its 2,000; the isolated wallet keeps its 1,000.
        var second = venue()
        let cross = second.index("70", TestRules.second)
        #expect(cross.started?.scope == .cross)
        #expect(cross.balance(of: .isolated(trader, TestRules.first)) == nil)
        #expect(!cross.contains(where: isChange(of: trader, TestRules.first)))
        #expect(cross.balance(of: .wallet(trader)) == .zero)
        // It lives on and still dies on its own.
        #expect(second.index("90.91").started == nil)
        #expect(second.index("90.90").started?.scope == .isolated)
        #expect(second.engine.brokenInvariants().isEmpty)
    }

    private func isChange(
        of account: AccountID,
        _ instrument: InstrumentID
    ) -> (Event) -> Bool {
        {
            guard case .positionChanged(let change) = $0 else { return false }
            return change.account == account && change.instrument == instrument
        }
    }
}
