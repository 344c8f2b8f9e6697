public import Logging
internal import PlimsollEngine
internal import PlimsollJournal
public import PlimsollModel
internal import PlimsollTapes

/// One venue as a value: commands go through the journal and the engine into the read models.
///
/// It has no thread and looks at no clock but to tell how long it took, so it runs as fast as it is
/// driven: by a node's thread in time with the wall clock, or by a program that only wants the outcome.
///
/// Write first, then apply, then tell.
public struct VenueLoop: ~Copyable {
    /// Commands in one group commit.
    static let batchLimit = 4096
    /// Venue time moves at least this often while it runs, so that mark prices and funding are
    /// never late by more.
    static let tickMilliseconds: Int64 = 250

    public let state: VenueState
    public let roles: VenueRoles
    public let seed: UInt64
    /// When the scenario's script began; `nil` where none is played.
    public let scriptStart: Timestamp?
    private(set) var clock: VenueClock
    private var engine: Engine
    private let journal: Journal?
    private var market: MarketSource
    /// Whether somebody may move its prices by hand.
    var takesShocks: Bool { market.takesShocks }
    private let snapshotInterval: UInt64
    private let watch: LawWatch
    private var lastSnapshot: Sequence
    private var batch: [SequencedCommand] = []
    /// Applied but not written, and the digest before them; `nil` where each batch is written at once.
    private var backlog: (commands: [SequencedCommand], digest: Digest)?
    private var events = EventBuffer()
    private var lap: StageLap

    private init(
        _ recovery: consuming VenueRecovery,
        _ configuration: NodeConfiguration,
        world: WorldFaultBoard,
        meter: StageMeter?,
        wall: UInt64,
        present: Timestamp
    ) {
        lap = StageLap(meter)
        let plan = recovery.plan
        let start = Self.start(of: plan, configuration, after: recovery.time, present)
        roles = plan.roles
        seed = plan.seed
        market = MarketSource(plan, start: start, after: recovery, world: world)
        scriptStart = plan.script != nil ? plan.opened : nil
        journal = recovery.journal
        lastSnapshot = recovery.snapshotSequence
        snapshotInterval = UInt64(max(1, configuration.snapshotInterval))
        clock = VenueClock(
            start: start,
            speed: configuration.speed,
            isPaused: configuration.isPaused,
            wall: wall
        )
        watch = LawWatch(configuration)
        state = VenueState(recovery.projections)
        engine = recovery.takeEngine()
    }

    /// Begins a venue, or goes on with the one that the data directory holds: by the newest
    /// snapshot and the commands after it.
    ///
    /// - Parameters:
    ///   - configuration: Of the venue; a restart must ask for what the venue was made with.
    ///   - log: Told what was found.
    ///   - world: Tells what is wrong with the world while the venue runs.
    ///   - meter: Told how long writing and applying take.
    ///   - wall: Nanoseconds of the clock that `turn` will be given.
    ///   - present: Where venue time begins for a venue that has no tape and no start time.
    /// - Returns: A venue that takes commands.
    /// - Throws: Why there is none.
    static func open(
        _ configuration: NodeConfiguration,
        log: Logger,
        world: WorldFaultBoard = WorldFaultBoard(),
        meter: StageMeter? = nil,
        wall: UInt64,
        present: Timestamp
    ) throws(NodeError) -> VenueLoop {
        try VenueClock.check(configuration.speed)
        let beginning = present.advanced(byMilliseconds: -history(of: configuration))
        let recovery = try VenueRecovery.run(configuration, present: beginning, log: log)
        let isNew = recovery.isNew
        let firstCommands = isNew ? recovery.plan.commands : []
        var loop = VenueLoop(
            recovery,
            configuration,
            world: world,
            meter: meter,
            wall: wall,
            present: isNew ? beginning : present
        )
        let outcomes = try loop.execute(firstCommands)
        precondition(
            outcomes.allSatisfy { $0.refusal == nil },
            "the first commands were rehearsed"
        )
        if isNew, beginning < present {
            try loop.runUntold(until: present)
            // From the wall's time before the history: what it took is caught up with.
            loop.clock = VenueClock(
                start: present,
                speed: configuration.speed,
                isPaused: configuration.isPaused,
                wall: wall
            )
        }
        try loop.storeSnapshotIfDue()
        return loop
    }

    /// A venue that only this program drives.
    public static func open(
        _ configuration: NodeConfiguration,
        log: Logger
    ) throws(NodeError) -> VenueLoop {
        try open(configuration, log: log, wall: 0, present: WallClock.present)
    }

    // MARK: Driving it

