import PlimsollAgents
import PlimsollJournal
import PlimsollModel
import PlimsollProjections
import PlimsollTapes
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

@Suite(.computesForLong) struct `A venue's loop` {
    private let fixture = NodeFixture()

    private func isFilled(_ outcome: CommandOutcome) -> Bool {
        outcome.events.contains { if case .tradeExecuted = $0 { true } else { false } }
    }

    @Test func `begins with the profile, the demo account and its money`() throws {
        let loop = try fixture.loop(fixture.configuration(inMemory: true))
        #expect(loop.roles == VenueRoles(demo: demo))
        #expect(loop.time == NodeFixture.start)
        #expect(loop.brokenInvariants() == [])
        let (symbols, balance) = loop.state.read { projections in
            (
                projections.markets.map { "\($0.rules.contract.symbol)" },
                projections.account(demo)?.wallet(
                    projections.markets[0].rules.contract.settleAsset
                )
            )
        }
        #expect(symbols == ["BTCUSDT", "ETHUSDT"])
        #expect(balance == Amount(10_000))
    }

    @Test func `opens in the present with the history that its market has traded`() throws {
        var composition = MarketComposition.standard
        composition.leveragedCrowd.count = 4
        var configuration = try fixture.configuration(market: .simulated(composition))
        configuration.startTime = nil
        configuration.history = 180_000
        configuration.isPaused = false
        let present = NodeFixture.start
        func open(at time: Timestamp) throws -> (time: Timestamp, opens: [Int64], sequence: UInt64)
        {
            var loop = try VenueLoop.open(
                configuration,
                log: fixture.log,
                wall: 0,
                present: time
            )
            #expect(!loop.isRunning && !loop.clock.isPaused)
            let candles = loop.state.read { venue in
                venue.markets[0].candles(interval: .oneMinute).map(\.openTime.milliseconds)
            }
            defer { _ = try? loop.finish() }
            return (loop.time, candles, loop.digest.sequence.rawValue)
        }
        let first = try open(at: present)
        #expect(first.time == present)
        let minute = present.milliseconds / 60_000 * 60_000
        #expect(first.opens == [-3, -2, -1, 0].map { minute + $0 * 60_000 })
        // A restart goes on: what it was closed for is a gap, not one more history.
        let later = try open(at: present.advanced(byMilliseconds: 600_000))
        #expect(later.sequence == first.sequence && later.opens == first.opens)
    }

    @Test func `numbers commands from 1 without gaps and tells their events`() throws {
        var loop = try fixture.loop(fixture.configuration(inMemory: true))
        let before = loop.digest.sequence.rawValue
        let outcomes = try loop.execute([
            price, buy(10, at: 99, name: "a"), buy(10, at: 99, name: "a"),
        ])
        #expect(outcomes.map(\.sequence.rawValue) == [before + 1, before + 2, before + 3])
        #expect(outcomes[0].refusal == nil)
        #expect(outcomes[1].refusal == nil)
        #expect(outcomes[2].refusal?.reason == .duplicateClientOrderID)
        #expect(loop.state.digest == loop.digest)
    }

    @Test func `runs to the instant asked for, ticking on the way`() throws {
        var loop = try fixture.loop(fixture.configuration())
        let before = loop.digest.sequence.rawValue
        let end = NodeFixture.start.advanced(byMilliseconds: 1_000)
        try loop.run(until: end)
        #expect(loop.time == end)
        // 250, 500, 750, 1,000 after the full second, and the end at 1,100.
        #expect(loop.digest.sequence.rawValue == before + 5)
        try loop.run(until: end)
        #expect(loop.digest.sequence.rawValue == before + 5, "no time, no tick")
        #expect(throws: NodeError.self) { try loop.run(until: NodeFixture.start) }
    }

