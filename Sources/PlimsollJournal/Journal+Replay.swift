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
    ///
    /// - Throws: `JournalError.removed` where some of them are no longer kept.
    public func replayBatches(
        after sequence: Sequence,
        _ body: (JournalBatch) throws -> Void
    ) throws {
        do {
            try queue.read { database in
                try Self.batches(database, after: sequence, body)
            }
        } catch let error as DatabaseError {
            throw journalError(error)
        }
    }

    static func batches(
        _ database: Database,
        after sequence: Sequence,
        _ body: (JournalBatch) throws -> Void
    ) throws {
        let origin = try origin(database)
        let last = Int64(sequence.rawValue)
        guard last >= origin.sequence else {
            throw JournalError.removed(upTo: Sequence(rawValue: UInt64(origin.sequence)))
        }
        let start = try Int64.fetchOne(
            database,
            sql: "SELECT max(first_sequence) FROM batches WHERE first_sequence <= ?",
            arguments: [last + 1]
        )
        guard let start, start > origin.sequence else { return }
        try checkedRecords(database, from: start) { record in
            guard record.end.sequence > last else { return }
            try body(try record.decode())
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
    ///   - fromSnapshot: Whether the records that the newest snapshot but one holds are left out.
    ///   - body: Given every record that passed.
    /// - Returns: Where the journal ends.
    /// - Throws: `JournalError.damaged` with the first position that is wrong.
    static func checkRecords(
        _ queue: DatabaseQueue,
        fromSnapshot: Bool = false,
        _ body: (BatchRecord) throws(JournalError) -> Void
    ) throws(JournalError) -> Link {
        do {
            return try queue.read { database in
                var start = try origin(database).sequence + 1
                if fromSnapshot {
                    let snapshot = try Int64.fetchOne(
                        database,
                        sql: """
                            SELECT min(sequence) FROM
                            (SELECT sequence FROM snapshots ORDER BY sequence DESC LIMIT 2)
                            """
                    )
                    start = max(start, (snapshot ?? 0) + 1)
                }
                let end = try checkedRecords(database, from: start) { record in try body(record) }
                guard let head = try Link(.end, of: database) else {
                    throw JournalError.damaged(position: "the head", reason: "it is missing")
                }
                guard head.sequence <= end.sequence else {
                    throw JournalError.damaged(
                        position: "command \(end.sequence + 1)",
                        reason: "it is missing, as all after it up to command \(head.sequence)"
                    )
                }
                guard head == end else {
                    throw JournalError.damaged(
                        position: "the head",
                        reason: "it names command \(head.sequence), the last record ends with "
                            + "command \(end.sequence)"
                    )
                }
                return end
            }
        } catch {
            throw journalError(error)
        }
    }

    /// Before the first record that is kept.
    static func origin(_ database: Database) throws -> Link {
        try Link(.origin, of: database) ?? .start
    }

    /// Whether a record is still there that is no longer kept.
    static func hasRecord(_ database: Database, upTo origin: Link) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM batches WHERE first_sequence <= ?)",
            arguments: [origin.sequence]
        ) ?? false
    }

    /// Reads the records from the one that begins with command `start` on and checks each.
    @discardableResult
    static func checkedRecords(
        _ database: Database,
        from start: Int64,
        _ body: (BatchRecord) throws -> Void
    ) throws -> Link {
        var link = try origin(database)
        if start > link.sequence + 1 {
            let previous = try Data.fetchOne(
                database,
                sql: """
                    SELECT chain FROM batches WHERE first_sequence < ? AND first_sequence > ?
                    ORDER BY first_sequence DESC LIMIT 1
                    """,
                arguments: [start, link.sequence]
            )
            guard let previous else {
                throw JournalError.damaged(
                    position: "command \(link.sequence + 1)",
                    reason: "it is missing"
                )
            }
            link = Link(sequence: start - 1, chain: [UInt8](previous))
        }
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT first_sequence, count, digest_before, body, chain FROM batches
                WHERE first_sequence >= ? ORDER BY first_sequence
                """,
            // A record before command 1 cannot be, and must be found.
            arguments: [link == .start ? Int64.min : start]
        )
        while let row = try rows.next() {
            let record = try BatchRecord(row, after: link.sequence)
            try record.check(after: link)
            try body(record)
            link = record.end
        }
        return link
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
