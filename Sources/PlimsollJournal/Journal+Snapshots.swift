internal import Foundation
internal import GRDB
internal import PlimsollModel

extension Journal {
    /// Snapshots that are kept.
    ///
    /// One would do for a start. The others let a venue be restored or cut off nearly anywhere in its
    /// history.
    private static let snapshotCountMax = 6

    /// Keeps a snapshot and returns when it is on the disk.
    ///
    /// A large one is written in pieces, between which others have their turn. It counts once its row is
    /// written, which is last. Older snapshots may go, and where the journal is larger than its limit so
    /// do the records that the oldest snapshot holds.
    ///
    /// One snapshot at a time is stored.
    ///
    /// - Throws: `JournalError.io`.
    public func store(_ snapshot: Snapshot) throws(JournalError) {
        precondition(snapshot.sequence <= lastSequence, "a snapshot holds what the journal holds")
        // Beside others who write: their turn must not wait for a sum over megabytes.
        let stored = StoredSnapshot(snapshot, pieceSize: limits.pieceSize)
        guard try !isStored(stored) else { return }
        // Those of a snapshot that a process could not end, perhaps of this very one.
        try removeLoosePieces()
        for piece in stored.pieces {
            try commitInTurn { database in
                try piece.insert(into: database)
                return piece.body.count
            }
        }
        try keep(stored)
        try removeLoosePieces()
    }

    /// Whether this snapshot is kept already: its pieces must not stand twice.
    private func isStored(_ stored: StoredSnapshot) throws(JournalError) -> Bool {
        var isStored = false
        try commit { database, _ in
            isStored =
                try Bool.fetchOne(
                    database,
                    sql: "SELECT count(*) = 1 FROM snapshots WHERE sequence = ? AND checksum = ?",
                    arguments: [stored.sequence, stored.checksum]
                ) ?? false
            return 0
        }
        return isStored
    }

    /// Removes the pieces of snapshots that are not kept.
    private func removeLoosePieces() throws(JournalError) {
        var loose: [Int64] = []
        try commit { database, _ in
            guard try JournalDatabase.hasPieces(database) else { return 0 }
            loose = try Int64.fetchAll(
                database,
                sql: """
                    SELECT id FROM snapshot_pieces
                    WHERE checksum NOT IN (SELECT checksum FROM snapshots)
                    """
            )
            return 0
        }
        for id in loose {
            try commitInTurn { database in
                try database.execute(
                    sql: "DELETE FROM snapshot_pieces WHERE id = ?",
                    arguments: [id]
                )
                return 0
            }
        }
    }

    /// Runs one of many small transactions, and then leaves the disk to others for as long as it took.
    private func commitInTurn(_ body: (Database) throws -> Int) throws(JournalError) {
        let clock = ContinuousClock()
        let start = clock.now
        try commit { database, _ in try body(database) }
        Thread.sleep(forTimeInterval: min(0.05, (clock.now - start) / .seconds(1)))
    }

    /// Writes the row that makes a snapshot count, and thins out those before it.
    private func keep(_ stored: StoredSnapshot) throws(JournalError) {
        try commit { database, head in
            try stored.insert(into: database)
            let all = try Int64.fetchAll(
                database,
                sql: "SELECT sequence FROM snapshots ORDER BY sequence"
            )
            var kept = Self.thinned(all)
            if !head.hasRemains, try Self.size(database) > limits.sizeMax,
                let next = kept.dropLast().first(where: { $0 > head.origin.sequence }),
                let origin = try Self.link(after: next, database)
            {
                kept.removeAll { $0 < next }
                head.origin = origin
                head.hasRemains = true
                try origin.write(to: database, as: .origin)
                try JournalDatabase.raiseVersion(database, to: JournalDatabase.laterVersion)
            }
            for sequence in all where !kept.contains(sequence) {
                try database.execute(
                    sql: "DELETE FROM snapshots WHERE sequence = ?",
                    arguments: [sequence]
                )
            }
            return stored.engine.count + stored.projections.count
        }
    }

    /// The snapshots that stay, where there are too many: the first, the newest two, and of those
    /// between them not the one that leaves the smallest gap.
    static func thinned(_ sequences: [Int64]) -> [Int64] {
        var kept = sequences
        while kept.count > snapshotCountMax {
            let gaps = (1..<(kept.count - 2)).map { (kept[$0 + 1] - kept[$0 - 1], $0) }
            guard let smallest = gaps.min(by: <) else { break }
            kept.remove(at: smallest.1)
        }
        return kept
    }

    /// Bytes of the file that hold something.
    private static func size(_ database: Database) throws -> Int {
        let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
        let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        return (pages - free) * JournalDatabase.pageSize
    }

    /// The place after the record that ends with a command; `nil` where none does.
    private static func link(after sequence: Int64, _ database: Database) throws -> Link? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT first_sequence, count, chain FROM batches WHERE first_sequence <= ?
                ORDER BY first_sequence DESC LIMIT 1
                """,
            arguments: [sequence]
        )
        guard let row, let first = row[0] as Int64?, let count = row[1] as Int64?,
            let chain = row[2] as Data?, first + count - 1 == sequence
        else { return nil }
        return Link(sequence: sequence, chain: [UInt8](chain))
    }

    /// Frees the room of a few records that are no longer kept.
    ///
    /// All at once would hold up the venue for seconds.
    func removeRemains(_ database: Database, _ head: inout Head) throws {
        try database.cachedStatement(
            sql: """
                DELETE FROM batches WHERE first_sequence IN (
                    SELECT first_sequence FROM batches WHERE first_sequence <= ?
                    ORDER BY first_sequence LIMIT ?
                )
                """
        ).execute(arguments: [head.origin.sequence, limits.removalCount])
        head.hasRemains = database.changesCount == limits.removalCount
    }

    /// The newest snapshot; a damaged one is refused rather than passed over.
    public func latestSnapshot() throws(JournalError) -> Snapshot? {
        do {
            return try queue.read { database in
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM snapshots ORDER BY sequence DESC LIMIT 1"
                )
                return try row.map { try Snapshot(row: $0, in: database) }
            }
        } catch {
            throw journalError(error)
        }
    }

    /// Checks that every snapshot is as it was stored, and that one stands where the journal begins.
    func checkSnapshots() throws(JournalError) {
        let (origin, last) = (origin, lastSequence)
        var first: Sequence?
        try eachSnapshot { snapshot throws(JournalError) in
            first = first ?? snapshot.sequence
            guard snapshot.sequence <= last else {
                throw JournalError.damaged(
                    position: "command \(last.next)",
                    reason: "it is missing, but a snapshot holds command \(snapshot.sequence)"
                )
            }
        }
        guard origin == .zero || first == origin else {
            throw .damaged(
                position: "the snapshot at command \(origin)",
                reason: "it is missing, and the commands before it are no longer kept"
            )
        }
    }

    /// Hands over every snapshot that is kept, oldest first.
    public func eachSnapshot(
        _ body: (Snapshot) throws(JournalError) -> Void
    ) throws(JournalError) {
        do {
            try queue.read { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: "SELECT * FROM snapshots ORDER BY sequence"
                )
                while let row = try rows.next() { try body(try Snapshot(row: row, in: database)) }
            }
        } catch {
            throw journalError(error)
        }
    }
}
