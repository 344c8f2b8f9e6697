import PlimsollEngine
import PlimsollModel
import Testing

/// The index from several sources, and what happens when they err or fall silent.
@Suite struct `An index` {
    // MARK: The formula

    private func index(
        _ prices: [String],
        weights: [UInt16]? = nil,
        deviationMax: String = "0.05"
    ) -> Price {
        let quotes = prices.enumerated().map { place, price in
            IndexQuote(price: number(price), weight: weights?[place] ?? 1)
        }
        return indexPrice(of: quotes.span, deviationMax: number(deviationMax))
    }

    @Test func `is the mean of its sources by their weights`() {
        #expect(index(["100", "101", "102"]) == Price(101))
        #expect(index(["100", "101", "102"], weights: [1, 1, 2]) == number("101.25"))
        #expect(index(["100", "101"], weights: [65_535, 1]) == number("100.00001526"))
        #expect(index(["0.00000001", "0.00000002"], deviationMax: "0") == Price(units: 2))
    }

    @Test func `leaves out the one source that is further than five per cent from the median`() {
        #expect(index(["100", "101", "200"]) == number("100.5"))
        #expect(index(["100", "101", "1"]) == number("100.5"))
        // Exactly five per cent is not further; the smallest unit more is.
        #expect(index(["100", "100", "105"]) == number("101.66666667"))
        #expect(index(["100", "100", "105.00000001"]) == Price(100))
        #expect(index(["100", "100", "105.00000001"], deviationMax: "0") > Price(101))
    }

    @Test func `is the median where more than one stands apart`() {
        #expect(index(["100", "200", "300"]) == Price(200))
        #expect(index(["100", "106", "112", "400"]) == Price(109))
        #expect(index(["100", "120"], weights: [9, 1]) == Price(110))
        // Two of five, and the other three would lead to 101.33.
        #expect(index(["100", "101", "103", "120", "130"]) == Price(103))
        // All but one: 100 is alone at the median.
        #expect(index(["80", "90", "100", "110", "120"], weights: [9, 9, 1, 1, 1]) == Price(100))
    }

    @Test func `lies between its sources, whatever their order`() {
        var random = TestRandom(seed: 4)
        for _ in 0..<2000 {
            let quotes = (0..<1 + random.below(8)).map { _ in
                IndexQuote(
                    price: Price(units: Int64(1 + random.below(1000)) * 1_000_003),
                    weight: UInt16(1 + random.below(9))
                )
            }
            let limit = Rate(units: Int64(random.below(40)) * 1_000_000)
            let found = indexPrice(of: quotes.span, deviationMax: limit)
            let prices = quotes.map(\.price).sorted()
            #expect(found >= prices[0] && found <= prices[prices.count - 1])
            let turned = Array(quotes.reversed())
            #expect(indexPrice(of: turned.span, deviationMax: limit) == found)
            let middle = medianPrice(of: quotes.span)
            #expect(middle.units == median(prices.map { $0.units }, halfUp: true))
        }
    }

    private func median(_ sorted: [Int64], halfUp: Bool) -> Int64 {
        let upper = sorted[sorted.count / 2]
        guard sorted.count.isMultiple(of: 2) else { return upper }
        return (sorted[sorted.count / 2 - 1] + upper + 1) / 2
    }

    // MARK: In a venue

    private static let protected = IndexTerms(
        weights: [2, 1, 1],
        deviationMax: Rate(units: 5_000_000),
        staleAfterMilliseconds: 10_000
    )

    private func venue(_ index: IndexTerms = protected) -> Venue {
        var rules = TestRules.simple()
        rules.index = index
        var venue = Venue([rules])
        // On a whole second, so that a quarter is easy to see.
        venue.time = Timestamp(milliseconds: 1_746_000_000_000)
        return venue
    }

    private func isStale(_ events: [Event]) -> [Bool] {
        events.compactMap {
            if case .indexStaleChanged(let change) = $0 { change.isStale } else { nil }
        }
    }

    @Test func `tells each source and what they lead to`() {
        var venue = venue()
        let first = venue.tell("100", source: 1)
        #expect(first.prices?.index == Price(100))
        let second = venue.tell("101", source: 0)
        guard case .indexSourceUpdated(let told) = second.first else {
            Issue.record("the source is told first: \(second)")
            return
        }
        #expect(told.source == 0 && told.price == Price(101))
        #expect(second.prices?.index == number("100.66666667"))
        let third = venue.tell("150", source: 2)
        #expect(third.prices?.index == number("100.66666667"))
        #expect(third.prices?.mark == number("100.66666667"))
    }

