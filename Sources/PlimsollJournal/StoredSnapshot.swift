internal import Foundation
internal import GRDB
internal import PlimsollModel

/// A snapshot as the tables hold it: the row that makes it count, and what of it stands in pieces.
///
/// The pieces are those whose checksum is the row's, in the order of their numbers; each part of the
/// snapshot is its pieces and then what is in the row.
///
/// Spec: JRN-005.
struct StoredSnapshot {
    struct Piece {
        enum Part: Int64 {
            case engine = 0
            case projections = 1
        }

        let checksum: Data
        let part: Part
        let body: Data

        func insert(into database: Database) throws {
            try JournalDatabase.raiseVersion(database, to: JournalDatabase.piecesVersion)
            try database.execute(
                sql: "INSERT INTO snapshot_pieces (checksum, part, body) VALUES (?, ?, ?)",
                arguments: [checksum, part.rawValue, body]
            )
        }
    }

    let sequence: Int64
    let checksum: Data
    private(set) var pieces: [Piece] = []
    /// What of each part is in the row.
    private(set) var engine = Data()
    private(set) var projections = Data()
    private let time: Int64
    private let digest: Int64

    init(_ snapshot: Snapshot, pieceSize: Int) {
        sequence = Int64(snapshot.sequence.rawValue)
        time = snapshot.time.milliseconds
        digest = Int64(bitPattern: snapshot.digest.value)
        checksum = Data(snapshot.checksum)
        engine = cut(snapshot.engine, .engine, pieceSize)
        projections = cut(snapshot.projections, .projections, pieceSize)
    }

    /// Puts what fills whole pieces into them; returns the rest.
    private mutating func cut(_ bytes: [UInt8], _ part: Piece.Part, _ size: Int) -> Data {
        let end = bytes.count / size * size
        for start in stride(from: 0, to: end, by: size) {
            let body = Data(bytes[start..<(start + size)])
            pieces.append(Piece(checksum: checksum, part: part, body: body))
        }
        return Data(bytes[end...])
    }

    /// Writes the row; the pieces are there already.
    func insert(into database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [sequence, time, digest, engine, projections, checksum]
        )
    }
}

extension Snapshot {
    /// Reads a row whose columns may hold anything after damage, with the pieces that belong to it.
    init(row: Row, in database: Database) throws {
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
            engine: try Self.pieces(.engine, checksum, database) + engine,
            projections: try Self.pieces(.projections, checksum, database) + projections
        )
        guard self.checksum == [UInt8](checksum) else {
            throw JournalError.damaged(
                position: "the snapshot at command \(sequence)",
                reason: "it does not match its SHA-256 checksum"
            )
        }
    }

    private static func pieces(
        _ part: StoredSnapshot.Piece.Part,
        _ checksum: Data,
        _ database: Database
    ) throws -> [UInt8] {
        guard try JournalDatabase.hasPieces(database) else { return [] }
        let bodies = try Row.fetchCursor(
            database,
            sql: "SELECT body FROM snapshot_pieces WHERE checksum = ? AND part = ? ORDER BY id",
            arguments: [checksum, part.rawValue]
        )
        var bytes: [UInt8] = []
        while let row = try bodies.next() {
            // Damage that is no bytes is found by the checksum.
            bytes += Data.fromDatabaseValue(row[0]) ?? Data()
        }
        return bytes
    }
}
