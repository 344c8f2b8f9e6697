internal import PlimsollAgents
internal import PlimsollModel
internal import PlimsollTapes

/// The market on the other side, stepped by the venue's loop.
///
/// A source that learns from events learns them at the ends of slices of venue time, never in
/// between: so what it does depends on venue time alone, not on how commands fall into batches, and
/// a whole slice can be written to the disk at once.
struct MarketSource: Sendable {
    private var source: (any CommandSource)?
    /// `nil` for a source that learns nothing.
    private let sliceMilliseconds: Int64?
    private var sliceEnd = Timestamp.zero
    private var unseen: [PublishedCommand] = []

    /// A venue without a market.
    static let none = MarketSource(nil, sliceMilliseconds: nil)

    init(_ source: (any CommandSource)?, sliceMilliseconds: Int64?) {
        self.source = source
        self.sliceMilliseconds = sliceMilliseconds
    }

    var nextTime: Timestamp? { source?.nextTime }

    /// Whether the source must see what happened before it takes its next step.
    var isAtSliceEnd: Bool {
        guard sliceMilliseconds != nil, let nextTime else { return false }
        return nextTime >= sliceEnd
    }

    /// Shows the source what happened and lets it step through the next slice.
    mutating func openSlice() {
        guard let sliceMilliseconds else { return }
        for command in unseen { source?.observe(command.events, at: command.header) }
        unseen.removeAll(keepingCapacity: true)
        guard let nextTime else { return }
        let slice = nextTime.milliseconds / sliceMilliseconds
        sliceEnd = Timestamp(milliseconds: (slice + 1) * sliceMilliseconds)
    }

    mutating func step() -> [Command] { source?.step() ?? [] }

    mutating func note(_ batch: PublishedBatch) {
        guard sliceMilliseconds != nil else { return }
        unseen.append(contentsOf: batch.commands)
    }
}

extension MarketSource {
    /// The market of a venue that begins at `start`, or goes on there.
    init(_ plan: VenuePlan, start: Timestamp, resumed: borrowing VenueRecovery) {
        switch plan.market {
        case .none: self = .none
        case .simulated: self = .none
        case .tape(let tape, let symbol, let shift):
            guard let instrument = plan.instrument(symbol), let maker = plan.roles.maker,
                let taker = plan.roles.taker
            else { preconditionFailure("a plan with a tape has its instrument and accounts") }
            let first = tape.startTime.advanced(byMilliseconds: shift)
            let last = resumed.isNew ? start : resumed.time
            let replay = TapeReplay(
                tape: tape,
                instrument: instrument,
                rules: plan.rules.instruments[instrument.index],
                maker: maker,
                taker: taker,
                timeShift: shift,
                resumeAfter: resumed.isNew && start <= first ? nil : last
            )
            // A replay learns nothing, so it needs no slices.
            self.init(replay, sliceMilliseconds: nil)
        }
    }
}
