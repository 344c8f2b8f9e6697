import PlimsollEngine
import PlimsollModel
import Testing

/// The fund takes over, pays and works off what it holds, and never owes anything.
@Suite struct `Insurance fund` {
    private let maker = TestRules.firstAccount
    private let trader = TestRules.secondAccount

    /// A long of 100 at 100 on 1,000 of 2,000, against a recorded market.
    private static func venue(fund: Int = 0, leverage: UInt16 = 10) -> Venue {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 2000, leverage: leverage)
        if fund > 0 { venue.deposit(fund, to: .insuranceFund) }
        venue.trade("100", at: "100", from: maker, to: trader)
        return venue
    }

    @Test func `what nobody is left for the fund takes over all the same`() throws {
        var venue = Self.venue()
        let events = venue.index("90.5")
        #expect(events.deleveraged.isEmpty)
        #expect(events.takenOver?.quantity == Quantity(100))
        #expect(events.takenOver?.price == Price(90))
        #expect(events.deficits.isEmpty, "at the bankruptcy price nothing is missing")
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `the fund offers what it holds at its entry price`() throws {
        var venue = Self.venue()
        let order = try #require(venue.index("90.5").orders.last)
        #expect(order.account == .insuranceFund)
        #expect(order.origin == .insuranceFund)
        #expect(order.side == .sell)
        #expect(order.price == Price(90))
        #expect(order.quantity == Quantity(100))
        #expect(order.reduceOnly)
        #expect(order.timeInForce == .goodTillCancelled)

        // Half is bought; the order stands with the other half, and no new one is made.
        let buyer = venue.openTrader(deposit: 100_000)
        let half = venue.place(buyer, .buy, "50", at: "90.5")
        #expect(half.fills.first?.account == .insuranceFund)
        #expect(half.fills.first?.fee == .zero)
        #expect(half.orders.count == 1)
        #expect(venue.engine.brokenInvariants().isEmpty)
        let rest = venue.place(buyer, .buy, "50", at: "90.5")
        #expect(rest.position(of: .insuranceFund)?.quantity == .zero)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `an order that crosses trades at once`() throws {
        var venue = Self.venue()
        let buyer = venue.openTrader(deposit: 100_000)
        // The forced close trades 10 at 90, and that releases a bid above what the fund asks.
        venue.place(maker, .buy, "10", at: "90")
        venue.perform(
            .placeConditionalOrder(
                NewConditionalOrder(
                    account: buyer,
                    instrument: TestRules.first,
                    side: .buy,
                    type: .takeProfit,
                    source: .lastPrice,
                    triggerPrice: Price(90),
                    price: Price(95),
                    quantity: Quantity(30)
                )
            )
        )
        let events = venue.index("85")
        #expect(events.takenOver?.quantity == Quantity(90))
        #expect(events.orders.last?.account == .insuranceFund)
        #expect(events.orders.last?.price == Price(90))
        #expect(events.trades.map(\.price) == [Price(90), Price(95)])
        #expect(events.position(of: .insuranceFund)?.quantity == Quantity(60))
        #expect(events.balance(of: .wallet(.insuranceFund)) == Amount(150))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `another takeover replaces the order`() throws {
        var venue = Self.venue()
        venue.index("90.5")
        let late = venue.openIsolated(deposit: 2000)
        venue.place(maker, .sell, "100", at: "89.98")
        venue.place(late, .buy, "100", at: "89.98")
        // Bought at 89.98 on 899.8: bankrupt at 80.982; the average of both is 85.491, a tick is 0.01.
        let events = venue.index("81")
        let closed = try #require(events.closed.last)
        #expect(closed.account == .insuranceFund)
        #expect(closed.reason == .replaced)
        #expect(events.orders.last?.quantity == Quantity(200))
        #expect(events.orders.last?.price == number("85.50"))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a takeover that shrinks its position needs no money`() throws {
        var venue = Self.venue()
        venue.index("85")
        let short = venue.openIsolated(deposit: 2000, leverage: 50)
        let long = venue.openTrader(deposit: 100_000)
        venue.trade("100", at: "85", from: short, to: long)
        // Sold at 85 on 170: bankrupt at 86.7, where the fund's offer at 90 is out of reach.
        let events = venue.index("95")
        #expect(events.started?.account == short)
        #expect(events.deleveraged.isEmpty, "a long stands by, and is left alone")
        #expect(events.takenOver?.quantity == Quantity(-100))
        #expect(events.position(of: .insuranceFund)?.quantity == .zero)
        // It took over at 90 and gives at 86.7 what it has no money for.
        #expect(events.deficits.map(\.amount) == [Amount(330)])
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a takeover that only turns its position round asks for money`() {
        var venue = Self.venue()
        venue.index("85")
        let short = venue.openIsolated(deposit: 4000, leverage: 50)
        let long = venue.openTrader(deposit: 100_000)
        venue.trade("200", at: "85", from: short, to: long)
        // From 100 long it would be 100 short.
        let events = venue.index("95")
        #expect(events.takenOver == nil)
        #expect(events.deleveraged.map(\.counterparty) == [long])
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `its offer is never below an average price between two ticks`() {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        for added in ["1", "0.999999"] {
            let trader = venue.openIsolated(deposit: 2000)
            venue.trade("100", at: "100", from: maker, to: trader)
            venue.perform(.adjustIsolatedMargin(trader, TestRules.first, amount(added)))
        }
        // Bankrupt at 89.99 and 89.99000001: the average of 89.990000005 is above the tick.
        let offer = venue.index("90.5").orders.last
        #expect(offer?.account == .insuranceFund)
        #expect(offer?.quantity == Quantity(200))
        #expect(offer?.price == Price(90))
    }

    /// 9,050 or 10,950 there and 9,050 here, which is one more than the fund has.
    @Test(arguments: [(side: Side.buy, index: "90.5", fund: 18_099), (.sell, "109.5", 19_999)])
    func `the limit counts what it holds in every instrument of the asset`(
        side: Side,
        index: String,
        fund: Int
    ) throws {
        var venue = Venue([TestRules.simple(), TestRules.simple(name: "LTCUSDT", base: 2)])
        venue.index("100")
        venue.index("100", TestRules.second)
        let maker = venue.openAccount(.recordedMarket)
        let first = venue.openIsolated(deposit: 1000)
        let second = venue.openTrader(deposit: 1000)
        let short = venue.openTrader(deposit: 100_000)
        venue.perform(.setMarginMode(second, TestRules.second, .isolated))
        venue.place(maker, side.opposite, "100", at: "100")
        venue.place(first, side, "100")
        venue.trade("100", at: "100", from: short, to: second, TestRules.second)
        venue.deposit(fund, to: .insuranceFund)
        #expect(venue.index(index).takenOver?.account == first)
        #expect(venue.index("90.5", TestRules.second).deleveraged.count == 1)
    }

    @Test func `a loss beyond the fund's money is a recorded deficit`() throws {
        var venue = Self.venue(fund: 100)
        // At 85 the isolated wallet of 1,000 lacks 500; the fund takes over at 90, which costs it
        // nothing yet.
        #expect(venue.index("85").deficits.isEmpty)

        // A short taken over at a price far above the mark pays at once what the fund has not.
        let short = venue.openIsolated(deposit: 2000, leverage: 50)
        venue.trade("100", at: "85", from: short, to: maker)
        // Sold at 85 on 170: bankrupt at 86.7. The fund's long of 100 from 90 closes there.
        let closing = venue.index("95")
        #expect(closing.takenOver?.price == number("86.7"))
        // 100 × (86.7 − 90) = −330, of which the fund had 100.
        let deficit = try #require(closing.deficits.first)
        #expect(deficit.amount == Amount(230))
        #expect(deficit.total == Amount(230))
        #expect(closing.balance(of: .wallet(.insuranceFund)) == .zero)
        #expect(closing.balance(of: .wallet(.uncoveredLoss)) == Amount(-230))
        #expect(closing.moves.last { $0.reason == .deficit }?.to == .wallet(.insuranceFund))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `what the fund lacks for a trader's wallet is a deficit too`() throws {
        var rules = TestRules.simple()
        rules.liquidation.price = .markWhenFar
        var venue = Venue([rules])
        venue.index("100")
        let long = venue.openTrader(deposit: 1000)
        let short = venue.openTrader(deposit: 1000)
        venue.deposit(100, to: .insuranceFund)
        venue.trade("90", at: "100", from: short, to: long)
        // At 80 the long lacks 800; closed at the mark, it leaves that to the fund, which has 100.
        let events = venue.index("80")
        #expect(events.deleveraged.first?.price == Price(80))
        #expect(events.finished?.insurancePaid == Amount(100))
        #expect(events.deficits.map(\.amount) == [Amount(700)])
        #expect(events.balance(of: .wallet(long)) == .zero)
        #expect(venue.engine.brokenInvariants().isEmpty)
        // A second one adds up.
        let another = venue.openTrader(deposit: 800)
        venue.trade("90", at: "80", from: short, to: another)
        let more = venue.index("60")
        #expect(more.deficits.map(\.amount) == [Amount(1000)])
        #expect(more.deficits.map(\.total) == [Amount(1700)])
    }

    @Test func `funding that the fund cannot pay is a deficit`() throws {
        var venue = Self.venue()
        venue.index("90.5")
        venue.perform(.setFundingRate(TestRules.first, Rate(units: 1_000_000)))
        var deficits: [DeficitRecorded] = []
        for _ in 0..<2 { deficits += venue.pass(milliseconds: 28_800_000).deficits }
        #expect(deficits.count >= 1)
        #expect(deficits.last.map { $0.total } == deficits.map(\.amount).reduce(.zero, +))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }
}
