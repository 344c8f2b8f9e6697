internal import Dispatch
internal import Logging
internal import PlimsollModel
internal import Synchronization

/// What a venue has done since it started.
public struct NodeStatistics: Equatable, Sendable {
    public var commands: UInt64 = 0
    /// Group commits.
    public var batches: UInt64 = 0
    /// Commands that wait.
    public var queued = 0
    /// For how long the engine's thread has been at one batch, or left a command waiting: whichever
    /// is longer.
    public var nanosecondsBehind: UInt64 = 0
}

/// The engine's thread and what it shares with the others.
final class EngineRoom: Sendable {
    typealias Listener = @Sendable (PublishedBatch) -> Void

    private struct Shared {
        var face: ClockFace?
        var listeners: [Listener] = []
        var failure: NodeError?
        var failureWaiters: [@Sendable (NodeError) -> Void] = []
        var statistics = NodeStatistics()
        /// When the thread began what it is doing.
        var busySince: UInt64?
    }

    let queue: CommandQueue
    let world = WorldFaultBoard()
    let stages = StageMeter()
    private let shared = Mutex(Shared())
    private let snapshots = SnapshotWriter()
    private let ended = DispatchSemaphore(value: 0)

    init(queueLimit: Int) { queue = CommandQueue(limit: queueLimit) }

    // MARK: For other threads

    func addListener(_ listener: @escaping Listener) {
        shared.withLock { $0.listeners.append(listener) }
    }

    var failure: NodeError? { shared.withLock { $0.failure } }

    /// Tells the reason once the venue takes no more commands; at once where that is so already.
    func whenFailed(_ body: @escaping @Sendable (NodeError) -> Void) {
        let failure = shared.withLock { shared in
            if shared.failure == nil { shared.failureWaiters.append(body) }
            return shared.failure
        }
        if let failure { body(failure) }
    }

    var clockStatus: ClockStatus {
        let (face, hasFailed) = shared.withLock { ($0.face, $0.failure != nil) }
        guard let face, !hasFailed else {
            return ClockStatus(
                venueTime: face?.last ?? .zero,
                speed: face?.clock.speed ?? .realTime,
                isPaused: true
            )
        }
        return face.status(at: WallClock.nanoseconds)
    }

    var statistics: NodeStatistics {
        var (statistics, busySince) = shared.withLock { ($0.statistics, $0.busySince) }
        statistics.queued = queue.count
        let now = WallClock.nanoseconds
        if let since = [busySince, queue.oldestArrival].compactMap(\.self).min(), since < now {
            statistics.nanosecondsBehind = now - since
        }
        return statistics
    }

    func waitForEnd() {
        ended.wait()
        // Whoever else waits may go on too.
        ended.signal()
    }

    // MARK: The thread

    /// The whole life of the engine's thread.
    func work(_ configuration: NodeConfiguration, log: Logger, opening: Opening) {
        defer { ended.signal() }
        var loop: VenueLoop
        do throws(NodeError) {
            loop = try VenueLoop.open(
                configuration,
                log: log,
                world: world,
                meter: stages,
                wall: WallClock.nanoseconds,
                present: WallClock.present
            )
        } catch {
            queue.close(error)
            opening.finish(.failure(error))
            return
        }
        show(loop.face)
        opening.finish(
            .success(
                Opening.Venue(
                    state: loop.state,
                    roles: loop.roles,
                    seed: loop.seed,
                    scriptStart: loop.scriptStart,
                    takesShocks: loop.takesShocks
                )
            )
        )
        var runReplies: [CommandQueue.ClockReply] = []
        var isStopping = false
        while !isStopping {
            let hasFailed = failure != nil
            let work = queue.take(
                limit: VenueLoop.batchLimit,
                deadline: hasFailed ? nil : loop.nextWake(wall: WallClock.nanoseconds)
            )
            isStopping = work.isStopping
            if let failure {
                refuse(work, failure)
                continue
            }
            shared.withLock { $0.busySince = WallClock.nanoseconds }
            for request in work.clockRequests { serve(request, &loop, &runReplies) }
            do throws(NodeError) {
                try turn(inTime(work.submissions), &loop)
                answer(&runReplies, ifRunEndedIn: loop)
                try storeSnapshotIfDue(&loop, aside: configuration.storesSnapshotsAside, log)
            } catch {
                let refusal = fail(error, log)
                for reply in runReplies { reply(.failure(refusal)) }
                runReplies.removeAll()
            }
            shared.withLock { $0.busySince = nil }
        }
        snapshots.wait()
        do throws(NodeError) {
            if failure == nil { try loop.finish() }
        } catch {
            fail(error, log)
        }
        for reply in runReplies { reply(.failure(.stopped)) }
    }

