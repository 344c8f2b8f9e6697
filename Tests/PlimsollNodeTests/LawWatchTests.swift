import PlimsollModel
import PlimsollProjections
import Testing

@testable import PlimsollNode

@Suite struct `A venue whose books do not balance` {
    /// Spec: DET-005.
    @Test func `stops before it tells of the command, and names it`() async throws {
        let fixture = NodeFixture()
        var configuration = try fixture.configuration()
        let probe = try fixture.loop(fixture.configuration(inMemory: true))
        // The price comes first, the order second.
        let broken = probe.digest.sequence.next.next
        configuration.drillBrokenLawAt = broken
        let node = try fixture.node(configuration)
        let before = try await node.submit(price)
        #expect(before.sequence.next == broken)
        await #expect(throws: NodeError.lawBroken(broken, "a drill")) {
            try await node.submit(buy(1, at: 99))
        }
        #expect(node.failure == .lawBroken(broken, "a drill"))
        #expect(node.digest.sequence == before.sequence)
        await #expect(throws: NodeError.lawBroken(broken, "a drill")) {
            try await node.submit(price)
        }
        let told = await withCheckedContinuation { continuation in
            node.whenFailed { continuation.resume(returning: $0) }
        }
        #expect(told == .lawBroken(broken, "a drill"))
        node.stop()
    }

    @Test func `is found again when its journal is replayed`() throws {
        let fixture = NodeFixture()
        var configuration = try fixture.configuration()
        var loop = try fixture.loop(configuration)
        let sequence = try #require(try loop.execute([price]).first?.sequence)
        let image = NodeFixture()
        try fixture.copyAsIs(to: image)
        configuration.dataDirectory = image.directory
        configuration.drillBrokenLawAt = sequence
        #expect(throws: NodeError.lawBroken(sequence, "a drill")) {
            _ = try image.node(configuration)
        }
    }
}
