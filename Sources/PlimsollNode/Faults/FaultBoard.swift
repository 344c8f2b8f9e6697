internal import PlimsollAgents
public import PlimsollModel

/// All faults of a venue, and what each of them does to whoever is at the door.
///
/// It reads no clock and draws from its seed, so that a gateway and a headless run decide alike:
/// the same seed and the same questions in the same order give the same answers, and a fault with
/// episodes is up and down at the same venue times whatever is asked.
public struct FaultBoard: Sendable {
    /// More are not kept: a board is read with every request.
    public static let countMax = 256

    public let seed: UInt64
    public private(set) var posted: [PostedFault] = []
    /// How often each fault has struck, by its number.
    public private(set) var strikes: [Int: UInt64] = [:]
    private var draws: [Int: UInt64] = [:]
    private var lastID = 0

    public init(seed: UInt64) { self.seed = seed }

    /// The board of a plan that begins at `origin`.
    public init(_ plan: FaultPlan, from origin: Timestamp) {
        self.init(seed: plan.seed)
        for fault in plan.faults { _ = post(fault, at: origin) }
    }

    // MARK: What is on it

    /// Posts a fault whose schedule counts from `time`; `nil` where the board is full.
    public mutating func post(_ fault: Fault, at time: Timestamp) -> PostedFault? {
        guard posted.count < Self.countMax else { return nil }
        lastID += 1
        let row = PostedFault(id: lastID, fault, from: time)
        posted.append(row)
        return row
    }

    /// Takes a fault off the board; `nil` where there is none of that number.
    public mutating func clear(_ id: Int) -> PostedFault? {
        guard let index = posted.firstIndex(where: { $0.id == id }) else { return nil }
        strikes[id] = nil
        draws[id] = nil
        return posted.remove(at: index)
    }

    public mutating func clearAll() {
        posted = []
        strikes = [:]
        draws = [:]
    }

    public var worldFaults: [PostedFault] {
        posted.filter { if case .world = $0.fault { true } else { false } }
    }

    // MARK: Requests

    /// What becomes of a request.
    public mutating func verdict(
        on request: DoorRequest,
        at time: Timestamp,
        under stress: MarketStress
    ) -> DoorVerdict {
        var verdict = DoorVerdict.open
        for row in posted {
            guard case .door(let fault) = row.fault, fault.touches(request),
                row.holds(at: time), strikes(row.id, fault.schedule.chance, time, stress)
            else { continue }
            apply(fault.kind, of: row.id, to: &verdict)
        }
        return verdict
    }

    /// The first fault that answers in the venue's place decides; delays and skews add up.
    private mutating func apply(_ kind: DoorFault.Kind, of id: Int, to verdict: inout DoorVerdict) {
        switch kind {
        case .slowAck(let milliseconds): verdict.delay += milliseconds
        case .clockSkew(let milliseconds): verdict.clockSkew += milliseconds
        case .staleBook: verdict.showsStaleBook = true
        case .streamDrop, .lostEvents, .duplicatedEvents, .reorderedEvents: break
        case .unknownStatus, .timeout, .lostAck, .rateLimited, .banned, .overloaded,
            .maintenance, .haltedWithdrawals:
            guard case .own = verdict.answer else { return }
            verdict.answer = kind == .lostAck ? .nothing : .failure(kind)
            switch kind {
            case .unknownStatus(let share): verdict.isCarriedOut = draw(id) < share
            case .timeout(let milliseconds, let share):
                verdict.delay += milliseconds
                verdict.isCarriedOut = draw(id) < share
            case .lostAck: break
            default: verdict.isCarriedOut = false
            }
        }
    }

    // MARK: Streams

    /// Whether a fault of this kind strikes an event of a stream, or a connection that carries
    /// these streams.
    public mutating func strikes(
        _ name: DoorFault.Name,
        _ streams: [DoorStream],
        at time: Timestamp,
        under stress: MarketStress
    ) -> Bool {
        var isStruck = false
        for row in posted {
            guard case .door(let fault) = row.fault, fault.kind.name == name,
                streams.contains(where: fault.touches), row.holds(at: time),
                strikes(row.id, fault.schedule.chance, time, stress)
            else { continue }
            isStruck = true
        }
        return isStruck
    }

    /// Whether the book of an instrument stands still, on streams or by whatever way.
    ///
    /// Asking changes nothing: what decides about a book is a window or an episode, never a draw
    /// for each look.
    public func bookStandsStill(
        _ symbol: Symbol,
        onStreams: Bool,
        at time: Timestamp,
        under stress: MarketStress
    ) -> Bool {
        posted.contains { row in
            guard case .door(let fault) = row.fault, fault.kind == .staleBook,
                onStreams
                    ? fault.touches(DoorStream(symbol: symbol))
                    : fault.scope.symbol == nil || fault.scope.symbol == symbol,
                row.holds(at: time)
            else { return false }
            return stands(row.id, fault.schedule.chance, time, stress)
        }
    }

    /// Whether any fault of this kind holds, whatever it touches and however the draw falls.
    public func holds(_ name: DoorFault.Name, at time: Timestamp) -> Bool {
        posted.contains { $0.fault.name == name.rawValue && $0.holds(at: time) }
    }

    // MARK: Draws

    private mutating func strikes(
        _ id: Int,
        _ chance: FaultChance,
        _ time: Timestamp,
        _ stress: MarketStress
    ) -> Bool {
        let isStruck =
            chance.isStanding
            ? stands(id, chance, time, stress) : draw(id) < chance.odds(under: stress)
        if isStruck { strikes[id, default: 0] += 1 }
        return isStruck
    }

    /// Whether a fault that is sure, or that has episodes, is up.
    private func stands(
        _ id: Int,
        _ chance: FaultChance,
        _ time: Timestamp,
        _ stress: MarketStress
    ) -> Bool {
        guard chance.episode > 0 else { return true }
        let number = UInt64(clamping: time.milliseconds / chance.episode)
        return draw(id, number) < chance.odds(under: stress)
    }

    /// The fault's next number from 0 up to but not including 1.
    private mutating func draw(_ id: Int) -> Rate {
        draws[id, default: 0] += 1
        // Far from the numbers of episodes, which count from zero.
        return draw(id, draws[id, default: 0] | 1 << 63)
    }

    private func draw(_ id: Int, _ number: UInt64) -> Rate {
        var state = seed
        var mixed = RandomStream.splitmix(&state) ^ UInt64(id)
        mixed = RandomStream.splitmix(&mixed) ^ number
        var random = RandomStream(seed: mixed)
        return Rate(units: Int64(random.below(Int(Rate.unitsPerOne))))
    }
}

extension FaultChance {
    /// Whether it is decided by venue time alone, and not by draws.
    var isStanding: Bool { self == .certain || episode > 0 }

    /// From 0 to 1.
    public func odds(under stress: MarketStress) -> Rate {
        let percent = Int128(stress.range.units) * 100
        let units =
            Int128(base.units)
            + Int128(perVolatility.units) * percent / Int128(Rate.unitsPerOne)
            + Int128(perLiquidation.units) * Int128(stress.liquidations)
        return Rate(units: Int64(clamping: min(units, Int128(Rate.unitsPerOne))))
    }
}
