import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Testing

@testable import PlimsollGateway

@Suite struct `User data stream` {
    static let orderFields = """
        s:s c:s S:s o:s f:s q:s p:s ap:s sp:s x:s X:s i:i l:s z:s L:s T:i t:i b:s a:s m:b R:b wt:s \
        ot:s ps:s cp:b rp:s pP:b si:i ss:i V:s pm:s gtd:i er:s
        """

    private let venue: StreamTestVenue
    private let test: StreamTestPublisher
    private let trader: AccountID
    private let other: AccountID

    init() throws {
        venue = try StreamTestVenue()
        test = StreamTestPublisher(venue)
        trader = venue.openTrader(deposit: 1000)
        other = venue.openTrader(deposit: 1_000_000)
    }

    private func listen() throws {
        try test.watch(test.listenKeys.create(for: trader, at: test.wallClock))
    }

    private func publish(_ commands: PublishedCommand...) throws -> [JSONObject] {
        test.publisher.publish(commands)
        return try test.events()
    }

    /// `NEW NEW`, `TRADE FILLED` and so on for orders, the reason for account updates.
    private func story(_ events: [JSONObject]) -> [String] {
        events.map { event in
            switch event.kind {
            case "ORDER_TRADE_UPDATE":
                "\(event["o"]["x"].text ?? "") \(event["o"]["X"].text ?? "")"
            case "ACCOUNT_UPDATE": event["a"]["m"].text ?? ""
            default: event.kind
            }
        }
    }

