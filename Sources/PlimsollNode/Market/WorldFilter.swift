internal import PlimsollAgents
internal import PlimsollModel
internal import PlimsollProjections
internal import Synchronization

/// What is wrong with the world just now, and what happens to it next, told by other threads than the
/// engine's.
final class WorldFaultBoard: Sendable {
    /// More wait for no market: it takes them with its next step, unless its clock stands.
    private static let shockCountMax = 16

    private let posted = Mutex<[PostedFault]>([])
    private let shocks = Mutex<[PriceShock]>([])

    var faults: [PostedFault] { posted.withLock { $0 } }

    func set(_ faults: [PostedFault]) { posted.withLock { $0 = faults } }

    /// Returns whether there was room.
    func add(_ shock: PriceShock) -> Bool {
        shocks.withLock { shocks in
            guard shocks.count < Self.shockCountMax else { return false }
            shocks.append(shock)
            return true
        }
    }

    /// What the market has to take up with its next step.
    func takeShocks() -> [PriceShock] {
        shocks.withLock { shocks in
            defer { shocks.removeAll() }
            return shocks
        }
    }
}

/// Turns what the market says of its index into what the venue is told: by every source of the index,
/// and wrongly where a fault of the world holds.
///
/// What comes out are ordinary price commands; a replay of the journal needs no filter.
struct WorldFilter: Sendable {
    private struct Feed: Sendable {
        var symbol: Symbol
        /// Numbers of the sources that count.
        var sources: [Int]
        /// By place in `sources`.
        var told: [Price?]
        var least: Price
        var most: Price
    }

    private let board: WorldFaultBoard
    private var feeds: [Feed]

    /// - Parameters:
    ///   - rules: The instruments and the sources of their indexes.
    ///   - board: What is wrong.
    ///   - projections: What was told before a restart: a frozen index stands where it stood.
    init(
        _ rules: VenueRules,
        _ board: WorldFaultBoard,
        after projections: VenueProjections = VenueProjections()
    ) {
        self.board = board
        feeds = rules.instruments.enumerated().map { place, rules in
            let sources = (0..<IndexTerms.sourceCountMax).filter { rules.index.weight(of: $0) > 0 }
            let market = projections.market(InstrumentID(rawValue: UInt16(place)))
            return Feed(
                symbol: rules.contract.symbol,
                sources: sources,
                told: sources.map { market?.indexSource($0)?.price },
                least: rules.limits.priceMin,
                most: rules.limits.priceMax
            )
        }
    }

    /// The commands as the venue hears them at an instant.
    mutating func filtered(_ commands: [Command], at time: Timestamp) -> [Command] {
        let faults = board.faults.filter { $0.holds(at: time) }
        let isPlain = faults.isEmpty && feeds.allSatisfy { $0.sources == [0] }
        var filtered: [Command] = []
        filtered.reserveCapacity(commands.count)
        for command in commands {
            guard case .updateIndexPrice(let id, let price, _) = command else {
                filtered.append(command)
                continue
            }
            if isPlain {
                feeds[id.index].told[0] = price
                filtered.append(command)
            } else {
                tell(price, of: id, faults, &filtered)
            }
        }
        return filtered
    }

    private mutating func tell(
        _ price: Price,
        of id: InstrumentID,
        _ faults: [PostedFault],
        _ commands: inout [Command]
    ) {
        let feed = feeds[id.index]
        for (place, source) in feed.sources.enumerated() {
            var told: Price? = price
            for case .world(let fault) in faults.map(\.fault)
            where (fault.symbol ?? feed.symbol) == feed.symbol
                && (fault.source ?? source) == source
            {
                switch fault.kind {
                case .indexFreeze: told = feed.told[place] ?? told
                case .indexSilence: told = nil
                case .indexSpike(let factor):
                    told = told.map { spiked($0, by: factor, within: feed) }
                }
            }
            guard let told else { continue }
            feeds[id.index].told[place] = told
            commands.append(.updateIndexPrice(id, told, source: UInt8(source)))
        }
    }

    private func spiked(_ price: Price, by factor: Rate, within feed: Feed) -> Price {
        let moved = divide(
            Int128(price.units) * Int128(factor.units),
            by: Int128(Rate.unitsPerOne),
            rounding: .halfUp
        )
        let bounded = min(max(moved, Int128(feed.least.units)), Int128(feed.most.units))
        return Price(units: Int64(bounded))
    }
}
