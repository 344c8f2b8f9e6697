internal import Foundation
internal import GRDB
internal import PlimsollModel

extension Journal {
    /// Older snapshots go when a third is stored: one would do, a second is for those who look
    /// for the command that broke something.
    private static let snapshotCountMax = 2

    /// Keeps a snapshot and returns when it is on the disk.
    ///
    /// - Throws: `JournalError.io`.
    public func store(_ snapshot: Snapshot) throws(JournalError) {
        precondition(snapshot.sequence <= lastSequence, "a snapshot holds what the journal holds")
        do {
            try queue.write { database in
                try database.execute(
                    sql: "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [
                        Int64(snapshot.sequence.rawValue), snapshot.time.milliseconds,
                        Int64(bitPattern: snapshot.digest.value), Data(snapshot.engine),
                        Data(snapshot.projections), Data(snapshot.checksum),
                    ]
                )
                try database.execute(
                    sql: """
                        DELETE FROM snapshots WHERE sequence NOT IN
                        (SELECT sequence FROM snapshots ORDER BY sequence DESC LIMIT ?)
                        """,
                    arguments: [Self.snapshotCountMax]
                )
            }
        } catch {
            throw journalError(error)
        }
    }

    /// The newest snapshot; a damaged one is refused rather than passed over.
    public func latestSnapshot() throws(JournalError) -> Snapshot? {
        do {
            return try queue.read { database in
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM snapshots ORDER BY sequence DESC LIMIT 1"
                )
                return try row.map(Snapshot.init(row:))
            }
        } catch {
            throw journalError(error)
        }
    }

    /// Every snapshot that is kept, oldest first.
    public func snapshots() throws(JournalError) -> [Snapshot] {
        var snapshots: [Snapshot] = []
        try eachSnapshot { snapshots.append($0) }
        return snapshots
    }

    /// Checks that every snapshot is as it was stored.
    func checkSnapshots() throws(JournalError) {
        let last = lastSequence
        try eachSnapshot { snapshot throws(JournalError) in
            guard snapshot.sequence <= last else {
                throw JournalError.damaged(
                    position: "command \(last.next)",
                    reason: "it is missing, but a snapshot holds command \(snapshot.sequence)"
                )
            }
        }
    }

    private func eachSnapshot(
        _ body: (Snapshot) throws(JournalError) -> Void
    ) throws(JournalError) {
        do {
            try queue.read { database in
                let rows = try Row.fetchCursor(
                    database,
                    sql: "SELECT * FROM snapshots ORDER BY sequence"
                )
                while let row = try rows.next() { try body(try Snapshot(row: row)) }
            }
        } catch {
            throw journalError(error)
        }
    }
}

extension Snapshot {
    init(row: Row) throws {
        guard let sequence = Int64.fromDatabaseValue(row[0]), sequence > 0,
            let time = Int64.fromDatabaseValue(row[1]),
            let digest = Int64.fromDatabaseValue(row[2]),
            let engine = Data.fromDatabaseValue(row[3]),
            let projections = Data.fromDatabaseValue(row[4]),
            let checksum = Data.fromDatabaseValue(row[5])
        else {
            throw JournalError.damaged(
                position: "a snapshot",
                reason: "a field has another type or value"
            )
        }
        self.init(
            sequence: Sequence(rawValue: UInt64(sequence)),
            time: Timestamp(milliseconds: time),
            digest: Digest(value: UInt64(bitPattern: digest)),
            engine: [UInt8](engine),
            projections: [UInt8](projections)
        )
        guard self.checksum == [UInt8](checksum) else {
            throw JournalError.damaged(
                position: "the snapshot at command \(sequence)",
                reason: "it does not match its SHA-256 checksum"
            )
        }
    }
}
