import PlimsollEngine
import PlimsollModel
import Testing

/// How orders are admitted, matched, amended and closed.
@Suite struct `Orders` {
    private let maker = TestRules.firstAccount
    private let taker = TestRules.secondAccount
    private var trader: AccountID { maker }

    private static func market() -> Venue {
        var venue = Venue([
            TestRules.simple(maker: Rate(units: 20_000), taker: Rate(units: 50_000))
        ])
        venue.index("100")
        _ = venue.openTrader(deposit: 100_000)
        _ = venue.openTrader(deposit: 100_000)
        return venue
    }

    @Test func `the best price trades first, then the oldest`() {
        var venue = Self.market()
        let early = venue.place(maker, .sell, "1", at: "101").accepted?.order
        let late = venue.place(maker, .sell, "1", at: "101").accepted?.order
        let best = venue.place(maker, .sell, "1", at: "100.5").accepted?.order
        let trades = venue.place(taker, .buy, "3", at: "101").trades
        #expect(trades.map(\.maker) == [best, early, late].compactMap { $0 })
        #expect(trades.map(\.price) == [number("100.5"), number("101"), number("101")])
    }

    @Test func `a fill pays maker and taker fees at eight decimals`() {
        var venue = Self.market()
        venue.place(maker, .sell, "0.333", at: "100.01")
        let fills = venue.place(taker, .buy, "0.333").fills
        // 33.30333 × 0.02 % and × 0.05 %.
        #expect(fills.first?.fee == amount("0.00666067"))
        #expect(fills.last?.fee == amount("0.01665167"))
    }

    @Test func `an amended order loses its place`() {
        var venue = Self.market()
        let first = venue.place(maker, .sell, "1", at: "101").accepted?.order ?? .none
        let second = venue.place(maker, .sell, "1", at: "101").accepted?.order ?? .none
        let target = OrderReference(account: maker, instrument: TestRules.first, order: first)
        let same = OrderAmendment(target: target, price: number("101"), quantity: number("1"))
        #expect(venue.perform(.amendOrder(same)).refusal == .nothingToAmend)
        let larger = OrderAmendment(target: target, price: number("101"), quantity: number("2"))
        #expect(venue.perform(.amendOrder(larger)).refusal == nil)
        #expect(venue.place(taker, .buy, "1").trades.map(\.maker) == [second])
    }

    @Test func `an order amended into the market trades at once`() {
        var venue = Self.market()
        venue.place(maker, .sell, "1", at: "101")
        let bid = venue.place(taker, .buy, "1", at: "99").accepted?.order ?? .none
        let events = venue.perform(
            .amendOrder(
                OrderAmendment(
                    target: OrderReference(
                        account: taker,
                        instrument: TestRules.first,
                        order: bid
                    ),
                    price: number("101"),
                    quantity: number("1")
                )
            )
        )
        #expect(events.trades.map(\.taker) == [bid])
    }

