import Foundation
import GRDBSQLite
import Synchronization

/// What SQLite does to the files of one directory, and what fails there.
///
/// A file system of SQLite's own kind (`sqlite3_vfs`) is put in front of the system's for the whole
/// process. It lets every file be opened as ever, and of the files in a watched directory it sees
/// every write, truncation and sync before the system does.
final class WatchedDisk: Sendable {
    enum Operation: Sendable {
        case write(file: String, offset: Int, bytes: [UInt8])
        case truncate(file: String, size: Int)
        case sync(file: String)
        /// The venue has told somebody: this command, this snapshot.
        case told(command: UInt64, snapshot: UInt64)
    }

    /// What goes wrong, from one operation on until the disk is mended.
    enum Fault: CaseIterable, Sendable {
        case full
        case error
        case shortWrite
        case failedSync

        /// Whether an operation can fail so.
        func strikes(_ operation: Operation) -> Bool {
            switch operation {
            case .write: self != .failedSync
            case .truncate: self == .error
            case .sync: self == .failedSync
            case .told: false
            }
        }
    }

    private struct State {
        var operations: [Operation] = []
        var fault: (kind: Fault, place: Int)?
        var struck = 0
    }

    let directory: String
    private let state = Mutex(State())

    /// Watches a directory from now on; files that are open there go on unseen.
    init(_ directory: String) {
        self.directory = directory
        FileSystem.install()
        FileSystem.registry.withLock { $0.disks[directory] = self }
    }

    /// No longer watches.
    func release() {
        FileSystem.registry.withLock { $0.disks[directory] = nil }
    }

    var operations: [Operation] { state.withLock { $0.operations } }

    /// How often the fault has struck.
    var struckCount: Int { state.withLock { $0.struck } }

    /// Lets operations fail from the one with this number on.
    func fail(_ kind: Fault, from place: Int) {
        state.withLock { $0.fault = (kind, place) }
    }

    func mend() { state.withLock { $0.fault = nil } }

    /// Forgets what has happened so far.
    func begin() { state.withLock { $0.operations = [] } }

    /// Takes an operation in; returns how it is to fail.
    @discardableResult
    func note(_ operation: Operation) -> Fault? {
        state.withLock { state in
            let place = state.operations.count
            state.operations.append(operation)
            guard let fault = state.fault, place >= fault.place, fault.kind.strikes(operation)
            else { return nil }
            state.struck += 1
            return fault.kind
        }
    }
}

/// SQLite's codes of what failed, which are macros that Swift does not see.
private enum Failure {
    static let write = SQLITE_IOERR | 3 << 8
    static let sync = SQLITE_IOERR | 4 << 8
    static let truncate = SQLITE_IOERR | 6 << 8
    static let close = SQLITE_IOERR | 16 << 8
}

/// The system's files as SQLite sees them, with those of watched directories in between.
private enum FileSystem {
    struct OpenFile {
        let disk: WatchedDisk
        let name: String
        /// Addresses of SQLite's own methods, and of those that stand before them.
        let methods: UInt
        let ownMethods: UInt
    }

    struct Registry {
        var disks: [String: WatchedDisk] = [:]
        /// By the address of SQLite's handle.
        var files: [UInt: OpenFile] = [:]
    }

    typealias Handle = UnsafeMutablePointer<sqlite3_file>
    typealias Methods = UnsafePointer<sqlite3_io_methods>

    static let registry = Mutex(Registry())
    /// Address of the system's own file system, found before ours stands before it.
    static let system: UInt = {
        guard let system = unsafe sqlite3_vfs_find(nil) else {
            preconditionFailure("SQLite has a file system")
        }
        // A copy with another way to open files; all else, and the files, are the system's.
        let own = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        unsafe own.initialize(to: system.pointee)
        unsafe own.pointee.zName = UnsafePointer(strdup("watched"))
        unsafe own.pointee.pNext = nil
        unsafe own.pointee.xOpen = openFile
        unsafe sqlite3_vfs_register(own, 1)
        return UInt(bitPattern: system)
    }()

    static func install() { _ = system }

    static func file(_ handle: Handle) -> OpenFile? {
        let address = UInt(bitPattern: handle)
        return registry.withLock { $0.files[address] }
    }

    static func methods(_ file: OpenFile) -> sqlite3_io_methods {
        guard let methods = unsafe Methods(bitPattern: file.methods) else {
            preconditionFailure("an open file has methods")
        }
        return unsafe methods.pointee
    }

