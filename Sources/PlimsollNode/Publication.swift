public import PlimsollModel

/// What became of one command, for the one who submitted it.
public struct CommandOutcome: Sendable {
    public var sequence: Sequence
    public var time: Timestamp
    /// Everything the command caused, in order.
    public var events: [Event]

    public init(sequence: Sequence, time: Timestamp, events: [Event]) {
        self.sequence = sequence
        self.time = time
        self.events = events
    }

    /// Why the venue refused the command, if it did.
    public var refusal: Refusal? {
        for case .refused(let refusal) in events { return refusal }
        return nil
    }
}

/// One command that is durable and applied, with what it caused.
public struct PublishedCommand: Sendable {
    public var header: EventHeader
    /// The engine's, after the command.
    public var digest: Digest
    public var events: ArraySlice<Event>

    public init(header: EventHeader, digest: Digest, events: ArraySlice<Event>) {
        self.header = header
        self.digest = digest
        self.events = events
    }
}

/// The commands of one group commit, in order.
public struct PublishedBatch: Sendable {
    public var commands: [PublishedCommand]

    public init(commands: [PublishedCommand]) { self.commands = commands }
}
