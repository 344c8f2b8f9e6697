internal import Foundation
internal import GRDB

/// The SQLite file of a journal: how it is made, opened and checked as a file.
enum JournalDatabase {
    static let fileName = "journal.sqlite"
    /// "Plim", in the header of the file.
    static let applicationID: Int32 = 0x506C_696D
    /// Of a journal that begins with command 1.
    static let firstVersion: Int32 = 1
    /// Of a journal that begins later, with a snapshot.
    static let laterVersion: Int32 = 2
    /// Of a journal that holds snapshots in pieces, wherever it begins.
    static let piecesVersion: Int32 = 3
    static let pageSize = 4096

    static let tables = [
        """
        CREATE TABLE batches (
            first_sequence INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            digest_before INTEGER NOT NULL,
            body BLOB NOT NULL,
            chain BLOB NOT NULL
        )
        """,
        """
        CREATE TABLE head (
            id INTEGER PRIMARY KEY,
            last_sequence INTEGER NOT NULL,
            chain BLOB NOT NULL
        )
        """,
        """
        CREATE TABLE snapshots (
            sequence INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            digest INTEGER NOT NULL,
            engine BLOB NOT NULL,
            projections BLOB NOT NULL,
            checksum BLOB NOT NULL
        )
        """,
        """
        CREATE TABLE settings (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL,
            checksum BLOB NOT NULL
        )
        """,
    ]

    /// The table that comes with the first snapshot in pieces.
    static let piecesTable = """
        CREATE TABLE snapshot_pieces (
            id INTEGER PRIMARY KEY,
            checksum BLOB NOT NULL,
            part INTEGER NOT NULL,
            body BLOB NOT NULL
        )
        """

    /// Whether the journal holds snapshots in pieces.
    static func hasPieces(_ database: Database) throws -> Bool {
        try version(database) == piecesVersion
    }