    /// Venue time of the last command.
    public var time: Timestamp { engine.time }

    public var digest: (sequence: Sequence, digest: Digest) { (engine.sequence, engine.digest) }

    /// Every invariant of the engine that does not hold, in words.
    public func brokenInvariants() -> [String] { engine.brokenInvariants() }

    /// Applies commands at the present venue time.
    @discardableResult
    public mutating func execute(_ commands: [Command]) throws(NodeError) -> [CommandOutcome] {
        let now = max(engine.time, clock.anchor)
        for command in commands { enqueue(command, at: now) }
        let published = try commit()
        return published.commands.map(CommandOutcome.init)
    }

    /// Lets the market and time run to an instant, as fast as possible.
    public mutating func run(until end: Timestamp) throws(NodeError) {
        try change(.runUntil(end), wall: 0)
        while clock.runUntil != nil { _ = try turn([], wall: 0) }
    }

    /// The same while nobody can be told of anything: a step of the market need not be on the disk
    /// before the next, and what is lost with the power had no witness.
    private mutating func runUntold(until end: Timestamp) throws(NodeError) {
        backlog = ([], engine.digest)
        try run(until: end)
        try writeBacklog()
        backlog = nil
    }

    /// Whether a run is under way.
    var isRunning: Bool { clock.runUntil != nil }

    /// Of each bot of a scenario.
    var botTraffic: [BotTraffic] { market.script?.traffic ?? [] }

    // MARK: For the thread

    /// What a turn did.
    struct Turn {
        var published: PublishedBatch
        /// One list for each submission.
        var outcomes: [[CommandOutcome]]
    }

    /// Commits and applies what clients submitted and what is due in the market, clients first.
    mutating func turn(_ submissions: [[Command]], wall: UInt64) throws(NodeError) -> Turn {
        let now = face.time(at: wall)
        for commands in submissions {
            for command in commands { enqueue(command, at: now) }
        }
        let ended = addMarket(wall: wall)
        let published = try commit()
        if ended { clock.endRun(wall: wall) }
        var outcomes: [[CommandOutcome]] = []
        outcomes.reserveCapacity(submissions.count)
        var next = 0
        for commands in submissions {
            let own = published.commands[next..<(next + commands.count)]
            outcomes.append(own.map(CommandOutcome.init))
            next += commands.count
        }
        return Turn(published: published, outcomes: outcomes)
    }

    mutating func change(_ change: ClockChange, wall: UInt64) throws(NodeError) {
        try clock.change(change, time: face.time(at: wall), wall: wall)
    }

    /// Ends a stage that a batch goes through outside.
    mutating func endStage(_ stage: Stage) { lap.end(stage) }

    var face: ClockFace {
        ClockFace(clock: clock, last: engine.time, marketDue: market.nextTime)
    }

    /// When the market or time has something to do; `nil` for not before somebody asks.
    func nextWake(wall: UInt64) -> UInt64? {
        switch clock.horizon(at: wall) {
        case .frozen: nil
        case .run: wall
        case .unlimited: market.nextTime == nil ? nil : wall
        case .paced: clock.wall(of: min(market.nextTime ?? nextTick, nextTick))
        }
    }

    /// A snapshot to be stored, where the last one is `snapshotInterval` commands back.
    mutating func takeSnapshotIfDue() throws(NodeError) -> VenueSnapshot? {
        let age = engine.sequence.rawValue - lastSnapshot.rawValue
        return age >= snapshotInterval ? try takeSnapshot() : nil
    }

    /// Keeps a snapshot where the last one is `snapshotInterval` commands back.
    mutating func storeSnapshotIfDue() throws(NodeError) { try takeSnapshotIfDue()?.store() }

    /// Keeps a snapshot and closes the journal.
    public mutating func finish() throws(NodeError) {
        try takeSnapshot()?.store()
        do {
            try journal?.close()
        } catch {
            throw .journal(error)
        }
    }

    // MARK: One batch

    private mutating func enqueue(_ command: Command, at time: Timestamp) {
        let sequence = batch.last?.sequence ?? engine.sequence
        batch.append(SequencedCommand(sequence: sequence.next, time: time, command: command))
    }

    /// Of the last command, applied or not.
    private var batchTime: Timestamp { batch.last?.time ?? engine.time }

    private var nextTick: Timestamp {
        let tick = Self.tickMilliseconds
        let time = max(batchTime, clock.anchor).milliseconds
        return Timestamp(milliseconds: (time / tick + 1) * tick)
    }

