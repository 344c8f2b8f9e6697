import PlimsollEngine
import PlimsollModel
import Testing

/// A market whose mark price is the last trade's, so that every forced sale shows at once.
///
/// The index stands at 1000 throughout. Longs of ten are liquidated at 989.9 (50x), 984.85 (40x) and
/// 979.49 (33x).
private struct ThinMarket: ~Copyable {
    var venue: Venue
    let maker: AccountID

    init(method: MarkMethod = .lastTrade, funding: Rate = .zero) {
        var rules = TestRules.simple()
        rules.mark.method = method
        rules.funding.rate = funding
        venue = Venue([rules])
        venue.index("1000")
        maker = venue.openAccount(.recordedMarket)
    }

    /// A long of ten at 1000, isolated.
    mutating func openLong(leverage: UInt16) -> AccountID {
        let account = venue.openIsolated(deposit: 10_000, leverage: leverage)
        venue.trade("10", at: "1000", from: maker, to: account)
        return account
    }

    mutating func bid(_ quantity: String, at price: String) {
        venue.place(maker, .buy, quantity, at: price)
    }

    /// The recorded market trades with itself: nobody's position changes, the last price does.
    mutating func tick(at price: String) -> [Event] {
        bid("1", at: price)
        venue.place(maker, .sell, "1", at: price, prevention: .none)
        return venue.pass(milliseconds: 1000)
    }

    mutating func nextMark() -> [Event] { venue.pass(milliseconds: 1000) }
}

@Suite struct `Causes of a forced close` {
    // Spec: LIQ-040, LIQ-041, LIQ-042, LIQ-043.
    @Test func `a close whose sale brings the mark to the next one is told as its parent`() throws {
        var market = ThinMarket()
        let first = market.openLong(leverage: 50)
        let second = market.openLong(leverage: 40)
        let third = market.openLong(leverage: 33)
        market.bid("20", at: "982")
        let root = try #require(market.tick(at: "989").started)
        #expect(root.account == first)
        #expect(root.cause == .markPrice)
        #expect(root.generation == 0)
        #expect(root.parent == .none)
        #expect(root.undisturbedMark == root.markPrice)

        let child = try #require(market.nextMark().started)
        #expect(child.account == second)
        #expect(child.cause == .markPrice)
        #expect(child.generation == 1)
        #expect(child.parent == root.liquidation)
        #expect(child.markPrice == number("982"))
        #expect(child.undisturbedMark == number("989"))

        // The second's sale took the rest at 982; the third falls with what an ordinary sale does.
        market.bid("5", at: "978")
        market.venue.place(market.maker, .sell, "1", at: "978", prevention: .none)
        let grandchild = try #require(market.nextMark().started)
        #expect(grandchild.account == third)
        #expect(grandchild.generation == 2)
        #expect(grandchild.parent == child.liquidation)
        #expect(grandchild.undisturbedMark == number("989"))
    }

    // Spec: LIQ-041.
    @Test func `a price that came back takes the pressure with it`() throws {
        var market = ThinMarket()
        _ = market.openLong(leverage: 50)
        let second = market.openLong(leverage: 40)
        market.bid("10", at: "986")
        #expect(market.tick(at: "989").started != nil)
        #expect(market.tick(at: "989").started == nil, "986 is above what the second bears")
        let close = try #require(market.tick(at: "984").started)
        #expect(close.account == second)
        #expect(close.generation == 0)
        #expect(close.parent == .none)
    }

    // Spec: LIQ-041.
    @Test func `an index that comes to the price takes the pressure with it`() throws {
        var market = ThinMarket()
        _ = market.openLong(leverage: 50)
        let second = market.openLong(leverage: 40)
        market.bid("20", at: "982")
        #expect(market.tick(at: "989").started != nil)
        // 11 below the index before, 8 below it now.
        let close = try #require(market.venue.index("990").started)
        #expect(close.account == second)
        #expect(close.parent == .none)
    }

    // Spec: LIQ-041.
    @Test func `pressure ends when the samples have forgotten the trade`() throws {
        for (wait, isForgotten) in [(150_000, false), (150_001, true)] {
            var market = ThinMarket()
            _ = market.openLong(leverage: 50)
            _ = market.openLong(leverage: 40)
            market.bid("10", at: "986")
            #expect(market.tick(at: "989").started != nil)
            _ = market.venue.pass(milliseconds: Int64(wait) - 2000)
            market.bid("1", at: "984")
            market.venue.place(market.maker, .sell, "1", at: "984", prevention: .none)
            // The sale came at 1000 of the clock, and is looked at so much later.
            let close = try #require(market.venue.pass(milliseconds: 2000).started)
            #expect((close.parent == .none) == isForgotten, "after \(wait) ms")
        }
    }

