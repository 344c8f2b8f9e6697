import PlimsollAgents
import PlimsollJournal
import PlimsollModel
import PlimsollProjections
import PlimsollTapes
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

@Suite(.computesForLong) struct `A restarted venue` {
    private let fixture = NodeFixture()

    private func tapeConfiguration(
        _ fixture: NodeFixture,
        minutes: Int = 6,
        shift: Int64 = 0
    ) throws -> NodeConfiguration {
        var configuration = try fixture.configuration(
            market: .tape(
                NodeFixture.tape(minutes: minutes),
                symbol: NodeFixture.symbol(),
                shift: shift
            )
        )
        configuration.startTime = nil
        return configuration
    }

    @Test(arguments: [1, 40, 1_000_000])
    func `is the same venue, whatever part of it a snapshot holds`(interval: Int) throws {
        var configuration = try fixture.configuration()
        configuration.snapshotInterval = interval
        var random = RandomCommands(seed: 11)
        var loop = try fixture.loop(configuration)
        for _ in 0..<30 {
            try loop.execute((0..<5).map { _ in random.next() })
            try loop.storeSnapshotIfDue()
        }
        #expect(loop.brokenInvariants() == [])
        let image = NodeFixture()
        try fixture.copyAsIs(to: image)
        configuration.dataDirectory = image.directory
        var recovered = try image.loop(configuration)
        #expect(recovered.digest == loop.digest)
        #expect(recovered.time == loop.time)
        #expect(recovered.brokenInvariants() == [])
        #expect(recovered.state.encoded() == loop.state.encoded())
        // And goes on as the first one does.
        for _ in 0..<20 {
            let commands = (0..<5).map { _ in random.next() }
            try loop.execute(commands)
            try recovered.execute(commands)
        }
        #expect(recovered.digest == loop.digest)
        #expect(recovered.state.encoded() == loop.state.encoded())
    }

    @Test func `has every command that was acknowledged before it was killed`() throws {
        let configuration = try fixture.configuration()
        var loop = try fixture.loop(configuration)
        try loop.execute([price])
        var acknowledged: [String] = []
        for number in 0..<20 {
            let outcome = try loop.execute([buy(10, at: 90, name: "order-\(number)")])[0]
            #expect(outcome.refusal == nil)
            acknowledged.append("order-\(number)")
            let image = NodeFixture()
            try fixture.copyAsIs(to: image)
            var killed = configuration
            killed.dataDirectory = image.directory
            let recovered = try image.loop(killed)
            let open = recovered.state.read { projections in
                projections.account(demo)?.openOrders.map { "\($0.accepted.clientOrderID)" }
            }
            #expect(open == acknowledged)
        }
    }

    @Test func `keeps its time and numbers and is not begun anew`() throws {
        let configuration = try fixture.configuration()
        var first = try fixture.loop(configuration)
        let end = NodeFixture.start.advanced(byMilliseconds: 60_000)
        try first.run(until: end)
        let sequence = first.digest.sequence
        try first.finish()
        _ = consume first
        // The wall clock of this start lies before the venue's time.
        var second = try fixture.loop(configuration)
        #expect(second.time == end)
        #expect(second.digest.sequence == sequence)
        let outcome = try second.execute([.openAccount(.trader)])[0]
        #expect(outcome.sequence == sequence.next)
        #expect(outcome.time == end)
        let opened = AccountID(rawValue: demo.rawValue + 1)
        #expect(outcome.events == [.accountOpened(opened, .trader)])
    }

    @Test func `goes on in the present when its time has passed`() throws {
        var configuration = try fixture.configuration()
        var first = try fixture.loop(configuration)
        try first.execute([price])
        try first.finish()
        _ = consume first
        configuration.startTime = NodeFixture.start.advanced(byMilliseconds: 3_600_000)
        var second = try fixture.loop(configuration)
        let outcome = try second.execute([.advanceTime])[0]
        #expect(outcome.time == configuration.startTime)
    }

    @Test func `replays the rest of its tape`() throws {
        let whole = NodeFixture()
        var unbroken = try whole.loop(tapeConfiguration(whole))
        let tape = try NodeFixture.tape(minutes: 6)
        let middle = tape.startTime.advanced(byMilliseconds: 150_000)
        try unbroken.run(until: middle)
        let half = unbroken.digest
        try unbroken.run(until: tape.endTime)

        var first = try fixture.loop(tapeConfiguration(fixture))
        try first.run(until: middle)
        #expect(first.digest == half)
        try first.finish()
        _ = consume first
        var second = try fixture.loop(tapeConfiguration(fixture))
        #expect(second.digest == half)
        try second.run(until: tape.endTime)
        // Every trade of the recording is there once, up to the last.
        func last(_ loop: borrowing VenueLoop) throws -> MarketTrade {
            try #require(loop.state.read { $0.market(bitcoin)?.trades.last })
        }
        #expect(try last(second).id == last(unbroken).id)
        #expect(try last(second).price == last(unbroken).price)
        #expect(try last(second).time == last(unbroken).time)
        #expect(second.brokenInvariants() == [])
    }

    @Test func `opens its simulated market again where it stood`() throws {
        let configuration = try fixture.configuration(market: .simulated(.standard))
        let middle = NodeFixture.start.advanced(byMilliseconds: 10_000)
        var first = try fixture.loop(configuration)
        try first.run(until: middle)
        let index = first.state.read { $0.market(bitcoin)?.prices?.index }
        let accounts = first.state.read { $0.accountIDs }
        try first.finish()
        _ = consume first
        var second = try fixture.loop(configuration)
        #expect(second.roles.participants.count == accounts.count - 1)
        try second.run(until: middle.advanced(byMilliseconds: 150))
        #expect(second.state.read { $0.market(bitcoin)?.prices?.index } == index)
        try second.run(until: middle.advanced(byMilliseconds: 10_000))
        #expect(second.brokenInvariants() == [])
        #expect(second.state.read { $0.accountIDs } == accounts)
        let lastTrade = second.state.read { $0.market(bitcoin)?.trades.last?.time }
        #expect(try #require(lastTrade) > middle)
    }

