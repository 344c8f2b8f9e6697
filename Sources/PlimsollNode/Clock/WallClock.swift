internal import Dispatch
internal import Foundation
internal import PlimsollModel

/// The only place that looks at the clocks of the machine.
enum WallClock {
    /// Nanoseconds that never run backwards.
    static var nanoseconds: UInt64 { DispatchTime.now().uptimeNanoseconds }

    /// The present, to begin venue time with.
    static var present: Timestamp {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return .zero }
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
