import PlimsollJournal
import PlimsollModel
import PlimsollNode

/// How a command ended, as scripts see it.
enum ExitStatus: Int32 {
    case success = 0
    case failed = 1
    case usage = 2
    case configuration = 3
    case notFound = 4
    case noServer = 5
    case invariantBroken = 6
    case ruleFailed = 10

    /// The name in a machine-readable error.
    var name: String {
        switch self {
        case .success: "success"
        case .failed: "failed"
        case .usage: "usage"
        case .configuration: "configuration"
        case .notFound: "not_found"
        case .noServer: "no_server"
        case .invariantBroken: "invariant_broken"
        case .ruleFailed: "rule_failed"
        }
    }
}

/// Why a command could not do what it was asked, in one sentence.
struct CommandFailure: Error {
    let status: ExitStatus
    /// Without its full stop.
    let message: String
    /// What to try instead, where there is something.
    let suggestion: String?

    init(_ status: ExitStatus, _ message: String, suggestion: String? = nil) {
        self.status = status
        self.message = message
        self.suggestion = suggestion
    }

    init(_ error: ProfileError) {
        let suggestion = "plimsoll doctor --profile checks a profile"
        switch error.kind {
        case .notFound: self.init(.notFound, error.description)
        case .malformed: self.init(.configuration, error.description, suggestion: suggestion)
        case .impossible: self.init(.configuration, error.description)
        }
    }

    init(scenario error: ProfileError) {
        switch error.kind {
        case .notFound:
            self.init(
                .notFound,
                error.description,
                suggestion: "plimsoll run --list shows the scenarios that ship"
            )
        case .malformed, .impossible: self.init(.configuration, error.description)
        }
    }

    init(_ error: NodeError) {
        switch error {
        case .journal(.notFound(let path)):
            self.init(.notFound, "there is no journal at \(path)")
        case .journal(.locked):
            self.init(
                .failed,
                error.description,
                suggestion: "Stop that process, or name another directory with --data"
            )
        case .journal(.damaged):
            self.init(
                .invariantBroken,
                error.description,
                suggestion: "Nothing was cut or changed; `plimsoll restore DIR NEW --last-good` "
                    + "copies what is before the damage, or restore a backup"
            )
        case .journal(.io):
            self.init(
                .failed,
                error.description,
                suggestion: "Everything that was acknowledged is kept; start again once the disk "
                    + "has room and works"
            )
        case .journal(.occupied), .journal(.outOfRange), .journal(.removed):
            self.init(.configuration, error.description)
        case .configuration, .otherVenue:
            self.init(.configuration, error.description)
        case .diverged(let mismatch):
            self.init(.invariantBroken, "sequence \(mismatch.first): \(mismatch)")
        case .lawBroken(let sequence, let law):
            self.init(
                .invariantBroken,
                "sequence \(sequence): the books do not balance: \(law)",
                suggestion: "The venue stopped before it told anybody of that command; keep the "
                    + "data directory, `plimsoll verify` names the same command"
            )
        case .overloaded, .expired, .stopped, .readOnly, .journal, .clock, .unreadableState:
            self.init(.failed, error.description)
        }
    }
}
