import PlimsollEngine
import PlimsollModel
import Testing

/// Orders that wait for a price.
@Suite struct `Conditional orders` {
    private let maker = TestRules.firstAccount
    private let trader = TestRules.secondAccount

    /// A market at 100 with bids down to 80 and asks up to 120, and a trader who is long one.
    private static func market() -> Venue {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 10_000)
        venue.place(maker, .sell, "1", at: "100")
        venue.place(trader, .buy, "1")
        for offset in 1...20 {
            venue.place(maker, .buy, "1", at: "\(100 - offset)")
            venue.place(maker, .sell, "1", at: "\(100 + offset)")
        }
        return venue
    }

    private func wait(
        _ side: Side,
        _ type: ConditionalType,
        at trigger: String = "0",
        limit: String = "0",
        quantity: String = "1",
        source: TriggerSource = .markPrice,
        closes: Bool = false,
        protect: Bool = false,
        callback: String = "0",
        activation: String = "0",
        id: String = ""
    ) -> Command {
        .placeConditionalOrder(
            NewConditionalOrder(
                account: trader,
                instrument: TestRules.first,
                side: side,
                type: type,
                source: source,
                closePosition: closes,
                priceProtect: protect,
                triggerPrice: number(trigger),
                price: number(limit),
                quantity: closes ? .zero : number(quantity),
                callbackRate: number(callback),
                activationPrice: number(activation),
                clientOrderID: id.isEmpty ? .none : ClientOrderID(id) ?? .none
            )
        )
    }

    @Test(arguments: [
        (Side.sell, ConditionalType.stopMarket, "95", "95.01", "95"),
        (.buy, .stopMarket, "105", "104.99", "105"),
        (.sell, .takeProfitMarket, "105", "104.99", "105"),
        (.buy, .takeProfitMarket, "95", "95.01", "95"),
    ])
    func `a trigger goes off at its price and not before`(
        side: Side,
        type: ConditionalType,
        trigger: String,
        before: String,
        at: String
    ) {
        var venue = Self.market()
        #expect(venue.perform(wait(side, type, at: trigger)).refusal == nil)
        #expect(venue.index(before).triggered.isEmpty)
        let events = venue.index(at)
        #expect(events.triggered.map(\.price) == [number(at)])
        #expect(events.fills.last?.side == side)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test(arguments: [
        (Side.sell, ConditionalType.stopMarket, "100"),
        (.buy, .stopMarket, "100"),
        (.sell, .takeProfitMarket, "99"),
        (.buy, .takeProfitMarket, "101"),
    ])
    func `one that would go off at once is refused`(
        side: Side,
        type: ConditionalType,
        trigger: String
    ) {
        var venue = Self.market()
        #expect(venue.perform(wait(side, type, at: trigger)).refusal == .wouldTriggerImmediately)
    }

    @Test func `a stop closes the position before the mark price liquidates it`() {
        var venue = Self.market()
        venue.perform(.cancelAllOrders(trader, TestRules.first))
        #expect(venue.perform(wait(.sell, .stopMarket, at: "85", closes: true)).refusal == nil)
        let events = venue.index("84")
        #expect(events.triggered.count == 1)
        #expect(events.position(of: trader)?.quantity == .zero)
        #expect(events.started == nil)
        // The position is gone: a second stop finds nothing to close.
        venue.index("100")
        #expect(venue.perform(wait(.sell, .stopMarket, at: "90", closes: true)).refusal == nil)
        #expect(venue.index("89").conditionalClosed.map(\.reason) == [.noPosition])
    }

    @Test func `a stop on the last price hears trades and not the mark`() {
        var venue = Self.market()
        venue.perform(wait(.sell, .stopMarket, at: "98", source: .lastPrice))
        #expect(venue.index("97").triggered.isEmpty)
        let other = venue.openTrader(deposit: 10_000)
        let events = venue.place(other, .sell, "2")
        #expect(events.trades.first?.price == number("99"))
        #expect(events.triggered.map(\.price) == [number("98")])
        #expect(events.trades.last?.price == number("97"))
    }

    @Test func `a stop limit rests at its price`() {
        var venue = Self.market()
        venue.perform(wait(.sell, .stop, at: "95", limit: "96"))
        let events = venue.index("95")
        #expect(events.accepted?.type == .limit)
        #expect(events.trades.map(\.price) == [number("99")])
    }

    @Test func `an order keeps its client's name, unless an open order has taken it`() throws {
        let name = try #require(ClientOrderID("mine"))
        var venue = Self.market()
        venue.perform(wait(.sell, .stopMarket, at: "95", id: "mine"))
        #expect(venue.index("95").accepted?.clientOrderID == name)
        venue.index("100")
        venue.perform(wait(.sell, .stopMarket, at: "95", id: "mine"))
        #expect(venue.place(trader, .buy, "1", at: "60", id: "mine").refusal == nil)
        let events = venue.index("95")
        #expect(events.triggered.count == 1)
        #expect(events.accepted?.clientOrderID == ClientOrderID.none)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a refused child ends its parent with the reason`() {
        var venue = Self.market()
        venue.perform(wait(.buy, .stopMarket, at: "105", quantity: "5000"))
        let closed = venue.index("105").conditionalClosed
        #expect(closed.map(\.reason) == [.rejected])
        #expect(closed.map(\.refusal) == [.insufficientMargin])
    }

    @Test func `a trailing stop follows and turns`() {
        // The published example, mirrored in steps of the mark: activation 110, callback 1 %.
        var venue = Self.market()
        let order = wait(.sell, .trailingStopMarket, callback: "0.01", activation: "110")
        #expect(venue.perform(order).refusal == nil)
        #expect(venue.index("108").triggered.isEmpty)
        #expect(venue.index("105").triggered.isEmpty, "not active yet")
        #expect(venue.index("110").triggered.isEmpty)
        #expect(venue.index("120").triggered.isEmpty)
        #expect(venue.index("118.81").triggered.isEmpty)
        #expect(venue.index("118.8").triggered.map(\.price) == [number("118.8")])
    }

    @Test func `a trailing stop's parts are checked`() {
        var venue = Self.market()
        func refusal(_ callback: String, _ activation: String) -> RejectReason? {
            let order = wait(
                .sell,
                .trailingStopMarket,
                callback: callback,
                activation: activation
            )
            return venue.perform(order).refusal
        }
        #expect(refusal("0.0009", "0") == .callbackRateOutOfRange)
        #expect(refusal("0.11", "0") == .callbackRateOutOfRange)
        #expect(refusal("0.001", "0") == nil)
        #expect(refusal("0.1", "0") == nil)
        #expect(refusal("0.01", "99") == .wouldTriggerImmediately)
        #expect(refusal("0.01", "100") == .wouldTriggerImmediately)
        #expect(refusal("0.01", "0") == nil)
    }

    @Test func `price protection withholds an order while last and mark are apart`() {
        var venue = Self.market()
        venue.perform(wait(.sell, .stopMarket, at: "94", protect: true))
        // The last trade stands at 100, six per cent from here.
        #expect(venue.index("94").conditionalClosed.map(\.reason) == [.priceProtected])
        // Exactly five per cent, to the last of eight decimals, is not apart.
        venue = Self.market()
        venue.perform(wait(.sell, .stopMarket, at: "96", protect: true))
        #expect(venue.index("95.23809524").triggered.count == 1)
    }

    /// Spec: TRIG-005.
    @Test func `a trailing buy activates, follows and goes off at its very prices`() {
        var stop = TrailingStop(
            side: .buy,
            callbackRate: number("0.01"),
            activationPrice: Price(90)
        )
        for (price, isActive, fires) in [
            ("90.01", false, false), ("90", true, false), ("90.89", true, false),
            ("90.9", true, true),
        ] {
            #expect(stop.observe(number(price)) == fires, "\(price)")
            #expect(stop.isActive == isActive, "\(price)")
        }
    }

    /// Spec: TRIG-005.
    @Test(arguments: [(side: Side.sell, trigger: Int64(99)), (.buy, 103)])
    func `no rounding lets a trailing stop go off early`(side: Side, trigger: Int64) {
        // 101 units of a price, 1 % off or on: 99.99 and 102.01.
        let stop = TrailingStop(
            side: side,
            callbackRate: number("0.01"),
            activationPrice: Price(units: 101),
            best: Price(units: 101)
        )
        #expect(stop.triggerPrice == Price(units: trigger))
    }

    @Test func `what closes a position is cut to the largest market order`() {
        var rules = TestRules.simple()
        rules.limits.marketQuantityMax = Quantity(1)
        var venue = Venue([rules])
        venue.index("100")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: 1000)
        venue.trade("1.5", at: "100", from: maker, to: trader)
        venue.place(maker, .buy, "5", at: "95")
        venue.perform(wait(.sell, .stopMarket, at: "95", closes: true))
        let events = venue.index("95")
        #expect(events.triggered.count == 1)
        #expect(events.position(of: trader)?.quantity == number("0.5"))
    }

    @Test func `names are unique, orders can be cancelled, and there is an end to them`() {
        var venue = Self.market()
        #expect(venue.perform(wait(.sell, .stopMarket, at: "90", id: "a")).refusal == nil)
        #expect(
            venue.perform(wait(.sell, .stopMarket, at: "90", id: "a")).refusal
                == .duplicateClientOrderID
        )
        let target = ConditionalReference(
            account: trader,
            instrument: TestRules.first,
            clientOrderID: ClientOrderID("a") ?? .none
        )
        #expect(venue.perform(.cancelConditionalOrder(target)).conditionalClosed.count == 1)
        #expect(venue.perform(.cancelConditionalOrder(target)).refusal == .unknownOrder)
        for _ in 0..<10 { venue.perform(wait(.sell, .stopMarket, at: "90")) }
        #expect(
            venue.perform(wait(.sell, .stopMarket, at: "90")).refusal == .tooManyConditionalOrders
        )
        let all = venue.perform(.cancelAllConditionalOrders(trader, TestRules.first))
        #expect(all.conditionalClosed.count == 10)
    }

    @Test func `a forced close takes waiting orders with it`() {
        var venue = Venue([TestRules.simple()])
        venue.index("100")
        _ = venue.openAccount(.recordedMarket)
        _ = venue.openTrader(deposit: 1000)
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.place(maker, .sell, "10", at: "100")
        venue.place(trader, .buy, "10")
        venue.perform(wait(.buy, .stopMarket, at: "110"))
        let events = venue.index("90")
        #expect(events.started != nil)
        #expect(events.conditionalClosed.map(\.reason) == [.liquidation])
    }
}
