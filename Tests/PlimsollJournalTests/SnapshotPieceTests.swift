import Foundation
import GRDB
import PlimsollModel
import PlimsollTestSupport
import Synchronization
import Testing

@testable import PlimsollJournal

/// Spec: JRN-005.
@Suite(.computesForLong) struct `A snapshot in pieces` {
    /// Of the fixture's snapshots, two whole pieces and a rest.
    private static let limits = JournalLimits(pieceSize: 90)
    private static let piecesEach = 2

    private func append(_ numbers: ClosedRange<UInt64>, to journal: Journal) throws {
        for number in numbers {
            try journal.append(
                JournalFixture.commands(number...number)[...],
                after: JournalFixture.digest(before: number)
            )
        }
    }

    /// A closed journal; its lock goes with the end of this.
    private func fill(_ fixture: JournalFixture) throws {
        let journal = try fixture.open(limits: Self.limits)
        try JournalFixture.fill(journal)
        try journal.close()
    }

    /// The disk takes so many writes of the second snapshot, and no more.
    private func fail(_ fixture: JournalFixture, after writes: Int) throws {
        let left = Mutex(Int.max)
        let journal = try Journal.open(
            directory: fixture.directory,
            limits: Self.limits,
            failing: FailurePoints { point in
                guard point == .write else { return false }
                return left.withLock { left in
                    left -= 1
                    return left < 0
                }
            }
        )
        try append(1...9, to: journal)
        try journal.store(JournalFixture.snapshot(at: 5))
        left.withLock { $0 = writes }
        #expect(throws: JournalError.self) { try journal.store(JournalFixture.snapshot(at: 9)) }
        #expect(try journal.latestSnapshot() == JournalFixture.snapshot(at: 5))
        try journal.close()
    }

    private func pieceCount(_ journal: Journal) throws -> Int {
        try journal.queue.read { database in
            guard try JournalDatabase.hasPieces(database) else { return 0 }
            return try Int.fetchOne(database, sql: "SELECT count(*) FROM snapshot_pieces") ?? 0
        }
    }

    @Test func `leaves others their turn between the pieces`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open(limits: JournalLimits(pieceSize: 1 << 16))
        try append(1...1, to: journal)
        var snapshot = JournalFixture.snapshot(at: 1)
        snapshot.projections = (0..<4 << 20).map { UInt8(truncatingIfNeeded: $0 / 3) }
        let large = snapshot
        let isDone = Atomic(false)
        let thread = Thread {
            try? journal.store(large)
            isDone.store(true, ordering: .releasing)
        }
        thread.start()
        var between: UInt64 = 0
        while !isDone.load(ordering: .acquiring) {
            try append((between + 2)...(between + 2), to: journal)
            between += 1
        }
        // In one transaction it was one or two.
        #expect(between > 10)
        #expect(try journal.latestSnapshot() == large)
        #expect(try pieceCount(journal) == 64)
        try journal.verifyChain()
    }

    @Test func `is read back, copied, and of a file that says so`() throws {
        let fixture = JournalFixture()
        try fill(fixture)
        let journal = try fixture.open()
        for sequence: UInt64 in [4, 40] {
            let reader = try JournalReader(directory: fixture.directory)
            let read = try reader.snapshot(upTo: Sequence(rawValue: sequence))
            #expect(read == JournalFixture.snapshot(at: sequence))
        }
        #expect(try journal.queue.read { try JournalDatabase.version($0) } == 3)
        let copy = JournalFixture()
        #expect(
            try JournalCopy.make(of: fixture.directory, in: copy.directory).snapshotCount == 2
        )
        #expect(try copy.open().latestSnapshot() == JournalFixture.snapshot(at: 40))
    }

    @Test func `counts only once it is whole, and what is left of one is removed`() throws {
        // A look for this snapshot, one for what is left of others, its pieces, its row.
        for writes in 0..<(2 + Self.piecesEach + 1) {
            let fixture = JournalFixture()
            try fail(fixture, after: writes)
            let journal = try fixture.open(limits: Self.limits)
            #expect(try journal.latestSnapshot() == JournalFixture.snapshot(at: 5))
            #expect(try pieceCount(journal) == Self.piecesEach + max(0, writes - 2))
            try journal.store(JournalFixture.snapshot(at: 9))
            #expect(try journal.latestSnapshot() == JournalFixture.snapshot(at: 9))
            #expect(try pieceCount(journal) == 2 * Self.piecesEach)
        }
    }

    @Test func `stands once, however often it is stored, and goes with its pieces`() throws {
        let fixture = JournalFixture()
        let journal = try fixture.open(limits: Self.limits)
        try append(1...40, to: journal)
        for number: UInt64 in 1...40 {
            try journal.store(JournalFixture.snapshot(at: number))
            try journal.store(JournalFixture.snapshot(at: number))
        }
        var kept = 0
        try journal.eachSnapshot { snapshot in
            kept += 1
            #expect(snapshot == JournalFixture.snapshot(at: snapshot.sequence.rawValue))
        }
        #expect(kept == 6)
        #expect(try pieceCount(journal) == kept * Self.piecesEach)
    }

    @Test(
        arguments: [
            "UPDATE snapshot_pieces SET body = zeroblob(90) WHERE id = 3",
            "UPDATE snapshot_pieces SET body = 7 WHERE id = 3",
            "UPDATE snapshot_pieces SET part = 1 WHERE id = 3",
            "UPDATE snapshot_pieces SET id = 9 WHERE id = 3",
            "UPDATE snapshot_pieces SET checksum = zeroblob(32) WHERE id = 3",
            "DELETE FROM snapshot_pieces WHERE id = 3", "DELETE FROM snapshot_pieces WHERE id > 2",
        ]
    )
    func `with a damaged piece is refused, and named`(statement: String) throws {
        let fixture = JournalFixture()
        try fill(fixture)
        try JournalFixture.tamper(fixture, statement)
        let error = #expect(throws: JournalError.self) { try fixture.open() }
        guard case .damaged(let position, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(position == "the snapshot at command 40")
    }

    @Test func `whose table is gone is refused`() throws {
        let fixture = JournalFixture()
        try fill(fixture)
        try JournalFixture.tamper(fixture, "DROP TABLE snapshot_pieces")
        #expect(throws: JournalError.self) { try fixture.open() }
    }
}
