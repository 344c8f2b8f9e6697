import Synchronization

/// A port that a server is about to listen at, for those who wait until it does.
final class ListeningPort: Sendable {
    private typealias Waiter = CheckedContinuation<Int, any Error>

    private enum State {
        case waiting([Waiter])
        case at(Int)
        case ended(any Error)
    }

    private let state = Mutex(State.waiting([]))

    /// The port; waits until the server listens.
    ///
    /// - Throws: Why it never did.
    var number: Int {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let known: Result<Int, any Error>? = state.withLock { state in
                    switch state {
                    case .waiting(let waiters):
                        state = .waiting(waiters + [continuation])
                        return nil
                    case .at(let port): return .success(port)
                    case .ended(let error): return .failure(error)
                    }
                }
                if let known { continuation.resume(with: known) }
            }
        }
    }

    func begin(at port: Int) {
        let waiters = state.withLock { state in
            // The same port at another address is no news.
            guard case .waiting(let waiters) = state else { return [] as [Waiter] }
            state = .at(port)
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: port) }
    }

    func end(with error: any Error) {
        let waiters = state.withLock { state in
            defer { state = .ended(error) }
            guard case .waiting(let waiters) = state else { return [] as [Waiter] }
            return waiters
        }
        for waiter in waiters { waiter.resume(throwing: error) }
    }
}
