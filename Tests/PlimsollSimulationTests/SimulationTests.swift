import Foundation
import PlimsollModel
import PlimsollTestSupport
import Testing

/// Spec: JRN-001, DET-001.
@Suite(.computesForLong, .serialized) struct `A venue in a bad world` {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment["PLIMSOLL_SIMULATION_\(name)"].flatMap { UInt64($0) }
    }

    /// Returns the trace and how often the process died, by what became of its last bytes.
    private static func play(
        seed: UInt64,
        steps: Int
    ) async throws -> (trace: UInt64, crashes: [String: Int]) {
        var simulation = try await Simulation(seed: seed)
        try await simulation.run(steps: steps)
        return (simulation.trace.value, simulation.crashes)
    }

    @Test func `keeps its word through every failure`() async throws {
        var crashes: [String: Int] = [:]
        for seed in 1...4 as ClosedRange<UInt64> {
            let outcome = try await Self.play(seed: seed, steps: 120)
            crashes.merge(outcome.crashes, uniquingKeysWith: +)
        }
        #expect(crashes["whole", default: 0] > 0)
        let isInDoubt = ["kept", "dropped", "torn"].reduce(0) { $0 + crashes[$1, default: 0] }
        #expect(isInDoubt > 2, "\(crashes)")
    }

    @Test func `the same seed is the same world`() async throws {
        let first = try await Self.play(seed: 7, steps: 50)
        let again = try await Self.play(seed: 7, steps: 50)
        let other = try await Self.play(seed: 8, steps: 50)
        #expect(first.trace == again.trace)
        #expect(first.trace != other.trace)
    }

    @Test func `a disk that forgets what it said it kept is found out`() async throws {
        var simulation = try await Simulation(seed: 9, forgets: true)
        await #expect {
            try await simulation.run(steps: 400)
        } throws: { error in
            "\(error)".contains("PLIMSOLL_SIMULATION_SEED=9")
        }
    }

    /// For as long as told, one seed after the other; or the one seed that failed.
    @Test(.enabled(if: setting("MINUTES") != nil || setting("SEED") != nil))
    func `keeps its word for long`() async throws {
        if let seed = Self.setting("SEED") {
            _ = try await Self.play(seed: seed, steps: 1_000)
            return
        }
        let end = Date.now.addingTimeInterval(60 * Double(Self.setting("MINUTES") ?? 0))
        var seed = UInt64(Date.now.timeIntervalSince1970)
        var count = 0
        while Date.now < end {
            _ = try await Self.play(seed: seed, steps: 1_000)
            seed += 1
            count += 1
        }
        print("simulations of 1,000 steps: \(count)")
    }
}
