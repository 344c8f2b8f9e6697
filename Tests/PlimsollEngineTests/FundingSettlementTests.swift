import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// Who pays funding, out of which wallet, and that nothing is won or lost on the way.
@Suite(.computesForLong) struct `A funding settlement` {
    private static let interval: Int64 = 28_800_000
    /// Midnight, UTC.
    private static let midnight = Timestamp(milliseconds: 1_746_057_600_000)

    private func rules(rate: String, notional: FundingNotional = .mark) -> InstrumentRules {
        var rules = TestRules.simple()
        rules.funding = FundingTerms(
            intervalMilliseconds: Self.interval,
            rate: number(rate),
            notional: notional
        )
        return rules
    }

    /// A long and a short of ten at 100, one millisecond before the boundary.
    private func positions(
        _ rules: InstrumentRules,
        longMode: MarginMode = .cross,
        deposit: Int = 1000
    ) -> (venue: BoxedVenue, long: AccountID, short: AccountID) {
        let boxed = BoxedVenue(Venue([rules]))
        boxed.venue.time = Self.midnight
        boxed.venue.index("100")
        let long = boxed.venue.openTrader(deposit: deposit)
        let short = boxed.venue.openTrader(deposit: 1000)
        if longMode == .isolated {
            boxed.venue.perform(.setMarginMode(long, TestRules.first, .isolated))
        }
        boxed.venue.place(short, .sell, "10", at: "100")
        boxed.venue.place(long, .buy, "10", at: "100")
        _ = boxed.venue.pass(milliseconds: Self.interval - 1)
        return (boxed, long, short)
    }

    private func payments(_ events: [Event]) -> [MoneyMoved] {
        events.moves.filter { $0.reason == .funding }
    }

    @Test func `moves from longs to shorts while the rate is positive, payers first`() {
        let (boxed, long, short) = positions(rules(rate: "0.0001"))
        let moved = payments(boxed.venue.pass(milliseconds: 1))
        #expect(moved.map(\.amount) == [amount("0.1"), amount("0.1")])
        #expect(moved.first?.from == .wallet(long) && moved.last?.to == .wallet(short))
    }

    @Test func `moves from shorts to longs while it is negative`() {
        let (boxed, long, short) = positions(rules(rate: "-0.0001"))
        let moved = payments(boxed.venue.pass(milliseconds: 1))
        #expect(moved.first?.from == .wallet(short) && moved.last?.to == .wallet(long))
    }

    @Test func `values positions at the index where the rules say so`() {
        for (notional, paid) in [(FundingNotional.mark, "1.005"), (.index, "1")] {
            // A mark 0.5 % above the index: a book that stood there for thirty samples, last there.
            var rules = rules(rate: "0.001", notional: notional)
            rules.mark.method = .lastTrade
            let (boxed, long, _) = positions(rules)
            let buyer = boxed.venue.openAccount(.recordedMarket)
            let seller = boxed.venue.openAccount(.recordedMarket)
            boxed.venue.place(seller, .sell, "1", at: "100.5")
            boxed.venue.place(buyer, .buy, "1", at: "100.5")
            let moved = payments(boxed.venue.pass(milliseconds: 1))
            #expect(moved.first { $0.from.account == long }?.amount == amount(paid))
        }
    }

    @Test func `asks nothing of a position closed in the instant before`() {
        let (boxed, long, short) = positions(rules(rate: "0.0001"))
        let seller = boxed.venue.openTrader(deposit: 1000)
        boxed.venue.place(seller, .buy, "4", at: "100")
        boxed.venue.place(long, .sell, "4", at: "100")
        let moved = payments(boxed.venue.pass(milliseconds: 1))
        #expect(moved.first { $0.from.account == long }?.amount == amount("0.06"))
        #expect(moved.first { $0.from.account == seller }?.amount == amount("0.04"))
        #expect(moved.first { $0.to.account == short }?.amount == amount("0.1"))
        // Opened at the boundary itself, after it: nothing until the next.
        boxed.venue.place(seller, .sell, "4", at: "100")
        #expect(payments(boxed.venue.perform(.advanceTime)).isEmpty)
    }

    @Test func `takes an isolated position's share from its own wallet alone`() {
        let (boxed, long, _) = positions(rules(rate: "0.0001"), longMode: .isolated)
        let moved = payments(boxed.venue.pass(milliseconds: 1))
        #expect(moved.first?.from == .isolated(long, TestRules.first))
        #expect(moved.first?.fromBalance == amount("99.9"))
    }

