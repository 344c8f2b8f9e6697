internal import Foundation
internal import GRDB
public import PlimsollModel
internal import Synchronization

/// The durable command log of one venue.
///
/// A batch of commands is one row and one transaction; `append` returns when it is on the disk. A
/// SHA-256 chain runs over the rows, so any byte that changes later is found and named.
///
/// Spec: JRN-001.
public final class Journal: Sendable {
    /// What the next record continues.
    struct Head {
        /// Of the last record.
        var end: Link
        /// Before the first record that is kept.
        var origin: Link
        /// Whether records before the origin still take room in the file.
        var hasRemains: Bool
        /// Written since the log was last copied into the file.
        var pageCount = 0
        var writer = ByteWriter(capacity: 1 << 16)
        /// Why the journal takes nothing further.
        var failure: JournalError?
    }

    public let directory: String
    let limits: JournalLimits
    private let failing: FailurePoints
    let queue: DatabaseQueue
    private let lock: DirectoryLock
    private let head: Mutex<Head>

    /// Opens the journal of a data directory and checks it: the file's structure, every record's
    /// place and chain, every snapshot and setting.
    ///
    /// Of a journal too large for that, the records that the newest snapshot but one holds are left
    /// to `verifyChain`, and so is the structure of the file.
    ///
    /// - Parameters:
    ///   - directory: Made, with mode 0700, where it does not exist.
    ///   - limits: What is kept, and what is checked now.
    ///   - failing: Where a simulation has the disk fail.
    /// - Returns: The journal, which holds the directory's lock until it is released.
    /// - Throws: `JournalError`; nothing has been changed then.
    public static func open(
        directory: String,
        limits: JournalLimits = JournalLimits(),
        failing: FailurePoints = .none
    ) throws(JournalError) -> Journal {
        if !FileManager.default.fileExists(atPath: directory) {
            try JournalDatabase.makeDirectory(directory)
        }
        let lock = try DirectoryLock(directory: directory)
        let queue = try JournalDatabase.open(directory: directory)
        return try checked(directory, limits, failing, lock, queue)
    }

    /// Opens a journal that no venue has, and checks it likewise; nothing is made or changed, also
    /// where nothing can be.
    ///
    /// - Parameters:
    ///   - directory: Of the journal.
    ///   - limits: What is checked now.
    /// - Returns: A journal that takes no commands; nobody writes it until it is released.
    /// - Throws: `JournalError`: `notFound` where there is none.
    public static func openForReading(
        directory: String,
        limits: JournalLimits = JournalLimits()
    ) throws(JournalError) -> Journal {
        guard FileManager.default.fileExists(atPath: directory) else {
            throw .notFound(directory)
        }
        let lock = try DirectoryLock(reading: directory)
        _ = try JournalDatabase.checkFiles(directory: directory)
        let queue = try JournalDatabase.openForReading(directory: directory)
        try JournalDatabase.checkStructure(queue)
        return try checked(directory, limits, .none, lock, queue)
    }

    private static func checked(
        _ directory: String,
        _ limits: JournalLimits,
        _ failing: FailurePoints,
        _ lock: DirectoryLock,
        _ queue: DatabaseQueue
    ) throws(JournalError) -> Journal {
        let isWhole = JournalDatabase.size(directory: directory) <= limits.wholeCheckSizeMax
        if isWhole { try JournalDatabase.checkPages(queue) }
        let journal = try Journal(
            directory: directory,
            limits: limits,
            failing: failing,
            lock: lock,
            queue: queue,
            isCheckedWhole: isWhole
        )
        try journal.checkSnapshots()
        try journal.checkSettings()
        return journal
    }

