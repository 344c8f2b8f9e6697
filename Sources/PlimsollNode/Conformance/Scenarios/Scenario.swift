import Foundation
import PlimsollModel

/// A whole flow told in a file: rules, accounts and steps, with what must be true after each.
///
/// `Vectors/scenarios/README.md` describes the format.
struct Scenario {
    let name: String
    let rules: VenueRules
    let accounts: [DocumentReader]
    let steps: [DocumentReader]
    /// How far an expected number may be from the real one; zero where the file says nothing.
    let tolerance: Tolerance

    /// Whether a document means to be a scenario; what is wrong with it is said by reading it.
    static func isScenario(_ members: [String: JSONValue]) -> Bool { members["scenario"] != nil }

    init(_ document: DocumentReader) throws(ProfileError) {
        let members = try document.members(
            required: ["scenario", "source", "rules", "accounts", "steps"],
            optional: ["asOf", "fit", "note", "tolerance"]
        )
        name = try Profile.member("scenario", of: members).text()
        for key in ["source", "asOf", "fit", "note"] { _ = try members[key]?.text() }
        rules = try ScenarioRules.rules(from: Profile.member("rules", of: members))
        accounts = try Profile.member("accounts", of: members).elements()
        steps = try Profile.member("steps", of: members).elements()
        guard !steps.isEmpty else { throw document.fail("a scenario has steps") }
        var bound = ExactNumber.zero
        if let reader = members["tolerance"] { bound = try reader.exactNumber() }
        tolerance = Tolerance(absolute: bound, relative: nil)
    }

    /// Plays the scenario from an empty venue.
    ///
    /// - Returns: The first step that comes out differently; `nil` where all come out as told.
    /// - Throws: `ProfileError` where the file cannot be read as a scenario.
    func run() throws(ProfileError) -> ScenarioFailure? {
        var venue = try ScenarioVenue(self)
        for step in steps {
            if let mismatch = try venue.perform(step, within: tolerance) {
                return ScenarioFailure(step: step.path, mismatch: mismatch)
            }
        }
        return nil
    }
}

/// Where a scenario parted from what its file tells.
struct ScenarioFailure: Hashable, Sendable {
    /// Such as `steps[3]`.
    var step: String
    var mismatch: VectorMismatch
}

extension DocumentReader {
    func exactNumber() throws(ProfileError) -> ExactNumber {
        guard let number = value.exact else {
            throw fail("a number was expected, not \(value.kind)")
        }
        return number
    }

    /// A span of time, as in `250ms`, `5s`, `10m` or `8h`.
    func milliseconds() throws(ProfileError) -> Int64 {
        let units: [(suffix: String, milliseconds: Int64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        let text = try text()
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let count = Int64(text.dropLast(unit.suffix.count)), count >= 0,
                count < 1_000_000_000
            else { continue }
            return count * unit.milliseconds
        }
        throw fail("a time is written as in 250ms, 5s, 10m or 8h")
    }
}
