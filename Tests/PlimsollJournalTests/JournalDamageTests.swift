import Foundation
import GRDB
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollJournal

@Suite(.computesForLong) struct `A damaged journal` {
    /// The position that opening names, or nothing where it opens.
    private func position(_ fixture: JournalFixture) throws -> String? {
        do {
            _ = try fixture.open()
            return nil
        } catch JournalError.damaged(let position, _) {
            return position
        }
    }

    /// Spec: JRN-002.
    @Test(
        arguments: [
            ("UPDATE batches SET count = 2 WHERE first_sequence = 1", "commands 1 to 2"),
            ("UPDATE batches SET count = -1 WHERE first_sequence = 1", "command 1"),
            (
                "UPDATE batches SET count = 9223372036854775807 WHERE first_sequence = 5",
                "command 5"
            ),
            ("UPDATE batches SET digest_before = 7 WHERE first_sequence = 4", "command 4"),
            ("UPDATE batches SET digest_before = 'x' WHERE first_sequence = 4", "command 4"),
            (
                "UPDATE batches SET body = substr(body, 1, 100) WHERE first_sequence = 5",
                "commands 5 to 40"
            ),
            ("UPDATE batches SET body = zeroblob(100) WHERE first_sequence = 1", "commands 1 to 3"),
            ("UPDATE batches SET body = NULLIF(5, 4) WHERE first_sequence = 5", "command 5"),
            (
                "UPDATE batches SET chain = zeroblob(32) WHERE first_sequence = 41",
                "commands 41 to 42"
            ),
            ("UPDATE batches SET first_sequence = 6 WHERE first_sequence = 5", "command 5"),
            ("UPDATE batches SET first_sequence = -3 WHERE first_sequence = 1", "command 1"),
            ("DELETE FROM batches WHERE first_sequence = 1", "command 1"),
            ("DELETE FROM batches WHERE first_sequence = 4", "command 4"),
            ("DELETE FROM batches WHERE first_sequence = 41", "command 41"),
            ("DELETE FROM batches", "command 1"),
            ("UPDATE head SET last_sequence = 41", "the head"),
            ("UPDATE head SET chain = zeroblob(32)", "the head"),
            ("DELETE FROM head", "the head"),
            (
                "UPDATE snapshots SET engine = zeroblob(200) WHERE sequence = 4",
                "the snapshot at command 4"
            ),
            (
                "UPDATE snapshots SET projections = x'00' WHERE sequence = 40",
                "the snapshot at command 40"
            ),
            ("UPDATE snapshots SET digest = 0 WHERE sequence = 4", "the snapshot at command 4"),
            ("UPDATE snapshots SET time = time + 1", "the snapshot at command 4"),
            (
                "UPDATE snapshots SET sequence = 41 WHERE sequence = 40",
                "the snapshot at command 41"
            ),
            ("UPDATE settings SET value = '41' WHERE name = 'seed'", "the setting seed"),
            ("UPDATE settings SET name = 'speed' WHERE name = 'seed'", "the setting speed"),
            ("DROP TABLE settings", "journal.sqlite"),
            ("PRAGMA application_id = 1", "journal.sqlite"),
        ]
    )
    func `is refused, and the place is named`(statement: String, place: String) throws {
        let fixture = JournalFixture()
        try fixture.fill()
        try JournalFixture.tamper(fixture, statement)
        #expect(try position(fixture) == place)
        // Refused again: nothing was repaired or cut meanwhile.
        #expect(try position(fixture) == place)
    }