    @Test(arguments: [MarginMode.cross, .isolated])
    func `is paid in full by whom it ruins, who is then liquidated`(mode: MarginMode) {
        // 150 of 1,000: more than all that stands behind the position.
        let (boxed, long, short) = positions(
            rules(rate: "0.15"),
            longMode: mode,
            deposit: mode == .cross ? 120 : 1000
        )
        let bidder = boxed.venue.openAccount(.recordedMarket)
        boxed.venue.place(bidder, .buy, "10", at: "100")
        boxed.venue.deposit(1_000_000, to: .insuranceFund)
        let events = boxed.venue.pass(milliseconds: 1)
        let moved = payments(events)
        #expect(moved.map(\.amount) == [Amount(150), Amount(150)])
        #expect(moved.first?.from.account == long && moved.last?.to == .wallet(short))
        #expect((moved.first?.fromBalance ?? .zero) < .zero)
        #expect(events.started?.account == long)
        #expect(events.position(of: long)?.quantity == .zero)
        let broken = boxed.venue.engine.brokenInvariants()
        #expect(broken == [])
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `sums to zero to the last unit, with the residue`(seed: UInt64) {
        var random = TestRandom(seed: seed)
        var terms = rules(rate: "0")
        terms.funding = FundingTerms(
            intervalMilliseconds: Self.interval,
            rate: .zero,
            interest: Rate(units: Int64(random.below(2_000_001)) - 1_000_000),
            clamp: Rate(units: Int64(random.below(100_000))),
            impactNotional: Price(1 + random.below(3000)),
            averaging: seed.isMultiple(of: 2) ? .linear : .mean,
            notional: seed.isMultiple(of: 3) ? .index : .mark
        )
        terms.limits.notionalMin = .zero
        var venue = Venue([terms])
        venue.time = Self.midnight
        venue.index("100")
        let traders = (0..<9).map { _ in venue.openTrader(deposit: 1_000_000) }
        for trader in traders where random.below(3) == 0 {
            venue.perform(.setMarginMode(trader, TestRules.first, .isolated))
        }
        var paid = 0
        for _ in 0..<40 {
            for _ in 0..<random.below(30) {
                venue.place(
                    traders[random.below(traders.count)],
                    random.below(2) == 0 ? .buy : .sell,
                    Quantity(units: Int64(1 + random.below(9999)) * 100_000).description,
                    at: Price(units: Int64(9_900 + random.below(200)) * 1_000_000).description
                )
            }
            venue.index(Price(units: 9_950_000_000 + Int64(random.below(100_000_007))).description)
            let events = venue.pass(milliseconds: Int64(random.below(Int(Self.interval) * 2)))
            var sum = Amount.zero
            for move in payments(events) {
                #expect(
                    move.from == .wallet(.fundingClearing) || move.to == .wallet(.fundingClearing)
                )
                sum += move.to == .wallet(.fundingClearing) ? move.amount : -move.amount
                // What is paid and received has eight decimals.
                #expect(move.amount == move.amount.rounded(.down))
                paid += 1
            }
            for move in events.moves where move.reason == .rounding {
                sum += move.from == .wallet(.fundingClearing) ? -move.amount : move.amount
            }
            #expect(sum.isZero)
            let broken = venue.engine.brokenInvariants()
            #expect(broken == [])
        }
        #expect(paid > 100)
    }

    @Test func `a snapshot in the middle of an interval goes on exactly like the original`() throws
    {
        var random = TestRandom(seed: 77)
        var terms = rules(rate: "0.0001")
        terms.funding = PremiumFundingTerms.some
        terms.index = IndexTerms(
            weights: [3, 1, 2],
            deviationMax: number("0.05"),
            staleAfterMilliseconds: 10_000
        )
        var venue = Venue([terms])
        venue.time = Self.midnight
        venue.index("100")
        let traders = (0..<6).map { _ in venue.openTrader(deposit: 100_000) }
        var twins: [BoxedEngine] = []
        var buffer = EventBuffer()
        var isStaleSeen = false
        for step in 0..<1500 {
            let command: Command
            switch random.below(10) {
            case 0..<3:
                command = .updateIndexPrice(
                    TestRules.first,
                    Price(units: Int64(9_500 + random.below(1200)) * 1_000_000),
                    source: UInt8(random.below(3))
                )
            case 3..<8:
                command = .placeOrder(
                    NewOrder(
                        account: traders[random.below(traders.count)],
                        instrument: TestRules.first,
                        side: random.below(2) == 0 ? .buy : .sell,
                        type: .limit,
                        price: Price(units: Int64(9_700 + random.below(600)) * 1_000_000),
                        quantity: Quantity(units: Int64(1 + random.below(9000)) * 100_000)
                    )
                )
            case 8:
                command =
                    random.below(4) == 0
                    ? .setFundingRate(TestRules.first, Rate(units: Int64(random.below(9000))))
                    : .changeRules(.setFunding(TestRules.first, PremiumFundingTerms.some))
            default: command = .advanceTime
            }
            let isLong = random.below(60) == 0
            venue.time = venue.time.advanced(
                byMilliseconds: Int64(random.below(isLong ? 9_000_000 : 4000))
            )
            let events = venue.perform(command)
            isStaleSeen =
                isStaleSeen
                || events.contains { if case .indexStaleChanged = $0 { true } else { false } }
            for twin in twins {
                buffer.removeAll()
                twin.engine.apply(
                    SequencedCommand(
                        sequence: venue.sequence,
                        time: venue.time,
                        command: command
                    ),
                    into: &buffer
                )
                #expect(twin.engine.digest == venue.engine.digest, "step \(step)")
            }
            if step % 300 == 150 {
                twins.append(BoxedEngine(try Engine(snapshot: venue.engine.snapshot())))
            }
        }
        for twin in twins {
            #expect(twin.engine.snapshot() == venue.engine.snapshot())
        }
        #expect(isStaleSeen)
    }
}

private enum PremiumFundingTerms {
    static let some = FundingTerms(
        intervalMilliseconds: 3_600_000,
        rate: number("0.0001"),
        interest: number("0.0001"),
        clamp: number("0.0005"),
        cap: number("0.02"),
        impactNotional: Price(300)
    )
}

/// A venue that a function can return beside something else.
private final class BoxedVenue {
    var venue: Venue

    init(_ venue: consuming Venue) { self.venue = venue }
}

private final class BoxedEngine {
    var engine: Engine

    init(_ engine: consuming Engine) { self.engine = engine }
}
