import Foundation
import PlimsollModel

/// A whole flow told in a file: rules, accounts and steps, with what must be true after each.
///
/// `Vectors/scenarios/README.md` describes the format.
struct ConformanceFlow {
    let name: String
    let rules: VenueRules
    let accounts: [DocumentReader]
    let steps: [DocumentReader]
    /// How far an expected number may be from the real one; zero where the file says nothing.
    let tolerance: Tolerance

    /// Whether a document means to be a flow; what is wrong with it is said by reading it.
    static func isFlow(_ members: [String: JSONValue]) -> Bool { members["scenario"] != nil }

    init(_ document: DocumentReader) throws(ProfileError) {
        let members = try document.members(
            required: ["scenario", "source", "rules", "accounts", "steps"],
            optional: ["asOf", "fit", "note", "tolerance"]
        )
        name = try Profile.member("scenario", of: members).text()
        for key in ["source", "asOf", "fit", "note"] { _ = try members[key]?.text() }
        rules = try ProfileOverlay.rules(from: Profile.member("rules", of: members))
        accounts = try Profile.member("accounts", of: members).elements()
        steps = try Profile.member("steps", of: members).elements()
        guard !steps.isEmpty else { throw document.fail("a flow has steps") }
        var bound = ExactNumber.zero
        if let reader = members["tolerance"] { bound = try reader.exactNumber() }
        tolerance = Tolerance(absolute: bound, relative: nil)
    }

    /// Plays the flow from an empty venue.
    ///
    /// - Returns: The first step that comes out differently; `nil` where all come out as told.
    /// - Throws: `ProfileError` where the file cannot be read as a flow.
    func run() throws(ProfileError) -> FlowFailure? {
        var venue = try FlowVenue(self)
        for step in steps {
            if let mismatch = try venue.perform(step, within: tolerance) {
                return FlowFailure(step: step.path, mismatch: mismatch)
            }
        }
        return nil
    }
}

/// Where a flow parted from what its file tells.
struct FlowFailure: Hashable, Sendable {
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
}
