import Foundation
import PlimsollModel
import PlimsollNode

/// The time of day of the machine.
///
/// Clients sign with their own clocks, so signatures are checked against this one whatever the
/// venue's clock shows.
enum WallClock {
    /// What the clock shows to the tasks of a simulation.
    @TaskLocal static var simulated: Timestamp?

    static var now: Timestamp {
        // Exact to the microsecond in a double of this size.
        simulated ?? Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// The same moment in the nanoseconds that the engine's thread goes by, which no setting of the
    /// clock moves; `nil` in a simulation, whose time stands while a request is carried out.
    static func deadline(at time: Timestamp) -> UInt64? {
        guard simulated == nil else { return nil }
        let milliseconds = max(0, time.milliseconds - now.milliseconds)
        return StageMeter.now + UInt64(milliseconds) * 1_000_000
    }
}
