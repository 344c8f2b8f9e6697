import PlimsollEngine
import PlimsollModel
import Testing

/// Orders of one owner that meet.
@Suite struct `Self-trade prevention` {
    private let owner = TestRules.firstAccount
    private let other = TestRules.secondAccount

    private static func market(at price: String = "100") -> Venue {
        var rules = TestRules.simple()
        rules.limits.notionalMin = Price(units: 1)
        var venue = Venue([rules])
        venue.index(price)
        _ = venue.openTrader(deposit: 100_000)
        _ = venue.openTrader(deposit: 100_000)
        return venue
    }

    // MARK: The venue's published scenarios

    /// Scenarios of the spot exchange's frequently asked questions on self-trade prevention: orders
    /// to buy of one account in the book, best price first, and then one to sell.
    struct Scenario: CustomTestStringConvertible, Sendable {
        var name: String
        var makers: [(price: String, quantity: String)]
        var price: String?
        var quantity: String
        var mode: SelfTradePrevention
        var executed: Quantity = .zero
        var makersPrevented: [String]
        var takerPrevented: String
        /// How each order ends, where it does; the taker last.
        var ends: [OrderCloseReason?]

        var testDescription: String { name }
    }

    private static let three = [("1.2", "1.2"), ("1.1", "1.3"), ("1", "8.1")]
    static let scenarios = [
        Scenario(
            name: "A: none",
            makers: [("1", "1")],
            price: "1",
            quantity: "1",
            mode: .none,
            executed: Quantity(1),
            makersPrevented: ["0"],
            takerPrevented: "0",
            ends: [nil, nil]
        ),
        Scenario(
            name: "B: the makers expire, the taker rests",
            makers: three,
            price: "1",
            quantity: "3",
            mode: .expireMaker,
            makersPrevented: ["1.2", "1.3", "8.1"],
            takerPrevented: "0",
            ends: [.selfTradePrevention, .selfTradePrevention, .selfTradePrevention, nil]
        ),
        Scenario(
            name: "C: the taker expires, the makers stay",
            makers: three,
            price: "1",
            quantity: "3",
            mode: .expireTaker,
            makersPrevented: ["0", "0", "0"],
            takerPrevented: "3",
            ends: [nil, nil, nil, .selfTradePrevention]
        ),
        Scenario(
            name: "D: both expire",
            makers: [("1", "1")],
            price: "1",
            quantity: "3",
            mode: .expireBoth,
            makersPrevented: ["1"],
            takerPrevented: "3",
            ends: [.selfTradePrevention, .selfTradePrevention]
        ),
        Scenario(
            name: "E: the taker's mode decides",
            makers: [("1", "1")],
            price: "1",
            quantity: "1",
            mode: .expireTaker,
            makersPrevented: ["0"],
            takerPrevented: "1",
            ends: [nil, .selfTradePrevention]
        ),
        Scenario(
            name: "F: a market order finds nothing else",
            makers: [("1", "1")],
            price: nil,
            quantity: "1",
            mode: .expireMaker,
            makersPrevented: ["1"],
            takerPrevented: "0",
            ends: [.selfTradePrevention, .unfilledRemainder]
        ),
        Scenario(
            name: "G: both lose the smaller quantity",
            makers: [("2", "6")],
            price: "2",
            quantity: "2",
            mode: .decrement,
            makersPrevented: ["2"],
            takerPrevented: "2",
            ends: [nil, .selfTradePrevention]
        ),
        Scenario(
            name: "H: a transfer within one account is a decrement",
            makers: [("0.2", "0.6")],
            price: "0.2",
            quantity: "0.2",
            mode: .transfer,
            makersPrevented: ["0.2"],
            takerPrevented: "0.2",
            ends: [nil, .selfTradePrevention]
        ),
    ]

    @Test(arguments: scenarios)
    func `the published scenarios come out as published`(scenario: Scenario) {
        var venue = Self.market(at: scenario.makers.last?.price ?? "1")
        // The makers' own mode, the opposite of what E wants, never matters.
        let makers = scenario.makers.map {
            venue.place(owner, .buy, $0.quantity, at: $0.price, prevention: .expireMaker)
                .accepted?.order ?? .none
        }
        let events = venue.place(
            owner,
            .sell,
            scenario.quantity,
            at: scenario.price,
            prevention: scenario.mode
        )
        let orders = makers + [events.accepted?.order ?? .none]
        #expect(events.trades.map(\.quantity).reduce(.zero, +) == scenario.executed)
        let prevented = makers.map { maker in
            events.prevented.filter { $0.maker == maker }.map(\.makerPrevented).reduce(.zero, +)
        }
        #expect(prevented == scenario.makersPrevented.map { number($0) })
        #expect(
            events.prevented.map(\.takerPrevented).reduce(.zero, +)
                == number(scenario.takerPrevented)
        )
        let ends = orders.map { order in events.closed.first { $0.order == order }?.reason }
        #expect(ends == scenario.ends)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    // MARK: Beyond them

