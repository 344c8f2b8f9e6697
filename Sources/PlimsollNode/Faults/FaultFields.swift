public import PlimsollModel

/// A fault as people write it, in a scenario, a request or a command: names and numbers, most of
/// which may be left out.
///
/// All three are read by the same rules and refused in the same words.
public struct FaultFields: Sendable {
    public var kind: String
    public var milliseconds: Int64?
    public var carriedOut: Rate?
    public var factor: Rate?
    public var source: Int?
    public var ways: [String]?
    public var requests: [String]?
    public var account: AccountID?
    public var symbol: Symbol?
    public var after: Int64?
    public var lasts: Int64?
    public var chance: Rate?
    public var perVolatility: Rate?
    public var perLiquidation: Rate?
    public var episode: Int64?

    public init(kind: String) { self.kind = kind }

    /// The names of all members, as they are written.
    public static let names = [
        "kind", "milliseconds", "carriedOut", "factor", "source", "ways", "requests", "account",
        "symbol", "after", "lasts", "chance", "perVolatility", "perLiquidation", "episode",
    ]

    /// The fault, where it makes sense.
    ///
    /// - Throws: Which member is wrong and what it may be.
    public func fault() throws(FaultError) -> Fault {
        let schedule = try schedule()
        if let name = WorldFault.Name(rawValue: kind) {
            return .world(try worldFault(name, schedule))
        }
        guard let name = DoorFault.Name(rawValue: kind) else {
            let known =
                DoorFault.Name.allCases.map(\.rawValue)
                + WorldFault.Name.allCases.map(\.rawValue)
            throw FaultError(
                "kind",
                "there is no fault '\(kind)'; there are \(known.joined(separator: ", "))"
            )
        }
        return .door(try doorFault(name, schedule))
    }

    // MARK: The door

    private func doorFault(
        _ name: DoorFault.Name,
        _ schedule: FaultSchedule
    ) throws(FaultError) -> DoorFault {
        try refuse([("factor", factor != nil), ("source", source != nil)])
        let kind = try doorKind(name)
        guard kind != .staleBook || schedule.chance.isStanding else {
            throw FaultError("episode", "a book that stands still by chance does so in episodes")
        }
        try refuse([
            ("milliseconds", milliseconds != nil && kind.milliseconds == nil),
            ("carriedOut", carriedOut != nil && kind.carriedOut == nil),
        ])
        let scope = FaultScope(
            ways: try Self.choices(ways, "ways"),
            requests: try Self.choices(requests, "requests"),
            account: account,
            symbol: symbol
        )
        return DoorFault(kind, scope: scope, schedule: schedule)
    }

    private func doorKind(_ name: DoorFault.Name) throws(FaultError) -> DoorFault.Kind {
        let half = Rate(units: Rate.unitsPerOne / 2)
        switch name {
        case .unknownStatus: return .unknownStatus(carriedOut: try share(carriedOut, half))
        case .timeout:
            return .timeout(
                milliseconds: try delay(10_000, max: Self.delayMax),
                carriedOut: try share(carriedOut, half)
            )
        case .slowAck: return .slowAck(milliseconds: try delay(500, max: Self.delayMax))
        case .lostAck: return .lostAck
        case .rateLimited: return .rateLimited(milliseconds: try delay(10_000, max: Self.dayMax))
        case .banned: return .banned(milliseconds: try delay(120_000, max: Self.dayMax))
        case .overloaded: return .overloaded
        case .maintenance: return .maintenance
        case .haltedWithdrawals: return .haltedWithdrawals
        case .streamDrop: return .streamDrop
        case .staleBook: return .staleBook
        case .lostEvents: return .lostEvents
        case .duplicatedEvents: return .duplicatedEvents
        case .reorderedEvents: return .reorderedEvents
        case .clockSkew:
            guard let milliseconds, milliseconds != 0, milliseconds.magnitude <= Self.dayMax else {
                throw FaultError(
                    "milliseconds",
                    "a skewed clock is ahead by up to a day, or behind where negative"
                )
            }
            return .clockSkew(milliseconds: milliseconds)
        }
    }

    /// Five minutes: no client waits for longer.
    static let delayMax: Int64 = 300_000
    static let dayMax: Int64 = 86_400_000