    @Test func `each time in force does what it says`() {
        var venue = Self.market()
        venue.place(maker, .sell, "1", at: "101")
        #expect(
            venue.place(taker, .buy, "2", at: "101", .fillOrKill).refusal == .fillOrKillUnfillable
        )
        #expect(
            venue.place(taker, .buy, "1", at: "101", .goodTillCrossing).refusal
                == .postOnlyWouldTake
        )
        let immediate = venue.place(taker, .buy, "2", at: "101", .immediateOrCancel)
        #expect(immediate.fills.count == 2)
        #expect(immediate.closed.map(\.reason) == [.unfilledRemainder])
        #expect(venue.place(taker, .buy, "1").refusal == .emptyBook)
    }

    @Test func `reduce-only never opens, never flips and ends with its position`() {
        var venue = Self.market()
        #expect(
            venue.place(taker, .sell, "1", at: "100", reduceOnly: true).refusal
                == .reduceOnlyRejected
        )
        venue.place(maker, .sell, "1", at: "100")
        venue.place(taker, .buy, "1")
        let resting = venue.place(taker, .sell, "5", at: "102", reduceOnly: true)
        #expect(resting.accepted?.quantity == number("1"))
        venue.place(maker, .buy, "3", at: "99")
        let closing = venue.place(taker, .sell, "2", reduceOnly: true)
        #expect(closing.position(of: taker)?.quantity == .zero)
        #expect(closing.closed.map(\.reason) == [.reduceOnly])
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a client's name is unique while its order is open`() {
        var venue = Self.market()
        #expect(venue.place(maker, .sell, "1", at: "101", id: "a").refusal == nil)
        #expect(
            venue.place(maker, .sell, "1", at: "101", id: "a").refusal == .duplicateClientOrderID
        )
        #expect(venue.place(taker, .sell, "1", at: "102", id: "a").refusal == nil)
        let target = OrderReference(
            account: maker,
            instrument: TestRules.first,
            clientOrderID: ClientOrderID("a") ?? .none
        )
        #expect(venue.perform(.cancelOrder(target)).closed.count == 1)
        #expect(venue.perform(.cancelOrder(target)).refusal == .unknownOrder)
        #expect(venue.place(maker, .sell, "1", at: "101", id: "a").refusal == nil)
    }

    @Test func `nobody cancels another's order`() {
        var venue = Self.market()
        let order = venue.place(maker, .sell, "1", at: "101").accepted?.order ?? .none
        let foreign = OrderReference(account: taker, instrument: TestRules.first, order: order)
        #expect(venue.perform(.cancelOrder(foreign)).refusal == .unknownOrder)
    }

    @Test(arguments: [
        ("0", "100", RejectReason.quantityNotPositive),
        ("0.0001", "100", .quantityBelowMin),
        ("10000.001", "100", .quantityAboveMax),
        ("1.0005", "100", .quantityNotOnStep),
        ("1", "0", .priceNotPositive),
        ("1", "0.001", .priceBelowMin),
        ("1", "1000001", .priceAboveMax),
        ("1", "100.001", .priceNotOnTick),
        ("1", "150.01", .priceAboveBand),
        ("0.04", "100", .notionalBelowMin),
        ("7000", "149", .insufficientMargin),
    ])
    func `a bad order is refused by its first fault`(
        quantity: String,
        price: String,
        reason: RejectReason
    ) {
        var venue = Self.market()
        let events = venue.place(trader, .buy, quantity, at: price)
        #expect(events.count == 1)
        #expect(events.refusal == reason)
    }

    /// Spec: ORD-002.
    @Test(arguments: [
        // The smallest quantity and the smallest notional; the largest quantity and the lowest price.
        (index: "5000", side: Side.buy, quantity: "0.001", price: "5000"),
        ("0.02", .buy, "10000", "0.01"), ("1000000", .buy, "0.001", "1000000"),
        // Half as much again above the mark price, and half as much below.
        ("100", .buy, "1", "150"), ("100", .sell, "1", "50"),
    ])
    func `an order exactly at a limit is taken`(
        index: String,
        side: Side,
        quantity: String,
        price: String
    ) {
        var venue = Self.market()
        venue.index(index)
        #expect(venue.place(trader, side, quantity, at: price).refusal == nil)
    }

    /// Spec: MARG-004.
    @Test func `a sell below the mark price is reckoned at the mark price`() {
        var venue = Self.market()
        #expect(venue.place(trader, .sell, "1", at: "99").accepted?.marginPrice == Price(100))
        #expect(venue.place(taker, .sell, "1", at: "101").accepted?.marginPrice == Price(101))
    }

    @Test(arguments: [
        // A half more than 66.67333333 is 100.009999995, half of 66.68000001 is 33.340000005.
        (index: "100", side: Side.buy, price: "150", isReached: true),
        ("100", .sell, "50", true), ("66.67333333", .buy, "100", true),
        ("66.67333333", .buy, "100.01", false), ("66.68000001", .sell, "33.35", true),
        ("66.68000001", .sell, "33.34", false),
    ])
    func `a market order reaches as far as its bound, and no rounding takes it further`(
        index: String,
        side: Side,
        price: String,
        isReached: Bool
    ) {
        var venue = Venue([TestRules.simple()])
        venue.index(index)
        let market = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1000)
        #expect(venue.place(market, side.opposite, "1", at: price).refusal == nil)
        let refusal = venue.place(trader, side, "1").refusal
        #expect(refusal == (isReached ? nil : .nothingWithinTakeBound))
    }

    @Test func `turning a position round is not refused for what the mark price made of it`() {
        var venue = Venue([TestRules.simple(tiers: TestRules.tiered)])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 10_000)
        venue.perform(.setLeverage(trader, TestRules.first, 50))
        venue.trade("500", at: "100", from: maker, to: trader)
        // 50,500 is beyond the cap of 50,000, and the other way round it is no more.
        venue.index("101")
        #expect(venue.place(trader, .sell, "1000", at: "101").refusal == nil)
        #expect(
            venue.place(trader, .sell, "0.1", at: "101").refusal == .exceedsMaximumPosition
        )
    }

    @Test func `a reduce-only order amended beyond its position closes no more than that`() {
        var venue = Self.market()
        venue.trade("1", at: "100", from: maker, to: taker)
        let resting = venue.place(taker, .sell, "1", at: "102", reduceOnly: true)
        venue.place(maker, .buy, "5", at: "99")
        let events = venue.perform(
            amendment(of: resting.accepted?.order, by: taker, to: "5", at: "99")
        )
        #expect(events.trades.map(\.quantity) == [Quantity(1)])
        #expect(events.position(of: taker)?.quantity == .zero)
        #expect(events.closed.map(\.reason) == [.reduceOnly])
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `an amendment asks for the margin of what is left to fill`() {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 110)
        let order = venue.place(trader, .buy, "10", at: "100").accepted?.order
        venue.place(maker, .sell, "5", at: "100")
        // 5 are held and 6 wanted: 110 in all.
        let more = venue.perform(amendment(of: order, by: trader, to: "11", at: "100"))
        #expect(more.refusal == nil)
        let most = venue.perform(amendment(of: order, by: trader, to: "11.001", at: "100"))
        #expect(most.refusal == .insufficientMargin)
    }

    private func amendment(
        of order: OrderID?,
        by account: AccountID,
        to quantity: String,
        at price: String
    ) -> Command {
        .amendOrder(
            OrderAmendment(
                target: OrderReference(
                    account: account,
                    instrument: TestRules.first,
                    order: order ?? .none
                ),
                price: number(price),
                quantity: number(quantity)
            )
        )
    }

    @Test func `a market order is reckoned at the worst price it really reaches`() {
        var venue = Self.market()
        let other = venue.openTrader(deposit: 100_000)
        venue.place(maker, .sell, "2", at: "100")
        venue.place(other, .buy, "2")
        venue.place(other, .sell, "2", at: "101", reduceOnly: true)
        venue.place(maker, .buy, "1.5", at: "99")
        venue.place(other, .sell, "1.5")
        venue.place(maker, .sell, "5", at: "105")
        // Two are offered at 101, but the position behind them holds only a half.
        let events = venue.place(taker, .buy, "2")
        #expect(events.trades.map(\.price) == [number("101"), number("105")])
        #expect(events.accepted?.marginPrice == number("105"))
        #expect(
            venue.place(taker, .buy, "6", at: "105", .fillOrKill).refusal
                == .fillOrKillUnfillable
        )
    }

    @Test func `margin calls in two assets do not speak for each other`() {
        let usdc = AssetID(rawValue: 2)
        var second = TestRules.simple(name: "ETHUSDC", base: 1)
        second.contract.settleAsset = usdc
        var venue = Venue([TestRules.simple(), second])
        venue.index("100", TestRules.first)
        venue.index("100", TestRules.second)
        let market = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 100)
        func give(_ amount: Int) -> Command {
            .deposit(BalanceChange(account: trader, asset: usdc, amount: Amount(amount)))
        }
        func calls(_ events: [Event]) -> [Bool] {
            events.compactMap {
                if case .marginCallChanged(let call) = $0 { call.isCalled } else { nil }
            }
        }
        venue.perform(give(100))
        for instrument in [TestRules.first, TestRules.second] {
            venue.place(market, .sell, "10", at: "100", .goodTillCancelled, instrument)
            venue.place(trader, .buy, "10", .goodTillCancelled, instrument)
        }
        // 10 × (91.1 − 100) + 100 = 11 against a maintenance margin of 9.11.
        #expect(calls(venue.index("91.1", TestRules.second)) == [true])
        #expect(calls(venue.index("100.5", TestRules.first)) == [])
        #expect(calls(venue.perform(give(50))) == [false])
    }

    @Test func `a full ladder can still be closed`() {
        var rules = TestRules.simple()
        rules.limits.openOrderCountMax = 2
        var venue = Venue([rules])
        venue.index("100")
        _ = venue.openTrader(deposit: 100_000)
        _ = venue.openTrader(deposit: 100_000)
        venue.place(maker, .sell, "2", at: "100")
        venue.place(taker, .buy, "1", at: "90")
        venue.place(taker, .buy, "1", at: "91")
        #expect(venue.place(taker, .buy, "1", at: "92").refusal == .tooManyOpenOrders)
        #expect(venue.place(taker, .buy, "1", at: "100", .immediateOrCancel).fills.count == 2)
        #expect(venue.place(taker, .buy, "1").fills.count == 2)
    }

    @Test func `a position may not pass the cap of its leverage`() {
        var venue = Venue([TestRules.simple(tiers: TestRules.tiered)])
        venue.index("100")
        let trader = venue.openTrader(deposit: 1_000_000)
        venue.perform(.setLeverage(trader, TestRules.first, 50))
        #expect(venue.place(trader, .buy, "500.001", at: "100").refusal == .exceedsMaximumPosition)
        #expect(venue.place(trader, .buy, "500", at: "100").refusal == nil)
        #expect(
            venue.perform(.setLeverage(trader, TestRules.first, 51)).refusal
                == .leverageOutOfRange
        )
        venue.perform(.setLeverage(trader, TestRules.first, 20))
        venue.place(trader, .buy, "100", at: "100")
        #expect(
            venue.perform(.setLeverage(trader, TestRules.first, 50)).refusal
                == .exceedsMaximumPosition
        )
    }

    @Test func `no crowd of orders can make a sum of quantities overflow`() {
        var rules = TestRules.simple()
        rules.limits.quantityMax = Quantity(10_000_000)
        rules.limits.marketQuantityMax = Quantity(10_000_000)
        rules.limits.openOrderCountMax = 100_000
        var venue = Venue([rules])
        venue.index("0.02")
        let market = venue.openAccount(.recordedMarket)
        var refused = 0
        for _ in 0..<8_100
        where venue.place(market, .sell, "10000000", at: "0.02").refusal != nil {
            refused += 1
        }
        #expect(refused == 100)
        #expect(
            venue.place(market, .sell, "1000", at: "0.02").refusal == .exceedsMaximumPosition
        )
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `settings stand still while they matter`() {
        var venue = Self.market()
        func mode(_ mode: MarginMode) -> RejectReason? {
            venue.perform(.setMarginMode(taker, TestRules.first, mode)).refusal
        }
        #expect(mode(.cross) == .marginModeUnchanged)
        #expect(mode(.isolated) == nil)
        venue.place(taker, .buy, "1", at: "99", id: "x")
        #expect(mode(.cross) == .marginModeOpenOrders)
        venue.perform(.cancelAllOrders(taker, TestRules.first))
        venue.place(maker, .sell, "1", at: "100")
        venue.place(taker, .buy, "1")
        #expect(mode(.cross) == .marginModeOpenPosition)
        #expect(
            venue.perform(.setLeverage(taker, TestRules.first, 5)).refusal
                == .leverageReductionIsolatedPosition
        )
        #expect(venue.perform(.setLeverage(taker, TestRules.first, 20)).refusal == nil)
    }

    @Test func `isolated margin can be added, and taken back only down to what is needed`() {
        var venue = Self.market()
        venue.perform(.setMarginMode(taker, TestRules.first, .isolated))
        venue.place(maker, .sell, "10", at: "100")
        func adjust(_ text: String) -> RejectReason? {
            venue.perform(.adjustIsolatedMargin(taker, TestRules.first, amount(text))).refusal
        }
        #expect(adjust("10") == .isolatedMarginNoPosition)
        venue.place(taker, .buy, "10")
        #expect(adjust("50") == nil)
        #expect(adjust("-50.01") == .isolatedMarginRemovalTooLarge)
        #expect(adjust("-50") == nil)
        #expect(adjust("1000000") == .insufficientBalance)
    }

    /// Spec: MARG-012.
    @Test(arguments: [
        // 200 + 50 − 105 is less than 200 − 10.5.
        (mark: "1050", removable: "145"),
        // 200 − 12 is less than 200 + 200 − 120.
        (mark: "1200", removable: "188"),
    ])
    func `of isolated margin as much can be taken as neither margin rule needs`(
        mark: String,
        removable: String
    ) {
        var venue = Venue([TestRules.simple()])
        venue.index("1000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openIsolated(deposit: 1000)
        venue.trade("1", at: "1000", from: maker, to: trader)
        func adjust(_ amount: Amount) -> RejectReason? {
            venue.perform(.adjustIsolatedMargin(trader, TestRules.first, amount)).refusal
        }
        #expect(adjust(Amount(100)) == nil)
        venue.index(mark)
        #expect(
            adjust(-(amount(removable) + Amount(units: 1))) == .isolatedMarginRemovalTooLarge
        )
        #expect(adjust(-amount(removable)) == nil)
    }

    @Test func `nothing that could be lost can be withdrawn`() {
        var venue = Self.market()
        venue.place(maker, .sell, "1000", at: "100")
        venue.place(taker, .buy, "1000")
        venue.index("110")
        func withdraw(_ text: String) -> RejectReason? {
            venue.perform(
                .withdraw(
                    BalanceChange(account: taker, asset: TestRules.usdt, amount: amount(text))
                )
            ).refusal
        }
        // The wallet holds 99,950 after the fee; 1,100 is the maintenance at the mark of 110.
        #expect(withdraw("98850.01") == .insufficientBalance)
        #expect(withdraw("98850") == nil)
    }

    @Test func `time never runs backwards`() {
        var venue = Self.market()
        venue.time = venue.time.advanced(byMilliseconds: -1)
        #expect(venue.place(trader, .buy, "1", at: "99").refusal == .timeRunsBackwards)
    }
}
