import Foundation
import PlimsollJournal
import Synchronization

/// A data directory that fails when it is told to, and that can be found again as a crash left it.
///
/// Files are the machine's; what a crash does to the bytes that were not yet on the disk is decided
/// here, when the next directory is made from the last.
final class SimulatedDisk: Sendable {
    private struct State {
        var generation = 0
        var armed: FailurePoints.Point?
        /// Whether a batch was written and nobody was told that it is on the disk.
        var isInDoubt = false
        /// The write-ahead log after the last step that was told.
        var told = WriteAheadLogMark()
    }

    private struct WriteAheadLogMark: Equatable {
        var header: [UInt8] = []
        var length = 0
    }

    private let root: URL
    /// A planted fault: a crash takes what was told with it.
    private let forgets: Bool
    private let state = Mutex(State())

    init(forgets: Bool) throws {
        self.forgets = forgets
        root = FileManager.default.temporaryDirectory.appending(path: "simulation-\(UUID())")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    var directory: String { folder(state.withLock(\.generation)).path }

    /// What the venue asks at each point.
    var failing: FailurePoints {
        FailurePoints { [self] point in
            state.withLock { state in
                guard state.armed == point else { return false }
                state.armed = nil
                if point == .synchronize { state.isInDoubt = true }
                return true
            }
        }
    }

    /// Lets the next passage of a point fail.
    func arm(_ point: FailurePoints.Point) { state.withLock { $0.armed = point } }

    /// Notes that everything so far was told.
    func keep() {
        let mark = mark()
        state.withLock { $0.told = mark }
    }

    /// Makes the directory that a crash at this moment leaves, and goes on with that.
    ///
    /// - Parameter random: Decides what becomes of the bytes that were not yet on the disk.
    /// - Returns: What was done to them, in a word.
    /// - Throws: Where the machine's own disk fails.
    func crash(_ random: inout SimulationRandom) throws -> String {
        let (old, new, isInDoubt, told) = state.withLock { state in
            state.generation += 1
            state.armed = nil
            defer { state.isInDoubt = false }
            return (
                folder(state.generation - 1), folder(state.generation), state.isInDoubt, state.told
            )
        }
        let files = FileManager.default
        try files.createDirectory(at: new, withIntermediateDirectories: true)
        for name in ["journal.sqlite", "journal.sqlite-wal", "journal.lock"] {
            let source = old.appending(path: name)
            guard files.fileExists(atPath: source.path) else { continue }
            try files.copyItem(at: source, to: new.appending(path: name))
        }
        let log = new.appending(path: "journal.sqlite-wal")
        if forgets {
            // The note would tell, as it does of any disk that lies.
            try files.removeItem(at: new.appending(path: "journal.lock"))
            try cut(log, to: told.length / 2)
            return "forgot"
        }
        let now = mark()
        // A log that was begun anew has its last commit anywhere.
        guard isInDoubt, now.header == told.header, now.length > told.length else { return "whole" }
        switch random.below(3) {
        case 0: return "kept"
        case 1:
            try cut(log, to: told.length)
            return "dropped"
        default:
            try cut(log, to: told.length + 1 + random.below(now.length - told.length - 1))
            return "torn"
        }
    }

    /// Removes what earlier crashes left.
    func forget() {
        let generation = state.withLock(\.generation)
        guard generation > 0 else { return }
        try? FileManager.default.removeItem(at: folder(generation - 1))
    }

    private func folder(_ generation: Int) -> URL { root.appending(path: "\(generation)") }

    private func mark() -> WriteAheadLogMark {
        let path = directory + "/journal.sqlite-wal"
        guard let file = FileHandle(forReadingAtPath: path) else { return WriteAheadLogMark() }
        defer { try? file.close() }
        let header = [UInt8]((try? file.read(upToCount: 32)) ?? Data())
        return WriteAheadLogMark(header: header, length: Int((try? file.seekToEnd()) ?? 0))
    }

    private func cut(_ log: URL, to length: Int) throws {
        let file = try FileHandle(forWritingTo: log)
        try file.truncate(atOffset: UInt64(length))
        try file.close()
    }
}
