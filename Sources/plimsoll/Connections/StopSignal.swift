import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into one call; the next one ends the process at once, and so does time.
///
/// The handler writes a byte, and a thread that waits for it does the rest. A signal source of
/// Dispatch would be shorter, but on Linux it loses a signal that comes soon after it was made.
final class StopSignal: Sendable {
    /// An end that takes longer is cut short: what was acknowledged is in the journal.
    private static let secondsMax = 30
    private static let numbers = [SIGINT, SIGTERM]
    /// Where the handler writes; no object reaches into it.
    private static let bell = Atomic<Int32>(-1)

    private struct State {
        var wasReceived = false
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    init() {
        // Where there is no pipe to be had, a signal ends the process at once, as ever.
        var ends: [Int32] = [-1, -1]
        // Safe: the array has the two places that the call fills.
        guard unsafe pipe(&ends) == 0 else { return }
        Self.bell.store(ends[1], ordering: .sequentiallyConsistent)
        Thread.detachNewThread { [self, end = ends[0]] in
            Self.waitForByte(at: end)
            receive()
        }
        for number in Self.numbers {
            // The handler does nothing but what POSIX lets one do.
            _ = signal(number) { _ in StopSignal.ring() }
        }
    }

    private static func ring() {
        let before = errno
        var byte: UInt8 = 0
        // Safe: one byte is read from where it is.
        _ = unsafe write(bell.load(ordering: .sequentiallyConsistent), &byte, 1)
        errno = before
    }

    private static func waitForByte(at end: Int32) {
        var byte: UInt8 = 0
        // Safe: there is room for the one byte that is asked for.
        while unsafe read(end, &byte, 1) < 0, errno == EINTR {}
    }

    private func receive() {
        for number in Self.numbers { _ = signal(number, SIG_DFL) }
        let stop = state.withLock { state in
            state.wasReceived = true
            return state.stop
        }
        stop?()
        Thread.sleep(forTimeInterval: TimeInterval(Self.secondsMax))
        Console.remark(
            "plimsoll: the venue did not end within \(Self.secondsMax) s; "
                + "nothing that was acknowledged is lost."
        )
        Console.leave(ExitStatus.failed.rawValue)
    }

    /// Calls this in place of what was to be called before; at once where the signal came already.
    func heed(_ stop: @escaping @Sendable () -> Void) {
        let wasReceived = state.withLock { state in
            state.stop = stop
            return state.wasReceived
        }
        if wasReceived { stop() }
    }

    var wasReceived: Bool { state.withLock { $0.wasReceived } }
}
