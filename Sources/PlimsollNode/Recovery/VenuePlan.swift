internal import PlimsollAgents
internal import PlimsollEngine
internal import PlimsollJournal
internal import PlimsollModel
internal import PlimsollTapes

/// How a venue begins: its first commands, and what is kept of its making in the journal's
/// settings, so that a restart continues the same venue.
struct VenuePlan: Sendable {
    private enum Name {
        static let layout = "venue.layout"
        static let profile = "venue.profile"
        static let rules = "venue.rules"
        static let seed = "venue.seed"
        static let market = "market"
        static let tape = "market.tape"
        static let symbol = "market.symbol"
        static let shift = "market.shift"
        static let marketName = "market.name"
        static let composition = "market.composition"
        static let opened = "market.opened"
        static let scenario = "scenario"
        /// Of those that were drawn or chosen once; a restart goes on with what is kept.
        static let kept = [seed, shift, composition, opened]
    }

    private static let layout = "2"
    /// A recorded market cannot go broke, but its losses should not stand out.
    private static let recordedDeposit = Amount(1_000_000_000)

    var rules: VenueRules
    var seed: UInt64
    var market: MarketChoice
    var roles: VenueRoles
    var deposit: Amount
    /// What a scenario does beside the market.
    var script: ScenarioScript?
    /// When venue time began; shocks and scripts are counted from it.
    var opened: Timestamp

    /// The plan of a new venue.
    init(_ configuration: NodeConfiguration, opened: Timestamp = .zero) throws(NodeError) {
        self.init(planning: configuration, opened: opened)
        if case .simulated(let composition) = market { try check(composition) }
        if let symbol = market.symbol, instrument(symbol) == nil {
            throw .configuration("the profile \(rules.name) has no instrument \(symbol)")
        }
        try rehearse()
    }

    private init(planning configuration: NodeConfiguration, opened: Timestamp) {
        self.opened = opened
        rules = configuration.rules
        rules.instruments = Self.listed(configuration)
        seed = configuration.seed
        market = configuration.market
        deposit = configuration.initialDeposit
        // Accounts are numbered in the order they are opened.
        let first = AccountID.firstOpened.rawValue
        roles = VenueRoles(demo: AccountID(rawValue: first))
        switch market {
        case .none: break
        case .simulated(let composition):
            roles.participants = composition.participants(
                from: AccountID(rawValue: first + 1)
            )
        case .tape, .followed:
            roles.maker = AccountID(rawValue: first + 1)
            roles.taker = AccountID(rawValue: first + 2)
        }
        script = configuration.script
        // The market's accounts keep their numbers, whoever plays beside it.
        let next = (roles.participants.last?.account ?? roles.taker ?? roles.demo).rawValue + 1
        roles.bots = (script?.bots ?? []).indices.map { AccountID(rawValue: next + UInt32($0)) }
    }

    /// The instruments of the profile that the market brings to life.
    ///
    /// One without a market would have no price, no book and no way out of a position, so a venue
    /// does not list it.
    private static func listed(_ configuration: NodeConfiguration) -> [InstrumentRules] {
        let all = configuration.rules.instruments
        return switch configuration.market {
        case .none: all
        case .simulated(let composition) where composition.instruments.isEmpty:
            Array(all.prefix(OpeningPrice.instrumentCountMax))
        case .simulated(let composition):
            all.filter { rules in
                composition.instruments.contains { $0.symbol == rules.contract.symbol }
            }
        case .tape(let tape, let symbol, _):
            all.filter { $0.contract.symbol == symbol }.map { rules in
                var rules = rules
                // A replay tells the index once a step; silence is only what exceeds two.
                let limit = rules.index.staleAfterMilliseconds
                if limit > 0 {
                    rules.index.staleAfterMilliseconds = max(limit, 2 * tape.indexInterval)
                }
                return rules
            }
        case .followed(let symbol): all.filter { $0.contract.symbol == symbol }
        }
    }

