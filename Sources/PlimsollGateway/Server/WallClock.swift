import Foundation
import PlimsollModel

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
}
