import PlimsollEngine
import PlimsollModel
import Testing

/// Orders that end by a date of their own or by their account's countdown.
@Suite struct `Dates and countdowns` {
    private let trader = TestRules.firstAccount
    private let other = TestRules.secondAccount
    private static let hour: Int64 = 3_600_000

    private static func market() -> Venue {
        var rules = TestRules.simple()
        rules.funding = FundingTerms(intervalMilliseconds: hour, rate: number("0.001"))
        var venue = Venue([rules, TestRules.simple(name: "LTCUSDT", base: 2)])
        venue.index("100", TestRules.first)
        venue.index("100", TestRules.second)
        _ = venue.openTrader(deposit: 100_000)
        _ = venue.openTrader(deposit: 100_000)
        return venue
    }

    // MARK: Dates

    @Test func `a date lies more than ten minutes ahead`() {
        var venue = Self.market()
        func place(_ notice: Int64) -> RejectReason? {
            let date = venue.time.advanced(byMilliseconds: notice)
            return venue.place(trader, .buy, "1", at: "99", .goodTillDate, date: date).refusal
        }
        #expect(place(-1) == .goodTillDateTooSoon)
        #expect(place(600_000) == .goodTillDateTooSoon)
        #expect(place(600_001) == nil)
    }

    @Test func `a date and its time in force come together, before the year 2100`() {
        var venue = Self.market()
        let soon = venue.time.advanced(byMilliseconds: Self.hour)
        let last = Timestamp(milliseconds: 4_102_444_800_000)
        func place(_ force: TimeInForce, _ date: Timestamp) -> RejectReason? {
            venue.place(trader, .buy, "1", at: "99", force, date: date).refusal
        }
        #expect(place(.goodTillCancelled, soon) == .goodTillDateContradictory)
        #expect(place(.goodTillDate, .zero) == .goodTillDateContradictory)
        #expect(
            place(.goodTillDate, last.advanced(byMilliseconds: 1)) == .goodTillDateContradictory
        )
        #expect(place(.goodTillDate, Timestamp(milliseconds: .min)) == .goodTillDateTooSoon)
        #expect(place(.goodTillDate, last) == nil)
        #expect(place(.goodTillDate, soon) == nil)
    }

    @Test func `an order expires with the first command at its date and not before`() {
        var venue = Self.market()
        let date = venue.time.advanced(byMilliseconds: 700_000)
        let order = venue.place(trader, .buy, "1", at: "99", .goodTillDate, date: date)
        #expect(order.accepted?.goodTillDate == date)
        #expect(venue.pass(milliseconds: 699_999).closed.isEmpty)
        venue.time = date
        // A seller at that instant comes too late.
        let events = venue.place(other, .sell, "1", at: "99")
        #expect(events.closed.map(\.reason) == [.expired])
        #expect(events.closed.map(\.order) == [order.accepted?.order])
        #expect(events.trades.isEmpty)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `what is filled, cancelled or amended meanwhile expires as far as it is open`() {
        var venue = Self.market()
        let date = venue.time.advanced(byMilliseconds: 700_000)
        var orders: [OrderID] = []
        for price in ["99", "98", "97"] {
            let events = venue.place(trader, .buy, "2", at: price, .goodTillDate, date: date)
            orders.append(events.accepted?.order ?? .none)
        }
        func reference(_ order: OrderID) -> OrderReference {
            OrderReference(account: trader, instrument: TestRules.first, order: order)
        }
        venue.place(other, .sell, "2", at: "99")
        venue.perform(.cancelOrder(reference(orders[1])))
        for price in ["96", "95"] {
            venue.perform(
                .amendOrder(
                    OrderAmendment(
                        target: reference(orders[2]),
                        price: number(price),
                        quantity: number("3")
                    )
                )
            )
        }
        #expect(venue.engine.brokenInvariants().isEmpty)
        let closed = venue.pass(milliseconds: 700_000).closed
        #expect(closed.map(\.order) == [orders[2]])
        #expect(closed.map(\.remaining) == [number("3")])
    }

    @Test func `at one instant funding comes first, then countdowns, then dates`() {
        var venue = Self.market()
        let boundary = venue.time.advanced(byMilliseconds: Self.hour)
        let late = venue.place(trader, .buy, "1", at: "99", .goodTillDate, date: boundary)
        let early = venue.place(other, .buy, "1", at: "98", .goodTillDate, date: boundary)
        let earlier = boundary.advanced(byMilliseconds: -1)
        let first = venue.place(trader, .buy, "1", at: "97", .goodTillDate, date: earlier)
        venue.place(other, .buy, "1", at: "96", .goodTillCancelled, TestRules.second)
        venue.perform(.setCountdown(other, TestRules.second, milliseconds: Self.hour))
        let told = venue.pass(milliseconds: 2 * Self.hour).compactMap { event in
            switch event {
            case .fundingSettled(let settled) where settled.instrument == TestRules.first:
                "funding \((settled.time.milliseconds - boundary.milliseconds) / Self.hour)"
            case .countdownChanged: "countdown"
            case .orderClosed(let closed): "\(closed.reason) \(closed.order)"
            default: nil
            }
        }
        #expect(
            told == [
                "expired \(first.accepted?.order ?? .none)", "funding 0", "countdown",
                "countdown 4",
                "expired \(late.accepted?.order ?? .none)",
                "expired \(early.accepted?.order ?? .none)", "funding 1",
            ]
        )
    }

    @Test func `samples before an instant see the book that stood then`() {
        // The bid that expires makes a mid of 99.5 until its date; afterwards the book is one-sided.
        var venue = Self.market()
        venue.place(other, .sell, "1", at: "101")
        let date = venue.time.advanced(byMilliseconds: 700_000)
        venue.place(trader, .buy, "1", at: "98", .goodTillDate, date: date)
        _ = venue.pass(milliseconds: 900_000)
        venue.place(trader, .buy, "1", at: "98")
        let average = venue.index("100").prices?.averageBasisPrice
        var twin = Self.market()
        twin.place(other, .sell, "1", at: "101")
        twin.place(trader, .buy, "1", at: "98", .goodTillDate, date: date)
        _ = twin.pass(milliseconds: 699_999)
        _ = twin.pass(milliseconds: 1)
        _ = twin.pass(milliseconds: 200_000)
        twin.place(trader, .buy, "1", at: "98")
        #expect(average == twin.index("100").prices?.averageBasisPrice)
    }

    @Test func `a conditional order's date counts from placing and ends it at release`() {
        var venue = Self.market()
        func stop(_ notice: Int64, type: ConditionalType = .stop) -> Command {
            .placeConditionalOrder(
                NewConditionalOrder(
                    account: trader,
                    instrument: TestRules.first,
                    side: .buy,
                    type: type,
                    source: .markPrice,
                    timeInForce: .goodTillDate,
                    triggerPrice: number("101"),
                    price: type.isMarket ? .zero : number("99"),
                    quantity: number("1"),
                    goodTillDate: venue.time.advanced(byMilliseconds: notice)
                )
            )
        }
        #expect(venue.perform(stop(600_000)).refusal == .goodTillDateTooSoon)
        #expect(
            venue.perform(stop(700_000, type: .stopMarket)).refusal == .goodTillDateContradictory
        )
        #expect(venue.perform(stop(600_001)).refusal == nil)
        #expect(venue.perform(stop(600_003)).refusal == nil)
        // One comes with less than ten minutes left, the other too late; the date ends no waiting.
        #expect(venue.pass(milliseconds: 600_001).conditionalClosed.isEmpty)
        let events = venue.index("101")
        #expect(events.conditionalClosed.map(\.refusal) == [.goodTillDateTooSoon])
        #expect(events.triggered.count == 1)
        #expect(events.accepted?.timeInForce == .goodTillDate)
        #expect(venue.pass(milliseconds: 2).closed.map(\.reason) == [.expired])
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    // MARK: Countdowns

    @Test func `a countdown closes the orders of its account and instrument, no others`() {
        var venue = Self.market()
        let own = venue.place(trader, .buy, "1", at: "99").accepted?.order
        venue.place(trader, .buy, "1", at: "99", .goodTillCancelled, TestRules.second)
        venue.place(other, .buy, "1", at: "99")
        let set = venue.perform(.setCountdown(trader, TestRules.first, milliseconds: 1_000))
        let due = venue.time.advanced(byMilliseconds: 1_000)
        #expect(set.countdowns.map(\.due) == [due])
        #expect(venue.pass(milliseconds: 999).closed.isEmpty)
        let events = venue.pass(milliseconds: 1)
        #expect(events.countdowns.map(\.due) == [.zero])
        #expect(events.closed.map(\.order) == [own])
        #expect(events.closed.map(\.reason) == [.countdown])
        // It is over: nothing more happens.
        venue.place(trader, .buy, "1", at: "99")
        #expect(venue.pass(milliseconds: 10_000).closed.isEmpty)
    }

    @Test func `a countdown set anew starts anew, earlier or later, and zero stops it`() {
        var venue = Self.market()
        func set(_ milliseconds: Int64) {
            venue.perform(
                .setCountdown(trader, TestRules.first, milliseconds: milliseconds)
            )
        }
        venue.place(trader, .buy, "1", at: "99")
        set(1_000)
        _ = venue.pass(milliseconds: 900)
        set(1_000)
        #expect(venue.pass(milliseconds: 999).closed.isEmpty)
        set(5_000)
        set(500)
        #expect(venue.pass(milliseconds: 499).closed.isEmpty)
        #expect(venue.pass(milliseconds: 1).closed.count == 1)
        venue.place(trader, .buy, "1", at: "99")
        set(1_000)
        set(0)
        #expect(venue.pass(milliseconds: 100_000).closed.isEmpty)
        set(1)
        #expect(venue.pass(milliseconds: 1).closed.count == 1)
    }

    @Test func `conditional orders outlive a countdown`() {
        var venue = Self.market()
        venue.perform(
            .placeConditionalOrder(
                NewConditionalOrder(
                    account: trader,
                    instrument: TestRules.first,
                    side: .buy,
                    type: .stopMarket,
                    triggerPrice: number("110"),
                    quantity: number("1")
                )
            )
        )
        venue.perform(.setCountdown(trader, TestRules.first, milliseconds: 1))
        let events = venue.pass(milliseconds: 1)
        #expect(events.countdowns.count == 1)
        #expect(events.conditionalClosed.isEmpty)
    }

    @Test(arguments: [-1, 86_400_001, .min, .max] as [Int64])
    func `a countdown is no longer than a day`(milliseconds: Int64) {
        var venue = Self.market()
        func set(_ milliseconds: Int64) -> RejectReason? {
            venue.perform(.setCountdown(trader, TestRules.first, milliseconds: milliseconds))
                .refusal
        }
        #expect(set(milliseconds) == .countdownOutOfRange)
        #expect(set(86_400_000) == nil)
        #expect(set(1) == nil)
    }

    @Test func `only an opened account in an instrument that trades counts down`() {
        var venue = Self.market()
        func set(_ account: AccountID, _ instrument: UInt16) -> RejectReason? {
            venue.perform(
                .setCountdown(account, InstrumentID(rawValue: instrument), milliseconds: 1)
            ).refusal
        }
        #expect(set(.insuranceFund, 0) == .unknownAccount)
        #expect(set(AccountID(rawValue: 99), 0) == .unknownAccount)
        #expect(set(trader, 9) == .unknownInstrument)
    }

    // MARK: Against a list that is searched

    /// Many accounts set, put off and stop countdowns and place orders with dates; a plain list knows
    /// what must end when.
    @Test(arguments: [7, 8, 9] as [UInt64])
    func `everything ends at its instant and in its order`(seed: UInt64) throws {
        var venue = Self.market()
        var random = TestRandom(seed: seed)
        for _ in 0..<20 { _ = venue.openTrader(deposit: 1_000_000) }
        var countdowns: [UInt64: Int64] = [:]
        var dates: [UInt64: Int64] = [:]
        var ended = 0
        for step in 0..<4_000 {
            let passed =
                random.below(50) == 0 ? Int64(random.below(900_000)) : Int64(random.below(40))
            venue.time = venue.time.advanced(byMilliseconds: passed)
            let now = venue.time.milliseconds
            let account = AccountID(rawValue: UInt32(16 + random.below(22)))
            let instrument = InstrumentID(rawValue: UInt16(random.below(2)))
            var events: [Event]
            if random.below(3) > 0 {
                let milliseconds = Int64(random.below(6) == 0 ? 0 : random.below(3_000))
                events = venue.perform(
                    .setCountdown(account, instrument, milliseconds: milliseconds)
                )
                let own = events.removeLast()
                #expect({ if case .countdownChanged = own { true } else { false } }())
                Self.expect(&countdowns, &dates, until: now, in: events, &ended, "\(seed) \(step)")
                let key = UInt64(account.rawValue) << 16 | UInt64(instrument.rawValue)
                countdowns[key] = milliseconds == 0 ? nil : now + milliseconds
            } else {
                let date = now + 600_001 + Int64(random.below(5))
                events = venue.place(
                    account,
                    .buy,
                    "1",
                    at: "90",
                    .goodTillDate,
                    instrument,
                    date: Timestamp(milliseconds: date)
                )
                Self.expect(&countdowns, &dates, until: now, in: events, &ended, "\(seed) \(step)")
                if let order = events.accepted { dates[order.order.rawValue] = date }
            }
            // What countdowns closed no longer has a date to wait for.
            for closed in events.closed where closed.reason == .countdown {
                dates[closed.order.rawValue] = nil
            }
            if step % 500 == 0 {
                #expect(venue.engine.brokenInvariants().isEmpty)
                let twin = try Engine(snapshot: venue.engine.snapshot())
                #expect(twin.snapshot() == venue.engine.snapshot())
            }
        }
        #expect(ended > 500)
    }

    /// Holds the events of a command's beginning against the list, and strikes out what ended.
    private static func expect(
        _ countdowns: inout [UInt64: Int64],
        _ dates: inout [UInt64: Int64],
        until now: Int64,
        in events: [Event],
        _ ended: inout Int,
        _ place: String
    ) {
        var cancelled: Set<UInt64> = []
        var told: [[Int64]] = []
        for event in events {
            switch event {
            case .countdownChanged(let change):
                let key =
                    UInt64(change.account.rawValue) << 16 | UInt64(change.instrument.rawValue)
                told.append([countdowns[key] ?? -1, 0, Int64(key)])
            case .orderClosed(let closed) where closed.reason == .expired:
                let order = closed.order.rawValue
                told.append([dates[order] ?? -1, 1, Int64(order)])
            case .orderClosed(let closed): cancelled.insert(closed.order.rawValue)
            default: break
            }
        }
        var due = countdowns.filter { $0.value <= now }.map { [$0.value, 0, Int64($0.key)] }
        due += dates.filter { $0.value <= now && !cancelled.contains($0.key) }
            .map { [$0.value, 1, Int64($0.key)] }
        due.sort { $0.lexicographicallyPrecedes($1) }
        #expect(told == due, "\(place)")
        ended += due.count
        countdowns = countdowns.filter { $0.value > now }
        dates = dates.filter { $0.value > now }
    }
}