    /// Puts our methods before those of a file that was just opened.
    static func watch(_ handle: Handle, _ path: String) {
        let place = path.lastIndex(of: "/") ?? path.startIndex
        let disk = registry.withLock { $0.disks[String(path[..<place])] }
        guard let disk, let methods = unsafe handle.pointee.pMethods else { return }
        let own = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        unsafe own.initialize(to: methods.pointee)
        unsafe own.pointee.xWrite = writeFile
        unsafe own.pointee.xTruncate = truncateFile
        unsafe own.pointee.xSync = syncFile
        unsafe own.pointee.xClose = closeFile
        unsafe handle.pointee.pMethods = UnsafePointer(own)
        let file = OpenFile(
            disk: disk,
            name: String(path[path.index(after: place)...]),
            methods: UInt(bitPattern: methods),
            ownMethods: UInt(bitPattern: own)
        )
        let address = UInt(bitPattern: handle)
        registry.withLock { $0.files[address] = file }
    }

    /// Gives a file its own methods back.
    static func forget(_ handle: Handle) -> sqlite3_io_methods? {
        let address = UInt(bitPattern: handle)
        guard let file = registry.withLock({ $0.files.removeValue(forKey: address) }) else {
            return nil
        }
        unsafe handle.pointee.pMethods = Methods(bitPattern: file.methods)
        unsafe UnsafeMutablePointer<sqlite3_io_methods>(bitPattern: file.ownMethods)?.deallocate()
        return methods(file)
    }
}

private func openFile(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?,
    _ name: UnsafePointer<CChar>?,
    _ handle: UnsafeMutablePointer<sqlite3_file>?,
    _ flags: CInt,
    _ outFlags: UnsafeMutablePointer<CInt>?
) -> CInt {
    guard let system = unsafe UnsafeMutablePointer<sqlite3_vfs>(bitPattern: FileSystem.system),
        let open = unsafe system.pointee.xOpen
    else { return SQLITE_CANTOPEN }
    let result = unsafe open(system, name, handle, flags, outFlags)
    guard result == SQLITE_OK, let name = unsafe name, let handle = unsafe handle else {
        return result
    }
    unsafe FileSystem.watch(handle, String(cString: name))
    return result
}

private func writeFile(
    _ handle: UnsafeMutablePointer<sqlite3_file>?,
    _ bytes: UnsafeRawPointer?,
    _ count: CInt,
    _ offset: sqlite3_int64
) -> CInt {
    guard let handle = unsafe handle, let file = unsafe FileSystem.file(handle),
        let write = unsafe FileSystem.methods(file).xWrite
    else { return Failure.write }
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
    let operation = WatchedDisk.Operation.write(
        file: file.name,
        offset: Int(offset),
        bytes: unsafe [UInt8](buffer)
    )
    switch file.disk.note(operation) {
    case nil: return unsafe write(handle, bytes, count, offset)
    case .full: return SQLITE_FULL
    case .shortWrite:
        _ = unsafe write(handle, bytes, count / 2, offset)
        return SQLITE_FULL
    case .error, .failedSync: return Failure.write
    }
}

private func truncateFile(
    _ handle: UnsafeMutablePointer<sqlite3_file>?,
    _ size: sqlite3_int64
) -> CInt {
    guard let handle = unsafe handle, let file = unsafe FileSystem.file(handle),
        let truncate = unsafe FileSystem.methods(file).xTruncate
    else { return Failure.truncate }
    guard file.disk.note(.truncate(file: file.name, size: Int(size))) == nil else {
        return Failure.truncate
    }
    return unsafe truncate(handle, size)
}

private func syncFile(_ handle: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt) -> CInt {
    guard let handle = unsafe handle, let file = unsafe FileSystem.file(handle),
        let sync = unsafe FileSystem.methods(file).xSync
    else { return Failure.sync }
    guard file.disk.note(.sync(file: file.name)) == nil else { return Failure.sync }
    return unsafe sync(handle, flags)
}

private func closeFile(_ handle: UnsafeMutablePointer<sqlite3_file>?) -> CInt {
    guard let handle = unsafe handle, let methods = unsafe FileSystem.forget(handle),
        let close = unsafe methods.xClose
    else { return Failure.close }
    return unsafe close(handle)
}
