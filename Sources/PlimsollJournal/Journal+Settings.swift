internal import Foundation
internal import GRDB
internal import PlimsollModel

extension Journal {
    /// A fact about the venue that its commands do not tell, such as its seed.
    public func setting(_ name: String) throws(JournalError) -> String? {
        do {
            return try queue.read { database in
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM settings WHERE name = ?",
                    arguments: [name]
                )
                return try row.map(Self.checkedSetting)?.value
            }
        } catch {
            throw journalError(error)
        }
    }

    public func setSetting(_ name: String, to value: String) throws(JournalError) {
        try setSettings([(name, value)])
    }

    /// Keeps all of the settings, or none where the disk fails.
    public func setSettings(
        _ settings: [(name: String, value: String)]
    ) throws(JournalError) {
        try commit { database, _ in
            for (name, value) in settings { try Self.write(name, value, to: database) }
            return settings.reduce(0) { $0 + $1.value.utf8.count }
        }
    }

    static func write(_ name: String, _ value: String, to database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO settings VALUES (?, ?, ?)",
            arguments: [name, value, Data(settingChecksum(name, value))]
        )
    }

    /// Checks that every setting is as it was stored.
    func checkSettings() throws(JournalError) {
        do {
            try queue.read { database in
                let rows = try Row.fetchCursor(database, sql: "SELECT * FROM settings")
                while let row = try rows.next() { _ = try Self.checkedSetting(row) }
            }
        } catch {
            throw journalError(error)
        }
    }

    static func checkedSetting(_ row: Row) throws -> (name: String, value: String) {
        guard let name = String.fromDatabaseValue(row[0]),
            let value = String.fromDatabaseValue(row[1]),
            let checksum = Data.fromDatabaseValue(row[2])
        else {
            throw JournalError.damaged(position: "a setting", reason: "a field has another type")
        }
        guard settingChecksum(name, value) == [UInt8](checksum) else {
            throw JournalError.damaged(
                position: "the setting \(name)",
                reason: "it does not match its SHA-256 checksum"
            )
        }
        return (name, value)
    }

    private static func settingChecksum(_ name: String, _ value: String) -> [UInt8] {
        var writer = ByteWriter()
        writer.put(name)
        writer.put(value)
        return sha256(writer.bytes)
    }
}
