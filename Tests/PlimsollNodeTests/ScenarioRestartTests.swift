import PlimsollAgents
import PlimsollJournal
import PlimsollModel
import PlimsollProjections
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

/// A scenario on the disk that is stopped in the middle and goes on.
private struct InterruptedScenario: ~Copyable {
    let fixture = NodeFixture()
    let configuration: NodeConfiguration
    let start: Timestamp

    init(_ changes: (from: String, to: String)...) throws {
        let text = try SoundScenario.text(changes)
        let scenario = try Scenario(text: text, file: "/tmp/one-bot.toml")
        var configuration = scenario.configuration()
        configuration.dataDirectory = fixture.directory
        self.configuration = configuration
        start = scenario.start
    }

    func second(_ second: Int64) -> Timestamp { start.advanced(byMilliseconds: second * 1000) }

    /// Opens the venue, runs it to a second and stops it.
    func run(until second: Int64) throws {
        var loop = try fixture.loop(configuration)
        try loop.run(until: self.second(second))
        try loop.finish()
    }

    func bot() throws -> AccountProjection {
        let loop = try fixture.loop(configuration)
        let account = loop.state.read { $0.account(loop.roles.bots[0]) }
        return try #require(account)
    }
}

@Suite(.computesForLong) struct `A scenario that is interrupted` {
    @Test func `neither enters again nor places a second stop`() throws {
        let scenario = try InterruptedScenario()
        try scenario.run(until: 60)
        let before = try scenario.bot()
        #expect(before.openConditionals.count == 1)
        try scenario.run(until: 120)
        let after = try scenario.bot()
        #expect(after.fills.count == before.fills.count)
        #expect(after.openConditionals == before.openConditionals)
        #expect(after.position(bitcoin)?.quantity == before.position(bitcoin)?.quantity)
    }

    @Test func `leaves when its file says so, and what it missed it does first`() throws {
        let scenario = try InterruptedScenario(
            ("leverage = 5", "leverage = 5\nexitAfter = \"90s\"")
        )
        try scenario.run(until: 60)
        #expect(try scenario.bot().position(bitcoin)?.isFlat == false)
        // The venue stands still when the ninetieth second comes.
        var configuration = scenario.configuration
        configuration.startTime = scenario.second(100)
        var loop = try scenario.fixture.loop(configuration)
        try loop.run(until: scenario.second(105))
        let bot = loop.state.read { $0.account(loop.roles.bots[0]) }
        #expect(bot?.position(bitcoin)?.isFlat == true)
    }

    @Test func `makes the changes of its rules that are still due, and none twice`() throws {
        let scenario = try InterruptedScenario(
            (
                "[thresholds]",
                """
                [[changes]]
                after = "30s"
                instrument = "BTCUSDT"
                fundingHours = 4

                [[changes]]
                after = "90s"
                instrument = "BTCUSDT"
                fundingHours = 1

                [thresholds]
                """
            )
        )
        try scenario.run(until: 60)
        var configuration = scenario.configuration
        configuration.startTime = scenario.second(100)
        var loop = try scenario.fixture.loop(configuration)
        func hours() -> Int64? {
            loop.state.read { $0.market(bitcoin)?.rules.funding.intervalMilliseconds }
                .map { $0 / 3_600_000 }
        }
        #expect(hours() == 4)
        try loop.run(until: scenario.second(101))
        #expect(hours() == 1)
    }

    @Test func `pays in no more margin than its file says`() throws {
        // Below 99.9 % of its margin it adds more, at most twice.
        let scenario = try InterruptedScenario(
            (
                "stop = { distance = \"0.05\" }",
                "topUp = { below = \"0.999\", amount = \"10\", times = 2 }"
            )
        )
        try scenario.run(until: 60)
        try scenario.run(until: 120)
        let added = try scenario.bot().marginMoves.filter { $0.isByHand && $0.amount > .zero }
        #expect(added.count == 2)
    }

    @Test func `withdraws once what it withdraws once`() throws {
        let scenario = try InterruptedScenario(
            (
                "[[bots.legs]]",
                "[[bots.withdrawals]]\nafter = \"40s\"\namount = \"100\"\n\n[[bots.legs]]"
            )
        )
        try scenario.run(until: 60)
        try scenario.run(until: 120)
        let withdrawals = try scenario.bot().income.filter { $0.kind == .withdrawal }
        #expect(withdrawals.map(\.amount) == [Amount(-100)])
    }

