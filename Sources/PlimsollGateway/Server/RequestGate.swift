import DequeModule
import NIOCore
import NIOPosix
import PlimsollNode
import Synchronization

/// Lets so many requests be worked on at once; the others wait for their turn, and not for long.
///
/// What must go on when everybody asks at once does not come by here: cancels, orders that only
/// reduce, the control API. Since few others are under way at a time, it meets short queues wherever
/// it goes. Who waits in vain has waited: however fast the refused ask again, they cannot take the
/// machine.
final class RequestGate: Sendable {
    struct Limits: Sendable {
        /// Enough to share the syncs of a disk, and few enough to pass quickly.
        var underWayMax = 64
        var waitingMax = 4096
        var wait = TimeAmount.milliseconds(100)
    }

    struct Status: Equatable, Sendable {
        var underWay: Int
        var waiting: Int
        /// Since the start.
        var refused: UInt64
    }

    private struct Waiter {
        var end: NIODeadline
        /// Told whether its turn has come.
        var turn: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var underWay = 0
        var refused: UInt64 = 0
        /// In order of arrival, and so of their ends.
        var waiters = Deque<Waiter>()
        var isTimed = false
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(limits: Limits = Limits()) { self.limits = limits }

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
    /// - Throws: -1008 where none comes in time.
    func enter() async throws(DialectError) {
        if takeRoom() { return }
        let isAdmitted = await withCheckedContinuation { turn in
            guard let verdict = queue(turn) else { return }
            turn.resume(returning: verdict)
        }
        guard isAdmitted else { throw .overloaded }
    }

    private func takeRoom() -> Bool {
        state.withLock { takeRoom(in: &$0) }
    }

    private func takeRoom(in state: inout State) -> Bool {
        guard state.underWay < limits.underWayMax else { return false }
        state.underWay += 1
        return true
    }

    /// Whether there is room after all, or none even to wait; `nil` where `turn` has to wait.
    private func queue(_ turn: CheckedContinuation<Bool, Never>) -> Bool? {
        let end = NIODeadline.now() + limits.wait
        let (verdict, mustTime): (Bool?, Bool) = state.withLock { state in
            if takeRoom(in: &state) { return (true, false) }
            guard state.waiters.count < limits.waitingMax else {
                state.refused += 1
                return (false, false)
            }
            state.waiters.append(Waiter(end: end, turn: turn))
            defer { state.isTimed = true }
            return (nil, !state.isTimed)
        }
        if mustTime { time(end) }
        return verdict
    }

    /// Gives a turn to the next one.
    func leave() {
        let next = state.withLock { state in
            let next = state.waiters.popFirst()
            if next == nil { state.underWay -= 1 }
            return next
        }
        next?.turn.resume(returning: true)
    }

    /// Takes leave of those whose time is over, for as long as somebody waits.
    private func time(_ deadline: NIODeadline) {
        MultiThreadedEventLoopGroup.singleton.next().scheduleTask(deadline: deadline) {
            [weak self] in self?.endWaits()
        }
    }

    private func endWaits() {
        let now = NIODeadline.now()
        let (late, next) = state.withLock { state in
            var late: [Waiter] = []
            while let first = state.waiters.first, first.end <= now {
                _ = state.waiters.popFirst()
                late.append(first)
            }
            state.refused += UInt64(late.count)
            state.isTimed = !state.waiters.isEmpty
            return (late, state.waiters.first?.end)
        }
        for waiter in late { waiter.turn.resume(returning: false) }
        if let next { time(next) }
    }
}
