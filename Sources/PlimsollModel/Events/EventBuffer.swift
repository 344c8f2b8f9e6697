/// A growing run of events that keeps its memory, so that a steady state allocates nothing.
public struct EventBuffer: ~Copyable, Sendable {
    @usableFromInline var events: [Event] = []

    public init(capacity: Int = 4096) { events.reserveCapacity(capacity) }

    @inlinable public var count: Int { events.count }

    /// Reads an event in place, without copying it.
    @inlinable public subscript(index: Int) -> Event {
        _read { yield events[index] }
    }

    @inlinable public mutating func append(_ event: Event) { events.append(event) }

    @inlinable public mutating func removeAll() { events.removeAll(keepingCapacity: true) }

    /// A copy that outlives the buffer's next use.
    public func events(in range: Range<Int>) -> ArraySlice<Event> { events[range] }
}
