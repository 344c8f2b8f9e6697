import Foundation
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollJournal

/// What a crash may leave of the writes that were not yet synced.
///
/// Until a sync returns, the disk may have any of the sectors written since the one before, in any
/// order, and may have torn one.
private enum UnsyncedWrites: CaseIterable {
    case dropped
    case kept
    case lastTornAtAByte
    case lastTornAtASector
    case onlyTheLast
    case allButTheFirst
    case everyOtherSector
    case sizesWithoutBytes

    private static let sector = 512

    /// What stands on the disk of each of the writes; `place` differs from crash to crash.
    ///
    /// Where a file was as long before, what does not survive leaves the old bytes; where it grew, zeros.
    func survivors(
        of writes: [(file: String, offset: Int, bytes: [UInt8])],
        on files: [String: [UInt8]],
        _ place: Int
    ) -> [(file: String, offset: Int, bytes: [UInt8])] {
        guard let last = writes.last else { return [] }
        func torn(to length: Int) -> [(file: String, offset: Int, bytes: [UInt8])] {
            writes.dropLast() + [(last.file, last.offset, Array(last.bytes.prefix(length)))]
        }
        let cut = place &* 7919 % max(1, last.bytes.count)
        switch self {
        case .dropped: return []
        case .kept: return writes
        case .lastTornAtAByte: return torn(to: cut)
        case .lastTornAtASector: return torn(to: cut / Self.sector * Self.sector)
        case .onlyTheLast: return [last]
        case .allButTheFirst: return Array(writes.dropFirst())
        case .everyOtherSector:
            return writes.flatMap { write in
                stride(from: 0, to: write.bytes.count, by: Self.sector).compactMap { start in
                    let offset = write.offset + start
                    guard (offset / Self.sector + place).isMultiple(of: 2) else { return nil }
                    let end = min(write.bytes.count, start + Self.sector)
                    return (write.file, offset, Array(write.bytes[start..<end]))
                }
            }
        case .sizesWithoutBytes:
            return writes.compactMap { write in
                let end = write.offset + write.bytes.count
                let start = max(write.offset, files[write.file]?.count ?? 0)
                return end > start
                    ? (write.file, start, Array(repeating: 0, count: end - start)) : nil
            }
        }
    }
}

/// The disk at one moment: what is safe, and what was written since.
private struct DiskImage {
    var files: [String: [UInt8]]
    /// Written and not yet synced, in order.
    var unsynced: [(file: String, offset: Int, bytes: [UInt8])] = []
    var told: (command: UInt64, snapshot: UInt64) = (0, 0)

    mutating func apply(_ operation: WatchedDisk.Operation) {
        switch operation {
        case .write(let file, let offset, let bytes): unsynced.append((file, offset, bytes))
        case .truncate(let file, let size):
            // Of the writes before it those that lie behind the end count no more.
            sync(file)
            files[file] = Array((files[file] ?? []).prefix(size))
        case .sync(let file): sync(file)
        case .told(let command, let snapshot): told = (command, snapshot)
        }
    }

    private mutating func sync(_ file: String) {
        for write in unsynced where write.file == file { put(write) }
        unsynced.removeAll { $0.file == file }
    }

    private mutating func put(_ write: (file: String, offset: Int, bytes: [UInt8])) {
        var bytes = files[write.file] ?? []
        let end = write.offset + write.bytes.count
        if bytes.count < end { bytes += Array(repeating: 0, count: end - bytes.count) }
        bytes.replaceSubrange(write.offset..<end, with: write.bytes)
        files[write.file] = bytes
    }

    /// A data directory as a crash now may leave it.
    func directory(after crash: UnsyncedWrites, _ place: Int) throws -> JournalFixture {
        var image = self
        for write in crash.survivors(of: unsynced, on: files, place) { image.put(write) }
        let fixture = JournalFixture(onDisk: false)
        try fixture.make()
        for (name, bytes) in image.files {
            try JournalFixture.write(bytes, to: fixture.directory + "/" + name)
        }
        try fixture.note(told.command)
        return fixture
    }
}