    private func show(_ face: ClockFace) { shared.withLock { $0.face = face } }

    /// Those that somebody still wants; the others are answered.
    ///
    /// What waits long is looked at again right before the engine: an order for a price of a while
    /// ago may do harm.
    private func inTime(_ submissions: [CommandQueue.Submission]) -> [CommandQueue.Submission] {
        guard !submissions.isEmpty else { return submissions }
        let now = WallClock.nanoseconds
        stages.record(.queue, from: submissions.lazy.map(\.arrival), to: now)
        guard submissions.contains(where: { $0.deadline.map { $0 < now } ?? false }) else {
            return submissions
        }
        return submissions.filter { submission in
            guard let deadline = submission.deadline, deadline < now else { return true }
            submission.reply(.failure(.expired))
            return false
        }
    }

    /// One group commit, told to all.
    private func turn(
        _ submissions: [CommandQueue.Submission],
        _ loop: inout VenueLoop
    ) throws(NodeError) {
        let turn: VenueLoop.Turn
        do throws(NodeError) {
            turn = try loop.turn(submissions.map(\.commands), wall: WallClock.nanoseconds)
        } catch {
            // Whoever is told of the failure must find the venue read-only.
            let refusal = close(error)
            for submission in submissions { submission.reply(.failure(refusal)) }
            throw error
        }
        show(loop.face)
        guard !turn.published.commands.isEmpty else { return }
        for listener in shared.withLock({ $0.listeners }) { listener(turn.published) }
        loop.endStage(.publish)
        for (submission, outcomes) in zip(submissions, turn.outcomes) {
            submission.reply(.success(outcomes))
        }
        shared.withLock { shared in
            shared.statistics.commands += UInt64(turn.published.commands.count)
            shared.statistics.batches += 1
        }
    }

    private func storeSnapshotIfDue(
        _ loop: inout VenueLoop,
        aside: Bool,
        _ log: Logger
    ) throws(NodeError) {
        guard aside else { return try loop.storeSnapshotIfDue() }
        guard !snapshots.isBusy, let snapshot = try loop.takeSnapshotIfDue() else { return }
        snapshots.store(snapshot) { [self] error in fail(error, log) }
    }

    private func serve(
        _ request: CommandQueue.ClockRequest,
        _ loop: inout VenueLoop,
        _ runReplies: inout [CommandQueue.ClockReply]
    ) {
        let wall = WallClock.nanoseconds
        do throws(NodeError) {
            try loop.change(request.change, wall: wall)
        } catch {
            request.reply(.failure(error))
            return
        }
        show(loop.face)
        let status = loop.face.status(at: wall)
        if case .speed = request.change {
            request.reply(.success(status))
            return
        }
        // This change has ended the run before it.
        for reply in runReplies { reply(.success(status)) }
        runReplies.removeAll()
        if status.runUntil == nil {
            request.reply(.success(status))
        } else {
            runReplies.append(request.reply)
        }
    }

    private func answer(
        _ runReplies: inout [CommandQueue.ClockReply],
        ifRunEndedIn loop: borrowing VenueLoop
    ) {
        guard !runReplies.isEmpty else { return }
        let status = loop.face.status(at: WallClock.nanoseconds)
        guard status.runUntil == nil else { return }
        for reply in runReplies { reply(.success(status)) }
        runReplies.removeAll()
    }

    /// The disk has failed, or the books do not balance: from here on the venue can only be read.
    @discardableResult
    private func fail(_ error: NodeError, _ log: Logger) -> NodeError {
        log.critical("the venue takes no more commands", metadata: ["reason": "\(error)"])
        return close(error)
    }

    /// Takes nothing more from now on; the first reason stays.
    @discardableResult
    private func close(_ error: NodeError) -> NodeError {
        var refusal = NodeError.readOnly(error.description)
        if case .lawBroken = error { refusal = error }
        let waiting = shared.withLock { shared in
            shared.failure = shared.failure ?? refusal
            return exchange(&shared.failureWaiters, with: [])
        }
        for waiter in waiting { waiter(refusal) }
        queue.close(refusal)
        return refusal
    }

    private func refuse(_ work: CommandQueue.Work, _ failure: NodeError) {
        for submission in work.submissions { submission.reply(.failure(failure)) }
        for request in work.clockRequests { request.reply(.failure(failure)) }
    }
}
