import PlimsollNode
import Synchronization

/// How far one request has come: its place at the gate, and when the engine replied to it.
///
/// The place is given back when the request is done with, or gone.
final class RequestProgress: Sendable {
    private let gate: RequestGate?
    private let isOver = Atomic(false)
    private let replyTime = Atomic<UInt64>(0)

    /// - Parameter gate: That has given it a place; `nil` where none was asked for.
    init(at gate: RequestGate?) { self.gate = gate }

    deinit { leaveGate() }

    func leaveGate() {
        guard let gate, !isOver.exchange(true, ordering: .relaxed) else { return }
        gate.leave()
    }

    /// The engine's last reply, in the meter's nanoseconds; `nil` where there was none.
    var replied: UInt64? {
        let time = replyTime.load(ordering: .relaxed)
        return time == 0 ? nil : time
    }

    func noteReply() { replyTime.store(StageMeter.now, ordering: .relaxed) }
}
