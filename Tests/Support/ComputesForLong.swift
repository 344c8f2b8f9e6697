internal import Foundation
public import Testing

/// Runs a test on threads beside Swift's own few.
///
/// All that awaits shares as many threads as the machine has cores. A test that computes for seconds
/// without giving way holds one of them; two hold both of a small machine, and whoever waits for an
/// answer then waits for them, at every step again. Suites of such tests are marked with this.
public struct ComputesForLong: TestTrait, SuiteTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadsBeside.shared) { try await function() }
    }
}

extension Trait where Self == ComputesForLong {
    public static var computesForLong: ComputesForLong { ComputesForLong() }
}

/// As many threads again as the machine has cores.
private final class ThreadsBeside: TaskExecutor {
    static let shared = ThreadsBeside()

    private let queue = OperationQueue()

    private init() {
        queue.maxConcurrentOperationCount = ProcessInfo.processInfo.activeProcessorCount
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.addOperation { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