    // Spec: LIQ-042.
    @Test func `a mark price that does not hear trades is nobody's doing`() {
        var market = ThinMarket(method: .fundingBasis)
        _ = market.openLong(leverage: 50)
        _ = market.openLong(leverage: 40)
        market.bid("20", at: "976")
        let events = market.venue.index("980")
        let started = events.compactMap {
            if case .liquidationStarted(let start) = $0 { start } else { nil }
        }
        #expect(started.count == 2)
        #expect(started.allSatisfy { $0.generation == 0 && $0.parent == .none })
        #expect(started.allSatisfy { $0.undisturbedMark == number("980") })
    }

    // Spec: LIQ-042.
    @Test func `a hole in the book is known to the average of the basis`() throws {
        var market = ThinMarket(method: .averageBasis)
        let first = market.openLong(leverage: 50)
        let second = market.openLong(leverage: 40)
        market.bid("20", at: "996")
        market.venue.place(market.maker, .sell, "20", at: "1004")
        // Thirty samples of a book around the index, and what the forced sale will find.
        _ = market.venue.pass(milliseconds: 150_000)
        market.bid("100", at: "961")
        let root = try #require(market.venue.index("989").started)
        #expect(root.account == first)
        // Ten more go, and the book's middle with them: (961 + 1004) / 2.
        market.venue.place(market.maker, .sell, "10", at: "996", prevention: .none)
        let close = try #require(market.venue.pass(milliseconds: 100_000).started)
        #expect(close.account == second)
        #expect(close.parent == root.liquidation)
        #expect(close.undisturbedMark > close.markPrice)
    }

    // Spec: LIQ-043.
    @Test func `who bought what a forced close sold follows from it`() throws {
        var market = ThinMarket()
        _ = market.openLong(leverage: 50)
        let buyer = market.venue.openTrader(deposit: 205)
        market.venue.perform(.setLeverage(buyer, TestRules.first, 50))
        market.bid("1", at: "987")
        market.venue.place(market.maker, .sell, "1", at: "987", prevention: .none)
        // At 999, while the mark price is about to be 987.
        market.venue.place(buyer, .buy, "10", at: "999")
        let started = market.nextMark().compactMap {
            if case .liquidationStarted(let start) = $0 { start } else { nil }
        }
        try #require(started.count == 2)
        #expect(started[1].account == buyer)
        #expect(started[1].cause == .trade)
        #expect(started[1].parent == started[0].liquidation)
        #expect(started[1].generation == 1)
    }

    // Spec: LIQ-041.
    @Test func `a stop that a forced sale released carries its pressure on`() throws {
        var market = ThinMarket()
        _ = market.openLong(leverage: 50)
        let stopped = market.openLong(leverage: 2)
        let third = market.openLong(leverage: 33)
        market.venue.perform(
            .placeConditionalOrder(
                NewConditionalOrder(
                    account: stopped,
                    instrument: TestRules.first,
                    side: .sell,
                    type: .stopMarket,
                    reduceOnly: true,
                    triggerPrice: Price(985),
                    quantity: Quantity(10)
                )
            )
        )
        market.bid("10", at: "982")
        market.bid("20", at: "978")
        let root = try #require(market.tick(at: "989").started)
        let close = try #require(market.nextMark().started)
        #expect(close.account == third)
        #expect(close.markPrice == number("978"), "where the stop sold")
        #expect(close.parent == root.liquidation)
        #expect(close.generation == 1)
    }

    // Spec: LIQ-043.
    @Test func `funding is the cause where it took what was needed`() throws {
        var market = ThinMarket(method: .fundingBasis, funding: Rate(units: 1_000_000))
        let payer = market.openLong(leverage: 50)
        // 200 behind ten thousand bear 1 % of funding, and then just not the maintenance.
        let prices = try #require(market.venue.index("1000").prices)
        market.venue.time = prices.nextFundingTime.advanced(byMilliseconds: -1)
        #expect(market.venue.index("1000").started == nil)
        let close = try #require(market.venue.pass(milliseconds: 1).started)
        #expect(close.account == payer)
        #expect(close.cause == .funding)
        #expect(close.parent == .none)
    }

    // Spec: DET-004.
    @Test func `a snapshot keeps who moved the prices`() throws {
        var market = ThinMarket()
        _ = market.openLong(leverage: 50)
        _ = market.openLong(leverage: 40)
        market.bid("20", at: "982")
        _ = market.tick(at: "989")
        var twin = try Engine(snapshot: market.venue.engine.snapshot())
        let events = market.nextMark()
        #expect(events.started?.generation == 1)
        var buffer = EventBuffer()
        twin.apply(
            SequencedCommand(
                sequence: market.venue.sequence,
                time: market.venue.time,
                command: .advanceTime
            ),
            into: &buffer
        )
        #expect(Array(buffer.events(in: 0..<buffer.count)) == events)
        #expect(twin.snapshot() == market.venue.engine.snapshot())
    }
}
