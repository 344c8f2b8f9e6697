internal import Foundation
internal import GRDB
public import PlimsollModel

/// A new journal that holds what another holds, up to some command: a backup, the venue as it was
/// earlier, or what is left of a damaged one.
///
/// The other is only read, also while a venue writes it. Every record is checked on the way, so a copy
/// is never damaged.
///
/// Spec: JRN-003.
public struct JournalCopy: Sendable {
    /// Where a copy ends.
    public enum End: Equatable, Sendable {
        /// With the last command.
        case last
        case command(Sequence)
        /// With the last command that is not later.
        case time(Timestamp)
        /// Before the first damage.
        case damage
    }

    /// Of the last command before those that are kept; zero where all are.
    public var origin = Sequence.zero
    /// Of the last command, and its time; zero where there is none.
    public var lastSequence = Sequence.zero
    public var lastTime = Timestamp.zero
    public var snapshotCount = 0
    /// Bytes of the file.
    public var size = 0
    /// Why the copy ends where it does; `nil` where the other is not damaged.
    public var damage: JournalError?

    /// Records in one transaction of the copy, so that its log stays small.
    private static let recordCountMax = 2000

    private struct Enough: Error {}

    /// Makes a copy.
    ///
    /// - Parameters:
    ///   - directory: With a journal; a venue may be writing it.
    ///   - target: A directory that is empty or does not exist.
    ///   - end: Where the copy ends.
    ///   - progress: Told the last command so far.
    /// - Returns: What was copied.
    /// - Throws: `JournalError`; there is no copy then.
    public static func make(
        of directory: String,
        in target: String,
        upTo end: End = .last,
        progress: (Sequence) -> Void = { _ in }
    ) throws(JournalError) -> JournalCopy {
        var copy = JournalCopy()
        // Where no venue runs, what an ordinary start would refuse is refused here too.
        let lock = try lockUnlessRunning(directory)
        if lock != nil {
            do {
                try WriteAheadLog.check(of: directory + "/" + JournalDatabase.fileName)
            } catch {
                copy.damage = try damage(error, at: end)
            }
        }
        let source = try JournalReader(directory: directory)
        try JournalDatabase.checkStructure(source.queue)
        let files = FileManager.default
        if files.fileExists(atPath: target) {
            guard (try? files.contentsOfDirectory(atPath: target)) == [] else {
                throw .occupied(target)
            }
        } else {
            try JournalDatabase.makeDirectory(target)
        }
        let path = target + "/" + JournalDatabase.fileName
        try JournalDatabase.create(path) { queue in
            try queue.writeWithoutTransaction { output in
                // The draft counts only once it is whole and synced.
                try output.execute(sql: "PRAGMA synchronous = OFF")
                try output.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
                do {
                    try source.queue.read { input in
                        try copy.fill(output, from: input, upTo: end, lock?.lastNoted, progress)
                    }
                } catch {
                    if output.isInsideTransaction { try output.rollback() }
                    throw error
                }
            }
        }
        copy.size = JournalDatabase.size(directory: target)
        return copy
    }

    private static func lockUnlessRunning(
        _ directory: String
    ) throws(JournalError) -> DirectoryLock? {
        do {
            return try DirectoryLock(reading: directory)
        } catch .locked {
            return nil
        } catch {
            throw error
        }
    }

    private mutating func fill(
        _ output: Database,
        from input: Database,
        upTo end: End,
        _ noted: Int64?,
        _ progress: (Sequence) -> Void
    ) throws {
        let origin = try Journal.origin(input)
        self.origin = Sequence(rawValue: UInt64(origin.sequence))
        var link = origin
        try output.beginTransaction()
        var recordCount = 0
        do {
            try Journal.checkedRecords(input, from: origin.sequence + 1) { record in
                guard let wanted = try Self.part(of: record, after: link, upTo: end) else {
                    throw Enough()
                }
                try wanted.insert(into: output)
                link = wanted.end
                guard wanted.count == record.count else { throw Enough() }
                recordCount += 1
                guard recordCount.isMultiple(of: Self.recordCountMax) else { return }
                try output.commit()
                try output.beginTransaction()
                progress(Sequence(rawValue: UInt64(link.sequence)))
            }
            try Self.checkEnd(input, link, noted)
        } catch is Enough {
            // The end that was asked for.
        } catch {
            damage = try damage ?? Self.damage(error, at: end)
        }
        lastSequence = Sequence(rawValue: UInt64(link.sequence))
        try check(end)
        try link.write(to: output, as: .end)
        if origin != .start {
            try origin.write(to: output, as: .origin)
            try JournalDatabase.raiseVersion(output, to: JournalDatabase.laterVersion)
        }
        try copySnapshots(to: output, from: input, at: end)
        try copySettings(to: output, from: input)
        lastTime = try Self.time(of: output) ?? .zero
        try output.commit()
    }

