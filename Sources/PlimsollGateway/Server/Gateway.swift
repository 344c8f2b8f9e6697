import Logging
import PlimsollModel
import PlimsollNode
import PlimsollProjections
import Synchronization

/// What the routes share: the venue, its keys and the counts of requests.
///
/// The answers themselves are in extensions, one file for each subject.
final class Gateway: Sendable {
    let node: VenueNode
    let keys: KeyRing
    let sessions: WebSessions
    let clients: ClientConfigurations
    let configuration: GatewayConfiguration
    let streams: StreamHub
    let faults: FaultDesk
    let counts = RequestCounts()
    let bodies = BodyBudget()
    let gate: RequestGate
    let lights = DeleveragingLightsCache()
    let requests = RequestLog()
    let started = WallClock.now
    let log: Logger
    private let closing = Atomic(false)
    private let ports = Mutex<(plain: Int?, tls: Int?)>((nil, nil))

    init(
        node: VenueNode,
        keys: KeyRing,
        configuration: GatewayConfiguration,
        streams: StreamHub,
        faults: FaultDesk? = nil,
        sessions: WebSessions = WebSessions(),
        clients: ClientConfigurations = .none,
        log: Logger
    ) {
        self.node = node
        self.keys = keys
        self.configuration = configuration
        gate = RequestGate(limits: configuration.gate)
        self.streams = streams
        self.sessions = sessions
        self.clients = clients
        self.faults = faults ?? FaultDesk(node: node, seed: configuration.seed)
        self.log = log
    }

    /// Whether the venue is about to end.
    var isClosing: Bool { closing.load(ordering: .relaxed) }

    func beginClosing() { closing.store(true, ordering: .relaxed) }

    /// The plain port that the venue listens at; what was configured until it does.
    var boundPort: Int { ports.withLock { $0.plain } ?? configuration.port }

    /// The encrypted port; `nil` where there is none.
    var boundTLSPort: Int? { ports.withLock { $0.tls } }

    /// Every port that the venue listens at.
    var boundPorts: Set<Int> { ports.withLock { Set([$0.plain, $0.tls].compactMap(\.self)) } }

    func listens(at port: Int, isEncrypted: Bool) {
        ports.withLock { ports in
            if isEncrypted { ports.tls = port } else { ports.plain = port }
        }
    }

    /// Reads the projections under their lock: take what is needed and leave.
    func read<Result: Sendable>(
        _ body: (borrowing VenueProjections) throws(DialectError) -> Result
    ) throws(DialectError) -> Result {
        try node.read(body)
    }

    /// Writes the account's report under the lock.
    func report(
        _ account: AccountID,
        _ body: (AccountReport, borrowing VenueProjections) throws(DialectError) -> Void
    ) throws(DialectError) {
        try read { (venue) throws(DialectError) in
            guard let report = AccountReport(of: account, in: venue) else {
                throw DialectError.keyUnknown
            }
            try body(report, venue)
        }
    }

    /// Sends a command and waits until it is durable and applied.
    @discardableResult
    func submit(
        _ command: Command,
        for call: Call,
        priceDecimals: Int = 8,
        isCancel: Bool = false
    ) async throws(DialectError) -> CommandOutcome {
        let outcome = try await submit([command], for: call)[0]
        if let refusal = outcome.refusal {
            throw DialectError(refusal, priceDecimals: priceDecimals, isCancel: isCancel)
        }
        return outcome
    }

    /// Sends commands, with nothing between them; what became of each is in the outcomes.
    func submit(
        _ commands: [Command],
        for call: Call
    ) async throws(DialectError) -> [CommandOutcome] {
        do {
            let outcomes = try await node.submit(
                commands,
                deadline: call.expiry.flatMap(WallClock.deadline(at:))
            )
            call.progress.noteReply()
            return outcomes
        } catch {
            throw unavailable(error)
        }
    }

    /// What a client is told when the venue itself cannot go on.
    func unavailable(_ error: NodeError) -> DialectError {
        switch error {
        case .overloaded: return .overloaded
        case .expired: return .timestampStale
        case .clock(let reason): return DialectError(-1130, reason)
        default:
            log.debug("a command was not taken", metadata: ["reason": "\(error)"])
            return DialectError(-1000, "\(error)", status: 503)
        }
    }

    /// What reading an order and writing its numbers takes of an instrument.
    struct Listing: Sendable {
        var instrument: InstrumentID
        var contract: ContractTerms
        /// Of an order that names none.
        var selfTradePrevention: SelfTradePrevention
    }

    func listing(_ symbol: Symbol) throws(DialectError) -> Listing {
        try read { (venue) throws(DialectError) in
            guard let id = venue.marketIndex(symbol) else { throw DialectError.symbolInvalid }
            let rules = venue.markets[id.index].rules
            return Listing(
                instrument: id,
                contract: rules.contract,
                selfTradePrevention: rules.limits.selfTradePrevention
            )
        }
    }

    /// The instrument of a symbol, with what parsing and writing its numbers takes.
    func contract(
        _ symbol: Symbol
    ) throws(DialectError) -> (instrument: InstrumentID, contract: ContractTerms) {
        let listing = try listing(symbol)
        return (listing.instrument, listing.contract)
    }
}
