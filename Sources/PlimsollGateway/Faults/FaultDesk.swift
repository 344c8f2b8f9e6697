import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Synchronization

/// The fault board of a running venue, as its doors share it.
///
/// While nothing is posted it costs one look at a flag: neither time nor market is asked for.
final class FaultDesk: Sendable {
    /// A book as it stood when it began to stand still.
    struct StaleBook: Sendable {
        var book: BookProjection
        var time: Timestamp
    }

    /// The board as it is told to people.
    struct Report: Sendable {
        struct Row: Sendable {
            var posted: PostedFault
            var strikes: UInt64
        }

        var seed: UInt64
        var time: Timestamp
        var stress: MarketStress
        var rows: [Row]
    }

    private struct State {
        var board: FaultBoard
        var gauge = StressGauge()
        var staleBooks: [Symbol: StaleBook] = [:]
    }

    private let node: VenueNode
    private let armed = Atomic<Bool>(false)
    private let state: Mutex<State>

    /// A desk whose board begins with the faults of the scenario that the venue plays; the draws are
    /// by the scenario's seed, or by the venue's.
    convenience init(node: VenueNode, seed: UInt64) {
        self.init(
            node: node,
            plan: node.script?.terms.faults ?? FaultPlan(seed: seed),
            from: node.script?.start ?? node.clock.venueTime
        )
    }

    init(node: VenueNode, plan: FaultPlan, from origin: Timestamp) {
        self.node = node
        state = Mutex(State(board: FaultBoard(plan, from: origin)))
        arm()
        node.addListener { [weak self] batch in self?.observe(batch) }
    }

    /// Whether anything is posted, be it only for later.
    var isArmed: Bool { armed.load(ordering: .relaxed) }

    private func arm() {
        let isArmed = state.withLock { state in
            if state.board.posted.isEmpty { state.staleBooks = [:] }
            return !state.board.posted.isEmpty
        }
        armed.store(isArmed, ordering: .relaxed)
    }

    /// Lets what is on the board now hold: here, and in what the venue is told of the world.
    private func apply() {
        arm()
        node.setWorldFaults(state.withLock { $0.board.worldFaults })
    }

    // MARK: Posting

    /// Posts a fault whose schedule counts from the present venue time.
    func post(_ fault: Fault) throws(DialectError) -> Report.Row {
        let now = node.clock.venueTime
        let posted = state.withLock { $0.board.post(fault, at: now) }
        guard let posted else {
            throw DialectError(-1130, "the fault board is full with \(FaultBoard.countMax)")
        }
        apply()
        return Report.Row(posted: posted, strikes: 0)
    }

    /// Takes one fault off the board; `nil` where there is none of that number.
    func clear(_ id: Int) -> Report.Row? {
        defer { apply() }
        return state.withLock { state in
            let strikes = state.board.strikes[id] ?? 0
            return state.board.clear(id).map { Report.Row(posted: $0, strikes: strikes) }
        }
    }

    func clearAll() -> Report {
        let report = report()
        state.withLock { $0.board.clearAll() }
        apply()
        return report
    }

    func report() -> Report {
        let now = node.clock.venueTime
        return state.withLock { state in
            Report(
                seed: state.board.seed,
                time: now,
                stress: state.gauge.stress(at: now),
                rows: state.board.posted.map {
                    Report.Row(posted: $0, strikes: state.board.strikes[$0.id] ?? 0)
                }
            )
        }
    }

    // MARK: Deciding

    func verdict(on request: DoorRequest) -> DoorVerdict {
        let now = node.clock.venueTime
        return state.withLock { state in
            let stress = state.gauge.stress(at: now)
            return state.board.verdict(on: request, at: now, under: stress)
        }
    }

    /// Whether a fault strikes an event of a stream, or a connection that carries these streams.
    func strikes(_ name: DoorFault.Name, _ streams: [DoorStream]) -> Bool {
        guard isArmed else { return false }
        let now = node.clock.venueTime
        return state.withLock { state in
            guard state.board.holds(name, at: now) else { return false }
            let stress = state.gauge.stress(at: now)
            return state.board.strikes(name, streams, at: now, under: stress)
        }
    }

    // MARK: Books that stand still

    /// The book that is shown in the place of the true one; `nil` where that is shown.
    func staleBook(of symbol: Symbol) -> StaleBook? {
        guard isArmed else { return nil }
        let now = node.clock.venueTime
        let known: StaleBook?? = state.withLock { state in
            let stress = state.gauge.stress(at: now)
            let board = state.board
            guard board.bookStandsStill(symbol, onStreams: false, at: now, under: stress)
            else {
                state.staleBooks[symbol] = nil
                return .some(nil)
            }
            return state.staleBooks[symbol].map { .some($0) }
        }
        if let known { return known }
        // Never under the board's lock: whoever reads the venue may hold that one's.
        let fresh = node.read { venue in
            venue.market(symbol).map { StaleBook(book: $0.book, time: venue.time) }
        }
        guard let fresh else { return nil }
        return state.withLock { state in
            let book = state.staleBooks[symbol] ?? fresh
            state.staleBooks[symbol] = book
            return book
        }
    }

    /// Whether the streams of a book are silent.
    func silencesBook(_ symbol: Symbol) -> Bool {
        guard isArmed else { return false }
        let now = node.clock.venueTime
        return state.withLock { state in
            let stress = state.gauge.stress(at: now)
            return state.board.bookStandsStill(symbol, onStreams: true, at: now, under: stress)
        }
    }

    // MARK: The market

    /// On the engine's thread, with every batch.
    private func observe(_ batch: PublishedBatch) {
        guard isArmed else { return }
        let mayStandStill = state.withLock { state in
            for command in batch.commands { state.gauge.observe(command) }
            return batch.commands.last.map {
                state.board.holds(.staleBook, at: $0.header.time)
            } ?? false
        }
        // A book stands still as of the moment at which that begins, not of the first look at it.
        guard mayStandStill else { return }
        let symbols = node.read { venue in venue.markets.map(\.symbol) }
        for symbol in symbols { _ = staleBook(of: symbol) }
    }
}