    static func version(_ database: Database) throws -> Int32 {
        try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Makes a journal one of a version, unless it is one of a later version already.
    static func raiseVersion(_ database: Database, to version: Int32) throws {
        guard try self.version(database) < version else { return }
        if version == piecesVersion { try database.execute(sql: piecesTable) }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    /// Opens the database of a directory, or makes it where it does not exist.
    static func open(directory: String) throws(JournalError) -> DatabaseQueue {
        let path = directory + "/" + fileName
        if try !checkFiles(directory: directory) { try create(path) }
        let queue = try connect(path)
        try checkStructure(queue)
        return queue
    }

    /// Opens the database of a directory to read it, also where nothing can be written.
    static func openForReading(directory: String) throws(JournalError) -> DatabaseQueue {
        let path = directory + "/" + fileName
        let files = FileManager.default
        guard files.fileExists(atPath: path) else { throw .notFound(path) }
        var address = path
        // Of a database with a write-ahead log even a reader makes files beside it, unless it is told
        // that nobody changes anything.
        if !isWritable(directory) {
            guard logSize(of: path) == 0 else {
                throw .io(
                    "\(path) has a write-ahead log, and nothing can be written beside it: copy"
                        + " \(directory) to where that can be"
                )
            }
            let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
            address = "file:\(escaped ?? path)?immutable=1"
        }
        var configuration = Configuration()
        configuration.label = "plimsoll.journal.reader"
        configuration.readonly = true
        do {
            return try DatabaseQueue(path: address, configuration: configuration)
        } catch {
            throw journalError(error)
        }
    }

    /// Looks at the files of a directory before SQLite does.
    ///
    /// - Returns: Whether there is a database.
    static func checkFiles(directory: String) throws(JournalError) -> Bool {
        let path = directory + "/" + fileName
        let files = FileManager.default
        guard files.fileExists(atPath: path) else {
            guard !files.fileExists(atPath: path + "-wal") else {
                throw .damaged(
                    position: fileName,
                    reason: "the file is missing although its write-ahead log is here"
                )
            }
            return false
        }
        try checkFileHeader(path)
        try WriteAheadLog.check(of: path)
        return true
    }

    static func makeDirectory(_ directory: String) throws(JournalError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .io("\(directory) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Makes the file under another name first, so that a crash leaves a whole journal or none.
    ///
    /// - Parameters:
    ///   - path: Of the file.
    ///   - fill: Writes what the journal holds from the beginning.
    /// - Throws: `JournalError`; nothing is there then.
    static func create(
        _ path: String,
        fill: (DatabaseQueue) throws -> Void = { _ in }
    ) throws(JournalError) {
        let draft = path + ".new"
        let files = FileManager.default
        func removeDraft() throws {
            for name in [draft, draft + "-wal", draft + "-shm"] where files.fileExists(atPath: name)
            {
                try files.removeItem(atPath: name)
            }
        }
        do {
            try removeDraft()
            guard
                files.createFile(
                    atPath: draft,
                    contents: nil,
                    attributes: [.posixPermissions: 0o600]
                )
            else { throw JournalError.io("\(draft) cannot be created") }
            let queue = try connect(draft)
            try queue.write { database in
                for table in tables { try database.execute(sql: table) }
                try Link.start.write(to: database, as: .end)
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(firstVersion)")
            }
            try fill(queue)
            // Closing the last connection copies the write-ahead log into the file.
            try queue.close()
            try synchronize(draft)
            try files.moveItem(atPath: draft, toPath: path)
            try synchronize(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        } catch {
            // A start that makes the file anew would remove it as well.
            try? removeDraft()
            throw journalError(error)
        }
    }

    private static func connect(_ path: String) throws(JournalError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "plimsoll.journal"
        configuration.foreignKeysEnabled = false
        // GRDB resets `synchronous` to NORMAL when it is told to use WAL, so both are set here by
        // PRAGMA and read back: with NORMAL a power loss takes acknowledged commands with it.
        configuration.journalMode = .default
        configuration.prepareDatabase { database in
            // Counts for a new file only.
            try database.execute(sql: "PRAGMA page_size = \(pageSize)")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // A plain fsync does not empty the cache of the drive on macOS; no effect elsewhere.
            try database.execute(sql: "PRAGMA fullfsync = 1")
            try database.execute(sql: "PRAGMA checkpoint_fullfsync = 1")
            try database.execute(sql: "PRAGMA cell_size_check = 1")
            try database.execute(sql: "PRAGMA trusted_schema = 0")
            // Some builds of SQLite write zeros over everything that goes; nothing here is secret.
            try database.execute(sql: "PRAGMA secure_delete = 0")
            // The journal copies the log itself, since SQLite would tell nobody of a failure.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            guard mode == "wal", synchronous == 2 else {
                throw JournalError.io(
                    "SQLite runs with journal_mode \(mode ?? "?"), synchronous"
                        + " \(synchronous.map(String.init) ?? "?") instead of wal, 2"
                )
            }
        }
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw journalError(error)
        }
    }

    /// SQLite takes a file of no bytes for a database of no tables and fills a last page that is
    /// cut short with zeros, so the file is looked at before SQLite sees it.
    private static func checkFileHeader(_ path: String) throws(JournalError) {
        let header: [UInt8]
        let size: UInt64
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            header = [UInt8](try file.read(upToCount: 100) ?? Data())
            size = try file.seekToEnd()
        } catch {
            throw .io("\(path): \(error.localizedDescription)")
        }
        guard header.count == 100, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .damaged(position: fileName, reason: "the file does not begin as a database does")
        }
        // While there is a write-ahead log, a crash may have come before its pages were copied.
        let logSize = logSize(of: path)
        let pageSize = header[16..<18].reduce(0) { $0 << 8 | UInt64($1) }
        let pageCount = header[28..<32].reduce(0) { $0 << 8 | UInt64($1) }
        let expected = (pageSize == 1 ? 65_536 : pageSize) * pageCount
        guard logSize > 0 || size >= expected else {
            throw .damaged(
                position: fileName,
                reason: "the file has \(size) bytes of \(expected)"
            )
        }
    }

    /// Bytes of the file and its write-ahead log.
    static func size(directory: String) -> Int {
        let path = directory + "/" + fileName
        return fileSize(path) + logSize(of: path)
    }

    private static func logSize(of path: String) -> Int { fileSize(path + "-wal") }

    /// Zero where there is no file.
    private static func fileSize(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    /// Checks every page of the file as SQLite knows it.
    static func checkPages(_ queue: DatabaseQueue) throws(JournalError) {
        do {
            let defect = try queue.read { database in
                try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
            }
            guard defect == "ok" else {
                throw JournalError.damaged(position: fileName, reason: defect ?? "unreadable")
            }
        } catch {
            throw journalError(error)
        }
    }

    /// Checks that the file is a journal, of this version, with a journal's tables.
    static func checkStructure(_ queue: DatabaseQueue) throws(JournalError) {
        do {
            try queue.read { database in
                let id = try Int32.fetchOne(database, sql: "PRAGMA application_id")
                let found = try version(database)
                guard id == applicationID else {
                    throw JournalError.damaged(
                        position: fileName,
                        reason: "the header does not name a Plimsoll journal"
                    )
                }
                guard (firstVersion...piecesVersion).contains(found) else {
                    throw JournalError.unsupportedVersion("version \(found) of the tables")
                }
                let expected = found == piecesVersion ? tables + [piecesTable] : tables
                let schema = try String.fetchAll(
                    database,
                    sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
                )
                guard schema == expected else {
                    throw JournalError.damaged(position: fileName, reason: "the tables are changed")
                }
            }
        } catch {
            throw journalError(error)
        }
    }

    private static func synchronize(_ path: String) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        try file.synchronize()
        try file.close()
    }
}

/// What an error of the database or the file system means for the journal.
func journalError(_ error: any Error) -> JournalError {
    switch error {
    case let known as JournalError: known
    case let known as DatabaseError:
        switch known.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_MISMATCH, .SQLITE_FORMAT:
            .damaged(
                position: JournalDatabase.fileName,
                reason: known.message ?? "the database file is malformed"
            )
        default: .io(known.message ?? "SQLite error \(known.resultCode.rawValue)")
        }
    default: .io(error.localizedDescription)
    }
}
