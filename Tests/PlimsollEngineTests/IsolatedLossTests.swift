import PlimsollEngine
import PlimsollModel
import Testing

/// Who pays for an isolated position that its owner closes at a bad price.
@Suite struct `Losses beyond an isolated wallet` {
    private let friend = TestRules.firstAccount
    private let trader = TestRules.secondAccount

    /// 1 ETH long at 1,000 on 50x, so 20 of margin, and a bid of the trader's friend 4 % below.
    private static func venue(deposit: Int) -> Venue {
        var venue = Venue([TestRules.simple()])
        venue.index("1000")
        let friend = venue.openTrader(deposit: 10_000)
        let trader = venue.openIsolated(deposit: deposit, leverage: 50)
        venue.deposit(1000, to: .insuranceFund)
        venue.place(friend, .sell, "1", at: "1000")
        venue.place(trader, .buy, "1")
        venue.place(friend, .buy, "1", at: "960")
        return venue
    }

    /// Spec: POS-022.
    @Test func `the cross wallet answers before the fund`() {
        var venue = Self.venue(deposit: 100)
        let closed = venue.place(trader, .sell, "1")
        #expect(closed.fills.last?.realizedPnL == Amount(-40))
        #expect(closed.balance(of: .wallet(trader)) == Amount(60))
        #expect(closed.balance(of: .isolated(trader, TestRules.first)) == .zero)
        #expect(closed.balance(of: .wallet(.insuranceFund)) == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `the fund pays only what the cross wallet lacks`() {
        var venue = Self.venue(deposit: 25)
        let closed = venue.place(trader, .sell, "1")
        #expect(closed.balance(of: .wallet(trader)) == .zero)
        #expect(closed.balance(of: .wallet(.insuranceFund)) == Amount(985))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `closing all but a crumb does not leave the loss to the crumb`() {
        var venue = Self.venue(deposit: 100)
        let closed = venue.place(trader, .sell, "0.999")
        // 39.96 are lost, 20 stood behind the position: 19.96 come out of the 80.
        #expect(closed.balance(of: .wallet(trader)) == amount("60.04"))
        #expect(closed.started?.walletBalance == .zero)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a forced close does not touch the cross wallet`() {
        var venue = Self.venue(deposit: 100)
        venue.perform(.cancelAllOrders(friend, TestRules.first))
        let died = venue.index("950")
        #expect(died.started != nil)
        #expect(died.balance(of: .wallet(trader)) == nil)
    }

    /// Spec: POS-004.
    @Test func `the share of a wallet that stays with the position is rounded up`() {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 1000)
        venue.trade("3", at: "100", from: maker, to: trader)
        venue.perform(.adjustIsolatedMargin(trader, TestRules.first, amount("0.01")))
        venue.place(maker, .buy, "1", at: "100")
        let closed = venue.place(trader, .sell, "1")
        // Two thirds of 30.01.
        #expect(
            closed.balance(of: .isolated(trader, TestRules.first)) == amount("20.0066666666666667")
        )
    }

    /// Spec: POS-022.
    @Test func `a part closed at a gain leaves what funding took to the rest`() {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 1000)
        venue.trade("10", at: "100", from: maker, to: trader)
        venue.index("130")
        venue.perform(.adjustIsolatedMargin(trader, TestRules.first, Amount(-87)))
        venue.perform(.setFundingRate(TestRules.first, number("0.1")))
        // 13 − 130: with the gain of 300 the position is worth 183.
        _ = venue.pass(milliseconds: 28_800_000)
        venue.place(maker, .buy, "1", at: "105")
        let closed = venue.place(trader, .sell, "1")
        #expect(closed.fills.last?.realizedPnL == Amount(5))
        #expect(closed.balance(of: .isolated(trader, TestRules.first)) == Amount(-112))
        #expect(closed.balance(of: .wallet(trader)) == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    /// Spec: FEE-002.
    @Test func `a fee takes the last of the cross wallet before it takes of the position`() {
        var venue = Venue([TestRules.simple(taker: Rate(units: 50_000))])
        venue.index("2000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 201)
        venue.place(maker, .sell, "1", at: "2000")
        let opened = venue.place(trader, .buy, "1")
        #expect(opened.balance(of: .wallet(trader)) == .zero)
        #expect(opened.balance(of: .isolated(trader, TestRules.first)) == Amount(200))
    }

    /// Spec: FEE-002.
    @Test func `the fee of a close that leaves nothing is paid by the fund`() {
        var venue = Venue([TestRules.simple(taker: Rate(units: 50_000))])
        venue.index("1000")
        let friend = venue.openTrader(deposit: 10_000)
        let trader = venue.openIsolated(deposit: 21, leverage: 50)
        venue.deposit(1000, to: .insuranceFund)
        venue.place(friend, .sell, "1", at: "1000")
        venue.place(trader, .buy, "1")
        venue.place(friend, .buy, "1", at: "960")
        // Of 21 the opening cost 0.5; the close loses 40 and costs 0.48.
        let closed = venue.place(trader, .sell, "1")
        #expect(closed.balance(of: .wallet(trader)) == .zero)
        #expect(closed.balance(of: .wallet(.insuranceFund)) == amount("980.02"))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }
}
