import Synchronization

/// A port that a server is about to listen at, for those who wait until it does.
final class ListeningPort: Sendable {
    private typealias Waiter = CheckedContinuation<Int, any Error>

    private enum State {
        case waiting([Int: Waiter])
        case at(Int)
        case ended(any Error)
    }

    private let state = Mutex(State.waiting([:]))
    private let waiterCount = Atomic<Int>(0)

    /// The port; waits until the server listens, or until the task that waits is cancelled.
    ///
    /// - Throws: Why it never did.
    var number: Int {
        get async throws {
            let waiter = waiterCount.add(1, ordering: .relaxed).newValue
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { wait($0, as: waiter) }
            } onCancel: {
                leave(waiter)
            }
        }
    }

    private func wait(_ continuation: Waiter, as waiter: Int) {
        let known: Result<Int, any Error>? = state.withLock { state in
            switch state {
            case .at(let port): return .success(port)
            case .ended(let error): return .failure(error)
            case .waiting(var waiters):
                // Asked here, so that who leaves does so either before this or after it.
                guard !Task.isCancelled else { return .failure(CancellationError()) }
                waiters[waiter] = continuation
                state = .waiting(waiters)
                return nil
            }
        }
        if let known { continuation.resume(with: known) }
    }

    private func leave(_ waiter: Int) {
        let left: Waiter? = state.withLock { state in
            guard case .waiting(var waiters) = state else { return nil }
            defer { state = .waiting(waiters) }
            return waiters.removeValue(forKey: waiter)
        }
        left?.resume(throwing: CancellationError())
    }

    func begin(at port: Int) {
        let waiters = state.withLock { state in
            // The same port at another address is no news.
            guard case .waiting(let waiters) = state else { return [:] as [Int: Waiter] }
            state = .at(port)
            return waiters
        }
        for waiter in waiters.values { waiter.resume(returning: port) }
    }

    func end(with error: any Error) {
        let waiters = state.withLock { state in
            defer { state = .ended(error) }
            guard case .waiting(let waiters) = state else { return [:] as [Int: Waiter] }
            return waiters
        }
        for waiter in waiters.values { waiter.resume(throwing: error) }
    }
}