    /// Adds what is due in the market, and ticks where nothing is, until the batch is full.
    ///
    /// - Returns: Whether a run has reached its end.
    private mutating func addMarket(wall: UInt64) -> Bool {
        let horizon: Timestamp
        switch clock.horizon(at: wall) {
        case .frozen: return false
        case .paced(let time), .run(let time): horizon = time
        case .unlimited:
            // With nothing left to wait for, time would fly: it stands.
            guard market.nextTime != nil else { return false }
            horizon = Timestamp(milliseconds: .max)
        }
        while batch.count < Self.batchLimit {
            let tick = nextTick
            if let due = market.nextTime, due <= tick {
                guard due <= horizon else { break }
                if market.mustSeeBatch, !batch.isEmpty { return false }
                let time = max(due, batchTime)
                for command in market.step() { enqueue(command, at: time) }
            } else {
                guard tick <= horizon else { break }
                enqueue(.advanceTime, at: tick)
            }
        }
        guard let end = clock.runUntil, batch.count < Self.batchLimit else { return false }
        if batchTime < end { enqueue(.advanceTime, at: end) }
        return true
    }

    private mutating func commit() throws(NodeError) -> PublishedBatch {
        defer { batch.removeAll(keepingCapacity: true) }
        guard !batch.isEmpty else { return PublishedBatch(commands: []) }
        lap.begin()
        if backlog != nil {
            backlog?.commands += batch
        } else if journal != nil {
            try write(batch, after: engine.digest)
            lap.end(.journal)
        }
        let published = try apply()
        lap.end(.engine)
        state.fold(published)
        market.note(published)
        if let backlog, backlog.commands.count >= Self.batchLimit { try writeBacklog() }
        return published
    }

    private mutating func writeBacklog() throws(NodeError) {
        guard let backlog, !backlog.commands.isEmpty else { return }
        try write(backlog.commands, after: backlog.digest)
        self.backlog = ([], engine.digest)
    }

    private func write(
        _ commands: [SequencedCommand],
        after digest: Digest
    ) throws(NodeError) {
        do {
            try journal?.append(commands[...], after: digest)
        } catch {
            throw .journal(error)
        }
    }

    private mutating func apply() throws(NodeError) -> PublishedBatch {
        events.removeAll()
        var ends: [(end: Int, digest: Digest)] = []
        ends.reserveCapacity(batch.count)
        for command in batch {
            engine.apply(command, into: &events)
            try watch.check(engine)
            ends.append((events.count, engine.digest))
        }
        // One exact copy for all: the buffer stays the loop's own and is used again.
        let happened = events.events(in: 0..<events.count)
        var commands: [PublishedCommand] = []
        commands.reserveCapacity(batch.count)
        var start = 0
        for (command, (end, digest)) in zip(batch, ends) {
            commands.append(
                PublishedCommand(
                    header: EventHeader(sequence: command.sequence, time: command.time),
                    digest: digest,
                    events: happened[start..<end]
                )
            )
            start = end
        }
        return PublishedBatch(commands: commands)
    }

    /// - Returns: `nil` where nothing keeps it, or the last one holds everything.
    private mutating func takeSnapshot() throws(NodeError) -> VenueSnapshot? {
        guard let journal, engine.sequence > lastSnapshot else { return nil }
        try watch.checkAll(engine)
        lastSnapshot = engine.sequence
        return VenueSnapshot(
            sequence: engine.sequence,
            time: engine.time,
            digest: engine.digest,
            engine: engine.snapshot(),
            projections: state.copy(),
            journal: journal
        )
    }

    /// What a new venue trades before the present.
    private static func history(of configuration: NodeConfiguration) -> Int64 {
        guard case .simulated = configuration.market, configuration.startTime == nil else {
            return 0
        }
        return configuration.history
    }

    /// When venue time begins, or goes on.
    ///
    /// A replay goes on where it stopped. It begins with its first row, or at the present where its
    /// times are shifted so that it runs then. Everybody else lives in the present.
    private static func start(
        of plan: borrowing VenuePlan,
        _ configuration: NodeConfiguration,
        after last: Timestamp,
        _ present: Timestamp
    ) -> Timestamp {
        guard case .tape(let tape, _, let shift) = plan.market else {
            return max(last, configuration.startTime ?? present)
        }
        if last > .zero { return last }
        if let chosen = configuration.startTime { return chosen }
        let first = tape.startTime.advanced(byMilliseconds: shift)
        let end = tape.endTime.advanced(byMilliseconds: shift)
        return (first..<end).contains(present) ? present : first
    }
}

extension CommandOutcome {
    init(_ command: PublishedCommand) {
        self.init(
            sequence: command.header.sequence,
            time: command.header.time,
            events: Array(command.events)
        )
    }
}