    @Test func `keeps the faults of the world, and a frozen index where it stood`() throws {
        let scenario = try InterruptedScenario(
            (
                "[[faults]]\nkind = \"overloaded\"",
                "[[faults]]\nkind = \"indexFreeze\"\nafter = \"30s\"\n\n[[faults]]\nkind = \"overloaded\""
            )
        )
        try scenario.run(until: 60)
        var loop = try scenario.fixture.loop(scenario.configuration)
        let frozen = loop.state.read { $0.market(bitcoin)?.prices?.index }
        try loop.run(until: scenario.second(90))
        #expect(frozen != nil)
        #expect(loop.state.read { $0.market(bitcoin)?.prices?.index } == frozen)
    }

    @Test func `counts what was withdrawn before a restart`() throws {
        let scenario = try InterruptedScenario(
            (
                "[[bots.legs]]",
                "[[bots.withdrawals]]\nafter = \"40s\"\namount = \"100\"\n\n[[bots.legs]]"
            )
        )
        try scenario.run(until: 60)
        let loop = try scenario.fixture.loop(scenario.configuration)
        let roles = loop.roles
        let meter = loop.state.read { venue in
            ScenarioMeter(scenario.configuration.rules, roles: roles, after: venue)
        }
        #expect(meter.bots.map(\.withdrawn) == [Amount(100)])
    }
}

@Suite(.computesForLong) struct `A simulated market that is restarted` {
    private func configuration(
        _ fixture: NodeFixture,
        _ change: (inout MarketComposition) -> Void = { _ in }
    ) throws -> NodeConfiguration {
        var composition = MarketComposition.standard
        composition.instruments = [InstrumentCourse(symbol: try NodeFixture.symbol())]
        composition.noise.count = 2
        composition.leveragedCrowd.count = 60
        change(&composition)
        return try fixture.configuration(market: .simulated(composition), isPaused: false)
    }

    /// Opens the venue, runs it for so long and stops it; tells what it was at the end.
    private func run<Result>(
        _ fixture: NodeFixture,
        _ configuration: NodeConfiguration,
        seconds: Int64,
        _ look: (borrowing VenueLoop) -> Result
    ) throws -> Result {
        var loop = try fixture.loop(configuration)
        try loop.run(until: NodeFixture.start.advanced(byMilliseconds: seconds * 1000))
        try loop.finish()
        return look(loop)
    }

    @Test func `goes on as it was composed, whatever would be composed today`() throws {
        let fixture = NodeFixture()
        let made = try configuration(fixture) { $0.makers.depth = Amount(77_000) }
        let roles = try run(fixture, made, seconds: 1) { $0.roles }
        let today = try configuration(fixture) { $0.leveragedCrowd.count = 10 }
        #expect(try run(fixture, today, seconds: 2) { $0.roles } == roles)
        let other = try configuration(fixture) { $0.name = "another" }
        #expect(throws: NodeError.self) { try run(fixture, other, seconds: 3) { _ in } }
        let journal = try Journal.open(directory: fixture.directory)
        let plan = try #require(try VenuePlan(continuing: journal, today))
        guard case .simulated(let composition) = plan.market else {
            Issue.record("the market is simulated")
            return
        }
        #expect(composition.makers.depth == Amount(77_000))
        #expect(composition.leveragedCrowd.count == 60)
    }

    @Test func `has a crowd that keeps its positions and opens none beside them`() throws {
        let fixture = NodeFixture()
        let configuration = try configuration(fixture)
        var held = try run(fixture, configuration, seconds: 180) { loop in
            var held: [AccountID: Quantity] = [:]
            for participant in loop.roles.participants where participant.role == .leveraged {
                let position = loop.state.read {
                    $0.account(participant.account)?.position(bitcoin)
                }
                guard let position, !position.isFlat else { continue }
                held[participant.account] = position.quantity.magnitude
            }
            return held
        }
        #expect(held.count > 20)
        var again = try fixture.loop(configuration)
        try again.change(
            .runUntil(NodeFixture.start.advanced(byMilliseconds: 360_000)),
            wall: 0
        )
        var grown: [AccountID] = []
        while again.isRunning {
            for command in try again.turn([], wall: 0).published.commands {
                for case .positionChanged(let changed) in command.events {
                    guard let most = held[changed.account] else { continue }
                    if changed.quantity.magnitude > most { grown.append(changed.account) }
                    // From then on it trades like everybody.
                    if changed.quantity.isZero { held[changed.account] = nil }
                }
            }
        }
        #expect(grown.isEmpty)
    }
}
