internal import GRDB
public import PlimsollModel

/// Reads a journal beside the venue that writes it.
///
/// It takes no lock and writes nothing. What it reads is what was on the disk when it asked.
///
/// Spec: JRN-001.
public struct JournalReader: Sendable {
    let queue: DatabaseQueue

    private struct Enough: Error {}

    public init(directory: String) throws(JournalError) {
        queue = try JournalDatabase.openForReading(directory: directory)
    }

    /// The newest snapshot that holds nothing after a command.
    public func snapshot(upTo sequence: Sequence) throws(JournalError) -> Snapshot? {
        do {
            return try queue.read { database in
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT * FROM snapshots WHERE sequence <= ?
                        ORDER BY sequence DESC LIMIT 1
                        """,
                    arguments: [Int64(sequence.rawValue)]
                )
                return try row.map { try Snapshot(row: $0, in: database) }
            }
        } catch {
            throw journalError(error)
        }
    }

    /// Hands over the commands after one up to another, in order.
    ///
    /// - Throws: `JournalError.removed` where some of them are no longer kept.
    public func read(
        after first: Sequence,
        upTo last: Sequence,
        _ body: (SequencedCommand) throws -> Void
    ) throws(JournalError) {
        do {
            try queue.read { database in
                try Journal.batches(database, after: first) { batch in
                    for command in batch.commands where command.sequence > first {
                        guard command.sequence <= last else { throw Enough() }
                        try body(command)
                    }
                }
            }
        } catch is Enough {
            return
        } catch {
            throw journalError(error)
        }
    }
}
