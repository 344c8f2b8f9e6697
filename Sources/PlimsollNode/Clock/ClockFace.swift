internal import PlimsollModel

/// What it takes to tell a venue's time between two commands.
struct ClockFace: Sendable {
    var clock: VenueClock
    /// Of the last command.
    var last: Timestamp
    /// Of the market's next step.
    var marketDue: Timestamp?

    /// The present: never before the last command, and never past a step of the market that is due
    /// and not yet done.
    func time(at wall: UInt64) -> Timestamp {
        guard case .paced(let present) = clock.horizon(at: wall) else {
            return max(last, clock.anchor)
        }
        guard let marketDue, marketDue < present else { return max(last, present) }
        return max(last, marketDue)
    }

    func status(at wall: UInt64) -> ClockStatus {
        ClockStatus(
            venueTime: time(at: wall),
            speed: clock.speed,
            isPaused: clock.isPaused,
            runUntil: clock.runUntil
        )
    }
}
