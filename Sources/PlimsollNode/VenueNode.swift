internal import Foundation
public import Logging
internal import PlimsollAgents
public import PlimsollModel
public import PlimsollProjections
internal import Synchronization

/// One running venue: commands are numbered, journalled, applied and told, in this order, by one
/// thread that owns all state.
public final class VenueNode: Sendable {
    public let roles: VenueRoles
    public let seed: UInt64
    /// What a scenario does beside the market, and when it began; `nil` where none is played.
    public let script: (terms: ScenarioScript, start: Timestamp)?
    private let state: VenueState
    private let room: EngineRoom
    private let initialDeposit: Amount
    private let depositAsset: AssetID
    private let takesShocks: Bool
    /// `nil` where the venue keeps nothing.
    let dataDirectory: String?

    /// Brings a venue up: from the newest snapshot and the commands after it, or new.
    ///
    /// Returns once it takes commands.
    public static func start(
        _ configuration: NodeConfiguration,
        log: Logger
    ) throws(NodeError) -> VenueNode {
        let room = EngineRoom(queueLimit: configuration.queueLimit)
        let opening = Opening()
        let thread = Thread { room.work(configuration, log: log, opening: opening) }
        thread.name = "plimsoll-engine"
        thread.qualityOfService = .userInitiated
        thread.start()
        let venue = try opening.wait()
        return VenueNode(venue, room, configuration)
    }

    private init(_ venue: Opening.Venue, _ room: EngineRoom, _ configuration: NodeConfiguration) {
        roles = venue.roles
        seed = venue.seed
        script = configuration.script.flatMap { terms in
            venue.scriptStart.map { (terms, $0) }
        }
        state = venue.state
        self.room = room
        initialDeposit = configuration.initialDeposit
        dataDirectory = configuration.dataDirectory
        takesShocks = venue.takesShocks
        depositAsset =
            configuration.rules.instruments.first?.contract.settleAsset ?? AssetID(rawValue: 0)
    }

    deinit { room.queue.stop() }

    // MARK: Commands

    /// Returns what became of a command, once that is durable.
    public func submit(
        _ command: Command,
        deadline: UInt64? = nil
    ) async throws(NodeError) -> CommandOutcome {
        try await submit([command], deadline: deadline)[0]
    }

    /// Returns what became of commands that are executed one after the other with nothing between
    /// them, once that is durable.
    ///
    /// - Parameters:
    ///   - commands: Taken whole or not at all.
    ///   - deadline: In the meter's nanoseconds: not reached by the engine before, they are refused.
    /// - Returns: One outcome for each.
    /// - Throws: Why none of them was taken.
    public func submit(
        _ commands: [Command],
        deadline: UInt64? = nil
    ) async throws(NodeError) -> [CommandOutcome] {
        guard !commands.isEmpty else { return [] }
        return try await reply { reply throws(NodeError) in
            try room.queue.push(commands, deadline: deadline, reply: reply)
        }
    }

    /// Opens an account for a trader and gives it money.
    ///
    /// - Parameter deposit: In the asset that the first instrument settles in; `nil` gives what
    ///   the venue gives everybody.
    /// - Returns: The account's number.
    /// - Throws: Why there is no account, or no money in it.
    public func openAccount(deposit: Amount? = nil) async throws(NodeError) -> AccountID {
        let opening = try await submit(.openAccount(.trader))
        for case .accountOpened(let account, _) in opening.events {
            let amount = deposit ?? initialDeposit
            guard amount > .zero else { return account }
            let change = BalanceChange(account: account, asset: depositAsset, amount: amount)
            if let refusal = try await submit(.deposit(change)).refusal {
                throw .configuration("the deposit is refused: \(refusal.reason)")
            }
            return account
        }
        throw .configuration(
            "no account can be opened: \(opening.refusal.map { "\($0.reason)" } ?? "no answer")"
        )
    }

    /// Lets these faults of the world hold from now on, each in its time, and no others.
    public func setWorldFaults(_ faults: [PostedFault]) { room.world.set(faults) }