    /// The plan of the venue that a journal holds; `nil` for an empty journal.
    ///
    /// - Throws: `NodeError.otherVenue` where the configuration asks for another one.
    init?(
        continuing journal: Journal,
        _ configuration: NodeConfiguration
    ) throws(NodeError) {
        guard journal.lastSequence > .zero else { return nil }
        let directory = journal.directory
        do throws(JournalError) {
            let layout = try journal.setting(Name.layout)
            guard layout == Self.layout else {
                throw JournalError.unsupportedVersion("venue layout \(layout ?? "none")")
            }
            var configuration = configuration
            let opened = try journal.setting(Name.opened).flatMap { Int64($0) }
            if case .simulated(let asked) = configuration.market,
                let kept = try journal.setting(Name.composition)
            {
                let composition = try Self.composition(kept)
                if composition.name == asked.name {
                    configuration.market = .simulated(composition)
                }
            }
            self.init(planning: configuration, opened: Timestamp(milliseconds: opened ?? 0))
            guard let seed = try journal.setting(Name.seed).flatMap({ UInt64($0) }) else {
                throw JournalError.damaged(position: "the setting seed", reason: "it is missing")
            }
            self.seed = seed
            if case .tape(let tape, let symbol, _) = market,
                let shift = try journal.setting(Name.shift).flatMap({ Int64($0) })
            {
                market = .tape(tape, symbol: symbol, shift: shift)
            }
        } catch {
            throw .journal(error)
        }
        for (name, value) in settings where !Name.kept.contains(name) {
            let stored: String?
            do {
                stored = try journal.setting(name)
            } catch {
                throw .journal(error)
            }
            guard stored != value else { continue }
            throw .otherVenue(
                "\(directory) holds a venue with \(name) \(stored ?? "none"), not \(value);"
                    + " start it with what it was made with, or use another directory"
            )
        }
    }

    func instrument(_ symbol: Symbol) -> InstrumentID? {
        rules.instruments.firstIndex { $0.contract.symbol == symbol }
            .map { InstrumentID(rawValue: UInt16($0)) }
    }

    /// What the journal keeps beside the commands.
    var settings: [(name: String, value: String)] {
        var digest = Digest()
        for change in rules.changes { change.encode(into: &digest) }
        var settings = [
            (Name.layout, Self.layout), (Name.profile, rules.name),
            (Name.seed, "\(seed)"), (Name.scenario, script?.name ?? "none"),
            (Name.opened, "\(opened.milliseconds)"),
        ]
        switch market {
        case .none: settings.append((Name.market, "none"))
        case .simulated(let composition):
            settings.append((Name.market, "simulated"))
            settings.append((Name.marketName, composition.name))
            settings.append((Name.composition, Self.text(of: composition)))
        case .tape(let tape, let symbol, let shift):
            settings.append((Name.market, "tape"))
            settings.append((Name.tape, tape.contentHash))
            settings.append((Name.symbol, symbol.description))
            settings.append((Name.shift, "\(shift)"))
        case .followed(let symbol):
            settings.append((Name.market, "followed"))
            settings.append((Name.symbol, symbol.description))
        }
        // Last, since another market lists other instruments: the market is the better reason.
        settings.append((Name.rules, digest.description))
        return settings
    }

    /// The commands that make an empty venue this one.
    var commands: [Command] {
        var commands = rules.changes.map(Command.changeRules)
        // One asset, the first that anything settles in, is what the user is given.
        var assets: [AssetID] = []
        for instrument in rules.instruments where !assets.contains(instrument.contract.settleAsset)
        {
            assets.append(instrument.contract.settleAsset)
        }
        func open(_ account: AccountID, _ kind: AccountKind, _ amount: Amount, in all: Bool) {
            commands.append(.openAccount(kind))
            guard amount > .zero else { return }
            for asset in all ? assets[...] : assets.prefix(1) {
                commands.append(
                    .deposit(BalanceChange(account: account, asset: asset, amount: amount))
                )
            }
        }
        for deposit in rules.insuranceFund where assets.contains(deposit.asset) {
            commands.append(.deposit(deposit))
        }
        open(roles.demo, .trader, deposit, in: false)
        if let taker = roles.taker {
            if let maker = roles.maker {
                open(maker, .recordedMarket, Self.recordedDeposit, in: true)
            }
            open(taker, .recordedMarket, Self.recordedDeposit, in: true)
        }
        if case .simulated(let composition) = market {
            commands += arrivals(of: composition, with: assets)
        }
        for (account, bot) in zip(roles.bots, script?.bots ?? []) {
            commands.append(.openAccount(.trader))
            let settled = bot.legs.map {
                rules.instruments[$0.instrument.index].contract.settleAsset
            }
            for asset in assets where settled.contains(asset) {
                let change = BalanceChange(account: account, asset: asset, amount: bot.deposit)
                commands.append(.deposit(change))
            }
        }
        return commands
    }

    /// Plays the first commands on an engine that is thrown away, so that a venue that cannot begin
    /// leaves no journal behind.
    private func rehearse() throws(NodeError) {
        var engine = Engine()
        var events = EventBuffer()
        for (index, command) in commands.enumerated() {
            events.removeAll()
            let sequence = Sequence(rawValue: UInt64(index) + 1)
            engine.apply(
                SequencedCommand(sequence: sequence, time: .zero, command: command),
                into: &events
            )
            for place in 0..<events.count {
                guard case .refused(let refusal) = events[place] else { continue }
                throw .configuration(
                    "the profile \(rules.name) cannot begin: \(command) is refused,"
                        + " \(refusal.reason)"
                )
            }
        }
    }
}