    @Test func `is refused when two records are swapped`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        try JournalFixture.tamper(
            fixture,
            "UPDATE batches SET first_sequence = 1000 WHERE first_sequence = 1",
            "UPDATE batches SET first_sequence = 1 WHERE first_sequence = 41",
            "UPDATE batches SET first_sequence = 41 WHERE first_sequence = 1000"
        )
        #expect(try position(fixture) == "commands 1 to 2")
    }

    @Test func `is refused when its newest records are gone with the head`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        try JournalFixture.tamper(
            fixture,
            "DELETE FROM batches WHERE first_sequence > 4",
            "UPDATE head SET last_sequence = 4, chain ="
                + " (SELECT chain FROM batches WHERE first_sequence = 4)"
        )
        #expect(try position(fixture) == "command 5", "a snapshot remembers command 40")
    }

    @Test func `of another version is not touched`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        try JournalFixture.tamper(fixture, "PRAGMA user_version = 4")
        #expect(throws: JournalError.unsupportedVersion("version 4 of the tables")) {
            try fixture.open()
        }
    }

    @Test(arguments: [0, 1, 99, 100, 4_095, 4_096, 5_000, 12_288, -4_096, -1])
    func `is refused when its file is cut short`(length: Int) throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let whole = try JournalFixture.bytes(fixture.database)
        let rest = length < 0 ? whole.count + length : length
        try JournalFixture.write(whole.prefix(rest), to: fixture.database)
        #expect(try position(fixture) != nil)
    }

    @Test func `is refused when its file is gone and its write-ahead log is not`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open()
        try JournalFixture.fill(journal)
        let image = JournalFixture()
        try fixture.copyAsIs(to: image)
        try FileManager.default.removeItem(atPath: image.database)
        #expect(try position(image) == "journal.sqlite")
    }

    /// Flips a bit in the middle of each record, setting and snapshot as they lie in the file.
    @Test func `names each record in which a bit has flipped`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let whole = try JournalFixture.bytes(fixture.database)
        var places: [(bytes: [UInt8], position: String)] = [
            (JournalFixture.snapshot(at: 4).engine, "the snapshot at command"),
            (Array("seed-simple".utf8), "the setting profile"),
        ]
        for batch in JournalFixture.batches {
            var writer = ByteWriter(capacity: 1 << 10)
            for command in JournalFixture.commands(batch) { command.encode(into: &writer) }
            let (first, last) = (batch.lowerBound, batch.upperBound)
            places.append(
                (writer.bytes, first == last ? "command \(first)" : "commands \(first) to \(last)")
            )
        }
        for (bytes, expected) in places {
            // Longer records go on elsewhere in the file.
            let start = Data(bytes.prefix(60))
            let range = try #require(Data(whole).firstRange(of: start), "\(expected)")
            var damaged = whole
            damaged[range.lowerBound + start.count / 2] ^= 4
            try JournalFixture.write(damaged, to: fixture.database)
            let found = try position(fixture)
            #expect(found?.hasPrefix(expected) == true, "\(expected): \(found ?? "nothing")")
        }
    }

    @Test func `never reads differently for any flipped byte`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let whole = try JournalFixture.bytes(fixture.database)
        var refused = 0
        // A stride without a factor in common with pages and records meets every kind of byte.
        for offset in stride(from: 0, to: whole.count, by: 53) {
            var bytes = whole
            bytes[offset] ^= 1 << UInt8(offset % 8)
            try JournalFixture.write(bytes, to: fixture.database)
            do {
                let journal = try fixture.open()
                #expect(
                    try JournalFixture.replayed(journal) == JournalFixture.commands(1...42),
                    "byte \(offset)"
                )
                #expect(try journal.latestSnapshot() == JournalFixture.snapshot(at: 40))
                #expect(try journal.setting("seed") == "42")
            } catch is JournalError {
                refused += 1
            }
        }
        #expect(refused > 50, "most pages of a small journal are free space")
    }

    @Test func `too large to be checked whole is checked from its older snapshot on`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        func open() throws -> Journal {
            try Journal.open(
                directory: fixture.directory,
                limits: JournalLimits(wholeCheckSizeMax: 1_000)
            )
        }
        let change = "UPDATE batches SET digest_before = 1 WHERE first_sequence ="
        try JournalFixture.tamper(fixture, "\(change) 1")
        do {
            let journal = try open()
            #expect(journal.lastSequence == Sequence(rawValue: 42))
            #expect(
                try JournalFixture.replayed(journal, after: 4) == JournalFixture.commands(5...42)
            )
            #expect(throws: JournalError.self) { try journal.verifyChain() }
        }
        try JournalFixture.tamper(fixture, "\(change) 5")
        #expect(throws: JournalError.self) { try open() }
    }

    @Test func `is found by a look at the whole chain while it is open`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open()
        try JournalFixture.fill(journal)
        var last = Sequence.zero
        try journal.verifyChain { last = $0 }
        #expect(last == Sequence(rawValue: 42))
        try journal.queue.write { database in
            try database.execute(
                sql: "UPDATE batches SET digest_before = 1 WHERE first_sequence = 5"
            )
        }
        #expect(throws: JournalError.self) { try journal.verifyChain() }
        #expect(throws: JournalError.self) { try JournalFixture.replayed(journal, after: 10) }
    }
}