    @Test func `a market order is told from its acceptance to the account`() throws {
        _ = try venue.limit(other, .sell, "0.2", at: "4000")
        _ = try venue.limit(other, .sell, "0.5", at: "4001")
        try listen()
        let events = try publish(try venue.market(trader, .buy, "0.3"))
        #expect(
            story(events) == [
                "NEW NEW", "TRADE_LITE", "TRADE PARTIALLY_FILLED", "ORDER", "TRADE_LITE",
                "TRADE FILLED", "ORDER",
            ]
        )
        let accepted = events[0]["o"]
        #expect(accepted.shape == shape(Self.orderFields))
        #expect(accepted["t"].integer == 0)
        let filled = events[5]["o"]
        #expect(filled.shape == shape(Self.orderFields + " n:s N:s"))
        #expect(filled["z"].text == "0.300")
        #expect(filled["l"].text == "0.100")
        #expect(filled["L"].text == "4001.00")
        #expect(filled["ap"].text == "4000.33333333")
        #expect(filled["n"].text == "0.20005000")
        #expect(filled["N"].text == "USDT")
        #expect(events[0].shape == shape("e:s E:i T:i o:o"))
    }

    /// Spec: STRM-012.
    @Test func `an account update has the rows that changed, as they are after the fill`() throws {
        _ = try venue.limit(other, .sell, "0.5", at: "4000")
        try listen()
        let events = try publish(try venue.market(trader, .buy, "0.5"))
        let update = try #require(events.last)
        #expect(update.shape == shape("e:s E:i T:i a:o"))
        #expect(update["a"].shape == shape("m:s B:l P:l"))
        let balance = update["a"]["B"][0]
        #expect(balance.shape == shape("a:s wb:s cw:s bc:s"))
        #expect(balance["a"].text == "USDT")
        #expect(balance["wb"].text == "999.00000000")
        #expect(balance["bc"].text == "0.00000000")
        let position = update["a"]["P"][0]
        #expect(position.shape == shape("s:s pa:s ep:s bep:s cr:s up:s mt:s iw:s ps:s"))
        #expect(position["pa"].text == "0.500")
        #expect(position["ep"].text == "4000.00")
        #expect(position["bep"].text == "4002.00")
        #expect(position["mt"].text == "cross")
        #expect(position["ps"].text == "BOTH")
        #expect(update["a"]["P"].list.count == 1)
    }

    @Test func `an isolated position moves margin within one update`() throws {
        venue.perform(.setMarginMode(trader, StreamTestVenue.ether, .isolated))
        _ = try venue.limit(other, .sell, "0.5", at: "4000")
        try listen()
        let events = try publish(try venue.market(trader, .buy, "0.5"))
        #expect(story(events) == ["NEW NEW", "TRADE_LITE", "TRADE FILLED", "ORDER"])
        let update = try #require(events.last)["a"]
        #expect(update["B"][0]["wb"].text == "999.00000000")
        #expect(update["B"][0]["cw"].text == "799.00000000")
        #expect(update["P"][0]["iw"].text == "200.00000000")
        #expect(update["P"][0]["mt"].text == "isolated")
        let added = try publish(
            venue.perform(
                .adjustIsolatedMargin(trader, StreamTestVenue.ether, Amount(50)),
                after: 1
            )
        )
        #expect(story(added) == ["MARGIN_TRANSFER"])
        #expect(added[0]["a"]["B"][0]["cw"].text == "749.00000000")
        #expect(added[0]["a"]["P"][0]["iw"].text == "250.00000000")
    }

    /// Spec: STRM-011.
    @Test func `orders are cancelled, amended and expire by name`() throws {
        try listen()
        let placed = try publish(try venue.limit(trader, .buy, "0.1", at: "3900", name: "mine"))
        #expect(story(placed) == ["NEW NEW"])
        #expect(placed[0]["o"]["c"].text == "mine")
        #expect(placed[0]["o"]["b"].text == "390.00000000")
        let name = try #require(ClientOrderID("mine"))
        let reference = OrderReference(
            account: trader,
            instrument: StreamTestVenue.ether,
            clientOrderID: name
        )
        let amended = try publish(
            venue.perform(
                .amendOrder(
                    OrderAmendment(
                        target: reference,
                        price: Price(3800),
                        quantity: try Quantity(parsing: "0.2")
                    )
                )
            )
        )
        #expect(story(amended) == ["AMENDMENT NEW"])
        #expect(amended[0]["o"]["p"].text == "3800.00")
        #expect(amended[0]["o"]["q"].text == "0.200")
        #expect(
            story(try publish(venue.perform(.cancelOrder(reference)))) == ["CANCELED CANCELED"]
        )
        let expired = try publish(
            try venue.limit(trader, .buy, "0.1", at: "3900", timeInForce: .immediateOrCancel)
        )
        #expect(story(expired) == ["NEW NEW", "EXPIRED EXPIRED"])
    }

    @Test func `a maker is told of its fills, and nobody of the others' orders`() throws {
        try listen()
        _ = try publish(try venue.limit(trader, .sell, "0.4", at: "4000"))
        let events = try publish(
            try venue.limit(other, .buy, "0.1", at: "3990"),
            try venue.market(other, .buy, "0.1")
        )
        #expect(story(events) == ["TRADE_LITE", "TRADE PARTIALLY_FILLED", "ORDER"])
        #expect(events[1]["o"]["m"].integer == 1)
        #expect(events[0].shape == shape("e:s E:i T:i s:s q:s p:s m:b c:s S:s L:s l:s t:i i:i"))
    }

    /// Spec: STRM-013.
    @Test func `orders from before the stream began are known`() throws {
        _ = try venue.limit(trader, .sell, "0.4", at: "4000")
        _ = try venue.market(other, .buy, "0.1")
        try listen()
        let events = try publish(try venue.market(other, .buy, "0.3"))
        #expect(story(events) == ["TRADE_LITE", "TRADE FILLED", "ORDER"])
        #expect(events[1]["o"]["z"].text == "0.400")
        // What stands in the read models already is not told again.
        let late = StreamTestPublisher(venue)
        let key = late.listenKeys.create(for: trader, at: late.wallClock)
        let fill = try venue.limit(trader, .buy, "0.1", at: "3000")
        try late.watch(key)
        late.publisher.publish([fill])
        #expect(try late.events().isEmpty)
    }

    @Test func `money comes and goes, and leverage is told`() throws {
        try listen()
        let usdt = StreamTestVenue.usdt
        let deposit = BalanceChange(account: trader, asset: usdt, amount: Amount(5))
        let events = try publish(
            venue.perform(.deposit(deposit)),
            venue.perform(.withdraw(deposit)),
            venue.perform(.setLeverage(trader, StreamTestVenue.bitcoin, 20))
        )
        #expect(story(events) == ["DEPOSIT", "WITHDRAW", "ACCOUNT_CONFIG_UPDATE"])
        #expect(events[0]["a"]["B"][0]["bc"].text == "5.00000000")
        #expect(events[1]["a"]["B"][0]["bc"].text == "-5.00000000")
        #expect(events[1]["a"]["B"][0]["wb"].text == "1000.00000000")
        #expect(events[2].shape == shape("e:s E:i T:i ac:o"))
        #expect(events[2]["ac"].shape == shape("s:s l:i"))
        #expect(events[2]["ac"]["l"].integer == 20)
    }

    @Test func `funding is told as money alone in a cross position`() throws {
        _ = try venue.limit(other, .sell, "0.5", at: "4000")
        _ = try venue.market(trader, .buy, "0.5")
        try listen()
        let events = try publish(venue.perform(.advanceTime, after: 28_800_000))
        let funding = try #require(events.first { $0["a"]["m"].text == "FUNDING_FEE" })
        #expect(funding["a"]["P"].list.isEmpty)
        #expect(funding["a"]["B"].list.count == 1)
        #expect(try #require(funding["a"]["B"][0]["bc"].text).hasPrefix("-0.2"))
    }

    @Test func `a margin call and a liquidation are told in order`() throws {
        venue.perform(.setMarginMode(trader, StreamTestVenue.ether, .isolated))
        _ = try venue.limit(other, .sell, "0.5", at: "4000")
        _ = try venue.market(trader, .buy, "0.5")
        _ = try venue.limit(trader, .buy, "0.01", at: "3000")
        _ = try venue.limit(other, .buy, "0.2", at: "3610")
        try listen()
        try test.watch("ethusdt@forceOrder", "!forceOrder@arr")
        let called = try publish(
            venue.perform(.updateIndexPrice(StreamTestVenue.ether, Price(3645)), after: 1000)
        )
        #expect(story(called) == ["MARGIN_CALL"])
        let call = try #require(called.first)
        #expect(call.shape == shape("e:s E:i p:l"))
        #expect(call["p"][0].shape == shape("s:s ps:s pa:s mt:s iw:s mp:s up:s mm:s"))
        #expect(call["p"][0]["mt"].text == "ISOLATED")

        let events = try publish(
            venue.perform(.updateIndexPrice(StreamTestVenue.ether, Price(3625)), after: 1000)
        )
        let user = events.filter { !$0.stream.contains("@") }
        #expect(
            story(user).filter { $0 != "TRADE_LITE" } == [
                "CANCELED CANCELED", "NEW NEW", "CALCULATED PARTIALLY_FILLED", "ORDER",
                "INSURANCE_CLEAR", "CALCULATED NEW_ADL", "ORDER", "INSURANCE_CLEAR",
            ]
        )
        let fill = try #require(user.first { $0["o"]["x"].text == "CALCULATED" })["o"]
        #expect(fill["o"].text == "LIQUIDATION")
        #expect(try #require(fill["c"].text).hasPrefix("autoclose-"))
        #expect(fill["S"].text == "SELL")
        let last = try #require(
            user.last { $0.kind == "ACCOUNT_UPDATE" && $0["a"]["P"].list.count > 0 }
        )
        #expect(last["a"]["P"][0]["pa"].text == "0.000")
        #expect(last["a"]["P"][0]["iw"].text == "0.00000000")

        let forced = events.filter { $0.kind == "forceOrder" }
        #expect(Set(forced.map(\.stream)) == ["ethusdt@forceOrder", "!forceOrder@arr"])
        // Each fill, and what the empty fund could not take: the other side's position.
        #expect(forced.count == 4)
        let order = try #require(forced.first)["o"]
        #expect(
            order.shape == shape("s:s S:s o:s f:s q:s p:s ap:s X:s l:s z:s T:i")
        )
        #expect(order["S"].text == "SELL")
        #expect(order["q"].text == "0.500")
        #expect(order["l"].text == "0.200")
        #expect(order["z"].text == "0.200")
        #expect(order["X"].text == "PARTIALLY_FILLED")
        let rest = try #require(forced.last)["o"]
        #expect(rest["z"].text == "0.300")
        #expect(rest["X"].text == "FILLED")
    }

    @Test func `what a forced close leaves comes back in the last update`() throws {
        venue.perform(.setMarginMode(trader, StreamTestVenue.ether, .isolated))
        _ = try venue.limit(other, .sell, "0.5", at: "4000")
        _ = try venue.market(trader, .buy, "0.5")
        // Enough for the whole position, far above the bankruptcy price.
        _ = try venue.limit(other, .buy, "1", at: "3700")
        try listen()
        let events = try publish(
            venue.perform(.updateIndexPrice(StreamTestVenue.ether, Price(3620)), after: 1000)
        )
        #expect(
            story(events).filter { $0 != "TRADE_LITE" } == [
                "NEW NEW", "CALCULATED FILLED", "ORDER", "INSURANCE_CLEAR",
            ]
        )
        let last = try #require(events.last)["a"]
        #expect(last["P"][0]["iw"].text == "0.00000000")
        #expect(last["B"][0]["wb"].text == last["B"][0]["cw"].text)
        // A loss of 150, 0.925 of trading fee and 18.5 of liquidation fee, after 1 to open.
        #expect(last["B"][0]["wb"].text == "829.57500000")
        #expect(last["B"][0]["bc"].text == "-18.50000000")
    }

    /// Spec: STRM-010.
    @Test func `an expired listen key is told and ends its stream`() throws {
        try listen()
        test.wallClock = test.wallClock.advanced(byMilliseconds: 3_599_999)
        #expect(test.publisher.endListenKeys().isEmpty)
        test.wallClock = test.wallClock.advanced(byMilliseconds: 1)
        #expect(test.publisher.endListenKeys().count == 1)
        let event = try #require(try test.events().first)
        #expect(event.shape == shape("e:s E:i listenKey:s"))
        #expect(event.kind == "listenKeyExpired")
        #expect(try publish(try venue.limit(trader, .buy, "0.1", at: "3900")).isEmpty)
        #expect(!test.publisher.isWatched)
    }

    @Test func `in hedge mode orders, fills and positions name their side`() throws {
        venue.perform(.setPositionMode(trader, isHedge: true))
        _ = try venue.limit(other, .buy, "0.5", at: "4000")
        try listen()
        let events = try publish(
            venue.perform(
                .placeOrder(
                    NewOrder(
                        account: trader,
                        instrument: StreamTestVenue.ether,
                        side: .sell,
                        type: .market,
                        quantity: try Quantity(parsing: "0.2"),
                        positionSide: .short,
                        selfTradePrevention: .expireBoth
                    )
                )
            )
        )
        let accepted = try #require(events.first)["o"]
        #expect(accepted["ps"].text == "SHORT")
        #expect(accepted["V"].text == "EXPIRE_BOTH")
        let rows = try #require(events.last)["a"]["P"]
        #expect(rows.list.count == 1)
        #expect(rows[0]["ps"].text == "SHORT")
        #expect(rows[0]["pa"].text == "-0.200")
    }

    @Test func `orders of one owner that meet expire in match`() throws {
        _ = try venue.limit(trader, .sell, "0.1", at: "4000")
        try listen()
        let events = try publish(try venue.market(trader, .buy, "0.1"))
        #expect(
            story(events) == ["NEW NEW", "EXPIRED EXPIRED_IN_MATCH", "EXPIRED EXPIRED"]
        )
    }

    @Test func `a position closed against a bankrupt one is told as that`() throws {
        let bankrupt = venue.openTrader(deposit: 1000)
        venue.perform(.setMarginMode(bankrupt, StreamTestVenue.ether, .isolated))
        _ = try venue.limit(trader, .sell, "0.5", at: "4000")
        _ = try venue.market(bankrupt, .buy, "0.5")
        try listen()
        // Nobody in the book and nothing in the fund: the trader's short is all there is.
        let events = try publish(
            venue.perform(.updateIndexPrice(StreamTestVenue.ether, Price(3625)), after: 1000)
        )
        #expect(story(events) == ["CALCULATED FILLED", "ADL"])
        let order = try #require(events.first)["o"]
        #expect(order.shape == shape(Self.orderFields + " n:s N:s"))
        #expect(order["c"].text == "adl_autoclose")
        #expect(order["o"].text == "LIQUIDATION")
        #expect(order["S"].text == "BUY")
        #expect(order["L"].text == "3600.00")
        #expect(order["n"].text == "0.00000000")
        #expect(order["rp"].text == "200.00000000")
        let update = try #require(events.last)["a"]
        #expect(update["P"][0]["pa"].text == "0.000")
        // The numbers are those that the read models have.
        let fill = try #require(venue.projections.account(trader)?.fills.last)
        #expect(order["t"].integer == Int64(fill.trade.rawValue))
        #expect(order["i"].integer == Int64(fill.order.rawValue))
    }

    /// In the second of two tiers a step sells only down to the first; that is enough here.
    @Test func `a forced close that one step makes safe ends with the position open`() throws {
        let stepped = InstrumentID(rawValue: 2)
        for change in try Self.steppedRules(stepped) { venue.perform(.changeRules(change)) }
        venue.perform(.updateIndexPrice(stepped, Price(4000)))
        venue.perform(.setMarginMode(trader, stepped, .isolated))
        _ = try venue.limit(other, .sell, "0.5", at: "4000", in: stepped)
        _ = try venue.market(trader, .buy, "0.5", in: stepped)
        _ = try venue.limit(other, .buy, "1", at: "3650", in: stepped)
        try listen()
        let events = try publish(
            venue.perform(.updateIndexPrice(stepped, Price(3645)), after: 1000)
        )
        #expect(
            story(events).filter { $0 != "TRADE_LITE" } == [
                "NEW NEW", "CALCULATED FILLED", "ORDER", "INSURANCE_CLEAR",
            ]
        )
        let order = try #require(events.first)["o"]
        let update = try #require(events.last { $0["a"]["P"].list.count > 0 })
        let left = try Quantity(parsing: try #require(update["a"]["P"][0]["pa"].text))
        let sold = try Quantity(parsing: try #require(order["q"].text))
        #expect(left > .zero)
        #expect(left + sold == (try Quantity(parsing: "0.5")))
        let receipt = try #require(venue.projections.receipts.last)
        #expect(receipt.quantityLeft == left && receipt.orderCount == 1)
        #expect(receipt.text().contains("Still open"))
        #expect(receipt.steps.contains { $0.formula.contains("next lower tier") })
    }

    private static func steppedRules(_ id: InstrumentID) throws -> [RuleChange] {
        let rules = try StreamTestVenue.rules().instruments[1]
        var contract = rules.contract
        contract.symbol = try #require(Symbol("ETCUSDT"))
        var low = rules.tiers[0]
        low.notionalCap = Amount(1000)
        var high = low
        high.notionalFloor = Amount(1000)
        high.notionalCap = Amount(10_000_000)
        high.leverageMax = 20
        high.maintenanceRate = try Rate(parsing: "0.02")
        high.deduction = Amount(10)
        return [
            .setContract(id, contract), .setLimits(id, rules.limits), .setFees(id, rules.fees),
            .setFunding(id, rules.funding), .setMark(id, rules.mark),
            .setTriggers(id, rules.triggers), .setIndex(id, rules.index),
            .setLiquidation(id, rules.liquidation), .setTier(id, index: 0, low),
            .setTier(id, index: 1, high), .setLeverageDefault(id, 10), .openTrading(id),
        ]
    }
}
