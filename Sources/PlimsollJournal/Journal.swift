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
    private struct Head {
        var lastSequence: Int64
        var chain: [UInt8]
        var writer = ByteWriter(capacity: 1 << 16)
        /// Why the journal takes no further record.
        var failure: JournalError?
    }

    public let directory: String
    let queue: DatabaseQueue
    private let lock: DirectoryLock
    private let head: Mutex<Head>

    /// Bytes of a journal that is checked whole whenever it is opened, in about two seconds.
    public static let wholeCheckSizeMax = 1 << 30

    /// Opens the journal of a data directory and checks it: the file's structure, every record's
    /// place and chain, every snapshot and setting.
    ///
    /// Of a journal too large for that, the records that the older of its snapshots holds are left
    /// to `verifyChain`, and so is the structure of the file.
    ///
    /// - Parameters:
    ///   - directory: Made, with mode 0700, where it does not exist.
    ///   - creating: Whether an absent journal is made; otherwise it is `notFound`.
    ///   - sizeMax: Bytes of a journal that is checked whole.
    /// - Returns: The journal, which holds the directory's lock until it is released.
    /// - Throws: `JournalError`; nothing has been changed then.
    public static func open(
        directory: String,
        creating: Bool = true,
        checkingWholeUpTo sizeMax: Int = wholeCheckSizeMax
    ) throws(JournalError) -> Journal {
        let files = FileManager.default
        if !files.fileExists(atPath: directory) {
            guard creating else { throw .notFound(directory) }
            do {
                try files.createDirectory(
                    atPath: directory,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch {
                throw .io("\(directory): \(error.localizedDescription)")
            }
        }
        let lock = try DirectoryLock(directory: directory)
        let queue = try JournalDatabase.open(directory: directory, creating: creating)
        let isWhole = JournalDatabase.size(directory: directory) <= sizeMax
        if isWhole { try JournalDatabase.checkPages(queue) }
        let journal = try Journal(
            directory: directory,
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
        lock: DirectoryLock,
        queue: DatabaseQueue,
        isCheckedWhole: Bool
    ) throws(JournalError) {
        self.directory = directory
        self.lock = lock
        self.queue = queue
        let (lastSequence, chain) = try Self.checkRecords(
            queue,
            fromSnapshot: !isCheckedWhole
        ) { _ in }
        if let noted = lock.lastNoted, noted > lastSequence {
            throw .damaged(
                position: "command \(lastSequence + 1)",
                reason: "it is missing, as all after it up to command \(noted), which was"
                    + " acknowledged (for an older copy on purpose, remove"
                    + " \(DirectoryLock.fileName))"
            )
        }
        head = Mutex(Head(lastSequence: lastSequence, chain: chain))
    }

    /// Of the last command on the disk; zero for an empty journal.
    public var lastSequence: Sequence {
        head.withLock { Sequence(rawValue: UInt64($0.lastSequence)) }
    }

    /// Writes a batch and returns when it is on the disk.
    ///
    /// After a failure nothing of the batch counts and the journal takes no further one: after a
    /// failed sync the kernel may have dropped what it could not write, and the next sync would
    /// succeed all the same.
    ///
    /// - Parameters:
    ///   - batch: Not empty; continues `lastSequence` without a gap.
    ///   - digest: The engine's before the batch, for those who replay it.
    /// - Throws: `JournalError.io`.
    public func append(
        _ batch: ArraySlice<SequencedCommand>,
        after digest: Digest
    ) throws(JournalError) {
        do {
            try head.withLock { head in
                if let failure = head.failure { throw failure }
                do {
                    try write(batch, after: digest, head: &head)
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

    private func write(
        _ batch: ArraySlice<SequencedCommand>,
        after digest: Digest,
        head: inout Head
    ) throws {
        let first = head.lastSequence + 1
        head.writer.removeAll()
        head.writer.put(BatchRecord.format)
        for (offset, command) in batch.enumerated() {
            precondition(
                command.sequence.rawValue == UInt64(first) + UInt64(offset),
                "commands are journalled in order, without a gap"
            )
            command.encode(into: &head.writer)
        }
        precondition(!batch.isEmpty, "a batch holds a command")
        let digestBefore = Int64(bitPattern: digest.value)
        let chain = BatchRecord.chain(
            after: head.chain,
            firstSequence: first,
            count: Int64(batch.count),
            digestBefore: digestBefore,
            body: head.writer.bytes
        )
        let last = first + Int64(batch.count) - 1
        let body = Data(head.writer.bytes)
        let chainData = Data(chain)
        try queue.write { database in
            try database.cachedStatement(sql: "INSERT INTO batches VALUES (?, ?, ?, ?, ?)")
                .execute(arguments: [first, Int64(batch.count), digestBefore, body, chainData])
            try database.cachedStatement(
                sql: "UPDATE head SET last_sequence = ?, chain = ? WHERE id = 1"
            ).execute(arguments: [last, chainData])
        }
        head.lastSequence = last
        head.chain = chain
        lock.note(lastSequence: last)
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
