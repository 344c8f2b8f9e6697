internal import Foundation
internal import GRDB
public import PlimsollModel

extension Journal {
    /// Hands over every command after `sequence`, in order.
    ///
    /// The body must not use the journal.
    public func replay(after sequence: Sequence, _ body: (SequencedCommand) throws -> Void) throws {
        try replayBatches(after: sequence) { batch in
            for command in batch.commands where command.sequence > sequence { try body(command) }
        }
    }

    /// Hands over every batch that holds a command after `sequence`, in order and whole.
    ///
    /// The body must not use the journal.
    public func replayBatches(
        after sequence: Sequence,
        _ body: (JournalBatch) throws -> Void
    ) throws {
        do {
            try queue.read { database in
                let start = try Int64.fetchOne(
                    database,
                    sql: "SELECT max(first_sequence) FROM batches WHERE first_sequence <= ?",
                    arguments: [Int64(sequence.rawValue) + 1]
                )
                guard let start else { return }
                try Self.checkedRecords(database, from: start) { record in
                    let last = record.firstSequence + record.count - 1
                    guard last > Int64(sequence.rawValue) else { return }
                    try body(try record.decode())
                }
            }
        } catch let error as DatabaseError {
            throw journalError(error)
        }
    }

    /// Checks every record again, with its commands; tells `progress` the last sequence so far.
    ///
    /// - Throws: `JournalError.damaged` with the first position that is wrong.
    public func verifyChain(progress: (Sequence) -> Void = { _ in }) throws(JournalError) {
        try JournalDatabase.checkPages(queue)
        _ = try Self.checkRecords(queue) { record throws(JournalError) in
            let batch = try record.decode()
            progress(batch.lastSequence)
        }
        try checkSnapshots()
        try checkSettings()
    }

    /// Checks every record's place and chain, and that the last is the one that was written last.
    ///
    /// - Parameters:
    ///   - queue: Of the journal.
    ///   - fromSnapshot: Whether the records that the oldest snapshot holds are left out.
    ///   - body: Given every record that passed.
    /// - Returns: Where the journal ends.
    /// - Throws: `JournalError.damaged` with the first position that is wrong.
    static func checkRecords(
        _ queue: DatabaseQueue,
        fromSnapshot: Bool = false,
        _ body: (BatchRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> (lastSequence: Int64, chain: [UInt8]) {
        do {
            return try queue.read { database in
                let snapshot =
                    fromSnapshot
                    ? try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM snapshots") : nil
                let end = try checkedRecords(database, from: (snapshot ?? 0) + 1) { record in
                    try body(record)
                }
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT last_sequence, chain FROM head WHERE id = 1"
                )
                guard let row, let last = row[0] as Int64?, let chain = row[1] as Data? else {
                    throw JournalError.damaged(position: "the head", reason: "it is missing")
                }
                guard last <= end.lastSequence else {
                    throw JournalError.damaged(
                        position: "command \(end.lastSequence + 1)",
                        reason: "it is missing, as all after it up to command \(last)"
                    )
                }
                guard last == end.lastSequence, Array(chain) == end.chain else {
                    throw JournalError.damaged(
                        position: "the head",
                        reason: "it names command \(last), the last record ends with command "
                            + "\(end.lastSequence)"
                    )
                }
                return end
            }
        } catch {
            throw journalError(error)
        }
    }

    /// Reads the records from the one that begins with command `start` on and checks each.
    @discardableResult
    static func checkedRecords(
        _ database: Database,
        from start: Int64,
        _ body: (BatchRecord) throws -> Void
    ) throws -> (lastSequence: Int64, chain: [UInt8]) {
        var last = start - 1
        var chain = BatchRecord.chainStart
        if start > 1 {
            let previous = try Data.fetchOne(
                database,
                sql: """
                    SELECT chain FROM batches WHERE first_sequence < ?
                    ORDER BY first_sequence DESC LIMIT 1
                    """,
                arguments: [start]
            )
            guard let previous else {
                throw JournalError.damaged(position: "command 1", reason: "it is missing")
            }
            chain = Array(previous)
        }
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT first_sequence, count, digest_before, body, chain FROM batches
                WHERE first_sequence >= ? ORDER BY first_sequence
                """,
            // A record before command 1 cannot be, and must be found.
            arguments: [start > 1 ? start : Int64.min]
        )
        while let row = try rows.next() {
            let record = try BatchRecord(row, after: last)
            try record.check(after: last, chain: chain)
            try body(record)
            last += record.count
            chain = record.chain
        }
        return (last, chain)
    }
}

extension BatchRecord {
    /// Reads a row whose columns may hold anything after damage.
    fileprivate init(_ row: Row, after last: Int64) throws {
        guard let firstSequence = Int64.fromDatabaseValue(row[0]),
            let count = Int64.fromDatabaseValue(row[1]),
            let digestBefore = Int64.fromDatabaseValue(row[2]),
            let body = Data.fromDatabaseValue(row[3]),
            let chain = Data.fromDatabaseValue(row[4])
        else {
            throw JournalError.damaged(
                position: "command \(last + 1)",
                reason: "a field of the record has another type"
            )
        }
        self.init(
            firstSequence: firstSequence,
            count: count,
            digestBefore: digestBefore,
            body: [UInt8](body),
            chain: [UInt8](chain)
        )
    }
}
