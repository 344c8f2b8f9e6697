import Foundation
import PlimsollAgents
import PlimsollJournal
import PlimsollModel
import PlimsollProjections
import Synchronization
import Testing

@testable import PlimsollNode

/// Spec: DET-004.
@Suite struct `A snapshot` {
    private let fixture = NodeFixture()

    private func sequences(_ directory: String) throws -> [Sequence] {
        let journal = try Journal.open(directory: directory)
        var sequences: [Sequence] = []
        try journal.eachSnapshot { sequences.append($0.sequence) }
        try journal.close()
        return sequences
    }

    @Test func `holds the venue as it was when it was taken, however late it is stored`() throws {
        var configuration = try fixture.configuration()
        configuration.snapshotInterval = 1
        var random = RandomCommands(seed: 3)
        var loop = try fixture.loop(configuration)
        for _ in 0..<20 { try loop.execute((0..<5).map { _ in random.next() }) }
        let then = loop.digest
        let snapshot = try #require(try loop.takeSnapshotIfDue())
        for _ in 0..<20 { try loop.execute((0..<5).map { _ in random.next() }) }
        try snapshot.store()

        let image = NodeFixture()
        try fixture.copyAsIs(to: image)
        let stored = try JournalReader(directory: image.directory)
            .snapshot(upTo: loop.digest.sequence)
        #expect(stored?.sequence == then.sequence)
        #expect(stored?.digest == then.digest)
        configuration.dataDirectory = image.directory
        let recovered = try image.loop(configuration)
        #expect(recovered.digest == loop.digest)
        #expect(recovered.state.encoded() == loop.state.encoded())
    }

    @Test func `is stored while the venue goes on`() async throws {
        var configuration = try fixture.configuration()
        configuration.snapshotInterval = 10
        let node = try fixture.node(configuration)
        var random = RandomCommands(seed: 5)
        for _ in 0..<200 { _ = try await node.submit(random.next()) }
        let last = node.digest
        node.stop()
        let stored = try sequences(fixture.directory)
        #expect(stored.count > 2)
        #expect(stored.last == last.sequence)
        #expect(try VenueVerifier.verify(directory: fixture.directory).mismatch == nil)
        #expect(try fixture.loop(configuration).digest == last)
    }

    @Test func `that the disk does not take ends the taking of commands`() async throws {
        var configuration = try fixture.configuration()
        configuration.snapshotInterval = 100
        // Of the writes to come, so many succeed.
        let left = Mutex(Int.max)
        configuration.failing = FailurePoints { point in
            guard point == .write else { return false }
            return left.withLock { left in
                left -= 1
                return left < 0
            }
        }
        let node = try fixture.node(configuration)
        defer { node.stop() }
        // The commands themselves are written, the snapshot after them is not.
        left.withLock { $0 = 1 }
        let prices = [Command](repeating: price, count: 100)
        let outcomes = try await node.submit(prices)
        let reason = await withCheckedContinuation { continuation in
            node.whenFailed { continuation.resume(returning: $0) }
        }
        guard case .readOnly = reason else {
            Issue.record("\(reason)")
            return
        }
        #expect(node.digest.sequence == outcomes.last?.sequence)
        await #expect(throws: NodeError.self) { _ = try await node.submit(price) }
    }

    @Test func `of a market keeps a short history of its participants and a whole one of others`()
        throws
    {
        var configuration = try fixture.configuration(market: .simulated(.standard))
        configuration.snapshotInterval = 1
        var loop = try fixture.loop(configuration)
        let participants = Set(loop.roles.participants.map(\.account))
        let crowd = loop.roles.crowd
        #expect(participants.allSatisfy(crowd.contains))
        #expect(Int(crowd.upperBound.rawValue - crowd.lowerBound.rawValue) == participants.count)
        try loop.run(until: NodeFixture.start.advanced(byMilliseconds: 120_000))
        func longest(_ loop: borrowing VenueLoop) -> Int {
            loop.state.read { venue in
                participants.compactMap { venue.account($0)?.income.count }.max() ?? 0
            }
        }
        #expect(longest(loop) == AccountProjection.crowdHistoryCountMax)
        // The demo account is nobody's participant.
        let deposit = BalanceChange(account: demo, asset: AssetID(rawValue: 0), amount: Amount(1))
        try loop.execute([Command](repeating: .deposit(deposit), count: 50))
        #expect(loop.state.read { $0.account(demo)?.income.count } ?? 0 > 50)
        try loop.storeSnapshotIfDue()
        let image = NodeFixture()
        try fixture.copyAsIs(to: image)
        configuration.dataDirectory = image.directory
        #expect(try image.loop(configuration).state.encoded() == loop.state.encoded())
    }
}
