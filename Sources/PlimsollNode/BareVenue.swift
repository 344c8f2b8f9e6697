internal import PlimsollEngine
public import PlimsollModel
public import PlimsollProjections

/// An engine and its read models, driven by hand: no journal, no thread and no clock.
///
/// Whoever drives it says what time it is.
public struct BareVenue: ~Copyable {
    public private(set) var projections = VenueProjections()
    /// Of the commands to come; it does not run back.
    public var time: Timestamp
    private var engine = Engine()
    private var buffer = EventBuffer()

    public init(at time: Timestamp) { self.time = time }

    /// What a command brings about.
    @discardableResult
    public mutating func apply(_ command: Command) -> ArraySlice<Event> {
        let header = EventHeader(sequence: engine.sequence.next, time: time)
        buffer.removeAll()
        engine.apply(
            SequencedCommand(sequence: header.sequence, time: time, command: command),
            into: &buffer
        )
        let events = buffer.events(in: 0..<buffer.count)
        projections.fold(events, at: header, digest: engine.digest)
        return events
    }

    /// Every invariant of the engine that does not hold, in words.
    public var brokenInvariants: [String] { engine.brokenInvariants() }
}