    @Test func `refuses a source that it does not have`() {
        var venue = venue()
        for source in [3, 7, 8, 255] as [UInt8] {
            let events = venue.tell("100", source: source)
            #expect(events.refusal == .unknownIndexSource)
        }
        var plain = Venue([TestRules.simple()])
        #expect(plain.tell("100", source: 1).refusal == .unknownIndexSource)
        let events = plain.tell("100", source: 0)
        #expect(events.count == 1 && events.prices?.index == Price(100))
    }

    @Test func `forgets a source that was silent for more than ten seconds`() {
        var venue = venue()
        venue.tell("104", source: 0)
        _ = venue.pass(milliseconds: 5000)
        venue.tell("100", source: 1)
        _ = venue.pass(milliseconds: 5000)
        // Exactly ten seconds are not more.
        #expect(venue.tell("100", source: 2).prices?.index == Price(102))
        _ = venue.pass(milliseconds: 1)
        #expect(venue.tell("100", source: 2).prices?.index == Price(100))
    }

    @Test func `stands still when all are silent, and says so`() {
        var venue = venue()
        venue.tell("100", source: 0)
        #expect(isStale(venue.pass(milliseconds: 10_000)) == [])
        let silent = venue.pass(milliseconds: 1)
        #expect(isStale(silent) == [true])
        #expect(silent.prices == nil)
        let later = venue.pass(milliseconds: 60_000)
        #expect(later.isEmpty)
        let spoken = venue.tell("90", source: 1)
        #expect(isStale(spoken) == [false])
        #expect(spoken.prices?.index == Price(90))
        #expect(isStale(venue.pass(milliseconds: 10_001)) == [true])
    }

    @Test func `is found stale before the price that ends it, where both come together`() {
        var venue = venue()
        venue.tell("100", source: 0)
        venue.time = venue.time.advanced(byMilliseconds: 3_600_000)
        #expect(isStale(venue.tell("90", source: 0)) == [true, false])
    }

    @Test func `that knows no limit is never stale`() {
        var venue = venue(IndexTerms())
        venue.tell("100", source: 0)
        #expect(isStale(venue.pass(milliseconds: 1_000_000_000)) == [])
    }

    // MARK: Nobody is liquidated on a stale price

    /// A long of 10 at 100 with 50x: 20 of margin, 10 of maintenance.
    private func danger(
        in venue: inout Venue,
        _ mode: MarginMode
    ) -> (trader: AccountID, other: AccountID) {
        let trader = venue.openTrader(deposit: 25)
        let other = venue.openAccount(.recordedMarket)
        venue.tell("100", source: 0)
        if mode == .isolated { venue.perform(.setMarginMode(trader, TestRules.first, mode)) }
        venue.perform(.setLeverage(trader, TestRules.first, 50))
        venue.place(other, .sell, "10", at: "100")
        venue.place(trader, .buy, "10", at: "100")
        return (trader, other)
    }

    @Test(arguments: [MarginMode.cross, .isolated])
    func `holds liquidation back until it speaks again`(mode: MarginMode) {
        var venue = venue()
        let (trader, other) = danger(in: &venue, mode)
        _ = venue.pass(milliseconds: 10_001)
        // Money leaves, so that the position is below maintenance at the price that stands.
        venue.perform(.setFundingRate(TestRules.first, number("0.02")))
        let settled = venue.pass(milliseconds: 8 * 3_600_000)
        #expect(settled.moves.contains { $0.reason == .funding && $0.from.account == trader })
        #expect(settled.started == nil)
        #expect(!settled.contains { if case .marginCallChanged = $0 { true } else { false } })
        var broken = venue.engine.brokenInvariants()
        #expect(broken == [])
        venue.place(other, .buy, "1", at: "100")
        venue.place(trader, .sell, "1", at: "100", .immediateOrCancel)
        #expect(venue.perform(.advanceTime).started == nil)
        let spoken = venue.tell("100", source: 2)
        #expect(spoken.started?.account == trader)
        broken = venue.engine.brokenInvariants()
        #expect(broken == [])
    }

