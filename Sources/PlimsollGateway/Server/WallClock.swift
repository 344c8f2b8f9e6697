import Foundation
import PlimsollModel

/// The time of day of the machine.
///
/// Clients sign with their own clocks, so signatures are checked against this one whatever the
/// venue's clock shows.
enum WallClock {
    static var now: Timestamp {
        // Exact to the microsecond in a double of this size.
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
