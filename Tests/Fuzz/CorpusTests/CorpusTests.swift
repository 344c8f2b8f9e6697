import Foundation
import PlimsollTestSupport
import Testing

/// Where a fact about what was read does not hold.
func hold(_ fact: Bool, _ words: @autoclosure () -> String) {
    if !fact { Issue.record(Comment(rawValue: words())) }
}

/// What every fuzzing run begins with, without the fuzzer: what it once found stays mended, and the
/// targets stay what the readers are.
@Suite(.computesForLong) struct `The corpus that is kept` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The files of a target, as `Scripts/fuzz.sh` gives them to the fuzzer.
    private static func files(of target: FuzzTarget) throws -> [URL] {
        let folders =
            switch target {
            case .scenario: ["Scenarios", "Tests/Fuzz/Corpus/scenario"]
            case .profile: ["Profiles"]
            case .journal: [try seeds()]
            default: ["Tests/Fuzz/Corpus/\(target.rawValue)"]
            }
        return try folders.flatMap { folder in
            try FileManager.default.contentsOfDirectory(
                at: URL(filePath: folder, relativeTo: root),
                includingPropertiesForKeys: nil
            ).sorted { $0.path < $1.path }
        }
    }

    /// A record of the journal is made anew, since stored formats change.
    private static func seeds() throws -> String {
        try writeSeeds(profile: root.path + "/Profiles/seed-simple.json", into: scratch)
        return scratch + "/" + FuzzTarget.journal.rawValue
    }

    @Test(arguments: FuzzTarget.allCases)
    func `is read, whole, cut short and with a byte changed`(target: FuzzTarget) throws {
        let files = try Self.files(of: target)
        #expect(!files.isEmpty)
        for file in files {
            let bytes = Array(try Data(contentsOf: file))
            target.take(bytes)
            // Twenty places at most: long files take their time to read.
            for place in stride(from: 0, to: bytes.count, by: bytes.count / 20 + 1) {
                target.take(Array(bytes.prefix(place)))
                var changed = bytes
                changed[place] ^= 1 << UInt8(place % 8)
                target.take(changed)
            }
        }
    }
}
