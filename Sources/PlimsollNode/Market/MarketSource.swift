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
    private var board: WorldFaultBoard?
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
        setOff(board?.takeShocks() ?? [])
        let commands = source?.step() ?? []
        return world?.filtered(commands, at: time) ?? commands
    }

    /// Whether its prices can be moved by hand: those of a recording are as they were.
    var takesShocks: Bool { source is SimulatedMarket }

    private mutating func setOff(_ shocks: [PriceShock]) {
        guard !shocks.isEmpty, var market = source as? SimulatedMarket else { return }
        // Held once only, so that nothing of it is copied.
        source = nil
        for shock in shocks { market.setOff(shock) }
        source = market
    }

    mutating func note(_ batch: PublishedBatch) {
        if mustSeeBatch { unseen.append(contentsOf: batch.commands) }
    }

    /// The market of a plan, with what happens to it from outside: after a restart both go on.
    init(
        _ plan: VenuePlan,
        start: Timestamp,
        after recovery: borrowing VenueRecovery,
        world board: WorldFaultBoard
    ) {
        self.init(plan, start: start, after: recovery)
        world = WorldFilter(plan.rules, board, after: recovery.projections)
        self.board = board
        guard let terms = plan.script else { return }
        board.set(FaultBoard(terms.faults, from: plan.opened).worldFaults)
        var script = ScriptSource(
            terms,
            accounts: plan.roles.bots,
            rules: plan.rules,
            start: plan.opened
        )
        if !recovery.isNew { script.resume(recovery.projections, last: recovery.time, at: start) }
        self.script = script
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
    /// Tells the participants how everybody stands: one of them may see the positions of all.
    private static func resume(
        _ market: inout SimulatedMarket,
        _ plan: VenuePlan,
        _ projections: VenueProjections
    ) {
        let wallets = plan.roles.participants.flatMap { participant in
            (projections.account(participant.account)?.wallets ?? []).map {
                (account: participant.account, asset: $0.asset, balance: $0.balance)
            }
        }
        let accounts = projections.accountIDs.compactMap(projections.account)
        market.resume(accounts.flatMap(standing), wallets: wallets)
    }

    /// The events that would have told how an account stands.
    private static func standing(of account: AccountProjection) -> [Event] {
        var events: [Event] = []
        for position in account.positions {
            events.append(
                .settingsChanged(
                    SettingsChanged(
                        account: account.id,
                        instrument: position.instrument,
                        leverage: position.leverage,
                        marginMode: position.marginMode
                    )
                )
            )
            guard !position.isFlat else { continue }
            events.append(
                .positionChanged(
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
            )
        }
        return events
            + account.openConditionals.map {
                .conditionalOrderAccepted(ConditionalOrderAccepted(id: $0.id, order: $0.order))
            }
    }
}

extension Timestamp {
    func roundedUp(to interval: Int64) -> Timestamp {
        Timestamp(milliseconds: (milliseconds + interval - 1) / interval * interval)
    }
}
