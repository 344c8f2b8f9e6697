public import PlimsollModel

/// The deterministic state machine of a venue: sequenced commands go in, events come out.
public struct Engine: ~Copyable, Sendable {
    /// Of the last command applied.
    public private(set) var sequence = Sequence.zero
    /// Venue time of the last command applied.
    public private(set) var time = Timestamp.zero
    /// Over every command and event so far.
    public private(set) var digest = Digest()

    public init() {}

    /// Applies one command and appends what happened to `events`.
    public mutating func apply(_ command: SequencedCommand, into events: inout EventBuffer) {
        sequence = command.sequence
        time = command.time
    }

    /// The whole state as bytes; `init(snapshot:)` reads them back.
    public func snapshot() -> [UInt8] { [] }

    public init(snapshot: [UInt8]) throws(CodecError) {}

    /// Every invariant that does not hold, in words; empty for a sound venue.
    public func brokenInvariants() -> [String] { [] }
}
