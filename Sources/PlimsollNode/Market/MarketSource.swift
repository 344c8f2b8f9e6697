internal import PlimsollAgents
internal import PlimsollModel
internal import PlimsollProjections
internal import PlimsollTapes

/// The market on the other side, stepped by the venue's loop.
///
/// A source that learns from events sees everything that happened before each of its steps, so what
/// it does depends on the commands before it and not on how they fell into batches. The price is a
/// group commit for each of its steps. A replay learns nothing, or only now and then, and many of its
/// steps share one.
struct MarketSource: Sendable {
    private var source: (any CommandSource)?
    private let learns: Bool
    /// Of a scenario: it plays beside the market and sees what that does.
    private(set) var script: ScriptSource?
    private var world: WorldFilter?
    private var unseen: [PublishedCommand] = []

    init(_ source: (any CommandSource)?, learns: Bool) {
        self.source = source
        self.learns = learns
    }

    var nextTime: Timestamp? {
        guard let due = source?.nextTime, let scripted = script?.nextTime else {
            return source?.nextTime ?? script?.nextTime
        }
        return min(due, scripted)
    }

    /// Whether the commands of a batch must be applied before the next step.
    var mustSeeBatch: Bool { script != nil || (learns && source?.mustObserve == true) }

    /// The commands of the step that is due; of two at one instant the market's.
    mutating func step() -> [Command] {
        for command in unseen {
            if learns { source?.observe(command.events, at: command.header) }
            script?.observe(command.events, at: command.header)
        }
        unseen.removeAll(keepingCapacity: true)
        guard let time = nextTime else { return [] }
        guard source?.nextTime == time else { return script?.step() ?? [] }
        let commands = source?.step() ?? []
        return world?.filtered(commands, at: time) ?? commands
    }

    mutating func note(_ batch: PublishedBatch) {
        if mustSeeBatch { unseen.append(contentsOf: batch.commands) }
    }

    /// The market of a plan, with what happens to it from outside.
    ///
    /// A script is played from its beginning: after a restart the market goes on without it.
    init(
        _ plan: VenuePlan,
        start: Timestamp,
        after recovery: borrowing VenueRecovery,
        world board: WorldFaultBoard
    ) {
        self.init(plan, start: start, after: recovery)
        world = WorldFilter(plan.rules, board)
        guard let script = plan.script, recovery.isNew else { return }
        board.set(FaultBoard(script.faults, from: start).worldFaults)
        self.script = ScriptSource(
            script,
            accounts: plan.roles.bots,
            rules: plan.rules,
            start: start
        )
    }
}

extension MarketSource {
    /// The market of a venue that begins at `start`, or goes on there.
    private init(_ plan: VenuePlan, start: Timestamp, after recovery: borrowing VenueRecovery) {
        switch plan.market {
        case .none, .followed: self.init(nil, learns: false)
        case .simulated(let composition):
            var market = SimulatedMarket(
                instruments: Self.instruments(plan, composition, recovery.projections),
                composition: composition,
                participants: plan.roles.participants,
                seed: plan.seed,
                // On the grid of the ticks, so that a step takes a tick's place.
                start: start.roundedUp(to: VenueLoop.tickMilliseconds),
                opened: plan.opened,
                resumedAfter: recovery.sequence
            )
            if !recovery.isNew { Self.resume(&market, plan, recovery.projections) }
            self.init(market, learns: true)
        case .tape(let tape, let symbol, let shift):
            guard let instrument = plan.instrument(symbol), let maker = plan.roles.maker,
                let taker = plan.roles.taker
            else { preconditionFailure("a plan with a tape has its instrument and accounts") }
            // Who joins a running tape gets a little of what was before, so that there are prices.
            let joined = start.advanced(byMilliseconds: -tape.headStart)
            let first = tape.startTime.advanced(byMilliseconds: shift)
            let replay = tape.replay(
                in: ReplayPlace(
                    instrument: instrument,
                    rules: plan.rules.instruments[instrument.index],
                    maker: maker,
                    taker: taker
                ),
                timeShift: shift,
                resumeAfter: recovery.isNew ? (joined < first ? nil : joined) : recovery.time
            )
            self.init(replay, learns: tape.observes)
        }
    }

    /// The instruments that a simulated market trades, each from its last index or from where it
    /// opens.
    private static func instruments(
        _ plan: VenuePlan,
        _ composition: MarketComposition,
        _ projections: VenueProjections
    ) -> [(InstrumentID, InstrumentRules, startPrice: Price)] {
        plan.rules.instruments.enumerated().map { index, rules in
            let id = InstrumentID(rawValue: UInt16(index))
            let last = projections.market(id)?.prices?.index
            return (id, rules, startPrice: last ?? OpeningPrice.price(of: rules, in: composition))
        }
    }
}

extension MarketSource {
    /// Tells participants what they hold from before the restart.
    private static func resume(
        _ market: inout SimulatedMarket,
        _ plan: VenuePlan,
        _ projections: VenueProjections
    ) {
        var positions: [PositionChanged] = []
        var wallets: [(account: AccountID, asset: AssetID, balance: Amount)] = []
        for participant in plan.roles.participants {
            guard let account = projections.account(participant.account) else { continue }
            for wallet in account.wallets {
                wallets.append((account.id, wallet.asset, wallet.balance))
            }
            for position in account.positions where !position.isFlat {
                positions.append(
                    PositionChanged(
                        account: account.id,
                        instrument: position.instrument,
                        quantity: position.quantity,
                        entryValue: position.entryValue,
                        realizedPnL: position.realizedPnL,
                        feesPaid: position.feesPaid,
                        fundingReceived: position.fundingReceived
                    )
                )
            }
        }
        market.resume(positions: positions, wallets: wallets)
    }
}

extension Timestamp {
    func roundedUp(to interval: Int64) -> Timestamp {
        Timestamp(milliseconds: (milliseconds + interval - 1) / interval * interval)
    }
}