    private func delay(_ standard: Int64, max: Int64) throws(FaultError) -> Int64 {
        let delay = milliseconds ?? standard
        guard (1...max).contains(delay) else {
            throw FaultError("milliseconds", "\(kind) takes 1 to \(max), not \(delay)")
        }
        return delay
    }

    private func share(_ rate: Rate?, _ standard: Rate) throws(FaultError) -> Rate {
        try Self.fraction(rate, "carriedOut") ?? standard
    }

    // MARK: The world

    private func worldFault(
        _ name: WorldFault.Name,
        _ schedule: FaultSchedule
    ) throws(FaultError) -> WorldFault {
        try refuse([
            ("milliseconds", milliseconds != nil), ("carriedOut", carriedOut != nil),
            ("ways", ways != nil), ("requests", requests != nil), ("account", account != nil),
            ("chance", schedule.chance != .certain),
            ("factor", factor != nil && name != .indexSpike),
        ])
        if let source, !(0..<IndexTerms.sourceCountMax).contains(source) {
            throw FaultError(
                "source",
                "an index has the sources 0 to \(IndexTerms.sourceCountMax - 1), not \(source)"
            )
        }
        let kind: WorldFault.Kind
        switch name {
        case .indexFreeze: kind = .indexFreeze
        case .indexSilence: kind = .indexSilence
        case .indexSpike:
            guard let factor, factor > .zero, factor <= Rate(100) else {
                throw FaultError("factor", "a spike takes a factor above 0 and up to 100")
            }
            kind = .indexSpike(factor: factor)
        }
        return WorldFault(kind, symbol: symbol, source: source, schedule: schedule)
    }

    // MARK: When

    /// Twenty years, as for the clock: what lies further ahead is a slip of the hand.
    private static let scheduleMax: Int64 = 20 * 366 * 86_400_000

    private func schedule() throws(FaultError) -> FaultSchedule {
        let hasCoupling = perVolatility != nil || perLiquidation != nil
        let standard = hasCoupling ? Rate.zero : .one
        return FaultSchedule(
            after: try Self.span(after, "after", from: 0) ?? 0,
            lasts: try Self.span(lasts, "lasts", from: 1),
            chance: FaultChance(
                base: try Self.fraction(chance, "chance") ?? standard,
                perVolatility: try Self.fraction(perVolatility, "perVolatility") ?? .zero,
                perLiquidation: try Self.fraction(perLiquidation, "perLiquidation") ?? .zero,
                episode: try Self.span(episode, "episode", from: 1) ?? 0
            )
        )
    }

    private static func span(
        _ value: Int64?,
        _ name: String,
        from least: Int64
    ) throws(FaultError) -> Int64? {
        guard let value else { return nil }
        guard (least...scheduleMax).contains(value) else {
            throw FaultError(name, "takes \(least) to \(scheduleMax) milliseconds, not \(value)")
        }
        return value
    }

    private static func fraction(_ value: Rate?, _ name: String) throws(FaultError) -> Rate? {
        guard let value else { return nil }
        guard value >= .zero, value <= .one else {
            throw FaultError(name, "takes 0 to 1, not \(value)")
        }
        return value
    }

    private static func choices<Choice: RawRepresentable & CaseIterable & Hashable>(
        _ names: [String]?,
        _ member: String
    ) throws(FaultError) -> Set<Choice>? where Choice.RawValue == String {
        guard let names else { return nil }
        var choices: Set<Choice> = []
        for name in names {
            guard let choice = Choice(rawValue: name) else {
                let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw FaultError(member, "there is no '\(name)'; there are \(known)")
            }
            choices.insert(choice)
        }
        guard !choices.isEmpty else { throw FaultError(member, "names at least one") }
        return choices
    }

    private func refuse(_ members: [(name: String, isWrong: Bool)]) throws(FaultError) {
        for member in members where member.isWrong {
            throw FaultError(member.name, "does not belong to \(kind)")
        }
    }
}

/// Which member of a fault is wrong, and why.
public struct FaultError: Error, Hashable, Sendable, CustomStringConvertible {
    public var member: String
    /// A sentence without its full stop.
    public var reason: String

    init(_ member: String, _ reason: String) {
        self.member = member
        self.reason = reason
    }

    public var description: String { "\(member): \(reason)" }
}
