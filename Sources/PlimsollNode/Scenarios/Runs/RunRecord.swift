internal import Foundation
public import PlimsollModel

/// A run as a document that says everything that is needed to play it again.
public struct RunRecord: Codable, Sendable {
    public struct Checkpoint: Codable, Sendable {
        public var sequence: UInt64
        public var digest: String
    }

    public struct Result: Codable, Sendable {
        public var threshold: String
        public var value: String
        public var isMet: Bool
    }

    /// Of this document's layout.
    public var version: Int
    /// Where the scenario was read; files that it names by a relative path lie beside it.
    public var file: String
    public var name: String
    public var title: String
    /// The scenario as it was read.
    public var text: String
    public var seed: UInt64
    /// Of the rules that the scenario and its profile gave.
    public var rulesDigest: String
    public var sequence: UInt64
    public var digest: String
    public var checkpoints: [Checkpoint]
    public var metrics: [String: String]
    public var thresholds: [Result]

    static let versionNumber = 1

    public init(_ scenario: Scenario, file: String, _ outcome: ScenarioOutcome) {
        version = Self.versionNumber
        self.file = file
        name = scenario.name
        title = scenario.title
        text = scenario.text
        seed = outcome.seed
        rulesDigest = scenario.rulesDigest
        sequence = outcome.sequence.rawValue
        digest = outcome.digest.description
        checkpoints = outcome.checkpoints.map {
            Checkpoint(sequence: $0.sequence.rawValue, digest: $0.digest.description)
        }
        metrics = Dictionary(
            uniqueKeysWithValues: outcome.metrics.map { ($0.name, $0.value.description) }
        )
        thresholds = outcome.results.map {
            Result(
                threshold: $0.threshold.description,
                value: $0.value.description,
                isMet: $0.isMet
            )
        }
    }

    /// Reads a record.
    ///
    /// - Throws: `ProfileError` where there is none or it cannot be understood.
    public static func read(path: String) throws(ProfileError) -> RunRecord {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ProfileError(kind: .notFound, file: path, reason: "there is no such file")
        }
        let record: RunRecord
        do {
            record = try JSONDecoder().decode(RunRecord.self, from: bytes)
        } catch {
            throw ProfileError(
                kind: .malformed,
                file: path,
                reason: "not a record that plimsoll run has written"
            )
        }
        guard record.version == versionNumber else {
            throw ProfileError(
                kind: .malformed,
                file: path,
                path: "version",
                reason: "a record of version \(record.version), where this program reads"
                    + " \(versionNumber)"
            )
        }
        return record
    }

    /// Plays the run again and looks for the first difference.
    ///
    /// - Returns: Where it comes out differently; `nil` where every digest is the recorded one.
    public func mismatch(
        progress: (Rate) -> Void = { _ in }
    ) throws(RunError) -> VenueMismatch? {
        let scenario: Scenario
        do {
            scenario = try Scenario(text: text, file: file)
        } catch {
            throw .scenario(error)
        }
        guard scenario.rulesDigest == rulesDigest else {
            throw .otherRules(scenario.rules.name)
        }
        let outcome: ScenarioOutcome
        do {
            outcome = try ScenarioRun.play(scenario, seed: seed, progress: progress)
        } catch {
            throw .node(error)
        }
        let recorded = checkpoints + [Checkpoint(sequence: sequence, digest: digest)]
        let replayed =
            outcome.checkpoints
            + [.init(sequence: outcome.sequence, digest: outcome.digest)]
        var last = UInt64.zero
        for (place, checkpoint) in recorded.enumerated() {
            let other = place < replayed.count ? replayed[place] : replayed[replayed.count - 1]
            guard other.sequence.rawValue == checkpoint.sequence,
                other.digest.description == checkpoint.digest
            else {
                return VenueMismatch(
                    first: Sequence(rawValue: last + 1),
                    last: Sequence(rawValue: min(checkpoint.sequence, other.sequence.rawValue)),
                    recorded: Digest(value: UInt64(checkpoint.digest, radix: 16) ?? 0),
                    replayed: other.digest
                )
            }
            last = checkpoint.sequence
        }
        return nil
    }
}

/// Why a record cannot be played again.
public enum RunError: Error, Sendable {
    case scenario(ProfileError)
    case node(NodeError)
    /// The profile of this name has other rules than in the run.
    case otherRules(String)
}

extension Scenario {
    /// Of the rules, to tell whether the profile is still that of a record.
    var rulesDigest: String {
        var digest = Digest()
        for change in rules.changes { change.encode(into: &digest) }
        return digest.description
    }
}
