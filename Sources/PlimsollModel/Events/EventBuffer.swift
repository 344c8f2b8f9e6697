/// What a run of commands did, in order, and the digest of it.
///
/// It keeps its memory, so that a steady state allocates nothing. Each event is mixed into the digest where
/// it is made: there its kind is known and its fields are at hand, while to mix it later would be to
/// search for both in the memory of the largest event.
@safe
public struct EventBuffer: ~Copyable, @unchecked Sendable {
    // An array would look on every append whether it is shared. No reference to this memory leaves the
    // struct, and it is freed once, with it; an event owns nothing that would have to go before.
    @usableFromInline var events: UnsafeMutablePointer<Event>
    @usableFromInline var capacity: Int
    @usableFromInline var eventCount = 0
    @usableFromInline var runningDigest = Digest()
    /// Of the command under way.
    @usableFromInline var header = EventHeader(sequence: .zero, time: .zero)
    /// Whether the digest knows it.
    @usableFromInline var isPlaced = false

    public init(capacity: Int = 4096) {
        self.capacity = max(capacity, 1)
        unsafe events = .allocate(capacity: self.capacity)
    }

    deinit { unsafe events.deallocate() }

    @inlinable public var count: Int { eventCount }

    /// Of everything appended since `begin`, after what it began with.
    @inlinable public var digest: Digest { runningDigest }

    /// Reads an event in place, without copying it.
    @inlinable public subscript(index: Int) -> Event {
        @inline(__always) _read {
            precondition(
                UInt(bitPattern: index) < UInt(bitPattern: eventCount),
                "an event in the buffer"
            )
            yield unsafe events[index]
        }
    }

    /// Goes on with what a command does.
    @inlinable
    public mutating func begin(at header: EventHeader, after digest: Digest) {
        self.header = header
        runningDigest = digest
        isPlaced = false
    }

    /// Adds an event, and mixes it with the place of its command into the digest.
    ///
    /// A refusal is not mixed, nor a command that changed nothing: the digest is of the state.
    ///
    /// Spec: DET-002.
    @inlinable @inline(__always)
    public mutating func append(_ event: Event) {
        if case .refused = event {
        } else {
            if !isPlaced { placeCommand() }
            runningDigest.fold(event)
        }
        if eventCount == capacity { grow() }
        unsafe (events + eventCount).initialize(to: event)
        eventCount += 1
    }

    @inlinable public mutating func removeAll() { eventCount = 0 }

    /// A copy that outlives the buffer's next use.
    public func events(in range: Range<Int>) -> ArraySlice<Event> {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= eventCount,
            "events in the buffer"
        )
        let part = unsafe UnsafeBufferPointer(start: events + range.lowerBound, count: range.count)
        return unsafe Array(part)[...]
    }

    @usableFromInline mutating func placeCommand() {
        runningDigest.put(header.sequence)
        runningDigest.put(header.time)
        isPlaced = true
    }

    @usableFromInline mutating func grow() {
        let moved = UnsafeMutablePointer<Event>.allocate(capacity: capacity * 2)
        unsafe moved.moveInitialize(from: events, count: eventCount)
        unsafe events.deallocate()
        unsafe events = moved
        capacity *= 2
    }
}
