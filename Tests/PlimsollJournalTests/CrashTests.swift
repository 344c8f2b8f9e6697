import Foundation
import PlimsollModel
import Testing

@testable import PlimsollJournal

/// What a crash may leave of the writes that were not yet synced.
///
/// A commit is written and then synced, and only then acknowledged. Until the sync the disk may have
/// any of its sectors, in any order, and may have torn one.
private enum UnsyncedWrite: CaseIterable {
    case dropped
    case kept
    case tornAtAByte
    case tornAtASector
    case onlyTheLastSectors
    case everyOtherSector
    case sizeWithoutBytes

    private static let sector = 512

    /// Three for each boundary, in turn: opening a journal takes its time.
    static func kinds(at boundary: Int) -> [UnsyncedWrite] {
        (0..<3).map { allCases[(boundary + 2 * $0) % allCases.count] }
    }

    /// What stands on the disk after `synced`.
    func survivors(of write: ArraySlice<UInt8>, at boundary: Int) -> [UInt8] {
        let bytes = Array(write)
        // Another place in every boundary's write, and the same in every run.
        let place = boundary &* 7919 % bytes.count
        func masked(_ keeps: (Int) -> Bool) -> [UInt8] {
            bytes.indices.map { keeps($0 / Self.sector) ? bytes[$0] : 0 }
        }
        switch self {
        case .dropped: return []
        case .kept: return bytes
        case .tornAtAByte: return Array(bytes.prefix(place))
        case .tornAtASector: return Array(bytes.prefix(place / Self.sector * Self.sector))
        case .onlyTheLastSectors: return masked { $0 > place / Self.sector }
        case .everyOtherSector: return masked { ($0 + boundary).isMultiple(of: 2) }
        case .sizeWithoutBytes: return masked { _ in false }
        }
    }
}

/// Spec: JRN-001.
@Suite struct `A crash at any moment` {
    private static let batchCount = 200

    /// The files of a journal of single commands, and how long its log was after each commit.
    private struct Recording {
        let database: [UInt8]
        let log: [UInt8]
        /// By the number of commits.
        let lengths: [Int]

        init() throws {
            let fixture = JournalFixture()
            let journal = try fixture.open()
            var lengths = [try Self.length(fixture)]
            for number in 1...UInt64(batchCount) {
                try journal.append(
                    JournalFixture.commands(number...number)[...],
                    after: JournalFixture.digest(before: number)
                )
                lengths.append(try Self.length(fixture))
            }
            database = try JournalFixture.bytes(fixture.database)
            log = try JournalFixture.bytes(fixture.writeAheadLog)
            self.lengths = lengths
        }

        /// A data directory with the journal's file, a log and the note of the last command told.
        func image(log: some Collection<UInt8>, _ acknowledged: Int) throws -> JournalFixture {
            let fixture = JournalFixture()
            try FileManager.default.createDirectory(
                atPath: fixture.directory,
                withIntermediateDirectories: true
            )
            try JournalFixture.write(database, to: fixture.database)
            try JournalFixture.write(log, to: fixture.writeAheadLog)
            let note = String(repeating: " ", count: 20 - "\(acknowledged)".count)
            try JournalFixture.write(
                Array("process \(String(repeating: " ", count: 19))1\n".utf8)
                    + Array("command \(note)\(acknowledged)\n".utf8),
                to: fixture.directory + "/journal.lock"
            )
            return fixture
        }

        private static func length(_ fixture: JournalFixture) throws -> Int {
            let files = FileManager.default
            guard files.fileExists(atPath: fixture.writeAheadLog) else { return 0 }
            return try JournalFixture.bytes(fixture.writeAheadLog).count
        }
    }

    @Test func `loses nothing that was acknowledged and keeps nothing by halves`() throws {
        let recording = try Recording()
        #expect(recording.lengths == recording.lengths.sorted())
        var outcomes: [UnsyncedWrite: Set<UInt64>] = [:]
        for acknowledged in 0..<Self.batchCount {
            // SQLite syncs the header of a new log before the first frame goes behind it.
            let synced = recording.log.prefix(max(32, recording.lengths[acknowledged]))
            let next = recording.log[synced.count..<recording.lengths[acknowledged + 1]]
            for crash in UnsyncedWrite.kinds(at: acknowledged) {
                let fixture = try recording.image(
                    log: synced + crash.survivors(of: next, at: acknowledged),
                    acknowledged
                )
                let last = try recover(fixture, acknowledged, crash)
                outcomes[crash, default: []].insert(last - UInt64(acknowledged))
            }
        }
        #expect(outcomes[.kept] == [1], "a whole commit counts though nobody was told")
        #expect(outcomes[.dropped] == [0])
        #expect(outcomes[.tornAtAByte] == [0])
        #expect(outcomes[.sizeWithoutBytes] == [0])
    }

    @Test func `a torn header of a new log costs nothing`() throws {
        let recording = try Recording()
        let header = recording.log.prefix(32)
        for length in [0, 1, 16, 31, 32] {
            for bytes in [Array(header.prefix(length)), Array(repeating: 0, count: length)] {
                let fixture = try recording.image(log: bytes, 0)
                #expect(try recover(fixture, 0, .dropped) == 0, "\(length) bytes")
            }
        }
    }

    /// Opens what a crash left, reads it, and goes on with it.
    private func recover(
        _ fixture: JournalFixture,
        _ acknowledged: Int,
        _ crash: UnsyncedWrite
    ) throws -> UInt64 {
        let last = try reopen(fixture, acknowledged, crash)
        if acknowledged.isMultiple(of: 50) {
            #expect(
                try JournalFixture.replayed(try openAgain(fixture))
                    == JournalFixture.commands(1...(last + 1))
            )
        }
        return last
    }

    /// Another test may start a process just then, which holds every open file, this lock among them,
    /// until it runs its own program.
    private func openAgain(_ fixture: JournalFixture) throws -> Journal {
        for _ in 0..<100 {
            do throws(JournalError) {
                return try Journal.open(directory: fixture.directory)
            } catch .locked {
                usleep(20_000)
            }
        }
        return try fixture.open()
    }

    /// Returns the last command found; the lock is free again by then.
    private func reopen(
        _ fixture: JournalFixture,
        _ acknowledged: Int,
        _ crash: UnsyncedWrite
    ) throws -> UInt64 {
        let journal = try fixture.open()
        let last = journal.lastSequence.rawValue
        #expect(
            (UInt64(acknowledged)...UInt64(acknowledged + 1)).contains(last),
            "\(crash) after \(acknowledged)"
        )
        let expected = last == 0 ? [] : JournalFixture.commands(1...last)
        let found = try JournalFixture.replayed(journal)
        #expect(found == expected, "\(crash) after \(acknowledged)")
        // The next commit lands where the lost one would have been.
        try journal.append(
            JournalFixture.commands((last + 1)...(last + 1))[...],
            after: JournalFixture.digest(before: last + 1)
        )
        try journal.close()
        return last
    }
}