    /// The commands of a record that the copy holds; `nil` for none.
    private static func part(
        of record: BatchRecord,
        after link: Link,
        upTo end: End
    ) throws -> BatchRecord? {
        let isWanted: (SequencedCommand) -> Bool
        switch end {
        case .last: return record
        case .damage:
            _ = try record.decode()
            return record
        case .command(let sequence):
            guard UInt64(record.end.sequence) > sequence.rawValue else { return record }
            isWanted = { $0.sequence <= sequence }
        case .time(let time): isWanted = { $0.time <= time }
        }
        let commands = try record.decode().commands
        let wanted = commands.prefix(while: isWanted)
        guard wanted.count < commands.count else { return record }
        guard !wanted.isEmpty else { return nil }
        var writer = ByteWriter(capacity: record.body.count)
        return BatchRecord(
            wanted,
            digestBefore: Digest(value: UInt64(bitPattern: record.digestBefore)),
            after: link,
            writer: &writer
        )
    }

    /// Whether the last record is the one that was written last.
    private static func checkEnd(_ input: Database, _ link: Link, _ noted: Int64?) throws {
        guard try Link(.end, of: input) == link, noted ?? 0 <= link.sequence else {
            throw JournalError.damaged(
                position: "command \(link.sequence + 1)",
                reason: "it is missing, or the head does not name the last record"
            )
        }
    }

    /// What ends a copy of what is left; every other copy fails.
    private static func damage(
        _ error: any Error,
        at end: End
    ) throws(JournalError) -> JournalError {
        let known = journalError(error)
        guard end == .damage, case .damaged = known else { throw known }
        return known
    }

    /// Whether the copy reaches as far as was asked for, and can be started from.
    private func check(_ end: End) throws(JournalError) {
        switch end {
        case .last: return
        case .damage:
            guard lastSequence > origin else {
                throw damage ?? .outOfRange("the journal holds no command")
            }
        case .command(let sequence):
            guard sequence >= origin else { throw .removed(upTo: origin) }
            guard sequence == lastSequence else {
                throw .outOfRange("the journal ends with command \(lastSequence)")
            }
        case .time:
            guard lastSequence > origin else {
                throw .outOfRange("the journal holds no command that early")
            }
        }
    }

    private mutating func copySnapshots(
        to output: Database,
        from input: Database,
        at end: End
    ) throws {
        var first: Sequence?
        do {
            let rows = try Row.fetchCursor(
                input,
                sql: "SELECT * FROM snapshots WHERE sequence BETWEEN ? AND ? ORDER BY sequence",
                arguments: [Int64(origin.rawValue), Int64(lastSequence.rawValue)]
            )
            while let row = try rows.next() {
                do {
                    let snapshot = try Snapshot(row: row, in: input)
                    let stored = StoredSnapshot(snapshot, pieceSize: JournalLimits().pieceSize)
                    for piece in stored.pieces { try piece.insert(into: output) }
                    try stored.insert(into: output)
                    first = first ?? snapshot.sequence
                    snapshotCount += 1
                } catch {
                    damage = try damage ?? Self.damage(error, at: end)
                }
            }
        } catch {
            damage = try damage ?? Self.damage(error, at: end)
        }
        // Without it the commands lead nowhere.
        guard origin == .zero || first == origin else {
            throw JournalError.damaged(
                position: "the snapshot at command \(origin)",
                reason: "the commands before it are no longer kept"
            )
        }
    }

    private func copySettings(to output: Database, from input: Database) throws {
        // A venue without one of them is another venue, so none is left out.
        let rows = try Row.fetchCursor(input, sql: "SELECT * FROM settings")
        while let row = try rows.next() {
            let (name, value) = try Journal.checkedSetting(row)
            try Journal.write(name, value, to: output)
        }
    }

    private static func time(of database: Database) throws -> Timestamp? {
        var time: Timestamp?
        let first = try Int64.fetchOne(database, sql: "SELECT max(first_sequence) FROM batches")
        guard let first else { return nil }
        try Journal.checkedRecords(database, from: first) { record in
            time = try record.decode().commands.last?.time
        }
        return time
    }
}
