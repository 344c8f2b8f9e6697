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

    public var description: String {
        switch self {
        case .damaged(let position, let reason):
            "the journal is damaged at \(position): \(reason)"
        case .locked(let owner): "the data directory is in use: \(owner)"
        case .io(let reason): "the journal cannot be read or written: \(reason)"
        case .unsupportedVersion(let found): "the journal has an unknown format: \(found)"
        case .notFound(let path): "there is no journal at \(path)"
        }
    }
}