    @Test func `ticks with the wall clock while nothing else is due`() throws {
        var configuration = try fixture.configuration(inMemory: true, isPaused: false)
        configuration.speed = .times(Rate(10))
        var loop = try fixture.loop(configuration)
        let wall: UInt64 = 100_000_000
        let turn = try loop.turn([], wall: wall)
        #expect(
            turn.published.commands.map(\.header.time.milliseconds) == [
                1_700_000_000_250, 1_700_000_000_500, 1_700_000_000_750, 1_700_000_001_000,
            ]
        )
        // The next tick is due 150 venue milliseconds after the present.
        #expect(loop.nextWake(wall: wall) == 115_000_000)
        #expect(try loop.turn([], wall: wall).published.commands.isEmpty)
    }

    @Test func `takes orders at the frozen time while paused`() throws {
        var loop = try fixture.loop(fixture.configuration(inMemory: true))
        let turn = try loop.turn([[price], [buy(10, at: 99)]], wall: 3_600_000_000_000)
        #expect(turn.outcomes.map(\.count) == [1, 1])
        #expect(turn.outcomes.joined().allSatisfy { $0.time == NodeFixture.start })
        #expect(turn.outcomes.joined().allSatisfy { $0.refusal == nil })
        #expect(loop.nextWake(wall: 3_600_000_000_000) == nil)
    }

    @Test func `puts clients before the market in each batch`() throws {
        let tape = try NodeFixture.tape()
        var configuration = try fixture.configuration(
            inMemory: true,
            market: .tape(tape, symbol: NodeFixture.symbol(), shift: 0),
            isPaused: false
        )
        configuration.startTime = nil
        configuration.speed = .times(Rate(1_000))
        var loop = try fixture.loop(configuration)
        _ = try loop.turn([], wall: 10_000_000)
        // The wall clock has gone on by 30 venue seconds and the market has not.
        let turn = try loop.turn([[buy(1, at: 90)]], wall: 40_000_000)
        let mine = turn.outcomes[0][0]
        #expect(mine.sequence == turn.published.commands[0].header.sequence)
        #expect(turn.published.commands.count > 100)
        #expect(mine.time <= tape.startTime.advanced(byMilliseconds: 15_000))
        let times = turn.published.commands.map(\.header.time)
        #expect(times == times.sorted())
    }

    @Test func `never puts more than its bound into a batch, nor a client behind the market`()
        throws
    {
        let tape = try NodeFixture.tape(minutes: 60)
        var configuration = try fixture.configuration(
            inMemory: true,
            market: .tape(tape, symbol: NodeFixture.symbol(), shift: 0)
        )
        configuration.startTime = nil
        var loop = try fixture.loop(configuration)
        try loop.change(.runUntil(tape.endTime), wall: 0)
        var batches = 0
        while loop.clock.runUntil != nil {
            let turn = try loop.turn([[.advanceTime]], wall: 0)
            batches += 1
            // A step of the market is not cut, and a crash takes a few hundred commands.
            #expect(turn.published.commands.count < VenueLoop.batchLimit + 1_000)
            let first = turn.published.commands[0].header.sequence
            #expect(turn.outcomes[0][0].sequence == first)
        }
        #expect(batches > 3)
        #expect(loop.time == tape.endTime)
        #expect(loop.brokenInvariants() == [])
    }

    /// Spec: DET-001.
    @Test func `gives the same digest twice, in memory and on the disk, in one run or in many`()
        throws
    {
        let tape = try NodeFixture.tape(minutes: 10)
        func digest(inMemory: Bool, pieces: Int64) throws -> Digest {
            let fixture = NodeFixture()
            var configuration = try fixture.configuration(
                inMemory: inMemory,
                market: .tape(tape, symbol: NodeFixture.symbol(), shift: 5_000)
            )
            configuration.startTime = nil
            var loop = try fixture.loop(configuration)
            let length = tape.endTime.milliseconds - tape.startTime.milliseconds
            for piece in 1...pieces {
                let end = tape.startTime.advanced(byMilliseconds: 5_000 + length * piece / pieces)
                try loop.run(until: end)
            }
            #expect(loop.brokenInvariants() == [])
            return loop.digest.digest
        }
        let whole = try digest(inMemory: true, pieces: 1)
        #expect(try digest(inMemory: true, pieces: 1) == whole)
        #expect(try digest(inMemory: false, pieces: 1) == whole)
        #expect(try digest(inMemory: true, pieces: 5) == whole)
    }

    /// How a run goes on after its first second.
    enum Pace: CaseIterable {
        case oneRun, manyRuns, realTime, fast, unlimited
    }

    /// A replayed book asks what users took, so its commands depend on what was done before them.
    ///
    /// Spec: DET-001.
    @Test
    func `gives a recorded book the same digest at every speed, with a user who trades in it`()
        throws
    {
        let tape = try NodeFixture.depthTape(seconds: 20)
        func digest(_ pace: Pace) throws -> Digest {
            var configuration = try fixture.configuration(
                inMemory: true,
                market: .tape(tape, symbol: NodeFixture.symbol(), shift: 0)
            )
            configuration.startTime = nil
            var loop = try fixture.loop(configuration)
            try loop.run(until: tape.startTime.advanced(byMilliseconds: 1_000))
            let taken = try loop.execute([buy(25, at: 103), buy(5, at: 97)])
            #expect(taken.allSatisfy { $0.refusal == nil })
            #expect(isFilled(taken[0]))
            var wall: UInt64 = 0
            switch pace {
            case .oneRun: break
            case .manyRuns:
                // On the grid of the ticks: the end of a run is a command of its own elsewhere.
                for place in 1...76 {
                    let end = 1_000 + Int64(place) * 250
                    try loop.run(until: tape.startTime.advanced(byMilliseconds: end))
                }
            case .realTime, .fast:
                try loop.change(.speed(.times(Rate(pace == .fast ? 50 : 1))), wall: wall)
                try loop.change(.resume, wall: wall)
                while loop.time < tape.startTime.advanced(byMilliseconds: 19_000) {
                    wall += 7_000_000
                    _ = try loop.turn([], wall: wall)
                }
            case .unlimited:
                try loop.change(.speed(.unlimited), wall: wall)
                try loop.change(.resume, wall: wall)
                while loop.time < tape.startTime.advanced(byMilliseconds: 19_000) {
                    _ = try loop.turn([], wall: wall)
                }
            }
            // To where there is neither a step nor a tick under way.
            try loop.change(.runUntil(tape.startTime.advanced(byMilliseconds: 30_000)), wall: wall)
            while loop.isRunning { _ = try loop.turn([], wall: wall) }
            #expect(loop.brokenInvariants() == [])
            return loop.digest.digest
        }
        let expected = try digest(.oneRun)
        for pace in Pace.allCases { #expect(try digest(pace) == expected, "\(pace)") }
    }

    @Test func `fills a resting order from the tape`() throws {
        var configuration = try fixture.configuration(
            inMemory: true,
            market: .tape(NodeFixture.tape(), symbol: NodeFixture.symbol(), shift: 0)
        )
        configuration.startTime = nil
        let tape = try NodeFixture.tape()
        var loop = try fixture.loop(configuration)
        #expect(loop.time == tape.startTime)
        try loop.run(until: tape.startTime.advanced(byMilliseconds: 10_000))
        let bid = try loop.execute([buy(1, at: 80)])[0]
        #expect(bid.refusal == nil)
        #expect(!isFilled(bid))
        try loop.run(until: tape.endTime)
        let position = loop.state.read { $0.account(demo)?.positions.first?.quantity }
        #expect(position == Quantity(units: 10_000_000), "the last minute lies below the bid")
    }

    @Test func `joins a tape that is shifted to the present, with prices at once`() throws {
        let tape = try NodeFixture.tape()
        var configuration = try fixture.configuration(
            inMemory: true,
            market: .tape(tape, symbol: NodeFixture.symbol(), shift: 1_000),
            isPaused: false
        )
        configuration.startTime = nil
        let present = tape.startTime.advanced(byMilliseconds: 100_000)
        var loop = try VenueLoop.open(configuration, log: fixture.log, wall: 0, present: present)
        #expect(loop.time == present)
        let turn = try loop.turn([], wall: 0)
        #expect(turn.published.commands.allSatisfy { $0.header.time == present })
        let (bid, ask) = loop.state.read { projections in
            let book = projections.market(bitcoin)?.book
            return (book?.bestBid, book?.bestAsk)
        }
        #expect(bid != nil)
        #expect(ask != nil)
        // The present lies in the second minute; the first has no part in it.
        let volume = loop.state.read { $0.market(bitcoin)?.trades.count ?? 0 }
        #expect(volume > 0)
    }

    @Test func `stands still at unlimited speed when nothing is left to wait for`() throws {
        var configuration = try fixture.configuration(inMemory: true, isPaused: false)
        configuration.speed = .unlimited
        var loop = try fixture.loop(configuration)
        #expect(try loop.turn([], wall: 1).published.commands.isEmpty)
        #expect(loop.nextWake(wall: 1) == nil)
    }

    @Test func `lives with a simulated market, the same for the same seed`() throws {
        func run(seed: UInt64, inMemory: Bool) throws -> Digest {
            let fixture = NodeFixture()
            let configuration = try fixture.configuration(
                inMemory: inMemory,
                market: .simulated(.standard),
                seed: seed
            )
            var loop = try fixture.loop(configuration)
            try loop.run(until: NodeFixture.start.advanced(byMilliseconds: 20_000))
            #expect(loop.brokenInvariants() == [])
            #expect(loop.state.read { $0.markets.allSatisfy { $0.trades.count > 0 } })
            return loop.digest.digest
        }
        let digest = try run(seed: 1, inMemory: true)
        #expect(try run(seed: 1, inMemory: false) == digest)
        #expect(try run(seed: 2, inMemory: true) != digest)
    }

    @Test func `trades in the first second of a simulated market`() throws {
        let configuration = try fixture.configuration(inMemory: true, market: .simulated(.standard))
        var loop = try fixture.loop(configuration)
        try loop.run(until: NodeFixture.start.advanced(byMilliseconds: 1_000))
        let traded = loop.state.read { $0.markets.map { $0.trades.count > 0 } }
        #expect(traded == [true, true])
    }

    @Test func `refuses a tape for an instrument that the profile lacks`() throws {
        let symbol = try #require(Symbol("DOGEUSDT"))
        let configuration = try fixture.configuration(
            market: .tape(NodeFixture.tape(), symbol: symbol, shift: 0)
        )
        #expect(throws: NodeError.self) { _ = try fixture.loop(configuration) }
    }

    @Test func `leaves no venue behind when its rules are impossible`() throws {
        var configuration = try fixture.configuration()
        configuration.rules.instruments[0].tiers[0].maintenanceRate = Rate(2)
        #expect(throws: NodeError.self) { _ = try fixture.loop(configuration) }
        let possible = try fixture.loop(fixture.configuration())
        #expect(possible.time == NodeFixture.start)
    }
}