@Suite(.computesForLong) struct `A write-ahead log` {
    /// The image of a killed process whose last ten commits are in the log only.
    private func image() throws -> JournalFixture {
        let fixture = JournalFixture()
        try fixture.fill()
        let journal = try fixture.open()
        for number: UInt64 in 43...52 {
            try journal.append(JournalFixture.commands(number...number)[...], after: Digest())
        }
        let image = JournalFixture()
        try fixture.copyAsIs(to: image)
        return image
    }

    @Test func `whose last commit is torn loses that commit and nothing else`() throws {
        let image = try image()
        let log = try JournalFixture.bytes(image.writeAheadLog)
        try JournalFixture.write(log.dropLast(1), to: image.writeAheadLog)
        let journal = try image.open()
        #expect(try JournalFixture.replayed(journal) == JournalFixture.commands(1...51))
    }

    @Test func `cut anywhere before its last commit is missed`() throws {
        let image = try image()
        let log = try JournalFixture.bytes(image.writeAheadLog)
        let frameSize = 4_096 + 24
        let commits = (log.count - 32) / frameSize
        for frame in 0..<(commits - 1) {
            try JournalFixture.write(log.prefix(32 + frame * frameSize), to: image.writeAheadLog)
            try image.note(52)
            let found = #expect(throws: JournalError.self, "frame \(frame)") { try image.open() }
            #expect(found?.description.contains("up to command 52, which was acknowledged") == true)
            // SQLite has dropped what was cut; the next cut begins with the whole log again.
            try? FileManager.default.removeItem(atPath: image.database + "-shm")
        }
    }

    @Test func `that is gone is missed`() throws {
        let image = try image()
        try FileManager.default.removeItem(atPath: image.writeAheadLog)
        try image.note(52)
        let error = #expect(throws: JournalError.self) { try image.open() }
        guard case .damaged(let position, let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(position == "command 43")
        #expect(reason.contains("up to command 52, which was acknowledged"))
        // Who means it, goes on without.
        try FileManager.default.removeItem(atPath: image.directory + "/journal.lock")
        #expect(try JournalFixture.replayed(try image.open()) == JournalFixture.commands(1...42))
    }

    @Test func `with a damaged header is refused`() throws {
        let image = try image()
        for offset in 0..<32 {
            let log = try JournalFixture.bytes(image.writeAheadLog)
            var damaged = log
            damaged[offset] ^= 0x10
            try JournalFixture.write(damaged, to: image.writeAheadLog)
            let error = #expect(throws: JournalError.self) { try image.open() }
            guard case .damaged(let position, _) = error else {
                Issue.record("byte \(offset): \(String(describing: error))")
                continue
            }
            #expect(position == "the header of the write-ahead log")
            try JournalFixture.write(log, to: image.writeAheadLog)
        }
    }

    @Test func `damaged before its last commits is refused, where SQLite would drop them`() throws {
        let image = try image()
        let log = try JournalFixture.bytes(image.writeAheadLog)
        for offset in stride(from: 32, to: log.count / 2, by: 701) {
            var damaged = log
            damaged[offset] ^= 1
            try JournalFixture.write(damaged, to: image.writeAheadLog)
            let error = #expect(throws: JournalError.self, "byte \(offset)") { try image.open() }
            guard case .damaged(let position, _) = error else {
                Issue.record("byte \(offset): \(String(describing: error))")
                continue
            }
            #expect(position == "frame \((offset - 32) / (4_096 + 24) + 1) of the write-ahead log")
        }
        try JournalFixture.write(log, to: image.writeAheadLog)
        #expect(try JournalFixture.replayed(try image.open()).count == 52)
    }
}
