import NIOCore
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollGateway

@Suite struct `The pace of a crowd` {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func after(_ microseconds: Int64) -> NIODeadline { start + .microseconds(microseconds) }

    /// Of two cores, in groups of 8 to 64.
    private var pace: CrowdPace {
        CrowdPace(sizes: 8...64, cores: 2, at: start, processor: 5_000)
    }

    @Test func `a quarter of the time is a rest`() {
        var pace = pace
        // Both cores were busy for 0.6 ms.
        pace.endGroup(at: after(600), processor: 5_000 + 1_200_000)
        #expect(pace.isResting)
        #expect(pace.restEnd(processor: 5_000 + 1_200_000) == after(800))
        // What is still computed makes it longer.
        #expect(pace.restEnd(processor: 5_000 + 1_320_000) == after(880))
        // The next one is measured from its own beginning.
        pace.beginGroup(at: after(900), processor: 2_000_000)
        #expect(!pace.isResting)
        pace.endGroup(at: after(1_200), processor: 2_600_000)
        #expect(pace.restEnd(processor: 2_600_000) == after(1_300))
    }

    @Test func `waiting for a disk is a rest too`() {
        var pace = pace
        pace.endGroup(at: after(5_000), processor: 5_000 + 1_200_000)
        #expect(pace.restEnd(processor: 5_000 + 1_200_000) < after(5_000))
    }

    @Test func `nobody rests for long because of what else is computed`() {
        var pace = pace
        pace.endGroup(at: after(600), processor: 5_000 + 10_000_000_000)
        #expect(pace.restEnd(processor: 5_000 + 10_000_000_000) == after(10_600))
    }

    @Test func `groups grow while they mostly wait, and shrink again`() {
        var pace = pace
        var sizes: [Int] = []
        // Elapsed and computed, in microseconds of a core: a slow disk, one in between, none.
        for (elapsed, computed) in [(5_000, 300), (5_000, 600), (5_000, 1_200), (5_000, 1_600)]
            + [(2_500, 1_000), (2_500, 1_300), (700, 600), (350, 300), (350, 300)]
        {
            pace.beginGroup(at: start, processor: 0)
            pace.endGroup(at: after(Int64(elapsed)), processor: UInt64(computed) * 2_000)
            sizes.append(pace.size)
        }
        #expect(sizes == [16, 32, 64, 64, 64, 32, 16, 8, 8])
    }
}

@Suite struct `A crowd at the gate` {
    @Test func `comes in groups, in its order, and leaves the gate as it was`() async throws {
        // Nothing is ever computed, so nobody rests.
        let gate = RequestGate(
            limits: .init(underWayMax: 8, waitingMax: 100, wait: .minutes(10), groupMin: 4),
            processorTime: { 0 }
        )
        for _ in 0..<8 { try await gate.enter() }
        let (turns, turn) = AsyncStream.makeStream(of: Int.self)
        var admitted = turns.makeAsyncIterator()
        var waiters: [Task<Void, any Error>] = []
        for number in 0..<9 {
            waiters.append(
                Task {
                    try await gate.enter()
                    turn.yield(number)
                }
            )
            try await eventually { gate.status.waiting == number + 1 }
        }
        // Two of them are still under way: the others go on waiting, though there is room.
        for _ in 0..<6 { gate.leave() }
        #expect(gate.status == .init(underWay: 2, waiting: 9, refused: 0))
        gate.leave()
        // One of four may be left behind.
        #expect(gate.status.waiting < 9)
        let group = gate.status.underWay - 1
        var first: Set<Int> = []
        while first.count < group, let number = await admitted.next() { first.insert(number) }
        #expect(first == Set(0..<group))
        // Whoever comes now stands behind the others, room or not.
        async let last: Void = gate.enter()
        try await eventually { gate.status.waiting == 9 - group + 1 }
        // Of the 18 that came, 7 have left.
        for _ in 7..<18 {
            try await eventually { gate.status.underWay > 0 }
            gate.leave()
        }
        for waiter in waiters { try await waiter.value }
        try await last
        #expect(gate.status == .init(underWay: 0, waiting: 0, refused: 0))
        // The crowd has gone: places are handed out at once.
        for _ in 0..<8 { try await gate.enter() }
        #expect(gate.status == .init(underWay: 8, waiting: 0, refused: 0))
    }

    @Test func `one account's crowd is not in another one's way`() async throws {
        let gate = RequestGate(
            limits: .init(underWayMax: 4, waitingMax: 100, wait: .minutes(10), groupMin: 2),
            processorTime: { 0 }
        )
        let (greedy, modest) = (AccountID(rawValue: 1), AccountID(rawValue: 2))
        for _ in 0..<4 { try await gate.enter(greedy) }
        let crowd = (0..<20).map { _ in Task { try await gate.enter(greedy) } }
        try await eventually { gate.status.waiting == 20 }
        let other = Task { try await gate.enter(modest) }
        try await eventually { gate.status.waiting == 21 }
        // The next group, of two or four, has the one that came last.
        for _ in 0..<4 { gate.leave() }
        try await other.value
        #expect(gate.status.waiting >= 17)
        for _ in 4..<25 {
            try await eventually { gate.status.underWay > 0 }
            gate.leave()
        }
        for task in crowd { try await task.value }
        #expect(gate.status == .init(underWay: 0, waiting: 0, refused: 0))
    }

    @Test func `who waits in vain is told so, and the gate opens again`() async throws {
        let gate = RequestGate(
            limits: .init(underWayMax: 2, waitingMax: 100, wait: .milliseconds(20), groupMin: 1),
            processorTime: { 0 }
        )
        for _ in 0..<2 { try await gate.enter() }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 {
                group.addTask { (try? await gate.enter()) != nil }
            }
            for await isIn in group { #expect(!isIn) }
        }
        #expect(gate.status == .init(underWay: 2, waiting: 0, refused: 5))
        for _ in 0..<2 { gate.leave() }
        try await gate.enter()
        #expect(gate.status == .init(underWay: 1, waiting: 0, refused: 5))
    }
}
