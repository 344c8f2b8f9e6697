import Foundation
import PlimsollJournal
import PlimsollModel
import Testing

@testable import PlimsollNode

@Suite struct `A data directory that cannot be written` {
    /// Ends the process with a reason that the test's output shows.
    private static func require(_ fact: Bool, _ words: String) {
        guard !fact else { return }
        FileHandle.standardError.write(Data("not so: \(words)\n".utf8))
        exit(1)
    }

    /// Takes the right to write from everybody, and from an administrator the privilege.
    private static func forbidWriting(_ directory: String) throws {
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: directory) {
            try files.setAttributes(
                [.posixPermissions: 0o444],
                ofItemAtPath: directory + "/" + name
            )
        }
        try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: directory)
        if geteuid() == 0 { require(seteuid(65_534) == 0, "the privilege is given up") }
    }

    @Test func `is not started, and can be verified and copied`() async {
        await #expect(processExitsWith: .success) {
            // Not the user's own folder for such files, which nobody else may enter.
            let root = "/tmp/plimsoll-\(UUID().uuidString)"
            var configuration = try NodeFixture().configuration()
            configuration.dataDirectory = root
            let log = NodeFixture().log
            var loop = try VenueLoop.open(configuration, log: log)
            try loop.execute([price, buy(1, at: 99), buy(2, at: 98)])
            let last = loop.digest
            try loop.finish()
            _ = consume loop
            let files = FileManager.default
            let names = Set(try files.contentsOfDirectory(atPath: root))
            try Self.forbidWriting(root)

            do throws(NodeError) {
                _ = try VenueLoop.open(configuration, log: log)
                Self.require(false, "a venue that cannot write does not start")
            } catch {
                Self.require(
                    error.description.contains("journal.lock: Permission denied"),
                    "the start says why: \(error)"
                )
            }
            let report = try VenueVerifier.verify(directory: root)
            Self.require(
                report.mismatch == nil && report.sequence == last.sequence
                    && report.digest == last.digest,
                "it is verified whole"
            )
            let copied = "/tmp/plimsoll-\(UUID().uuidString)"
            let copy = try JournalCopy.make(of: root, in: copied)
            Self.require(copy.lastSequence == last.sequence, "it is copied whole")
            Self.require(
                Set(try files.contentsOfDirectory(atPath: root)) == names,
                "nothing was made beside it"
            )
            try files.removeItem(atPath: copied)
            if geteuid() != getuid() { _ = seteuid(getuid()) }
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root)
            try files.removeItem(atPath: root)
        }
    }

    @Test func `with a log that has to be read first is not guessed at`() async {
        await #expect(processExitsWith: .success) {
            let fixture = NodeFixture()
            var loop = try fixture.loop(try fixture.configuration())
            try loop.execute([price])
            let image = NodeFixture()
            try fixture.copyAsIs(to: image)
            let root = "/tmp/plimsoll-\(UUID().uuidString)"
            let files = FileManager.default
            try files.copyItem(atPath: image.directory, toPath: root)
            try Self.forbidWriting(root)
            do throws(NodeError) {
                _ = try VenueVerifier.verify(directory: root)
                Self.require(false, "what lies in the log alone is not left out")
            } catch {
                Self.require("\(error)".contains("write-ahead log"), "it says why: \(error)")
            }
            if geteuid() != getuid() { _ = seteuid(getuid()) }
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root)
            try files.removeItem(atPath: root)
            try loop.finish()
        }
    }
}