    @Test func `keeps the shift and the seed that it was made with`() throws {
        var first = try fixture.loop(tapeConfiguration(fixture, shift: 1_000))
        let tape = try NodeFixture.tape(minutes: 6)
        #expect(first.time == tape.startTime.advanced(byMilliseconds: 1_000))
        try first.finish()
        _ = consume first
        var other = try tapeConfiguration(fixture, shift: 99_000)
        other.seed = 1_234
        var second = try fixture.loop(other)
        #expect(second.seed == 7)
        try second.run(until: tape.endTime.advanced(byMilliseconds: 1_000))
        let last = second.state.read { $0.market(bitcoin)?.pricesTime }
        let lastStep = tape.endTime.advanced(byMilliseconds: 1_000)
        #expect(last == lastStep)
    }

    @Test func `of another profile or market is refused, and told so`() throws {
        do {
            var loop = try fixture.loop(fixture.configuration())
            try loop.finish()
        }
        func refusal(_ configuration: NodeConfiguration) -> String {
            do {
                _ = try fixture.loop(configuration)
                return "none"
            } catch {
                guard case .otherVenue(let reason) = error else { return "\(error)" }
                return reason
            }
        }
        var renamed = try fixture.configuration()
        renamed.rules.name = "binance-usdm"
        #expect(refusal(renamed).contains("venue.profile seed-simple, not binance-usdm"))
        var changed = try fixture.configuration()
        changed.rules.instruments[0].fees.taker = Rate(units: 50_000)
        #expect(refusal(changed).contains("venue.rules"))
        let tape = try tapeConfiguration(fixture)
        #expect(refusal(tape).contains("market none, not tape"))
        // Nothing was changed by the refusals.
        _ = try fixture.loop(fixture.configuration())
    }

    @Test func `is refused while the first one runs`() throws {
        let loop = try fixture.loop(fixture.configuration())
        let error = #expect(throws: NodeError.self) {
            _ = try fixture.loop(fixture.configuration())
        }
        guard case .journal(.locked) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(loop.time == NodeFixture.start)
    }

    @Test func `whose engine decides otherwise than before is refused with the commands`() throws {
        try divergeJournal()
        let configuration = try fixture.configuration()
        let error = #expect(throws: NodeError.self) { _ = try fixture.loop(configuration) }
        guard case .diverged(let mismatch) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(mismatch.first == mismatch.last)
        #expect("\(mismatch)".hasPrefix("command \(mismatch.first) gives the digest"))
    }

    /// Appends two batches of which the second remembers a digest that the first does not give.
    private func divergeJournal() throws {
        var loop = try fixture.loop(fixture.configuration())
        let (sequence, digest) = loop.digest
        let time = loop.time
        try loop.finish()
        _ = consume loop
        let journal = try Journal.open(directory: fixture.directory)
        let first = SequencedCommand(sequence: sequence.next, time: time, command: .advanceTime)
        let second = SequencedCommand(
            sequence: sequence.next.next,
            time: time,
            command: .advanceTime
        )
        try journal.append([first], after: digest)
        try journal.append([second], after: Digest(value: 1))
        try journal.close()
    }

    @Test func `is verified from its first command`() throws {
        var configuration = try fixture.configuration()
        configuration.snapshotInterval = 50
        var random = RandomCommands(seed: 3)
        var loop = try fixture.loop(configuration)
        for _ in 0..<40 {
            try loop.execute((0..<4).map { _ in random.next() })
            try loop.storeSnapshotIfDue()
        }
        try loop.finish()
        let (sequence, digest) = loop.digest
        _ = consume loop
        var seen: [Sequence] = []
        let report = try VenueVerifier.verify(directory: fixture.directory) { done, last in
            seen.append(done)
            #expect(last == sequence)
        }
        #expect(report.mismatch == nil)
        #expect(report.sequence == sequence)
        #expect(report.digest == digest)
        #expect(report.commands == sequence.rawValue)
        #expect(report.batches == 41)
        #expect(report.snapshots > 1)
        #expect(seen == seen.sorted())
        #expect(seen.last == sequence)
    }

    @Test func `is verified also after a restart from a snapshot`() throws {
        var configuration = try fixture.configuration()
        configuration.snapshotInterval = 30
        var random = RandomCommands(seed: 5)
        for _ in 0..<3 {
            var loop = try fixture.loop(configuration)
            for _ in 0..<20 { try loop.execute((0..<4).map { _ in random.next() }) }
            try loop.finish()
        }
        let report = try VenueVerifier.verify(directory: fixture.directory)
        #expect(report.mismatch == nil)
        #expect(report.snapshots > 1)
    }

    /// Spec: DET-003.
    @Test func `that differs is told by the first commands that do`() throws {
        try divergeJournal()
        let report = try VenueVerifier.verify(directory: fixture.directory)
        let mismatch = try #require(report.mismatch)
        #expect(mismatch.first == report.sequence)
        #expect(mismatch.recorded == Digest(value: 1))
        #expect(mismatch.replayed == report.digest)
    }

    @Test func `cannot be verified where there is none`() throws {
        let error = #expect(throws: NodeError.self) {
            try VenueVerifier.verify(directory: fixture.directory)
        }
        #expect(error == .journal(.notFound(fixture.directory)))
    }
}
