import PlimsollModel
import Testing

@testable import PlimsollNode

private let noon = Timestamp(milliseconds: 1_700_000_000_000)
private let ether = Symbol("ETHUSDT")
private let order = DoorRequest(.rest, .orders)

private func rate(_ text: String) throws -> Rate { try Rate(parsing: text) }

/// A board that is asked, from noon on.
private final class Drill {
    private(set) var board: FaultBoard

    init(seed: UInt64 = 1, _ faults: DoorFault...) {
        board = FaultBoard(FaultPlan(seed: seed, faults: faults.map { .door($0) }), from: noon)
    }

    func post(_ fault: DoorFault) -> PostedFault? { board.post(.door(fault), at: noon) }

    func clear(_ id: Int) -> PostedFault? { board.clear(id) }

    func verdict(
        _ request: DoorRequest = order,
        after milliseconds: Int64 = 0,
        under stress: MarketStress = .calm
    ) -> DoorVerdict {
        let time = noon.advanced(byMilliseconds: milliseconds)
        return board.verdict(on: request, at: time, under: stress)
    }

    func strikes(_ name: DoorFault.Name) -> Bool {
        board.strikes(name, [DoorStream()], at: noon, under: .calm)
    }
}

@Suite struct `Faults as they are written` {
    @Test(arguments: DoorFault.Name.allCases) func `every kind of the door is known by its name`(
        name: DoorFault.Name
    ) throws {
        var fields = FaultFields(kind: name.rawValue)
        if name == .clockSkew { fields.milliseconds = -5 }
        guard case .door(let fault) = try fields.fault() else {
            Issue.record("a fault of the door")
            return
        }
        #expect(fault.kind.name == name)
        #expect(fault.scope == .everything)
        #expect(fault.schedule == FaultSchedule())
    }

    @Test func `what is left out has a standard`() throws {
        let half = try rate("0.5")
        for (kind, wanted) in [
            ("unknownStatus", DoorFault.Kind.unknownStatus(carriedOut: half)),
            ("timeout", .timeout(milliseconds: 10_000, carriedOut: half)),
            ("slowAck", .slowAck(milliseconds: 500)),
            ("rateLimited", .rateLimited(milliseconds: 10_000)),
            ("banned", .banned(milliseconds: 120_000)),
        ] {
            #expect(try FaultFields(kind: kind).fault() == .door(DoorFault(wanted)))
        }
        var coupled = FaultFields(kind: "overloaded")
        coupled.perLiquidation = half
        #expect(try coupled.fault().schedule.chance.base == .zero)
    }

