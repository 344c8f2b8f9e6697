import NIOCore
import NIOPosix
import PlimsollModel
import PlimsollNode
import Synchronization

/// Lets so many requests be worked on at once; the others wait for their turn, and not for long.
///
/// What must go on when everybody asks at once does not come by here: cancels, orders that only
/// reduce, the control API. Since few others are under way at a time, it meets short queues wherever
/// it goes. Who waits in vain has waited: however fast the refused ask again, they cannot take the
/// machine.
///
/// Each account has a line of its own. Where as many wait as may be under way, a place that is given
/// back is not handed on at once: the crowd comes in groups, at its own pace.
final class RequestGate: Sendable {
    struct Limits: Sendable {
        /// Enough to share the syncs of a disk, and few enough to pass quickly.
        var underWayMax = 64
        var waitingMax = 4096
        var wait = TimeAmount.milliseconds(100)
        /// Of a crowd, how many come at a time: what the cores work off in half a millisecond or so.
        var groupMin = 12 * System.coreCount
    }

    struct Status: Equatable, Sendable {
        var underWay: Int
        var waiting: Int
        /// Since the start.
        var refused: UInt64
    }

    /// Told whether its turn has come.
    private typealias Waiter = CheckedContinuation<Bool, Never>

    private struct State {
        var underWay = 0
        var refused: UInt64 = 0
        var waiters = WaitingLines<Waiter>()
        var isTimed = false
        /// Where those who wait come in groups.
        var crowd: CrowdPace?
    }

    /// What is to be done once the lock is free.
    private enum Step {
        case none
        case admission(of: [Waiter])
        case rest(until: NIODeadline)
    }

    private let limits: Limits
    /// Nanoseconds of all cores that the process has had.
    private let processorTime: @Sendable () -> UInt64
    private let state = Mutex(State())

    init(
        limits: Limits = Limits(),
        processorTime: @escaping @Sendable () -> UInt64 = { ProcessorTime.nanoseconds }
    ) {
        self.limits = limits
        self.processorTime = processorTime
    }

    var status: Status {
        state.withLock { state in
            Status(
                underWay: state.underWay,
                waiting: state.waiters.count,
                refused: state.refused
            )
        }
    }

    /// Waits for a turn.
    ///
    /// - Parameter account: In whose line; `nil` for what comes without one.
    /// - Throws: -1008 where none comes in time.
    func enter(_ account: AccountID? = nil) async throws(DialectError) {
        if takeRoom() { return }
        let isAdmitted = await withCheckedContinuation { waiter in
            guard let verdict = queue(waiter, account) else { return }
            waiter.resume(returning: verdict)
        }
        guard isAdmitted else { throw .overloaded }
    }

    private func takeRoom() -> Bool {
        state.withLock { takeRoom(in: &$0) }
    }

    private func takeRoom(in state: inout State) -> Bool {
        guard state.crowd == nil, state.underWay < limits.underWayMax else { return false }
        state.underWay += 1
        return true
    }

    /// Whether there is room after all, or none even to wait; `nil` where the waiter has to wait.
    private func queue(_ waiter: Waiter, _ account: AccountID?) -> Bool? {
        let end = NIODeadline.now() + limits.wait
        let (verdict, mustTime): (Bool?, Bool) = state.withLock { state in
            if takeRoom(in: &state) { return (true, false) }
            guard state.waiters.count < limits.waitingMax else {
                state.refused += 1
                return (false, false)
            }
            state.waiters.append(waiter, of: account, until: end)
            if state.crowd == nil, state.waiters.count >= limits.underWayMax {
                state.crowd = newPace()
            }
            defer { state.isTimed = true }
            return (nil, !state.isTimed)
        }
        if mustTime { time(end) }
        return verdict
    }

    private func newPace() -> CrowdPace {
        CrowdPace(
            sizes: min(limits.groupMin, limits.underWayMax)...limits.underWayMax,
            cores: System.coreCount,
            at: .now(),
            processor: processorTime()
        )
    }

    /// Gives a place back, and turns to those who wait.
    func leave() {
        take(
            state.withLock { state in
                state.underWay -= 1
                guard let crowd = state.crowd else { return admission(of: 1, &state) }
                guard !crowd.isResting, state.underWay <= crowd.remainderMax else { return .none }
                let processor = processorTime()
                state.crowd?.endGroup(at: .now(), processor: processor)
                return .rest(until: crowd.restEnd(processor: processor))
            }
        )
    }

    private func take(_ step: Step) {
        switch step {
        case .none: break
        case .admission(let waiters):
            for waiter in waiters { waiter.resume(returning: true) }
        case .rest(let end) where end <= .now(): beginGroup()
        case .rest(let end): schedule(at: end) { $0.beginGroup() }
        }
    }

    private func beginGroup() {
        take(
            state.withLock { state in
                guard var crowd = state.crowd else { return .none }
                let processor = processorTime()
                // What was computed during the rest counts too.
                let end = crowd.restEnd(processor: processor)
                if end > .now() { return .rest(until: end) }
                crowd.beginGroup(at: .now(), processor: processor)
                // Nobody is left: it is no crowd any more.
                state.crowd = state.waiters.isEmpty ? nil : crowd
                return admission(of: crowd.size, &state)
            }
        )
    }

    /// Lets the first ones in, as far as there is room.
    private func admission(of countMax: Int, _ state: inout State) -> Step {
        let room = limits.underWayMax - state.underWay
        let count = min(countMax, room, state.waiters.count)
        guard count > 0 else { return .none }
        state.underWay += count
        return .admission(of: (0..<count).compactMap { _ in state.waiters.popFirst() })
    }

    /// Takes leave of those whose time is over, for as long as somebody waits.
    private func time(_ deadline: NIODeadline) { schedule(at: deadline) { $0.endWaits() } }

    private func schedule(
        at deadline: NIODeadline,
        _ task: @escaping @Sendable (RequestGate) -> Void
    ) {
        MultiThreadedEventLoopGroup.singleton.next().scheduleTask(deadline: deadline) {
            [weak self] in if let self { task(self) }
        }
    }

    private func endWaits() {
        let now = NIODeadline.now()
        let (late, next) = state.withLock { state in
            let late = state.waiters.popExpired(at: now)
            state.refused += UInt64(late.count)
            state.isTimed = !state.waiters.isEmpty
            return (late, state.waiters.firstEnd)
        }
        for waiter in late { waiter.resume(returning: false) }
        if let next { time(next) }
    }
}