    private init(
        directory: String,
        limits: JournalLimits,
        failing: FailurePoints,
        lock: DirectoryLock,
        queue: DatabaseQueue,
        isCheckedWhole: Bool
    ) throws(JournalError) {
        self.directory = directory
        self.limits = limits
        self.failing = failing
        self.lock = lock
        self.queue = queue
        let end = try Self.checkRecords(queue, fromSnapshot: !isCheckedWhole) { _ in }
        if let noted = lock.lastNoted, noted > end.sequence {
            throw .damaged(
                position: "command \(end.sequence + 1)",
                reason: "it is missing, as all after it up to command \(noted), which was"
                    + " acknowledged (for an older copy on purpose, remove"
                    + " \(DirectoryLock.fileName))"
            )
        }
        do {
            let (origin, hasRemains) = try queue.read { database in
                let origin = try Self.origin(database)
                return (origin, try Self.hasRecord(database, upTo: origin))
            }
            head = Mutex(Head(end: end, origin: origin, hasRemains: hasRemains))
        } catch {
            throw journalError(error)
        }
    }

    /// Of the last command on the disk; zero for an empty journal.
    public var lastSequence: Sequence {
        head.withLock { Sequence(rawValue: UInt64($0.end.sequence)) }
    }

    /// Of the last command before those that are kept; zero where all are.
    public var origin: Sequence {
        head.withLock { Sequence(rawValue: UInt64($0.origin.sequence)) }
    }

    /// Writes a batch and returns when it is on the disk.
    ///
    /// - Parameters:
    ///   - batch: Not empty; continues `lastSequence` without a gap.
    ///   - digest: The engine's before the batch, for those who replay it.
    /// - Throws: `JournalError.io`; nothing of the batch counts then.
    public func append(
        _ batch: ArraySlice<SequencedCommand>,
        after digest: Digest
    ) throws(JournalError) {
        try commit { database, head in
            let record = Self.record(of: batch, after: digest, head: &head)
            try record.insert(into: database)
            head.end = record.end
            try head.end.write(to: database, as: .end)
            if head.hasRemains { try removeRemains(database, &head) }
            return record.body.count
        }
        lock.note(lastSequence: Int64(lastSequence.rawValue))
    }

    /// Runs a transaction, and copies the write-ahead log into the file when it has grown.
    ///
    /// The first transaction that fails is the last: after a failed sync the kernel may have dropped
    /// what it could not write, and the next sync would succeed all the same. SQLite by itself would
    /// hide what fails while the log is copied, so the journal copies it.
    ///
    /// - Parameter body: Returns the bytes that it wrote, more or less; what it changes in the head
    ///   counts once the transaction is on the disk.
    /// - Throws: `JournalError`, the same one from then on.
    func commit(
        _ body: (Database, inout Head) throws -> Int
    ) throws(JournalError) {
        do {
            try head.withLock { head in
                if let failure = head.failure { throw failure }
                do {
                    try commit(to: &head, body)
                } catch {
                    let failure = journalError(error)
                    head.failure = failure
                    throw failure
                }
            }
        } catch {
            throw journalError(error)
        }
    }

    private func commit(to head: inout Head, _ body: (Database, inout Head) throws -> Int) throws {
        let before = (head.end, head.origin, head.hasRemains)
        do {
            try failing.pass(.write)
            let size = try queue.write { try body($0, &head) }
            try failing.pass(.synchronize)
            // A commit writes its own pages, those of the head and of the tree.
            head.pageCount += size / JournalDatabase.pageSize + 4
        } catch {
            (head.end, head.origin, head.hasRemains) = before
            throw error
        }
        guard head.pageCount >= limits.checkpointPageCount else { return }
        head.pageCount = 0
        do {
            _ = try queue.writeWithoutTransaction { try $0.checkpoint(.passive) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            // Another program copies the log just then.
        }
    }

    private static func record(
        of batch: ArraySlice<SequencedCommand>,
        after digest: Digest,
        head: inout Head
    ) -> BatchRecord {
        precondition(!batch.isEmpty, "a batch holds a command")
        let first = head.end.sequence + 1
        for (offset, command) in batch.enumerated() {
            precondition(
                command.sequence.rawValue == UInt64(first) + UInt64(offset),
                "commands are journalled in order, without a gap"
            )
        }
        return BatchRecord(batch, digestBefore: digest, after: head.end, writer: &head.writer)
    }

    /// Copies the write-ahead log into the file and closes it; the lock goes with the journal.
    public func close() throws(JournalError) {
        head.withLock { $0.failure = $0.failure ?? .io("the journal is closed") }
        do {
            try queue.close()
        } catch {
            throw journalError(error)
        }
    }
}