    @Test func `a fault of the world has its own members`() throws {
        var fields = FaultFields(kind: "indexSpike")
        fields.factor = try rate("1.3")
        fields.source = 2
        fields.symbol = ether
        fields.after = 60_000
        fields.lasts = 5_000
        let fault = try fields.fault()
        let schedule = FaultSchedule(after: 60_000, lasts: 5_000)
        #expect(
            fault
                == .world(
                    WorldFault(
                        .indexSpike(factor: try rate("1.3")),
                        symbol: ether,
                        source: 2,
                        schedule: schedule
                    )
                )
        )
        let posted = PostedFault(id: 1, fault, from: noon)
        #expect(!posted.holds(at: noon.advanced(byMilliseconds: 59_999)))
        #expect(posted.holds(at: noon.advanced(byMilliseconds: 60_000)))
        #expect(posted.holds(at: noon.advanced(byMilliseconds: 64_999)))
        #expect(!posted.holds(at: noon.advanced(byMilliseconds: 65_000)))
    }

    private struct Nonsense: Sendable, CustomTestStringConvertible {
        var kind: String
        var member: String
        var spoil: @Sendable (inout FaultFields) -> Void

        init(
            _ kind: String,
            _ member: String,
            _ spoil: @escaping @Sendable (inout FaultFields) -> Void = { _ in }
        ) {
            self.kind = kind
            self.member = member
            self.spoil = spoil
        }

        var testDescription: String { "\(kind) \(member)" }
    }

    private static let nonsense: [Nonsense] = [
        Nonsense("meteor", "kind"),
        Nonsense("slowAck", "milliseconds") { $0.milliseconds = 0 },
        Nonsense("slowAck", "milliseconds") { $0.milliseconds = 300_001 },
        Nonsense("lostAck", "milliseconds") { $0.milliseconds = 5 },
        Nonsense("lostAck", "carriedOut") { $0.carriedOut = .one },
        Nonsense("unknownStatus", "carriedOut") { $0.carriedOut = Rate(2) },
        Nonsense("clockSkew", "milliseconds"),
        Nonsense("banned", "factor") { $0.factor = .one },
        Nonsense("banned", "ways") { $0.ways = ["fax"] },
        Nonsense("banned", "ways") { $0.ways = [] },
        Nonsense("banned", "requests") { $0.requests = ["orders", "wishes"] },
        Nonsense("banned", "chance") { $0.chance = -Rate.one },
        Nonsense("banned", "after") { $0.after = -1 },
        Nonsense("banned", "lasts") { $0.lasts = 0 },
        Nonsense("banned", "episode") { $0.episode = .max },
        Nonsense("staleBook", "episode") { $0.chance = Rate(units: 1) },
        Nonsense("indexSpike", "factor"),
        Nonsense("indexSpike", "factor") { $0.factor = .zero },
        Nonsense("indexFreeze", "factor") { $0.factor = .one },
        Nonsense("indexFreeze", "source") { $0.source = -1 },
        Nonsense("indexFreeze", "source") { $0.source = 99 },
        Nonsense("indexFreeze", "ways") { $0.ways = ["rest"] },
        Nonsense("indexFreeze", "chance") { $0.chance = .zero },
    ]

    @Test(arguments: nonsense) private func `what makes no sense is refused by its member's name`(
        nonsense: Nonsense
    ) {
        var fields = FaultFields(kind: nonsense.kind)
        nonsense.spoil(&fields)
        let error = #expect(throws: FaultError.self) { try fields.fault() }
        #expect(error?.member == nonsense.member)
    }
}

@Suite struct `The fault board` {
    @Test func `with nothing on it the door is open`() {
        let board = Drill()
        #expect(board.verdict() == .open)
        _ = board.post(DoorFault(.banned(milliseconds: 1)))
        #expect(board.verdict() != .open)
        #expect(board.clear(1)?.id == 1)
        #expect(board.clear(1) == nil)
        #expect(board.verdict() == .open)
    }

    @Test func `it is bounded`() {
        let board = Drill()
        for _ in 0..<FaultBoard.countMax {
            #expect(board.post(DoorFault(.lostAck)) != nil)
        }
        #expect(board.post(DoorFault(.lostAck)) == nil)
    }

    @Test(
        arguments: [
            (.unknownStatus(carriedOut: .one), true), (.unknownStatus(carriedOut: .zero), false),
            (.timeout(milliseconds: 9, carriedOut: .one), true),
            (.rateLimited(milliseconds: 1), false),
            (.banned(milliseconds: 1), false), (.overloaded, false), (.maintenance, false),
        ] as [(DoorFault.Kind, Bool)]
    ) func `a fault answers for the venue, and says whether that has done what was asked`(
        kind: DoorFault.Kind,
        isCarriedOut: Bool
    ) {
        let board = Drill(DoorFault(kind))
        let verdict = board.verdict()
        #expect(verdict.answer == .failure(kind))
        #expect(verdict.isCarriedOut == isCarriedOut)
        #expect(board.board.strikes == [1: 1])
    }

    @Test func `the first that answers decides, while delays and skews add up`() {
        let board = Drill(
            DoorFault(.slowAck(milliseconds: 300)),
            DoorFault(.lostAck),
            DoorFault(.overloaded),
            DoorFault(.slowAck(milliseconds: 40)),
            DoorFault(.clockSkew(milliseconds: 7000)),
            DoorFault(.clockSkew(milliseconds: -2000))
        )
        let verdict = board.verdict()
        #expect(verdict.answer == .nothing)
        #expect(verdict.isCarriedOut)
        #expect(verdict.delay == 340)
        #expect(verdict.clockSkew == 5000)
    }

