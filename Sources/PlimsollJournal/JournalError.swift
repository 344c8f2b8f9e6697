public import PlimsollModel

/// Why the journal cannot do what was asked of it.
public enum JournalError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A record is not what was written. Nothing is cut or skipped: the owner decides.
    case damaged(position: String, reason: String)
    /// Another process has the data directory open; the text names it.
    case locked(String)
    /// The disk or the database failed. The journal takes no further record.
    case io(String)
    case unsupportedVersion(String)
    case notFound(String)
    /// The commands up to this one are no longer kept.
    case removed(upTo: Sequence)
    /// What was asked for is not in the journal, in words.
    case outOfRange(String)
    /// A copy is made in a new directory, and there is something at this path.
    case occupied(String)

    public var description: String {
        switch self {
        case .damaged(let position, let reason):
            "the journal is damaged at \(position): \(reason)"
        case .locked(let owner): "the data directory is in use: \(owner)"
        case .io(let reason): "the journal cannot be read or written: \(reason)"
        case .unsupportedVersion(let found): "the journal has an unknown format: \(found)"
        case .notFound(let path): "there is no journal at \(path)"
        case .removed(let last): "the commands up to \(last) are no longer kept"
        case .outOfRange(let reason): reason
        case .occupied(let path): "\(path) is not empty; a copy is made in a new directory"
        }
    }
}
