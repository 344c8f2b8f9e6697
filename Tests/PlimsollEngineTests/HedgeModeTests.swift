import PlimsollEngine
import PlimsollModel
import Testing

/// A long and a short position of one instrument, side by side.
///
/// Spec: POS-021.
@Suite struct `Hedge mode` {
    private let maker = TestRules.firstAccount
    private let trader = TestRules.secondAccount

    /// A market at 1,000 with a maker on both sides and a trader in hedge mode.
    private static func venue(
        _ rules: InstrumentRules = TestRules.simple(),
        deposit: Int = 10_000
    ) -> Venue {
        var venue = Venue([rules])
        venue.index("1000")
        let maker = venue.openAccount(.recordedMarket)
        let trader = venue.openTrader(deposit: deposit)
        #expect(venue.perform(.setPositionMode(trader, isHedge: true)).refusal == nil)
        venue.place(maker, .sell, "100", at: "1000.01")
        venue.place(maker, .buy, "100", at: "999.99")
        return venue
    }

    // MARK: Mode

    @Test func `the mode is told once and cannot be asked for twice`() {
        var venue = Self.venue()
        #expect(
            venue.perform(.setPositionMode(trader, isHedge: true)).refusal
                == .positionModeUnchanged
        )
        #expect(
            venue.perform(.setPositionMode(trader, isHedge: false))
                == [.positionModeChanged(PositionModeChanged(account: trader, isHedge: false))]
        )
        #expect(
            venue.perform(.setPositionMode(trader, isHedge: false)).refusal
                == .positionModeUnchanged
        )
    }

    @Test func `the mode stands while an order is open, one waits or a position is held`() {
        var venue = Self.venue()
        let back = Command.setPositionMode(trader, isHedge: false)
        venue.place(trader, .buy, "1", at: "990", for: .long)
        #expect(venue.perform(back).refusal == .positionModeOpenOrders)
        venue.perform(.cancelAllOrders(trader, TestRules.first))
        let stop = NewConditionalOrder(
            account: trader,
            instrument: TestRules.first,
            side: .buy,
            type: .stopMarket,
            triggerPrice: number("1100"),
            quantity: number("1"),
            positionSide: .long
        )
        #expect(venue.perform(.placeConditionalOrder(stop)).refusal == nil)
        #expect(venue.perform(back).refusal == .positionModeOpenOrders)
        venue.perform(.cancelAllConditionalOrders(trader, TestRules.first))
        venue.place(trader, .sell, "1", for: .short)
        #expect(venue.perform(back).refusal == .positionModeOpenPosition)
        venue.place(trader, .buy, "1", for: .short)
        #expect(venue.perform(back).refusal == nil)
        #expect(venue.place(trader, .sell, "1").fills.count == 2)
    }

    @Test func `who is not there, or belongs to the venue, has no mode`() {
        var venue = Self.venue()
        for account in [AccountID.insuranceFund, AccountID(rawValue: 99)] {
            #expect(
                venue.perform(.setPositionMode(account, isHedge: true)).refusal
                    == .unknownAccount
            )
        }
    }

    // MARK: Orders

    @Test func `a long and a short stand side by side, each with its own entry`() {
        var venue = Self.venue()
        let long = venue.place(trader, .buy, "3", for: .long)
        let short = venue.place(trader, .sell, "2", for: .short)
        #expect(long.accepted?.positionSide == .long)
        #expect(long.accepted?.reduceOnly == false)
        #expect(long.position(of: trader, .long)?.quantity == number("3"))
        #expect(long.position(of: trader, .long)?.entryValue == amount("3000.03"))
        #expect(short.position(of: trader, .short)?.quantity == number("-2"))
        #expect(short.position(of: trader, .long) == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test(arguments: [
        (side: PositionSide.long, opening: Side.buy), (side: .short, opening: .sell),
    ])
    func `an order against its position is a reduce-only order`(
        side: PositionSide,
        opening: Side
    ) {
        var venue = Self.venue()
        let closing = opening.opposite
        #expect(venue.place(trader, closing, "1", for: side).refusal == .reduceOnlyRejected)
        venue.place(trader, opening, "2", for: side)
        // Cut to the position, and never through zero.
        let closed = venue.place(trader, closing, "5", for: side)
        #expect(closed.accepted?.reduceOnly == true)
        #expect(closed.accepted?.quantity == number("2"))
        #expect(closed.position(of: trader, side)?.quantity == .zero)
        #expect(venue.place(trader, closing, "1", for: side).refusal == .reduceOnlyRejected)
    }

    @Test func `a resting close goes when its position does, and asks for no margin`() {
        var venue = Self.venue(deposit: 310)
        venue.place(trader, .buy, "3", for: .long)
        // 300 of margin are taken and less than 10 are left: a close rests all the same.
        let rests = venue.place(trader, .sell, "3", at: "1010", for: .long)
        #expect(rests.refusal == nil)
        let gone = venue.place(trader, .sell, "3", for: .long)
        #expect(gone.closed.map(\.reason) == [.reduceOnly])
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `orders name the positions of the mode and nothing else`() {
        var venue = Self.venue()
        #expect(venue.place(trader, .buy, "1").refusal == .positionSideMismatch)
        #expect(
            venue.place(trader, .sell, "1", reduceOnly: true, for: .long).refusal
                == .reduceOnlyInHedgeMode
        )
        let oneWay = venue.openTrader(deposit: 1000)
        for side in [PositionSide.long, .short] {
            #expect(venue.place(oneWay, .buy, "1", for: side).refusal == .positionSideMismatch)
        }
    }

    @Test func `a conditional order closes by its side`() {
        var venue = Self.venue()
        venue.place(trader, .buy, "2", for: .long)
        var stop = NewConditionalOrder(
            account: trader,
            instrument: TestRules.first,
            side: .sell,
            type: .stopMarket,
            closePosition: true,
            triggerPrice: number("990"),
            positionSide: .both
        )
        #expect(
            venue.perform(.placeConditionalOrder(stop)).refusal == .positionSideMismatch
        )
        stop.positionSide = .short
        #expect(
            venue.perform(.placeConditionalOrder(stop)).refusal
                == .conditionalOrderContradictory
        )
        stop.positionSide = .long
        #expect(venue.perform(.placeConditionalOrder(stop)).refusal == nil)
        stop.closePosition = false
        stop.quantity = number("1")
        stop.reduceOnly = true
        #expect(
            venue.perform(.placeConditionalOrder(stop)).refusal == .reduceOnlyInHedgeMode
        )
        venue.place(maker, .buy, "1", at: "990")
        let oneWay = venue.openAccount(.recordedMarket)
        // Trades at 990 bring the stop's price.
        venue.perform(.cancelAllOrders(maker, TestRules.first))
        venue.place(maker, .buy, "10", at: "990")
        let fired = venue.place(oneWay, .sell, "1")
        #expect(fired.triggered.count == 1)
        #expect(fired.position(of: trader, .long)?.quantity == .zero)
    }

    /// Spec: ORD-040.
    @Test func `orders for the long and for the short side do not trade with each other`() {
        var venue = Self.venue()
        venue.place(trader, .buy, "1", at: "1000", for: .long)
        let events = venue.place(trader, .sell, "1", at: "1000", for: .short)
        #expect(events.prevented.count == 1)
        #expect(events.trades.isEmpty)
    }

    @Test func `open orders are counted over both positions`() {
        var rules = TestRules.simple()
        rules.limits.openOrderCountMax = 3
        rules.triggers.countMax = 1
        var venue = Self.venue(rules)
        venue.place(trader, .buy, "1", at: "990", for: .long)
        venue.place(trader, .buy, "1", at: "991", for: .long)
        venue.place(trader, .sell, "1", at: "1010", for: .short)
        for (side, position) in [(Side.buy, PositionSide.long), (.sell, .short)] {
            let price = side == .buy ? "990" : "1010"
            #expect(
                venue.place(trader, side, "1", at: price, for: position).refusal
                    == .tooManyOpenOrders
            )
        }
        var stop = NewConditionalOrder(
            account: trader,
            instrument: TestRules.first,
            side: .buy,
            type: .stopMarket,
            triggerPrice: number("1100"),
            quantity: number("1"),
            positionSide: .long
        )
        #expect(venue.perform(.placeConditionalOrder(stop)).refusal == nil)
        stop.side = .sell
        stop.triggerPrice = number("900")
        stop.positionSide = .short
        #expect(
            venue.perform(.placeConditionalOrder(stop)).refusal == .tooManyConditionalOrders
        )
        // Cancelling all cancels those of both.
        #expect(venue.perform(.cancelAllOrders(trader, TestRules.first)).closed.count == 3)
    }

    // MARK: Settings

    @Test func `leverage and margin mode belong to the instrument`() {
        var venue = Self.venue()
        venue.perform(.setLeverage(trader, TestRules.first, 20))
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.place(trader, .buy, "1", for: .long)
        // A position made later has the settings of its sibling, which are told once.
        let short = venue.place(trader, .sell, "2", for: .short)
        #expect(
            short.balance(of: .isolated(trader, TestRules.first, .short)) == amount("99.999")
        )
        let told = short.contains { if case .settingsChanged = $0 { true } else { false } }
        #expect(!told)
        let raised = venue.perform(.setLeverage(trader, TestRules.first, 40))
        #expect(raised.count == 1)
        #expect(
            venue.perform(.setLeverage(trader, TestRules.first, 20)).refusal
                == .leverageReductionIsolatedPosition
        )
        venue.place(trader, .sell, "1", for: .long)
        #expect(
            venue.perform(.setLeverage(trader, TestRules.first, 20)).refusal
                == .leverageReductionIsolatedPosition,
            "the short is still open"
        )
        #expect(
            venue.perform(.setMarginMode(trader, TestRules.first, .cross)).refusal
                == .marginModeOpenPosition
        )
    }

    @Test func `margin is added to the side that is named`() {
        var venue = Self.venue()
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.place(trader, .buy, "1", for: .long)
        let add = { (side: PositionSide) in
            Command.adjustIsolatedMargin(
                TestRules.secondAccount,
                TestRules.first,
                Amount(50),
                side: side
            )
        }
        #expect(venue.perform(add(.both)).refusal == .positionSideMismatch)
        #expect(venue.perform(add(.short)).refusal == .isolatedMarginNoPosition)
        let added = venue.perform(add(.long))
        #expect(
            added.balance(of: .isolated(trader, TestRules.first, .long)) == amount("150.001")
        )
    }

    // MARK: Margin and liquidation

    @Test func `each side asks for its own margin`() {
        var venue = Self.venue(deposit: 400)
        // 2,000 and 1,000 at 10x are 300, though the net is only 1,000.
        venue.place(trader, .buy, "2", for: .long)
        venue.place(trader, .sell, "1", for: .short)
        #expect(venue.place(trader, .sell, "1", for: .short).refusal == .insufficientMargin)
        #expect(venue.place(trader, .buy, "1", for: .long).refusal == .insufficientMargin)
    }

    @Test func `isolated sides are liquidated one without the other`() {
        var venue = Self.venue()
        venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        venue.place(trader, .buy, "1", for: .long)
        venue.place(trader, .sell, "1", for: .short)
        venue.perform(.cancelAllOrders(maker, TestRules.first))
        let price = venue.engine.liquidationPrice(of: trader, in: TestRules.first, side: .long)
        // (1,000.01 − 100.001) ÷ 0.99.
        #expect(price == number("909.1"))
        #expect(venue.index("909.11").started == nil)
        let died = venue.index("909.1")
        #expect(died.started?.side == .long)
        #expect(died.takenOver?.side == .long)
        #expect(died.finished?.side == .long)
        #expect(died.position(of: trader, .short) == nil)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    /// 3 long and 1 short at 1,000 with 1,000 in the wallet: 1,000 + 2 × (p − 1,000) = 1 % × 4 p.
    @Test func `cross sides share one liquidation price`() {
        var venue = Self.venue(deposit: 1000)
        venue.place(trader, .buy, "3", for: .long)
        venue.place(trader, .sell, "1", for: .short)
        venue.perform(.cancelAllOrders(maker, TestRules.first))
        // Bought at 1,000.01 and sold at 999.99: the wallet bears 0.04 more.
        let long = venue.engine.liquidationPrice(of: trader, in: TestRules.first, side: .long)
        let short = venue.engine.liquidationPrice(of: trader, in: TestRules.first, side: .short)
        #expect(long == number("510.22448980"))
        #expect(short == long)
        #expect(venue.index("510.23").started == nil)
        let died = venue.index("510.22")
        #expect(died.started?.side == .long)
        #expect(died.started?.liquidationPrice == number("510.22448980"))
        #expect(venue.engine.brokenInvariants().isEmpty)
    }
}