    @Test func `a fault touches what is in its scope and nothing else`() {
        let account = AccountID(rawValue: 16)
        let scope = FaultScope(
            ways: [.rest],
            requests: [.orders, .cancels],
            account: account,
            symbol: ether
        )
        let board = Drill(DoorFault(.overloaded, scope: scope))
        let struck = DoorRequest(.rest, .orders, account: account, symbol: ether)
        #expect(board.verdict(struck) != .open)
        for change: (inout DoorRequest) -> Void in [
            { $0.way = .socket }, { $0.kind = .account }, { $0.account = nil },
            { $0.account = AccountID(rawValue: 17) }, { $0.symbol = nil },
            { $0.symbol = Symbol("BTCUSDT") },
        ] {
            var request = struck
            change(&request)
            #expect(board.verdict(request) == .open)
        }
    }

    @Test func `halted withdrawals stop nothing but withdrawals`() {
        for kind in RequestKind.allCases {
            let board = Drill(DoorFault(.haltedWithdrawals))
            let verdict = board.verdict(DoorRequest(.rest, kind))
            #expect((verdict == .open) == (kind != .withdrawals))
        }
    }

    @Test func `a failing stream fails no request, and a failing answer no stream`() {
        let board = Drill(DoorFault(.streamDrop), DoorFault(.lostEvents))
        #expect(board.verdict() == .open)
        #expect(board.strikes(.lostEvents))
        #expect(!board.strikes(.duplicatedEvents))
    }
}

@Suite struct `Chances of faults` {
    private static let third = FaultSchedule(chance: FaultChance(base: Rate(units: 30_000_000)))

    private static func outcomes(seed: UInt64, count: Int) -> [Bool] {
        let board = Drill(seed: seed, DoorFault(.overloaded, schedule: third))
        return (0..<count).map { _ in board.verdict() != .open }
    }

    @Test func `the seed decides, and the share is as asked`() {
        let outcomes = Self.outcomes(seed: 9, count: 10_000)
        #expect(outcomes == Self.outcomes(seed: 9, count: 10_000))
        #expect(outcomes != Self.outcomes(seed: 10, count: 10_000))
        // 3,000 expected with a standard deviation of 46.
        #expect((2_750...3_250).contains(outcomes.count { $0 }))
    }

    @Test func `the share that is carried out is drawn apart`() throws {
        let kind = DoorFault.Kind.unknownStatus(carriedOut: try rate("0.5"))
        let board = Drill(DoorFault(kind))
        let count = (0..<10_000).count { _ in board.verdict().isCarriedOut }
        #expect((4_750...5_250).contains(count))
    }

