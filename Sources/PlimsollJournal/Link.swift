internal import Foundation
internal import GRDB

/// A place between two records: the last command before it, and the chain up to there.
struct Link: Equatable, Sendable {
    /// The two places that a journal remembers.
    enum Place: Int64 {
        /// Before the first record that is kept; not there for a journal that begins with command 1.
        case origin = 0
        /// After the last record.
        case end = 1
    }

    /// Before command 1.
    static let start = Link(sequence: 0, chain: [UInt8](repeating: 0, count: 32))

    var sequence: Int64
    var chain: [UInt8]

    init(sequence: Int64, chain: [UInt8]) {
        self.sequence = sequence
        self.chain = chain
    }

    /// Reads a place; `nil` where it is not noted.
    init?(_ place: Place, of database: Database) throws {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT last_sequence, chain FROM head WHERE id = ?",
            arguments: [place.rawValue]
        )
        guard let row else { return nil }
        guard let sequence = Int64.fromDatabaseValue(row[0]), sequence >= 0,
            let chain = Data.fromDatabaseValue(row[1])
        else {
            throw JournalError.damaged(
                position: "the head",
                reason: "a field has another type or value"
            )
        }
        self.init(sequence: sequence, chain: [UInt8](chain))
    }

    func write(to database: Database, as place: Place) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO head VALUES (?, ?, ?)")
            .execute(arguments: [place.rawValue, sequence, Data(chain)])
    }
}
