import Foundation
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollJournal

/// Spec: JRN-001.
@Suite(.computesForLong, .serialized) struct `A disk that fails` {
    private static let limits = JournalLimits(
        sizeMax: 1,
        checkpointPageCount: 20,
        pieceSize: 90
    )
    private static let commandCount: UInt64 = 16

    /// Commands one by one, with snapshots among them; stops at the first that fails.
    private func write(_ journal: Journal) -> (told: UInt64, error: JournalError?) {
        var told: UInt64 = 0
        do {
            for number in 1...Self.commandCount {
                try journal.append(
                    JournalFixture.commands(number...number)[...],
                    after: JournalFixture.digest(before: number)
                )
                told = number
                guard number.isMultiple(of: 5) else { continue }
                try journal.store(JournalFixture.snapshot(at: number))
            }
            return (told, nil)
        } catch {
            return (told, error)
        }
    }

    private func emptyJournal() throws -> JournalFixture {
        let fixture = JournalFixture(onDisk: false)
        try fixture.open().close()
        return fixture
    }

    /// What a venue without a fault does to its disk.
    private func sites() throws -> [WatchedDisk.Operation] {
        let fixture = try emptyJournal()
        let disk = WatchedDisk(fixture.directory)
        defer { disk.release() }
        let journal = try fixture.open(limits: Self.limits)
        disk.begin()
        #expect(write(journal).error == nil)
        #expect(journal.origin > .zero, "records were removed on the way")
        return disk.operations
    }

    @Test(arguments: WatchedDisk.Fault.allCases)
    private func `stops the journal at once, wherever it fails, and costs nothing that was told`(
        fault: WatchedDisk.Fault
    ) throws {
        let sites = try sites()
        var failures = 0
        for (place, site) in sites.enumerated() where fault.strikes(site) {
            let fixture = try emptyJournal()
            let told = try fail(fixture, fault, at: place, "\(fault) of \(site.name)")
            failures += 1
            // There is room again: an orderly start with all that was told, and perhaps the one
            // that was under way.
            let journal = try fixture.open(limits: Self.limits)
            let (last, origin) = (journal.lastSequence.rawValue, journal.origin.rawValue)
            #expect(last - told <= 1, "\(fault) of \(site.name)")
            let expected = last == origin ? [] : JournalFixture.commands((origin + 1)...last)
            #expect(try JournalFixture.replayed(journal, after: origin) == expected)
            try journal.append(
                JournalFixture.commands((last + 1)...(last + 1))[...],
                after: JournalFixture.digest(before: last + 1)
            )
            try journal.close()
        }
        #expect(failures > 20)
    }

    /// Returns the last command that was told.
    private func fail(
        _ fixture: JournalFixture,
        _ fault: WatchedDisk.Fault,
        at place: Int,
        _ site: String
    ) throws -> UInt64 {
        let disk = WatchedDisk(fixture.directory)
        defer { disk.release() }
        let journal = try fixture.open(limits: Self.limits)
        disk.begin()
        disk.fail(fault, from: place)
        let (told, error) = write(journal)
        guard let error, case .io(let words) = error else {
            Issue.record("\(site): \(String(describing: error))")
            return told
        }
        #expect(words.contains("disk"), "\(site): \(words)")
        #expect(disk.struckCount > 0)
        // The disk works again, and yet: what the kernel dropped, nobody knows.
        disk.mend()
        // The one under way may be on the disk, where its log could not be copied into the file.
        #expect(journal.lastSequence.rawValue - told <= 1, "\(site)")
        let next = JournalFixture.commands((told + 2)...(told + 2))[...]
        #expect(throws: error) { try journal.append(next, after: Digest()) }
        #expect(throws: error) { try journal.store(JournalFixture.snapshot(at: told)) }
        #expect(throws: error) { try journal.setSetting("seed", to: "1") }
        #expect(try journal.setting("seed") == nil, "it can be read")
        try journal.close()
        return told
    }

    @Test func `keeps a journal from being made, and a later start makes it`() throws {
        let fixture = JournalFixture(onDisk: false)
        let disk = WatchedDisk(fixture.directory)
        for (place, fault) in [(0, WatchedDisk.Fault.full), (3, .error), (0, .failedSync)] {
            disk.begin()
            disk.fail(fault, from: place)
            #expect(throws: JournalError.self) { try fixture.open() }
            #expect(!FileManager.default.fileExists(atPath: fixture.database))
        }
        disk.mend()
        let journal = try fixture.open()
        #expect(journal.lastSequence == .zero)
        disk.release()
    }
}

extension WatchedDisk.Operation {
    fileprivate var name: String {
        switch self {
        case .write(let file, let offset, let bytes): "\(bytes.count) bytes at \(offset) of \(file)"
        case .truncate(let file, let size): "\(file) cut to \(size)"
        case .sync(let file): "the sync of \(file)"
        case .told(let command, _): "command \(command)"
        }
    }
}