/// Spec: JRN-001, JRN-004.
@Suite(.computesForLong, .serialized) struct `A crash at any moment` {
    private static let commandCount: UInt64 = 200
    /// Small enough that pieces of snapshots, copies of the log and removals of records all come
    /// often.
    private static let limits = JournalLimits(
        sizeMax: 20_000,
        checkpointPageCount: 60,
        removalCount: 4,
        pieceSize: 90
    )

    /// How many of the crashes are tried: one in so many at each boundary inside a commit.
    ///
    /// `make soak` tries all.
    private static let isExhaustive =
        ProcessInfo.processInfo.environment["PLIMSOLL_CRASHES"] == "all"

    /// Writes a journal of single commands and snapshots on a watched disk.
    private func record() throws -> (start: DiskImage, operations: [WatchedDisk.Operation]) {
        let fixture = JournalFixture(onDisk: false)
        try fixture.open().close()
        let disk = WatchedDisk(fixture.directory)
        defer { disk.release() }
        var start = DiskImage(files: [:])
        start.files["journal.sqlite"] = try JournalFixture.bytes(fixture.database)
        let journal = try fixture.open(limits: Self.limits)
        var snapshot: UInt64 = 0
        for number in 1...Self.commandCount {
            try journal.append(
                JournalFixture.commands(number...number)[...],
                after: JournalFixture.digest(before: number)
            )
            disk.note(.told(command: number, snapshot: snapshot))
            guard number.isMultiple(of: 13) else { continue }
            try journal.store(JournalFixture.snapshot(at: number))
            snapshot = number
            disk.note(.told(command: number, snapshot: snapshot))
        }
        #expect(journal.origin > .zero, "records were removed on the way")
        return (start, disk.operations)
    }

    @Test func `loses nothing that was told and keeps nothing by halves`() throws {
        let (start, operations) = try record()
        var image = start
        var outcomes: [UnsyncedWrites: Set<UInt64>] = [:]
        var crashes = 0
        for (place, operation) in operations.enumerated() {
            image.apply(operation)
            guard !image.unsynced.isEmpty else { continue }
            var kinds = UnsyncedWrites.allCases
            // Just before a sync, everything that the sync will make safe is at stake.
            if !Self.isExhaustive { kinds = [kinds[place % kinds.count]] }
            for crash in kinds {
                let fixture = try image.directory(after: crash, place)
                let last = try recover(fixture, image.told, crash)
                outcomes[crash, default: []].insert(last - image.told.command)
                crashes += 1
            }
        }
        #expect(crashes > 800)
        let copies = operations.filter {
            if case .sync("journal.sqlite") = $0 { true } else { false }
        }
        #expect(copies.count > 5, "the log was copied into the file on the way")
        #expect(outcomes[.kept] == [0, 1], "a whole commit counts though nobody was told")
        // One that waits for a copy of the log is on the disk already.
        #expect(outcomes[.dropped]?.contains(0) == true)
    }

    /// Opens what a crash left, reads it, and goes on with it; returns the last command found.
    private func recover(
        _ fixture: JournalFixture,
        _ told: (command: UInt64, snapshot: UInt64),
        _ crash: UnsyncedWrites
    ) throws -> UInt64 {
        let journal = try fixture.open(limits: Self.limits)
        let (last, origin) = (journal.lastSequence.rawValue, journal.origin.rawValue)
        let moment = "\(crash) after command \(told.command)"
        #expect(last - told.command <= 1, "\(moment)")
        let expected = last == origin ? [] : JournalFixture.commands((origin + 1)...last)
        #expect(try JournalFixture.replayed(journal, after: origin) == expected, "\(moment)")
        let snapshot = try journal.latestSnapshot()
        #expect((snapshot?.sequence.rawValue ?? 0) >= told.snapshot, "\(moment)")
        if let snapshot {
            #expect(snapshot == JournalFixture.snapshot(at: snapshot.sequence.rawValue))
        }
        // The next commit lands where the lost one would have been.
        try journal.append(
            JournalFixture.commands((last + 1)...(last + 1))[...],
            after: JournalFixture.digest(before: last + 1)
        )
        try journal.close()
        return last
    }
}
