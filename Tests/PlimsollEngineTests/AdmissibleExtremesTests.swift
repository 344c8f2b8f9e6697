import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// Rules, prices and sequences of rules that are allowed, and far from what a market looks like.
@Suite(.computesForLong) struct `Extremes that the rules admit` {
    /// Sixty samples of five thousand million each are more than a word of 64 bits holds.
    @Test func `a far ask does not carry the sum of the basis samples away`() throws {
        var rules = TestRules.simple()
        rules.contract.tickSize = Price(100)
        rules.limits.priceMin = Price(100)
        rules.limits.priceMax = Price(10_000_000_000)
        rules.limits.quantityMax = Quantity(1000)
        rules.limits.marketQuantityMax = Quantity(1000)
        rules.mark.sampleCount = 60
        var venue = Venue([rules])
        venue.index("1000")
        let maker = venue.openAccount(.recordedMarket)
        venue.place(maker, .buy, "1", at: "1000")
        venue.place(maker, .sell, "1", at: "10000000000")
        let events = venue.pass(milliseconds: 300_000)
        let prices = try #require(events.prices)
        // The mid price is 5,000,000,500: the average of sixty of its distances is that distance.
        #expect(prices.averageBasisPrice == Price(5_000_000_500))
        #expect(prices.mark == Price(1000))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    /// A column of the ledger stays when a contract's settle asset is corrected before it trades.
    @Test func `a snapshot keeps the wallets of an asset that nothing settles in any more`() throws
    {
        let rules = TestRules.inverse()
        var venue = Venue([])
        venue.perform(.changeRules(.defineAsset(TestRules.usdt, TestRules.symbol("USDT"))))
        venue.perform(
            .changeRules(.defineAsset(AssetID(rawValue: 1), TestRules.symbol("BTC")))
        )
        venue.perform(.changeRules(.setContract(TestRules.first, TestRules.simple().contract)))
        venue.perform(.changeRules(.setContract(TestRules.first, rules.contract)))
        let trader = venue.openTrader(deposit: 7)
        venue.deposit(3, of: AssetID(rawValue: 1), to: trader)
        let snapshot = venue.engine.snapshot()
        var restored = try Engine(snapshot: snapshot)
        #expect(restored.snapshot() == snapshot)
        var events = EventBuffer()
        restored.apply(
            SequencedCommand(
                sequence: venue.sequence.next,
                time: venue.time,
                command: .withdraw(
                    BalanceChange(account: trader, asset: TestRules.usdt, amount: Amount(7))
                )
            ),
            into: &events
        )
        #expect(Array(events.events(in: 0..<events.count)).refusal == nil)
        #expect(restored.brokenInvariants().isEmpty)
    }

    /// A contract that is worth nothing at a price has no maintenance margin to share a loss by.
    @Test func `a step of an inverse contract is worth something at any price`() {
        var rules = TestRules.inverse()
        rules.contract.multiplier = Price(units: 1)
        rules.contract.stepSize = Quantity(units: 1)
        rules.limits.quantityMin = Quantity(units: 1)
        #expect(throws: RulesError.multiplierOutOfRange) { try rules.validate() }
    }

    /// A loss of a billion behind a thousandth of a coin.
    @Test func `a bankruptcy price beyond all prices is the highest, and none is zero`() {
        let beyond = bankruptcyPrice(
            quantity: number("0.001"),
            entryValue: amount("0.1"),
            walletBalance: Amount(-1_000_000_000),
            rounding: .up
        )
        #expect(beyond == Price(units: .max))
        let none = bankruptcyPrice(
            quantity: number("0.001"),
            entryValue: amount("0.1"),
            walletBalance: Amount(1),
            rounding: .up
        )
        #expect(none == .zero)
    }

    /// What is left of a position may be less than the smallest order.
    @Test func `a closing conditional order closes less than the smallest order`() throws {
        var rules = TestRules.simple()
        rules.limits.quantityMin = number("0.01")
        var venue = Venue([rules])
        venue.index("1000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1000)
        venue.place(maker, .sell, "0.015", at: "1000")
        venue.place(trader, .buy, "0.015")
        venue.place(maker, .buy, "0.01", at: "1000")
        venue.place(trader, .sell, "0.01", reduceOnly: true)
        venue.place(maker, .buy, "1", at: "990")
        venue.perform(
            .placeConditionalOrder(
                NewConditionalOrder(
                    account: trader,
                    instrument: TestRules.first,
                    side: .sell,
                    type: .stopMarket,
                    source: .markPrice,
                    closePosition: true,
                    triggerPrice: number("995")
                )
            )
        )
        let events = venue.index("990")
        #expect(venue.engine.brokenInvariants().isEmpty)
        let position = events.position(of: trader)
        #expect(position?.quantity == .zero)
    }
}
