internal import Logging
internal import PlimsollEngine
internal import PlimsollJournal
internal import PlimsollModel
internal import PlimsollProjections

/// Brings a venue to where its journal ends.
///
/// A first start is the same path with an empty journal.
struct VenueRecovery: ~Copyable {
    let plan: VenuePlan
    let journal: Journal?
    private(set) var projections: VenueProjections
    /// Zero where there is no snapshot.
    private(set) var snapshotSequence = Sequence.zero
    private var engine = Engine()

    private init(plan: VenuePlan, journal: Journal?) {
        self.plan = plan
        self.journal = journal
        projections = VenueProjections(crowd: plan.roles.crowd)
    }

    /// Opens the journal, where there is one, and replays what it holds.
    static func run(
        _ configuration: NodeConfiguration,
        present: Timestamp,
        log: Logger
    ) throws(NodeError) -> VenueRecovery {
        let opened = configuration.startTime ?? present
        guard let directory = configuration.dataDirectory else {
            let plan = try VenuePlan(configuration, opened: opened)
            return VenueRecovery(plan: plan, journal: nil)
        }
        let journal: Journal
        do {
            journal = try Journal.open(
                directory: directory,
                limits: JournalLimits(sizeMax: configuration.journalSizeMax),
                failing: configuration.failing
            )
        } catch {
            throw .journal(error)
        }
        return try run(configuration, journal, opened: opened, log: log)
    }

    private static func run(
        _ configuration: NodeConfiguration,
        _ journal: Journal,
        opened: Timestamp,
        log: Logger
    ) throws(NodeError) -> VenueRecovery {
        guard let plan = try VenuePlan(continuing: journal, configuration) else {
            let plan = try VenuePlan(configuration, opened: opened)
            do {
                try journal.setSettings(plan.settings)
            } catch {
                throw .journal(error)
            }
            return VenueRecovery(plan: plan, journal: journal)
        }
        var recovery = VenueRecovery(plan: plan, journal: journal)
        try recovery.load(journal, log: log)
        try recovery.replay(journal, LawWatch(configuration))
        log.info(
            "recovered",
            metadata: [
                "snapshot": "\(recovery.snapshotSequence)",
                "sequence": "\(recovery.engine.sequence)", "time": "\(recovery.engine.time)",
                "digest": "\(recovery.engine.digest)",
            ]
        )
        return recovery
    }

    /// Of the last command; zero for a venue that is not begun.
    var sequence: Sequence { engine.sequence }
    var isNew: Bool { sequence == .zero }
    var time: Timestamp { engine.time }

    consuming func takeEngine() -> Engine { engine }

    private mutating func load(_ journal: Journal, log: Logger) throws(NodeError) {
        let snapshot: Snapshot?
        do {
            snapshot = try journal.latestSnapshot()
        } catch {
            throw .journal(error)
        }
        guard let snapshot else { return }
        do throws(CodecError) {
            let engine = try Engine(snapshot: snapshot.engine)
            var reader = ByteReader(snapshot.projections)
            let projections = try VenueProjections(from: &reader, crowd: plan.roles.crowd)
            try reader.finish()
            guard engine.sequence == snapshot.sequence, engine.digest == snapshot.digest,
                projections.sequence == snapshot.sequence, projections.digest == snapshot.digest
            else { throw CodecError(.invalidValue, at: 0) }
            self.engine = engine
            self.projections = projections
            snapshotSequence = snapshot.sequence
        } catch {
            guard error.kind == .unsupportedVersion else {
                throw .unreadableState(
                    "the snapshot at command \(snapshot.sequence) cannot be read: \(error)"
                )
            }
            guard journal.origin == .zero else {
                throw .unreadableState(
                    "the snapshot at command \(snapshot.sequence) is of another version, and the"
                        + " commands up to \(journal.origin) are no longer kept; go on with the"
                        + " plimsoll that wrote it"
                )
            }
            // The commands are the truth and need no snapshot, only more time.
            log.notice(
                "the snapshot is of another version; replaying from the first command",
                metadata: ["snapshot": "\(snapshot.sequence)"]
            )
        }
    }

    private mutating func replay(_ journal: Journal, _ watch: LawWatch) throws(NodeError) {
        var events = EventBuffer()
        var expected = engine.digest
        var previous: (first: Sequence, last: Sequence)?
        do {
            try journal.replayBatches(after: engine.sequence) { batch in
                // A snapshot falls on the end of a batch, so batches are replayed whole.
                guard batch.firstSequence == engine.sequence.next,
                    batch.digestBefore == expected
                else {
                    throw NodeError.diverged(
                        VenueMismatch(
                            first: previous?.first ?? engine.sequence,
                            last: previous?.last ?? engine.sequence,
                            recorded: batch.digestBefore,
                            replayed: expected
                        )
                    )
                }
                for command in batch.commands {
                    events.removeAll()
                    engine.apply(command, into: &events)
                    try watch.check(engine)
                    projections.fold(
                        events.events(in: 0..<events.count),
                        at: EventHeader(sequence: command.sequence, time: command.time),
                        digest: engine.digest
                    )
                }
                expected = engine.digest
                previous = (batch.firstSequence, batch.lastSequence)
            }
        } catch let error as NodeError {
            throw error
        } catch let error as JournalError {
            throw .journal(error)
        } catch {
            throw .unreadableState("\(error)")
        }
    }
}
