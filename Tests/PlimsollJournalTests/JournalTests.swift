import Foundation
import GRDB
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollJournal

@Suite(.computesForLong) struct `The journal` {
    @Test func `gives back what was written, in order`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let journal = try fixture.open()
        #expect(journal.lastSequence == Sequence(rawValue: 42))
        #expect(try JournalFixture.replayed(journal) == JournalFixture.commands(1...42))
        #expect(try JournalFixture.replayed(journal, after: 3) == JournalFixture.commands(4...42))
        #expect(try JournalFixture.replayed(journal, after: 17) == JournalFixture.commands(18...42))
        #expect(try JournalFixture.replayed(journal, after: 42) == [])
    }

    @Test func `keeps the batches and the digest before each`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let journal = try fixture.open()
        var seen: [ClosedRange<UInt64>] = []
        try journal.replayBatches(after: .zero) { batch in
            let first = batch.firstSequence.rawValue
            seen.append(first...batch.lastSequence.rawValue)
            #expect(batch.digestBefore == JournalFixture.digest(before: first))
        }
        #expect(seen == JournalFixture.batches)
        var fromTheMiddle: [UInt64] = []
        try journal.replayBatches(after: Sequence(rawValue: 6)) { batch in
            fromTheMiddle.append(batch.firstSequence.rawValue)
        }
        #expect(fromTheMiddle == [5, 41])
    }

    @Test func `goes on after a restart`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        do {
            let journal = try fixture.open()
            try journal.append(JournalFixture.commands(43...50)[...], after: Digest())
            try journal.close()
        }
        let journal = try fixture.open()
        #expect(try JournalFixture.replayed(journal) == JournalFixture.commands(1...50))
    }

    @Test func `loses nothing of what was appended when its process is killed`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open()
        try JournalFixture.fill(journal)
        let image = JournalFixture()
        try fixture.copyAsIs(to: image)
        let recovered = try image.open()
        #expect(try JournalFixture.replayed(recovered) == JournalFixture.commands(1...42))
        #expect(try recovered.setting("seed") == "42")
        #expect(try recovered.latestSnapshot() == JournalFixture.snapshot(at: 40))
    }

    /// Spec: JRN-001.
    @Test func `syncs every commit to the disk`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open()
        let (mode, synchronous) = try journal.queue.read { database in
            (
                try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(database, sql: "PRAGMA synchronous")
            )
        }
        #expect(mode == "wal")
        #expect(synchronous == 2, "2 is FULL; with 1 a power loss takes acknowledged commands")
    }

    @Test func `gives back the newest snapshot`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let journal = try fixture.open()
        try journal.store(JournalFixture.snapshot(at: 42))
        #expect(try journal.latestSnapshot() == JournalFixture.snapshot(at: 42))
    }

    @Test func `has no snapshot and no command at first`() throws {
        let journal = try JournalFixture().open()
        #expect(try journal.latestSnapshot() == nil)
        #expect(journal.lastSequence == .zero)
        #expect(try JournalFixture.replayed(journal) == [])
    }

    @Test func `keeps settings, the last value of each`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        do {
            let journal = try fixture.open()
            try journal.setSetting("seed", to: "43")
            try journal.close()
        }
        let journal = try fixture.open()
        #expect(try journal.setting("seed") == "43")
        #expect(try journal.setting("profile") == "seed-simple")
        #expect(try journal.setting("tape") == nil)
    }

    @Test func `is readable by its owner alone`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open()
        try JournalFixture.fill(journal)
        let files = FileManager.default
        func mode(_ path: String) throws -> Int? {
            try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(fixture.directory) == 0o700)
        for name in try files.contentsOfDirectory(atPath: fixture.directory) {
            #expect(try mode(fixture.directory + "/" + name) == 0o600, "\(name)")
        }
    }

    /// Spec: JRN-001.
    @Test func `refuses a second opener and names the first`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open()
        let pid = ProcessInfo.processInfo.processIdentifier
        let refusal = JournalError.locked("\(fixture.directory) by process \(pid)")
        #expect(throws: refusal) { try fixture.open() }
        try JournalFixture.fill(journal)
        let note = String(
            decoding: try JournalFixture.bytes(fixture.directory + "/journal.lock"),
            as: UTF8.self
        )
        #expect(
            note.split(separator: "\n").map { $0.split(separator: " ") } == [
                ["process", "\(pid)"], ["command", "42"],
            ]
        )
    }

    @Test func `frees its directory when it goes`() throws {
        let fixture = JournalFixture()
        do { _ = try fixture.open() }
        _ = try fixture.open()
    }

    @Test func `is not made by those who only want to read it`() throws {
        let fixture = JournalFixture()
        #expect(throws: JournalError.notFound(fixture.directory)) {
            try Journal.openForReading(directory: fixture.directory)
        }
        #expect(!FileManager.default.fileExists(atPath: fixture.directory))
    }

    @Test func `takes nothing more once an append has failed`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open()
        try JournalFixture.fill(journal)
        // Another writer inside SQLite's own lock makes the next transaction fail.
        let intruder = try DatabaseQueue(path: fixture.database)
        try intruder.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            #expect(throws: JournalError.self) {
                try journal.append(JournalFixture.commands(43...43)[...], after: Digest())
            }
            try database.execute(sql: "ROLLBACK")
        }
        try intruder.close()
        #expect(throws: JournalError.self) {
            try journal.append(JournalFixture.commands(43...43)[...], after: Digest())
        }
        #expect(journal.lastSequence == Sequence(rawValue: 42))
        #expect(try JournalFixture.replayed(journal) == JournalFixture.commands(1...42))
    }

    @Test func `a batch that leaves a gap is a programmer error`() async {
        await #expect(processExitsWith: .failure) {
            let journal = try JournalFixture().open()
            try journal.append(JournalFixture.commands(2...2)[...], after: Digest())
        }
    }
}
