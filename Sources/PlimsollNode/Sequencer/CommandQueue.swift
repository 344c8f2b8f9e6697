internal import DequeModule
internal import Dispatch
internal import PlimsollModel
internal import Synchronization

/// Where commands wait for the engine's thread: bounded, in order of arrival.
final class CommandQueue: Sendable {
    typealias Reply = @Sendable (Result<[CommandOutcome], NodeError>) -> Void
    typealias ClockReply = @Sendable (Result<ClockStatus, NodeError>) -> Void

    struct Submission: Sendable {
        var commands: [Command]
        /// Nanoseconds after which whoever sent it no longer wants it.
        var deadline: UInt64?
        /// Nanoseconds at which it came.
        var arrival: UInt64
        var reply: Reply
    }

    struct ClockRequest: Sendable {
        var change: ClockChange
        var reply: ClockReply
    }

    /// What the thread takes at once.
    struct Work: Sendable {
        var submissions: [Submission] = []
        var clockRequests: [ClockRequest] = []
        var isStopping = false
    }

    private struct State {
        var submissions = Deque<Submission>()
        var commandCount = 0
        var clockRequests: [ClockRequest] = []
        /// Why nothing more is taken.
        var closed: NodeError?
        var isStopping = false
        var isAsleep = false

        var hasWork: Bool {
            isStopping || !submissions.isEmpty || !clockRequests.isEmpty
        }
    }

    private let limit: Int
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    /// - Parameter limit: Commands that may wait. What reduces risk finds room for a quarter more,
    ///   so that a full venue can still be left.
    init(limit: Int) { self.limit = max(1, limit) }

    /// Takes a submission whole, or refuses it by an error.
    func push(
        _ commands: [Command],
        deadline: UInt64? = nil,
        reply: @escaping Reply
    ) throws(NodeError) {
        let room = commands.contains(where: \.addsRisk) ? limit : limit + max(1, limit / 4)
        let submission = Submission(
            commands: commands,
            deadline: deadline,
            arrival: WallClock.nanoseconds,
            reply: reply
        )
        try post { state throws(NodeError) in
            guard state.commandCount + commands.count <= room else { throw .overloaded }
            state.submissions.append(submission)
            state.commandCount += commands.count
        }
    }

    func push(_ change: ClockChange, reply: @escaping ClockReply) throws(NodeError) {
        try post { state throws(NodeError) in
            guard state.clockRequests.count < Self.clockRequestLimit else { throw .overloaded }
            state.clockRequests.append(ClockRequest(change: change, reply: reply))
        }
    }

    private static let clockRequestLimit = 64

    /// Refuses everything from here on, for this reason.
    func close(_ reason: NodeError) { state.withLock { $0.closed = reason } }

    /// Refuses everything from here on and lets the thread end after what waits.
    func stop() {
        let isAsleep = state.withLock { state in
            state.closed = .stopped
            state.isStopping = true
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if isAsleep { wake.signal() }
    }

    var count: Int { state.withLock { $0.commandCount } }

    /// When the submission came that has waited longest.
    var oldestArrival: UInt64? { state.withLock { $0.submissions.first?.arrival } }

    private func post(
        _ change: (inout State) throws(NodeError) -> Void
    ) throws(NodeError) {
        let isAsleep = try state.withLock { state throws(NodeError) in
            if let closed = state.closed { throw closed }
            try change(&state)
            defer { state.isAsleep = false }
            return state.isAsleep
        }
        if isAsleep { wake.signal() }
    }

    /// Takes what waits, up to `limit` commands; waits for something until the deadline.
    ///
    /// - Parameters:
    ///   - limit: A larger submission is taken alone.
    ///   - deadline: Of the wall clock's nanoseconds; `nil` waits for as long as it takes.
    /// - Returns: What the thread does next, which may be nothing.
    func take(limit: Int, deadline: UInt64?) -> Work {
        let mustWait = state.withLock { state in
            state.isAsleep = !state.hasWork
            return state.isAsleep
        }
        if mustWait {
            if let deadline {
                _ = wake.wait(timeout: DispatchTime(uptimeNanoseconds: deadline))
            } else {
                wake.wait()
            }
        }
        return state.withLock { state in
            state.isAsleep = false
            return Self.takeWork(from: &state, limit: limit)
        }
    }

    private static func takeWork(from state: inout State, limit: Int) -> Work {
        var work = Work()
        var taken = 0
        while let size = state.submissions.first?.commands.count,
            taken == 0 || taken + size <= limit,
            let submission = state.submissions.popFirst()
        {
            work.submissions.append(submission)
            taken += size
        }
        state.commandCount -= taken
        swap(&work.clockRequests, &state.clockRequests)
        // What waits is done before the thread ends.
        work.isStopping = state.isStopping && state.submissions.isEmpty
        return work
    }
}

extension Command {
    /// Whether the command can make anybody's risk larger: under load it is shed first.
    ///
    /// What the world tells the venue is not: without prices nobody's risk is known.
    var addsRisk: Bool {
        switch self {
        case .cancelOrder, .cancelAllOrders, .cancelConditionalOrder, .cancelAllConditionalOrders,
            .deposit, .setCountdown, .updateIndexPrice, .setFundingRate, .advanceTime:
            false
        case .placeOrder(let order):
            !order.reduceOnly && !order.positionSide.isReduced(by: order.side)
        case .placeConditionalOrder(let order):
            !order.reduceOnly && !order.closePosition
                && !order.positionSide.isReduced(by: order.side)
        case .adjustIsolatedMargin(_, _, let amount, _): amount <= .zero
        case .changeRules, .openAccount, .withdraw, .amendOrder, .setLeverage, .setMarginMode,
            .setPositionMode, .transfer:
            true
        }
    }
}
