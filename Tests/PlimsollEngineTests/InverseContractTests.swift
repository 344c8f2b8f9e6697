import PlimsollEngine
import PlimsollModel
import Testing

/// Contracts of one dollar, settled in bitcoin, through the whole engine.
@Suite struct `Inverse contracts` {
    private static let coin = AssetID(rawValue: 1)

    private static func venue(_ rules: InstrumentRules = TestRules.inverse()) -> Venue {
        Venue([rules])
    }

    /// The guide's example: 15,000 contracts from 750 to 800 are 1.25 bitcoin.
    @Test(arguments: [(side: Side.buy, profit: "1.25"), (side: .sell, profit: "-1.25")])
    func `15,000 contracts from 750 to 800 gain and lose 1.25 bitcoin`(
        side: Side,
        profit: String
    ) throws {
        var venue = Self.venue()
        venue.index("750")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 10, of: Self.coin)
        venue.place(maker, side.opposite, "15000", at: "750")
        let opened = venue.place(trader, side, "15000")
        // A long owes coins, and owes fewer of them as the price rises.
        #expect(
            opened.position(of: trader)?.entryValue == (side == .buy ? Amount(-20) : Amount(20))
        )
        venue.index("800")
        venue.place(maker, side, "15000", at: "800")
        let closed = venue.place(trader, side.opposite, "15000", reduceOnly: true)
        #expect(closed.fills.last?.realizedPnL == amount(profit))
        #expect(closed.balance(of: .wallet(trader)) == Amount(10) + amount(profit))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `the average entry price is the harmonic mean`() throws {
        var venue = Self.venue()
        venue.index("500")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 100, of: Self.coin)
        venue.place(maker, .sell, "1000", at: "500")
        venue.place(trader, .buy, "1000")
        venue.place(maker, .sell, "1000", at: "600")
        let opened = venue.place(trader, .buy, "1000")
        let position = try #require(opened.position(of: trader))
        let price = entryPrice(
            quantity: position.quantity,
            entryValue: position.entryValue,
            valuation: TestRules.inverse().contract.valuation
        )
        // 2 ÷ (1 ÷ 500 + 1 ÷ 600), where the arithmetic mean would be 550.
        #expect(price == number("545.45454545"))
    }

    /// 100 coins' worth at 50x are two coins of margin; the fee is a share of the coins.
    @Test func `margin and fees are shares of the value in coin`() throws {
        var venue = Self.venue(TestRules.inverse(taker: Rate(units: 75_000)))
        venue.index("1000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 3, of: Self.coin)
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.perform(.setLeverage(trader, TestRules.first, 50))
        venue.place(maker, .sell, "200000", at: "1000")
        #expect(venue.place(trader, .buy, "150001").refusal == .insufficientMargin)
        let opened = venue.place(trader, .buy, "100000")
        #expect(opened.balance(of: .isolated(trader, TestRules.first)) == Amount(2))
        #expect(opened.fills.last?.fee == amount("0.075"))
        #expect(opened.balance(of: .wallet(trader)) == amount("0.925"))
    }

    /// 6,000 at 100x is bankrupt at entry × leverage ÷ (leverage ± 1), and liquidated where 0.4 %
    /// of the value then is left: at that price × (1 ± 0.4 %).
    @Test(arguments: [
        (
            side: Side.buy, alive: "5964.5", dead: "5964", price: "5964.35643564",
            bankrupt: "5940.59405941"
        ),
        (
            side: .sell, alive: "6036", dead: "6036.5", price: "6036.36363636",
            bankrupt: "6060.60606060"
        ),
    ])
    func `6,000 at 100x ends where the inverse formula says`(
        side: Side,
        alive: String,
        dead: String,
        price: String,
        bankrupt: String
    ) throws {
        var venue = Self.venue()
        venue.index("6000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1, of: Self.coin)
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.perform(.setLeverage(trader, TestRules.first, 100))
        venue.place(maker, side.opposite, "6000", at: "6000")
        venue.place(trader, side, "6000")
        #expect(venue.index(alive).started == nil)
        let started = try #require(venue.index(dead).started)
        #expect(started.liquidationPrice == number(price))
        #expect(started.bankruptcyPrice == number(bankrupt))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    /// Spec: POS-020.
    @Test(arguments: [
        // Bought at 1 on 1,004.00801603: bankrupt at 0.499.
        (
            side: Side.buy, entry: "1", leverage: UInt16(1), added: "4.00801603", dead: "0.5009",
            bankrupt: "0.5"
        ),
        // Sold at 900,000 on 0.000113107…: bankrupt at 1,002,000.
        (.sell, "900000", 10, "0.000001996", "999000", "1000000"),
    ])
    func `nobody is bankrupt beyond the prices of orders`(
        side: Side,
        entry: String,
        leverage: UInt16,
        added: String,
        dead: String,
        bankrupt: String
    ) throws {
        var venue = Self.venue()
        venue.index(entry)
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 2000, of: Self.coin)
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.perform(.setLeverage(trader, TestRules.first, leverage))
        venue.place(maker, side.opposite, "1000", at: entry)
        venue.place(trader, side, "1000", at: entry)
        venue.perform(.adjustIsolatedMargin(trader, TestRules.first, amount(added)))
        let started = try #require(venue.index(dead).started)
        #expect(started.bankruptcyPrice == number(bankrupt))
    }

    @Test func `a buy above the mark price is reckoned at the mark price`() {
        var venue = Self.venue()
        venue.index("1000")
        let trader = venue.openTrader(deposit: 10, of: Self.coin)
        let other = venue.openTrader(deposit: 10, of: Self.coin)
        let buy = venue.place(trader, .buy, "1000", at: "1001").accepted
        #expect(buy?.marginPrice == Price(1000))
        #expect(venue.place(other, .sell, "1000", at: "1002").accepted?.marginPrice == Price(1002))
    }

    @Test func `an inverse short at 1x is never liquidated, however high the price`() {
        var venue = Self.venue()
        venue.index("1000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 2, of: Self.coin)
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.perform(.setLeverage(trader, TestRules.first, 1))
        venue.place(maker, .buy, "1000", at: "1000")
        venue.place(trader, .sell, "1000")
        #expect(venue.index("1000000").started == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `partial fills of an inverse order leave nothing of it in the sums`() {
        var venue = Self.venue()
        venue.index("700")
        let maker = venue.openTrader(deposit: 10, of: Self.coin)
        let trader = venue.openTrader(deposit: 10, of: Self.coin)
        venue.place(maker, .sell, "1000", at: "700")
        // 1 ÷ 700 is no finite decimal: the values of thirds do not sum to the value of the whole.
        for quantity in ["333", "333", "334"] {
            venue.place(trader, .buy, quantity)
            #expect(venue.engine.brokenInvariants().isEmpty)
        }
    }

    /// Spec: LIQ-020.
    @Test func `a step keeps what is worth the cap as values are rounded`() {
        // A third of a coin is told as 0.3333333333333333: one contract at 3 is worth the cap.
        let cap = amount("0.3333333333333333")
        let tiers = [(Amount.zero, cap), (cap, Amount(10))].map { floor, cap in
            MarginTier(
                notionalFloor: floor,
                notionalCap: cap,
                leverageMax: 10,
                maintenanceRate: Rate(units: 1_000_000),
                deduction: .zero
            )
        }
        let step = liquidationStep(
            quantity: Quantity(3),
            contract: TestRules.inverse().contract,
            markPrice: Price(3),
            terms: LiquidationTerms(),
            tiers: tiers.span
        )
        #expect(step == Quantity(2))
    }

    @Test func `funding is paid on the value in coin`() throws {
        var rules = TestRules.inverse()
        rules.funding.rate = Rate(units: 10_000)
        var venue = Self.venue(rules)
        venue.index("800")
        let short = venue.openTrader(deposit: 100, of: Self.coin)
        let long = venue.openTrader(deposit: 100, of: Self.coin)
        venue.place(short, .sell, "80000", at: "800")
        venue.place(long, .buy, "80000")
        let settled = venue.pass(milliseconds: 28_800_000)
        #expect(settled.balance(of: .wallet(long)) == amount("99.99"))
        #expect(settled.balance(of: .wallet(short)) == amount("100.01"))
    }

    @Test func `an index price below the lowest order price is refused`() {
        var venue = Self.venue()
        #expect(venue.index("0.49999999").refusal == .priceBelowMin)
        #expect(venue.index("0.5").refusal == nil)
    }
}
