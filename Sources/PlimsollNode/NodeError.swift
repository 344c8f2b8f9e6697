public import PlimsollJournal
public import PlimsollModel

/// Why a venue cannot run, or cannot take a command.
public enum NodeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The queue is full. Nothing of the submission was taken; cancels and reductions find room
    /// for longer than new risk does.
    case overloaded
    /// Its time was over before the engine's thread came to it; nothing of it was taken.
    case expired
    case stopped
    /// The journal has failed; the venue can be read and changes no more.
    case readOnly(String)
    case journal(JournalError)
    /// The venue cannot be made from this configuration.
    case configuration(String)
    /// The data directory holds a venue that was made otherwise.
    case otherVenue(String)
    /// The clock cannot do that.
    case clock(String)
    /// These commands give another digest than they gave when they were journalled.
    case diverged(VenueMismatch)
    /// After this command a law of the books does not hold: nothing may be built on them.
    case lawBroken(Sequence, String)
    /// A stored state cannot be read.
    case unreadableState(String)

    public var description: String {
        switch self {
        case .overloaded: "the venue has more commands waiting than it takes; try again"
        case .expired: "the commands were wanted until a moment that has passed"
        case .stopped: "the venue has stopped"
        case .readOnly(let reason): "the venue takes no more commands: \(reason)"
        case .journal(let error): error.description
        case .configuration(let reason), .otherVenue(let reason), .clock(let reason): reason
        case .diverged(let mismatch): mismatch.description
        case .lawBroken(let sequence, let law):
            "the books do not balance after command \(sequence): \(law)"
        case .unreadableState(let reason): reason
        }
    }
}

/// The first commands whose replay differs from what was recorded.
public struct VenueMismatch: Equatable, Sendable, CustomStringConvertible {
    public var first: Sequence
    public var last: Sequence
    public var recorded: Digest
    public var replayed: Digest

    public var description: String {
        let commands =
            first == last ? "command \(first) gives" : "commands \(first) to \(last) give"
        return "\(commands) the digest \(replayed) and gave \(recorded) when written"
    }
}