    @Test func `episodes are up at the same venue times whatever is asked`() throws {
        let chance = FaultChance(base: try rate("0.5"), episode: 10_000)
        let fault = DoorFault(.overloaded, schedule: FaultSchedule(chance: chance))
        let busy = Drill(fault)
        let idle = Drill(fault)
        var changes = 0
        for second in Int64(0)..<1_000 {
            let isUp = busy.verdict(after: second * 1000) != .open
            for _ in 0..<3 { #expect((busy.verdict(after: second * 1000 + 1) != .open) == isUp) }
            guard second % 10 == 9 else { continue }
            #expect((idle.verdict(after: second * 1000) != .open) == isUp)
            if busy.verdict(after: second * 1000 + 1000) != .open { changes += isUp ? 0 : 1 }
        }
        #expect(changes > 10, "a hundred episodes are not all alike")
    }

    /// Two per cent of range and three liquidations: 0.1 + 2 × 0.05 + 3 × 0.2.
    @Test func `the odds follow the market`() throws {
        let chance = FaultChance(
            base: try rate("0.1"),
            perVolatility: try rate("0.05"),
            perLiquidation: try rate("0.2")
        )
        #expect(chance.odds(under: .calm) == (try rate("0.1")))
        let wild = MarketStress(range: try rate("0.02"), liquidations: 3)
        #expect(chance.odds(under: wild) == (try rate("0.8")))
        let collapse = MarketStress(range: .one, liquidations: 1_000)
        #expect(chance.odds(under: collapse) == .one)
    }

    @Test func `a coupled fault sleeps in a calm market and strikes in a wild one`() throws {
        let chance = FaultChance(base: .zero, perVolatility: try rate("0.5"))
        let schedule = FaultSchedule(chance: chance)
        let board = Drill(DoorFault(.overloaded, schedule: schedule))
        let wild = MarketStress(range: try rate("0.02"))
        for _ in 0..<100 {
            #expect(board.verdict() == .open)
            #expect(board.verdict(under: wild) != .open)
        }
    }
}

@Suite struct `The market's stress` {
    private static func told(
        _ mark: Int,
        of instrument: UInt16 = 0,
        at second: Int64
    )
        -> PublishedCommand
    {
        let prices = PricesUpdated(
            instrument: InstrumentID(rawValue: instrument),
            mark: Price(mark),
            index: Price(mark),
            fundingBasisPrice: Price(mark),
            averageBasisPrice: Price(mark),
            last: Price(mark),
            fundingRate: .zero,
            nextFundingTime: .zero
        )
        return command([.pricesUpdated(prices)], at: second)
    }

    private static func command(_ events: [Event], at second: Int64) -> PublishedCommand {
        PublishedCommand(
            header: EventHeader(
                sequence: .zero,
                time: noon.advanced(byMilliseconds: second * 1000)
            ),
            digest: Digest(),
            events: events[...]
        )
    }

    private static func stress(_ gauge: StressGauge, at second: Int64) -> MarketStress {
        gauge.stress(at: noon.advanced(byMilliseconds: second * 1000))
    }

    /// 4,000 to 4,100 is 2.5 %, 50,000 to 50,500 is 1 %.
    @Test func `it is the widest range of a minute, and forgets what is older`() throws {
        var gauge = StressGauge()
        gauge.observe(Self.told(50_000, at: 0))
        gauge.observe(Self.told(4_000, of: 1, at: 1))
        gauge.observe(Self.told(50_500, at: 20))
        gauge.observe(Self.told(4_100, of: 1, at: 21))
        gauge.observe(Self.told(4_050, of: 1, at: 40))
        #expect(Self.stress(gauge, at: 59).range == (try rate("0.025")))
        // The 4,000 is a minute back: 4,050 to 4,100.
        #expect(Self.stress(gauge, at: 62).range == (try rate("0.01234567")))
        #expect(Self.stress(gauge, at: 200) == .calm)
        // The ring begins anew where it had been before.
        gauge.observe(Self.told(4_050, of: 1, at: 300))
        #expect(Self.stress(gauge, at: 300) == .calm)
    }

    @Test func `liquidations count for a minute`() {
        let started = LiquidationStarted(
            liquidation: LiquidationID(rawValue: 1),
            account: demo,
            instrument: bitcoin,
            scope: .isolated,
            leverage: 10,
            quantity: .zero,
            entryValue: .zero,
            walletBalance: .zero,
            marginBalance: .zero,
            maintenanceMargin: .zero,
            maintenanceRate: .zero,
            deduction: .zero,
            markPrice: .zero,
            liquidationPrice: .zero,
            bankruptcyPrice: .zero
        )
        var gauge = StressGauge()
        gauge.observe(Self.command([.liquidationStarted(started)], at: 0))
        gauge.observe(Self.command([.liquidationStarted(started)], at: 30))
        #expect(Self.stress(gauge, at: 30).liquidations == 2)
        #expect(Self.stress(gauge, at: 61).liquidations == 1)
        #expect(Self.stress(gauge, at: 91).liquidations == 0)
    }
}
