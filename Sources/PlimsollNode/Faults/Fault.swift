public import PlimsollModel

/// A way in which a venue fails on purpose: at its door, or in what it is told of the world.
///
/// Neither reaches the engine: the door is between clients and the venue, and a wrong world is what
/// the index source says. Matching, funding and liquidation go on.
public enum Fault: Hashable, Sendable {
    case door(DoorFault)
    case world(WorldFault)

    public var schedule: FaultSchedule {
        switch self {
        case .door(let fault): fault.schedule
        case .world(let fault): fault.schedule
        }
    }

    /// The name by which control API, scenarios and command line call it.
    public var name: String {
        switch self {
        case .door(let fault): fault.kind.name.rawValue
        case .world(let fault): fault.kind.name.rawValue
        }
    }
}

/// When a fault holds, and how often it strikes then.
public struct FaultSchedule: Hashable, Sendable {
    /// Milliseconds of venue time from the beginning of its plan, or from the moment that it was
    /// posted, until it holds.
    public var after: Int64
    /// Milliseconds of venue time for which it holds; `nil` is until it is cleared.
    public var lasts: Int64?
    public var chance: FaultChance

    public init(after: Int64 = 0, lasts: Int64? = nil, chance: FaultChance = .certain) {
        self.after = after
        self.lasts = lasts
        self.chance = chance
    }
}

/// How likely a fault strikes while it holds: surely, or by a seeded draw whose odds follow the
/// market.
///
///     odds = base + perVolatility × (range of the last minute in percent)
///                 + perLiquidation × (liquidations in the last minute),   between 0 and 1
public struct FaultChance: Hashable, Sendable {
    public var base: Rate
    public var perVolatility: Rate
    public var perLiquidation: Rate
    /// Milliseconds of venue time that one draw decides for: an outage, rather than single losses.
    ///
    /// Zero draws for every request, event or second anew.
    public var episode: Int64

    public init(
        base: Rate = .one,
        perVolatility: Rate = .zero,
        perLiquidation: Rate = .zero,
        episode: Int64 = 0
    ) {
        self.base = base
        self.perVolatility = perVolatility
        self.perLiquidation = perLiquidation
        self.episode = episode
    }

    public static let certain = FaultChance()
}

/// A fault with its place on the board, in venue time.
public struct PostedFault: Hashable, Sendable, Identifiable {
    public var id: Int
    public var fault: Fault
    public var start: Timestamp
    /// `nil` is until it is cleared.
    public var end: Timestamp?

    /// A fault whose schedule counts from `origin`.
    public init(id: Int, _ fault: Fault, from origin: Timestamp) {
        self.id = id
        self.fault = fault
        start = origin.advanced(byMilliseconds: fault.schedule.after)
        end = fault.schedule.lasts.map { [start] in start.advanced(byMilliseconds: $0) }
    }

    public func holds(at time: Timestamp) -> Bool {
        time >= start && end.map { time < $0 } ?? true
    }
}

/// All faults of a scenario: the draws' seed, and what fails when.
public struct FaultPlan: Hashable, Sendable {
    public var seed: UInt64
    /// Their schedules count from the beginning of the run.
    public var faults: [Fault]

    public init(seed: UInt64 = 0, faults: [Fault] = []) {
        self.seed = seed
        self.faults = faults
    }
}