    @Test func `of one instrument holds back a cross account, and not its isolated positions`() {
        var first = TestRules.simple()
        first.index = Self.protected
        let second = TestRules.simple(name: "LTCUSDT", base: 2)
        var venue = Venue([first, second])
        let crossed = venue.openTrader(deposit: 30)
        let isolated = venue.openTrader(deposit: 30)
        let market = venue.openAccount(.recordedMarket)
        venue.tell("100", source: 0)
        venue.index("100", TestRules.second)
        venue.perform(.setMarginMode(isolated, TestRules.second, .isolated))
        for trader in [crossed, isolated] {
            for instrument in [TestRules.first, TestRules.second] {
                venue.perform(.setLeverage(trader, instrument, 50))
                venue.place(market, .sell, "5", at: "100", .goodTillCancelled, instrument)
                venue.place(trader, .buy, "5", at: "100", .goodTillCancelled, instrument)
            }
        }
        _ = venue.pass(milliseconds: 10_001)
        let events = venue.index("94.9", TestRules.second)
        #expect(events.started?.account == isolated)
        #expect(!events.contains { $0.liquidated == crossed })
        let broken = venue.engine.brokenInvariants()
        #expect(broken == [])
        // Rid of the position whose price is not known, the account is looked at again.
        venue.place(market, .buy, "5", at: "100")
        let closed = venue.place(crossed, .sell, "5", at: "100")
        #expect(closed.contains { $0.liquidated == crossed })
    }

    /// Spec: INDX-004.
    @Test(arguments: [MarginMode.cross, .isolated])
    func `lets no money leave what answers for a position until it speaks again`(
        mode: MarginMode
    ) {
        var venue = venue()
        let (trader, _) = danger(in: &venue, mode)
        let receiver = venue.openTrader(deposit: 25)
        func change(_ account: AccountID) -> BalanceChange {
            BalanceChange(account: account, asset: TestRules.usdt, amount: Amount(1))
        }
        venue.perform(.deposit(change(trader)))
        func take(from account: AccountID, to other: AccountID) -> [RejectReason?] {
            let transfer = AccountTransfer(
                from: account,
                to: other,
                asset: TestRules.usdt,
                amount: Amount(1)
            )
            return [.withdraw(change(account)), .transfer(transfer)].map {
                venue.perform($0).refusal
            }
        }
        func takeOut(_ amount: Int) -> RejectReason? {
            venue.perform(.adjustIsolatedMargin(trader, TestRules.first, Amount(amount))).refusal
        }
        #expect(take(from: trader, to: receiver) == [nil, nil])
        _ = venue.pass(milliseconds: 10_001)
        // An isolated position answers with its own wallet alone.
        let isFree = mode == .isolated
        #expect(
            take(from: trader, to: receiver) == (isFree ? [nil, nil] : [.indexStale, .indexStale])
        )
        if isFree {
            #expect(takeOut(1) == nil, "margin may be paid in")
            #expect(takeOut(-1) == .indexStale)
        }
        #expect(take(from: receiver, to: trader) == [nil, nil], "nothing of theirs is at stake")
        venue.tell("100", source: 1)
        #expect(take(from: trader, to: receiver) == [nil, nil])
        if isFree { #expect(takeOut(-1) == nil) }
        let broken = venue.engine.brokenInvariants()
        #expect(broken == [])
    }

    @Test func `fires no stop on the mark price while it is stale, and trades on`() {
        var rules = TestRules.simple()
        rules.index = Self.protected
        rules.mark.method = .lastTrade
        var venue = Venue([rules])
        let trader = venue.openTrader(deposit: 100_000)
        let market = venue.openAccount(.recordedMarket)
        venue.tell("100", source: 0)
        for source in [TriggerSource.markPrice, .lastPrice] {
            venue.perform(
                .placeConditionalOrder(
                    NewConditionalOrder(
                        account: trader,
                        instrument: TestRules.first,
                        side: .buy,
                        type: .stopMarket,
                        source: source,
                        triggerPrice: Price(110),
                        quantity: Quantity(1)
                    )
                )
            )
        }
        _ = venue.pass(milliseconds: 10_001)
        let buyer = venue.openAccount(.recordedMarket)
        venue.place(market, .sell, "9", at: "112")
        let traded = venue.place(buyer, .buy, "1", at: "112")
        #expect(traded.triggered.count == 1)
        #expect(venue.pass(milliseconds: 5000).triggered.isEmpty)
        let spoken = venue.tell("101", source: 0)
        #expect(spoken.prices?.mark == Price(112))
        #expect(spoken.triggered.count == 1)
    }
}

extension Venue {
    @discardableResult
    mutating func tell(_ price: String, source: UInt8) -> [Event] {
        perform(.updateIndexPrice(TestRules.first, number(price), source: source))
    }
}

extension Event {
    /// Whose forced close begins.
    var liquidated: AccountID? {
        if case .liquidationStarted(let started) = self { started.account } else { nil }
    }
}