    /// Lets the real price of an instrument move, with all who trade it, from the market's next step on.
    ///
    /// One that is on its way there ends where it is. What comes of it is in the journal, it itself is
    /// not: a restart forgets what of it is to come.
    ///
    /// - Parameters:
    ///   - symbol: The instrument's.
    ///   - factor: What its price is multiplied with: 0.9 is a fall by a tenth.
    ///   - over: Milliseconds of venue time that the move takes.
    ///   - recovery: The share of it that is taken back afterwards: 0 nothing, 1 all of it.
    ///   - recoveryOver: Milliseconds of venue time that the way back takes.
    /// - Throws: Why the market does not move.
    public func setOffShock(
        of symbol: Symbol,
        by factor: Rate,
        over: Int64,
        recovery: Rate = .zero,
        recoveryOver: Int64 = 0
    ) throws(NodeError) {
        let shock = PriceShock(
            after: 0,
            instrument: symbol,
            factor: factor,
            over: over,
            recovery: recovery,
            recoveryOver: recoveryOver
        )
        if let fault = shock.fault { throw .configuration(fault) }
        guard takesShocks else {
            throw .configuration("only a simulated market can be moved, and this one is none")
        }
        guard room.world.add(shock) else { throw .overloaded }
    }

    // MARK: Reading

    /// Reads the venue's tables as of the last durable command.
    ///
    /// The engine's thread waits meanwhile, so the body copies what it needs and returns.
    public func read<Result: Sendable, Failure: Error>(
        _ body: (borrowing VenueProjections) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try state.read(body)
    }

    /// Of the last command that is durable and applied.
    public var digest: (sequence: Sequence, digest: Digest) { state.digest }

    /// Why the venue takes no commands any more, if so.
    public var failure: NodeError? { room.failure }

    /// Calls the body once the venue takes no more commands because it failed.
    public func whenFailed(_ body: @escaping @Sendable (NodeError) -> Void) {
        room.whenFailed(body)
    }

    public var statistics: NodeStatistics { room.statistics }

    /// How long requests take, stage by stage: the doors add what they see of them.
    public var stages: StageMeter { room.stages }

    /// Tells a listener every batch from the next one on.
    ///
    /// It is called on the engine's thread, after the tables are folded and before the submitters
    /// are answered, so it must be quick.
    public func addListener(_ listener: @escaping @Sendable (PublishedBatch) -> Void) {
        room.addListener(listener)
    }

    // MARK: Time

    public var clock: ClockStatus { room.clockStatus }

    /// Changes the clock.
    ///
    /// A run answers when its end is reached, or earlier when another change ends it; the status
    /// tells which.
    public func setClock(_ change: ClockChange) async throws(NodeError) -> ClockStatus {
        try await reply { reply throws(NodeError) in
            try room.queue.push(change, reply: reply)
        }
    }

    /// Ends the venue after what waits, with a snapshot; returns when its files are closed.
    public func stop() {
        room.queue.stop()
        room.waitForEnd()
    }

    private func reply<Answer: Sendable>(
        _ push: (@escaping @Sendable (Result<Answer, NodeError>) -> Void) throws(NodeError) -> Void
    ) async throws(NodeError) -> Answer {
        let answer = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Answer, NodeError>, Never>) in
            do throws(NodeError) {
                try push { continuation.resume(returning: $0) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        return try answer.get()
    }
}

/// What a start hands from the engine's thread to the one who waits for it.
final class Opening: Sendable {
    struct Venue: Sendable {
        var state: VenueState
        var roles: VenueRoles
        var seed: UInt64
        var scriptStart: Timestamp?
        var takesShocks: Bool
    }

    private let result = Mutex<Result<Venue, NodeError>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    func finish(_ outcome: Result<Venue, NodeError>) {
        result.withLock { $0 = outcome }
        done.signal()
    }

    func wait() throws(NodeError) -> Venue {
        done.wait()
        guard let outcome = result.withLock({ $0 }) else { throw .stopped }
        return try outcome.get()
    }
}
