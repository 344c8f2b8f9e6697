internal import PlimsollEngine
internal import PlimsollJournal
public import PlimsollModel

/// What a replay of a whole journal found.
public struct VerificationReport: Sendable {
    /// Of the snapshot that the replay began with; zero where it began with command 1.
    public var origin = Sequence.zero
    public var commands: UInt64 = 0
    public var batches: UInt64 = 0
    /// Snapshots that the replay reproduced.
    public var snapshots = 0
    /// Of the last command, and the replay's digest there.
    public var sequence = Sequence.zero
    public var digest = Digest()
    /// The first difference; `nil` for a journal that replays as it was written.
    public var mismatch: VenueMismatch?
}

/// Replays the journal of a data directory from its first command with a fresh engine.
///
/// A journal that no longer keeps its first commands is replayed from its oldest snapshot.
///
/// The digests are compared with what was recorded, before every batch and in every snapshot, and the
/// books must balance after each command.
///
/// Spec: DET-003.
public enum VenueVerifier {
    /// Verifies the journal of a venue that is not running.
    ///
    /// - Parameters:
    ///   - directory: With a journal.
    ///   - progress: Told the last sequence so far and the last of all, after each batch.
    /// - Returns: The report, up to the first difference.
    /// - Throws: `NodeError.journal` where the journal is damaged, absent or in use;
    ///   `NodeError.lawBroken` where the books do not balance after a command.
    public static func verify(
        directory: String,
        progress: (_ done: Sequence, _ of: Sequence) -> Void = { _, _ in }
    ) throws(NodeError) -> VerificationReport {
        do {
            let journal = try Journal.openForReading(
                directory: directory,
                limits: JournalLimits(wholeCheckSizeMax: .max)
            )
            let origin = journal.origin
            var snapshots: [Snapshot] = []
            try journal.eachSnapshot { snapshot in
                // Of the read models, which are the larger part, nothing is compared.
                var snapshot = snapshot
                snapshot.projections = []
                snapshots.append(snapshot)
            }
            var replay = try Replay(snapshots: snapshots, origin: origin)
            let last = journal.lastSequence
            do {
                try journal.replayBatches(after: origin) { batch in
                    try replay.apply(batch)
                    progress(batch.lastSequence, last)
                }
            } catch let difference as Difference {
                replay.report.mismatch = difference.mismatch
            }
            try journal.close()
            try replay.checkEnd()
            return replay.report
        } catch let error as NodeError {
            throw error
        } catch let error as JournalError {
            throw .journal(error)
        } catch {
            throw .unreadableState("\(error)")
        }
    }

    private struct Difference: Error { var mismatch: VenueMismatch }

    private struct Replay: ~Copyable {
        var engine = Engine()
        var events = EventBuffer()
        var snapshots: [Snapshot]
        var report = VerificationReport()
        /// Of the batch before.
        var first = Sequence.zero

        init(snapshots: [Snapshot], origin: Sequence) throws(NodeError) {
            self.snapshots = snapshots
            guard origin > .zero else { return }
            // The journal holds a snapshot there, or it would not have been opened.
            let first = self.snapshots.removeFirst()
            do {
                engine = try Engine(snapshot: first.engine)
            } catch {
                throw .unreadableState(
                    "the snapshot at command \(first.sequence) cannot be read: \(error)"
                )
            }
            self.first = origin
            report.origin = origin
            report.sequence = origin
            report.digest = engine.digest
        }

        mutating func apply(_ batch: JournalBatch) throws {
            guard batch.digestBefore == engine.digest else {
                throw difference(recorded: batch.digestBefore)
            }
            for command in batch.commands {
                events.removeAll()
                engine.apply(command, into: &events)
                if let law = engine.brokenLaw() { throw NodeError.lawBroken(engine.sequence, law) }
            }
            first = batch.firstSequence
            report.commands += UInt64(batch.commands.count)
            report.batches += 1
            report.sequence = engine.sequence
            report.digest = engine.digest
            guard let snapshot = snapshots.first, snapshot.sequence <= engine.sequence else {
                return
            }
            snapshots.removeFirst()
            guard snapshot.sequence == engine.sequence, snapshot.digest == engine.digest else {
                throw difference(recorded: snapshot.digest)
            }
            // The digest tells that the events agree, the bytes tell that the state does.
            guard snapshot.engine == engine.snapshot() else {
                guard Self.isReadable(snapshot) else { return }
                throw NodeError.unreadableState(
                    "the snapshot at command \(snapshot.sequence) holds another state than"
                        + " the commands up to it give"
                )
            }
            report.snapshots += 1
        }

        /// Whether a snapshot is of this version; the commands need none.
        private static func isReadable(_ snapshot: Snapshot) -> Bool {
            do {
                _ = try Engine(snapshot: snapshot.engine)
                return true
            } catch {
                return error.kind != .unsupportedVersion
            }
        }

        /// The state that the commands lead to obeys every law.
        func checkEnd() throws(NodeError) {
            guard report.mismatch == nil, let law = engine.brokenInvariants().first else { return }
            throw .lawBroken(engine.sequence, law)
        }

        private func difference(recorded: Digest) -> Difference {
            Difference(
                mismatch: VenueMismatch(
                    first: first,
                    last: engine.sequence,
                    recorded: recorded,
                    replayed: engine.digest
                )
            )
        }
    }
}
