public import PlimsollModel

/// What a venue's clock says.
public struct ClockStatus: Equatable, Sendable {
    public var venueTime: Timestamp
    public var speed: Speed
    public var isPaused: Bool
    /// Where the run under way will stop.
    public var runUntil: Timestamp?

    public init(venueTime: Timestamp, speed: Speed, isPaused: Bool, runUntil: Timestamp? = nil) {
        self.venueTime = venueTime
        self.speed = speed
        self.isPaused = isPaused
        self.runUntil = runUntil
    }
}

/// A wish about a venue's clock.
public enum ClockChange: Equatable, Sendable {
    case pause
    case resume
    /// Keeps a paused clock paused.
    case speed(Speed)
    /// As fast as possible until then, and paused from then on.
    case runUntil(Timestamp)
    /// The same over this many milliseconds of venue time.
    case step(Int64)
}

/// How far venue time may go.
enum ClockHorizon: Equatable {
    /// No further: paused.
    case frozen
    /// To this instant, which the wall clock has reached.
    case paced(Timestamp)
    /// To this instant, however long that takes.
    case run(Timestamp)
    case unlimited
}

/// Decides what time it is at the venue, from the nanoseconds of a wall clock that others read.
struct VenueClock: Sendable {
    private(set) var speed: Speed
    private(set) var isPaused: Bool
    private(set) var runUntil: Timestamp?
    // Venue time was `anchor` when the wall clock showed `anchorWall`.
    private(set) var anchor: Timestamp
    private var anchorWall: UInt64

    init(start: Timestamp, speed: Speed, isPaused: Bool, wall: UInt64) {
        anchor = start
        anchorWall = wall
        self.speed = speed
        self.isPaused = isPaused
    }

    func horizon(at wall: UInt64) -> ClockHorizon {
        if let runUntil { return .run(runUntil) }
        if isPaused { return .frozen }
        switch speed {
        case .unlimited: return .unlimited
        case .times(let rate):
            let elapsed = Int128(wall < anchorWall ? 0 : wall - anchorWall)
            let passed = elapsed * Int128(rate.units) / (Int128(Rate.unitsPerOne) * 1_000_000)
            return .paced(anchor.advanced(byMilliseconds: Int64(clamping: passed)))
        }
    }

    /// When the wall clock will show `time`; `nil` where it does not decide.
    func wall(of time: Timestamp) -> UInt64? {
        guard runUntil == nil, !isPaused, case .times(let rate) = speed else { return nil }
        let ahead = Int128(time.milliseconds - anchor.milliseconds)
        let scaled = ahead * Int128(Rate.unitsPerOne) * 1_000_000
        let nanoseconds = (scaled + Int128(rate.units) - 1) / Int128(rate.units)
        return UInt64(clamping: Int128(anchorWall) + nanoseconds)
    }

    /// Changes the clock at an instant of the wall clock at which venue time is `time`.
    mutating func change(
        _ change: ClockChange,
        time: Timestamp,
        wall: UInt64
    ) throws(NodeError) {
        switch change {
        case .pause: isPaused = true
        case .resume: isPaused = false
        case .speed(let speed):
            try Self.check(speed)
            self.speed = speed
        case .step(let interval):
            guard interval > 0, interval <= Self.runMax else {
                throw NodeError.clock(
                    "a step has 1 to \(Self.runMax) milliseconds, not \(interval)"
                )
            }
            try run(until: time.advanced(byMilliseconds: interval), from: time)
        case .runUntil(let end): try run(until: end, from: time)
        }
        switch change {
        case .pause, .resume: runUntil = nil
        case .speed, .step, .runUntil: break
        }
        anchor = time
        anchorWall = wall
    }

    /// A run has reached its end.
    mutating func endRun(wall: UInt64) {
        guard let end = runUntil else { return }
        runUntil = nil
        anchor = end
        anchorWall = wall
    }

    /// Twenty years: what lies further ahead is a slip of the hand.
    private static let runMax: Int64 = 20 * 366 * 86_400_000
    private static let speedMax = Rate(1_000_000)

    static func check(_ speed: Speed) throws(NodeError) {
        guard case .times(let rate) = speed else { return }
        guard rate > .zero, rate <= speedMax else {
            throw .clock("a speed is greater than 0 and at most \(speedMax), not \(rate)")
        }
    }

    private mutating func run(until end: Timestamp, from time: Timestamp) throws(NodeError) {
        guard end >= time else {
            throw NodeError.clock("venue time is \(time) and does not run back to \(end)")
        }
        guard end.milliseconds - time.milliseconds <= Self.runMax else {
            throw NodeError.clock("\(end) is more than twenty years ahead of \(time)")
        }
        runUntil = end
        isPaused = true
    }
}
