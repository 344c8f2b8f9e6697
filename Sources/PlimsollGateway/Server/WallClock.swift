import PlimsollModel

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The time of day of the machine.
///
/// Clients sign with their own clocks, so signatures are checked against this one whatever the
/// venue's clock shows.
enum WallClock {
    static var now: Timestamp {
        var time = timespec()
        // Safe: the call only fills `time`, which outlives it.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(
            milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        )
    }
}
