/// A growing run of events that keeps its memory, so that a steady state allocates nothing.
public struct EventBuffer: ~Copyable, Sendable {
    private var events: [Event] = []

    public init(capacity: Int = 4096) { events.reserveCapacity(capacity) }

    public var count: Int { events.count }

    public subscript(index: Int) -> Event { events[index] }

    public mutating func append(_ event: Event) { events.append(event) }

    public mutating func removeAll() { events.removeAll(keepingCapacity: true) }

    /// A copy that outlives the buffer's next use.
    public func events(in range: Range<Int>) -> ArraySlice<Event> { events[range] }
}
