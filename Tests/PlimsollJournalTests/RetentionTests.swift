import Foundation
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollJournal

/// Spec: JRN-004.
@Suite(.computesForLong) struct `A journal with a limit` {
    private static let limits = JournalLimits(sizeMax: 200_000, checkpointPageCount: 100)

    /// Appends batches of ten, with a snapshot after every hundred.
    private func write(_ journal: Journal, upTo end: UInt64) throws {
        while journal.lastSequence.rawValue < end {
            let first = journal.lastSequence.rawValue + 1
            try journal.append(
                JournalFixture.commands(first...(first + 9))[...],
                after: JournalFixture.digest(before: first)
            )
            guard (first + 9).isMultiple(of: 100) else { continue }
            try journal.store(JournalFixture.snapshot(at: first + 9))
        }
    }

    private func snapshots(_ journal: Journal) throws -> [UInt64] {
        var sequences: [UInt64] = []
        try journal.eachSnapshot { sequences.append($0.sequence.rawValue) }
        return sequences
    }

    private func size(_ fixture: JournalFixture) throws -> Int {
        try JournalFixture.bytes(fixture.database).count
    }

    @Test func `stops growing, and begins with its oldest snapshot`() throws {
        let fixture = JournalFixture(onDisk: false)
        let journal = try fixture.open(limits: Self.limits)
        try write(journal, upTo: 5_000)
        let early = try size(fixture)
        try write(journal, upTo: 40_000)
        let late = try size(fixture)
        #expect(late < early + 100_000)
        #expect(late < 2 * Self.limits.sizeMax)
        let origin = journal.origin.rawValue
        #expect(origin > 35_000)
        #expect(try snapshots(journal).first == origin)
        #expect(
            try JournalFixture.replayed(journal, after: origin)
                == JournalFixture.commands((origin + 1)...40_000)
        )
        try journal.verifyChain()
    }

    @Test func `goes on after a restart, and says what it no longer has`() throws {
        let fixture = JournalFixture(onDisk: false)
        do {
            let journal = try fixture.open(limits: Self.limits)
            try write(journal, upTo: 6_000)
            try journal.close()
        }
        let journal = try fixture.open()
        let origin = journal.origin
        #expect(origin > .zero)
        #expect(throws: JournalError.removed(upTo: origin)) {
            try JournalFixture.replayed(journal, after: origin.rawValue - 1)
        }
        let reader = try JournalReader(directory: fixture.directory)
        #expect(throws: JournalError.removed(upTo: origin)) {
            try reader.read(after: .zero, upTo: journal.lastSequence) { _ in }
        }
        try write(journal, upTo: 6_500)
        #expect(journal.origin == origin, "without a limit nothing goes")
        #expect(journal.lastSequence.rawValue == 6_500)
    }

    @Test func `whose first snapshot is gone is refused`() throws {
        let fixture = JournalFixture(onDisk: false)
        let origin: Sequence
        do {
            let journal = try fixture.open(limits: Self.limits)
            try write(journal, upTo: 6_000)
            origin = journal.origin
            try journal.close()
        }
        try JournalFixture.tamper(fixture, "DELETE FROM snapshots WHERE sequence = \(origin)")
        let error = #expect(throws: JournalError.self) { try fixture.open() }
        guard case .damaged(let position, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(position == "the snapshot at command \(origin)")
    }

    @Test func `without the note of its beginning is refused`() throws {
        let fixture = JournalFixture(onDisk: false)
        do {
            let journal = try fixture.open(limits: Self.limits)
            try write(journal, upTo: 6_000)
            try journal.close()
        }
        try JournalFixture.tamper(fixture, "DELETE FROM head WHERE id = 0")
        #expect(throws: JournalError.self) { try fixture.open() }
    }

    @Test func `keeps snapshots spread over its history, the first and the newest two among them`()
    {
        var kept: [Int64] = []
        for sequence in 1...Int64(1_000) {
            kept = Journal.thinned(kept + [sequence])
            #expect(kept.count <= 6)
            #expect(kept.first == 1)
            #expect(kept.suffix(2) == [max(1, sequence - 1), sequence].suffix(kept.count))
        }
        let gaps = zip(kept, kept.dropFirst()).map { $1 - $0 }.dropLast()
        #expect(gaps.allSatisfy { $0 < 700 }, "\(kept)")
    }
}
