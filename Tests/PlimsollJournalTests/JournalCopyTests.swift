import Foundation
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollJournal

/// Spec: JRN-003.
@Suite(.computesForLong) struct `A copy of a journal` {
    private func made(
        _ fixture: JournalFixture,
        upTo end: JournalCopy.End = .last
    ) throws -> (fixture: JournalFixture, copy: JournalCopy) {
        let target = JournalFixture()
        let copy = try JournalCopy.make(
            of: fixture.directory,
            in: target.directory,
            upTo: end
        )
        return (target, copy)
    }

    private func commands(_ fixture: JournalFixture) throws -> [SequencedCommand] {
        try JournalFixture.replayed(try fixture.open())
    }

    @Test func `holds everything, and is made while the venue writes on`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open()
        try JournalFixture.fill(journal)
        let (target, copy) = try made(fixture)
        try journal.append(JournalFixture.commands(43...43)[...], after: Digest())
        #expect(copy.lastSequence == Sequence(rawValue: 42))
        #expect(copy.lastTime == JournalFixture.commands(42...42)[0].time)
        #expect(copy.snapshotCount == 2)
        #expect(copy.damage == nil)
        let again = try target.open()
        #expect(try JournalFixture.replayed(again) == JournalFixture.commands(1...42))
        #expect(try again.latestSnapshot() == JournalFixture.snapshot(at: 40))
        #expect(try again.setting("seed") == "42")
        try again.append(JournalFixture.commands(43...43)[...], after: Digest())
        #expect(try JournalFixture.replayed(journal) == JournalFixture.commands(1...43))
    }

    @Test(arguments: [1, 2, 3, 4, 5, 39, 40, 41, 42] as [UInt64])
    func `ends with the command that was asked for, also inside a batch`(last: UInt64) throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let (target, copy) = try made(fixture, upTo: .command(Sequence(rawValue: last)))
        #expect(copy.lastSequence.rawValue == last)
        #expect(try commands(target) == JournalFixture.commands(1...last))
        let snapshot = try target.open().latestSnapshot()?.sequence.rawValue
        #expect(snapshot == (last >= 40 ? 40 : last >= 4 ? 4 : nil))
        #expect(try commands(fixture) == JournalFixture.commands(1...42), "the other is as before")
    }

    @Test func `ends with the last command of a time`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let tenth = JournalFixture.commands(10...10)[0].time
        for (milliseconds, last) in [(0, 10), (249, 10), (250, 11), (1_000_000, 42)] {
            let time = tenth.advanced(byMilliseconds: Int64(milliseconds))
            let (target, _) = try made(fixture, upTo: .time(time))
            #expect(try commands(target) == JournalFixture.commands(1...UInt64(last)))
        }
        #expect(throws: JournalError.outOfRange("the journal holds no command that early")) {
            try made(fixture, upTo: .time(.zero))
        }
        #expect(throws: JournalError.outOfRange("the journal ends with command 42")) {
            try made(fixture, upTo: .command(Sequence(rawValue: 43)))
        }
    }

    @Test func `is made only where there is nothing yet`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        #expect(throws: JournalError.occupied(fixture.directory)) {
            try JournalCopy.make(of: fixture.directory, in: fixture.directory)
        }
        let absent = JournalFixture()
        #expect(throws: JournalError.notFound(absent.database)) { try made(absent) }
    }

    @Test(arguments: [JournalCopy.End.last, .damage])
    func `of another version is refused`(end: JournalCopy.End) throws {
        let fixture = JournalFixture()
        try fixture.fill()
        try JournalFixture.tamper(fixture, "PRAGMA user_version = 4")
        #expect(throws: JournalError.unsupportedVersion("version 4 of the tables")) {
            try made(fixture, upTo: end)
        }
    }

    @Test func `of a damaged journal is refused, and leaves nothing behind`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        try JournalFixture.tamper(
            fixture,
            "UPDATE batches SET digest_before = 7 WHERE first_sequence = 5"
        )
        let target = JournalFixture()
        let error = #expect(throws: JournalError.self) {
            try JournalCopy.make(of: fixture.directory, in: target.directory)
        }
        guard case .damaged(let position, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(position == "commands 5 to 40")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.directory) == [])
    }

    @Test(
        arguments: [
            ("UPDATE batches SET body = zeroblob(9) WHERE first_sequence = 41", 40, "commands 41"),
            (
                "UPDATE batches SET digest_before = 7 WHERE first_sequence = 5", 4,
                "commands 5 to 40"
            ),
            ("DELETE FROM batches WHERE first_sequence = 4", 3, "command 4"),
            ("UPDATE snapshots SET engine = x'00' WHERE sequence = 40", 42, "the snapshot"),
            ("UPDATE head SET last_sequence = 45", 42, "command 43"),
        ]
    )
    func `of what is left ends before the damage, and tells of it`(
        statement: String,
        last: Int,
        position: String
    ) throws {
        let fixture = JournalFixture()
        try fixture.fill()
        try JournalFixture.tamper(fixture, statement)
        let before = try JournalFixture.bytes(fixture.database)
        let (target, copy) = try made(fixture, upTo: .damage)
        #expect(copy.lastSequence.rawValue == UInt64(last))
        #expect(
            copy.damage?.description.contains(position) == true,
            "\(String(describing: copy.damage))"
        )
        #expect(try commands(target) == JournalFixture.commands(1...UInt64(last)))
        #expect(try JournalFixture.bytes(fixture.database) == before, "nothing is cut in place")
    }

    @Test func `of a damaged write-ahead log keeps what is before the damage`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        let journal = try fixture.open()
        for number: UInt64 in 43...52 {
            try journal.append(JournalFixture.commands(number...number)[...], after: Digest())
        }
        let image = JournalFixture()
        try fixture.copyAsIs(to: image)
        var log = try JournalFixture.bytes(image.writeAheadLog)
        log[log.count / 2] ^= 1
        try JournalFixture.write(log, to: image.writeAheadLog)
        #expect(throws: JournalError.self) { try made(image) }
        let (target, copy) = try made(image, upTo: .damage)
        let last = copy.lastSequence.rawValue
        #expect((43..<52).contains(last))
        #expect(copy.damage?.description.contains("of the write-ahead log") == true)
        #expect(try commands(target) == JournalFixture.commands(1...last))
    }

    @Test func `misses what was acknowledged and is gone`() throws {
        let fixture = JournalFixture()
        try fixture.fill()
        try fixture.note(44)
        #expect(throws: JournalError.self) { try made(fixture) }
        let (_, copy) = try made(fixture, upTo: .damage)
        #expect(copy.lastSequence.rawValue == 42)
        #expect(copy.damage?.description.contains("command 43") == true)
    }

    @Test func `of a journal that begins later begins there too`() throws {
        let fixture = JournalFixture(onDisk: false)
        let limits = JournalLimits(sizeMax: 60_000, checkpointPageCount: 100)
        let journal = try fixture.open(limits: limits)
        for number: UInt64 in 1...900 {
            try journal.append(
                JournalFixture.commands(number...number)[...],
                after: JournalFixture.digest(before: number)
            )
            guard number.isMultiple(of: 50) else { continue }
            try journal.store(JournalFixture.snapshot(at: number))
        }
        let origin = journal.origin
        #expect(origin > .zero)
        let (target, copy) = try made(fixture)
        #expect(copy.origin == origin)
        let again = try target.open()
        #expect(again.origin == origin)
        #expect(
            try JournalFixture.replayed(again, after: origin.rawValue)
                == JournalFixture.commands((origin.rawValue + 1)...900)
        )
        #expect(throws: JournalError.removed(upTo: origin)) {
            let before = Sequence(rawValue: origin.rawValue - 1)
            _ = try made(fixture, upTo: .command(before))
        }
        // The snapshot that a journal begins with is one that a venue can begin with.
        let (first, beginning) = try made(fixture, upTo: .command(origin))
        #expect(beginning.lastSequence == origin)
        #expect(try first.open().latestSnapshot()?.sequence == origin)
    }
}