    @Test func `a prevented meeting is told, then who ends, then the level`() {
        var venue = Self.market()
        venue.place(owner, .sell, "1", at: "101")
        let events = venue.place(owner, .buy, "1", at: "101", prevention: .expireBoth)
        let told = events.map { event in
            switch event {
            case .orderAccepted: "accepted"
            case .selfTradePrevented: "prevented"
            case .orderClosed(let closed): "closed \(closed.order)"
            case .levelChanged(let level): "level \(level.quantity)"
            default: "else"
            }
        }
        #expect(told == ["accepted", "prevented", "closed 1", "closed 2", "level 0"])
    }

    @Test func `what decrement takes off an order was never filled`() {
        var venue = Self.market()
        let resting = venue.place(owner, .sell, "3", at: "101").accepted?.order ?? .none
        venue.place(other, .buy, "1", at: "101")
        let events = venue.place(owner, .buy, "1.5", at: "101", prevention: .decrement)
        #expect(events.closed.map(\.remaining) == [number("1.5")])
        // A half is left of two; a whole quantity of one is what was filled, and closes it.
        let target = OrderReference(account: owner, instrument: TestRules.first, order: resting)
        let amended = venue.perform(
            .amendOrder(
                OrderAmendment(target: target, price: number("102"), quantity: number("1"))
            )
        )
        #expect(amended.closed.map(\.reason) == [.amendedBelowFilled])
        #expect(amended.closed.map(\.remaining) == [number("0.5")])
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test(arguments: [(sold: "3", bought: "1"), ("1", "3")])
    func `what decrement leaves of an order, taker or maker, can be amended`(
        sold: String,
        bought: String
    ) {
        var venue = Self.market()
        let maker = venue.place(owner, .sell, sold, at: "101").accepted?.order
        let taker = venue.place(owner, .buy, bought, at: "101", prevention: .decrement)
        // Two are left of three, and none of them was filled.
        let left = sold == "3" ? maker : taker.accepted?.order
        let target = OrderReference(
            account: owner,
            instrument: TestRules.first,
            order: left ?? .none
        )
        let amended = venue.perform(
            .amendOrder(
                OrderAmendment(target: target, price: number("101"), quantity: number("1"))
            )
        )
        #expect(amended.refusal == nil)
        #expect(amended.closed.isEmpty)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `an amended order takes its mode with it`() {
        var venue = Self.market()
        venue.place(owner, .sell, "1", at: "101")
        let bid =
            venue.place(owner, .buy, "2", at: "99", prevention: .expireTaker).accepted?.order
            ?? .none
        let target = OrderReference(account: owner, instrument: TestRules.first, order: bid)
        let events = venue.perform(
            .amendOrder(
                OrderAmendment(target: target, price: number("101"), quantity: number("2"))
            )
        )
        #expect(events.trades.isEmpty)
        #expect(events.closed.map(\.order) == [bid])
        #expect(events.closed.map(\.reason) == [.selfTradePrevention])
    }

    @Test(arguments: [
        (SelfTradePrevention.none, true), (.expireMaker, true), (.expireTaker, false),
        (.expireBoth, false), (.decrement, false),
    ])
    func `fill-or-kill is all or nothing with an own order in the way`(
        mode: SelfTradePrevention,
        isFilled: Bool
    ) {
        var venue = Self.market()
        venue.place(other, .sell, "1", at: "101")
        venue.place(owner, .sell, "1", at: "102")
        venue.place(other, .sell, "3", at: "103")
        let events = venue.place(owner, .buy, "3", at: "103", .fillOrKill, prevention: mode)
        let filled = events.trades.map(\.quantity).reduce(.zero, +)
        #expect(filled == (isFilled ? number("3") : .zero))
        #expect(events.refusal == (isFilled ? nil : .fillOrKillUnfillable))
        // A part that needs no own order is there for any of them.
        let first = venue.place(owner, .buy, "1", at: "103", .fillOrKill, prevention: mode)
        #expect(first.refusal == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a market order is reckoned at the last price it reaches past its own orders`() {
        func marginPrice(_ quantity: String, _ mode: SelfTradePrevention) -> Price? {
            var twin = Self.market()
            twin.place(owner, .sell, "5", at: "101")
            twin.place(other, .sell, "1", at: "102")
            twin.place(other, .sell, "5", at: "110")
            return twin.place(owner, .buy, quantity, prevention: mode).accepted?.marginPrice
        }
        #expect(marginPrice("1", .expireMaker) == number("102"))
        #expect(marginPrice("2", .expireMaker) == number("110"))
        #expect(marginPrice("6", .decrement) == number("102"))
        #expect(marginPrice("7", .decrement) == number("110"))
        // Where nothing would be had, the best price stands.
        #expect(marginPrice("2", .expireTaker) == number("101"))
        #expect(marginPrice("5", .decrement) == number("101"))
    }

    @Test func `a taker that trades with itself fills what its growing position gives`() {
        var venue = Self.market()
        venue.place(other, .sell, "1", at: "100")
        venue.place(owner, .buy, "1", prevention: .none)
        // Reduce-only for all of the position, and again behind another's offer.
        venue.place(owner, .sell, "1", at: "102", reduceOnly: true)
        venue.place(owner, .sell, "1", at: "103", reduceOnly: true)
        venue.place(other, .sell, "1", at: "101")
        // With what it buys at 101 its own orders have two to reduce: one each.
        let all = venue.place(owner, .buy, "3", at: "103", .fillOrKill, prevention: .none)
        #expect(all.trades.map(\.price) == [number("101"), number("102"), number("103")])
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `a conditional order trades with its owner unless it says otherwise`() {
        var venue = Self.market()
        venue.place(owner, .sell, "1", at: "105")
        func stop(_ mode: SelfTradePrevention?) -> [Event] {
            var order = NewConditionalOrder(
                account: owner,
                instrument: TestRules.first,
                side: .buy,
                type: .stop,
                source: .markPrice,
                triggerPrice: number("101"),
                price: number("105"),
                quantity: number("1")
            )
            if let mode { order.selfTradePrevention = mode }
            #expect(venue.perform(.placeConditionalOrder(order)).refusal == nil)
            let events = venue.index("101")
            venue.index("100")
            return events
        }
        let expiring = stop(.expireTaker)
        #expect(expiring.closed.map(\.reason) == [.selfTradePrevention])
        #expect(expiring.trades.isEmpty)
        #expect(stop(nil).trades.count == 1)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `nobody trades with himself unasked, and every quantity adds up`(seed: UInt64) {
        var venue = Self.market()
        var random = TestRandom(seed: seed)
        var original: [OrderID: Quantity] = [:]
        var modes: [OrderID: SelfTradePrevention] = [:]
        var gone: [OrderID: Quantity] = [:]
        var selfTrades = 0
        var preventions = 0
        func read(_ events: [Event]) {
            var isPrevented: Set<OrderID> = []
            for event in events {
                switch event {
                case .orderAccepted(let order):
                    original[order.order] = order.quantity
                    modes[order.order] = order.selfTradePrevention
                case .orderFilled(let fill): gone[fill.order, default: .zero] += fill.quantity
                case .selfTradePrevented(let meeting):
                    preventions += 1
                    gone[meeting.maker, default: .zero] += meeting.makerPrevented
                    gone[meeting.taker, default: .zero] += meeting.takerPrevented
                    isPrevented.formUnion([meeting.maker, meeting.taker])
                case .orderClosed(let closed):
                    if closed.reason == .selfTradePrevention {
                        #expect(isPrevented.contains(closed.order))
                    }
                    // What self-trade prevention took was counted with the meeting.
                    if closed.reason != .selfTradePrevention {
                        gone[closed.order, default: .zero] += closed.remaining
                    }
                default: break
                }
            }
            let owners = Dictionary(
                events.fills.map { ($0.order, $0.account) },
                uniquingKeysWith: { first, _ in first }
            )
            for trade in events.trades where owners[trade.maker] == owners[trade.taker] {
                selfTrades += 1
                #expect(modes[trade.taker] == SelfTradePrevention.none, "seed \(seed)")
            }
        }
        for step in 0..<1500 {
            let isMarket = random.below(6) == 0
            let forces: [TimeInForce] = [
                .goodTillCancelled, .goodTillCancelled, .immediateOrCancel, .fillOrKill,
            ]
            let force = forces[random.below(4)]
            let events = venue.place(
                random.below(2) == 0 ? owner : other,
                random.below(2) == 0 ? .buy : .sell,
                "\(1 + random.below(9))",
                at: isMarket ? nil : "\(97 + random.below(7))",
                force,
                reduceOnly: random.below(4) == 0,
                prevention: SelfTradePrevention.allCases[random.below(6)]
            )
            read(events)
            if force == .fillOrKill, let order = events.accepted {
                let filled = events.fills.filter { $0.order == order.order }.map(\.quantity)
                #expect(filled.reduce(.zero, +) == order.quantity, "seed \(seed), step \(step)")
            }
            let broken = venue.engine.brokenInvariants()
            #expect(broken.isEmpty, "seed \(seed), step \(step): \(broken)")
            if !broken.isEmpty { return }
        }
        for account in [owner, other] {
            read(venue.perform(.cancelAllOrders(account, TestRules.first)))
        }
        #expect(gone == original, "seed \(seed)")
        #expect(selfTrades > 20)
        #expect(preventions > 50)
    }
}
