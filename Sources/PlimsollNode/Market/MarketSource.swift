internal import PlimsollAgents
internal import PlimsollModel
internal import PlimsollProjections
internal import PlimsollTapes

/// The market on the other side, stepped by the venue's loop.
///
/// A source that learns from events sees everything that happened before each of its steps, so what
/// it does depends on the commands before it and not on how they fell into batches. The price is a
/// group commit for each of its steps. A replay learns nothing, and many of its steps share one.
struct MarketSource: Sendable {
    private var source: (any CommandSource)?
    private let learns: Bool
    private var unseen: [PublishedCommand] = []

    init(_ source: (any CommandSource)?, learns: Bool) {
        self.source = source
        self.learns = learns
    }

    var nextTime: Timestamp? { source?.nextTime }

    /// Whether the commands of a batch must be applied before the next step.
    var mustSeeBatch: Bool { learns }

    /// The commands of the step that is due.
    mutating func step() -> [Command] {
        for command in unseen { source?.observe(command.events, at: command.header) }
        unseen.removeAll(keepingCapacity: true)
        return source?.step() ?? []
    }

    mutating func note(_ batch: PublishedBatch) {
        if learns { unseen.append(contentsOf: batch.commands) }
    }
}

extension MarketSource {
    /// The market of a venue that begins at `start`, or goes on there.
    init(_ plan: VenuePlan, start: Timestamp, after recovery: borrowing VenueRecovery) {
        switch plan.market {
        case .none: self.init(nil, learns: false)
        case .simulated(let composition):
            let market = SimulatedMarket(
                instruments: Self.instruments(plan, composition, recovery.projections),
                composition: composition,
                participants: plan.roles.participants,
                seed: plan.seed,
                // On the grid of the ticks, so that a step takes a tick's place.
                start: start.roundedUp(to: VenueLoop.tickMilliseconds),
                opened: plan.opened,
                resumedAfter: recovery.sequence
            )
            self.init(market, learns: true)
        case .tape(let tape, let symbol, let shift):
            guard let instrument = plan.instrument(symbol), let maker = plan.roles.maker,
                let taker = plan.roles.taker
            else { preconditionFailure("a plan with a tape has its instrument and accounts") }
            // Who joins a running tape gets the candle before at once, so that there are prices.
            let joined = start.advanced(byMilliseconds: -tape.interval)
            let first = tape.startTime.advanced(byMilliseconds: shift)
            let replay = TapeReplay(
                tape: tape,
                instrument: instrument,
                rules: plan.rules.instruments[instrument.index],
                maker: maker,
                taker: taker,
                timeShift: shift,
                resumeAfter: recovery.isNew ? (joined < first ? nil : joined) : recovery.time
            )
            self.init(replay, learns: false)
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

extension Timestamp {
    func roundedUp(to interval: Int64) -> Timestamp {
        Timestamp(milliseconds: (milliseconds + interval - 1) / interval * interval)
    }
}
