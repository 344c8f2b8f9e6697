/// A participant that runs on venue time: an agent, a tape.
///
/// Given events it returns commands. A source is a value with no clock and no randomness of its own: its seed and what it observes
/// decide everything, so a run can be repeated.
public protocol CommandSource: Sendable {
    /// When the next step is due; `nil` when the source has ended.
    var nextTime: Timestamp? { get }

    /// Whether the next step depends on what the commands before it did, so that they must have been
    /// applied and observed.
    var mustObserve: Bool { get }

    /// The commands of the step that is due, in order.
    mutating func step() -> [Command]

    /// Learns what a command did, its own commands included.
    mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader)
}

extension CommandSource {
    public var mustObserve: Bool { false }
}
