import PlimsollModel
import Testing

/// Spec: DET-002.
@Suite struct `Event buffer` {
    private static let first = EventHeader(sequence: Sequence(rawValue: 1), time: .zero)
    private static let second = EventHeader(
        sequence: Sequence(rawValue: 2),
        time: Timestamp(milliseconds: 5)
    )

    private static func level(_ update: UInt64) -> Event {
        .levelChanged(
            LevelChanged(
                instrument: InstrumentID(rawValue: 0),
                side: .buy,
                price: Price(100),
                quantity: Quantity(1),
                update: update
            )
        )
    }

    @Test func `keeps its events in order while it grows`() {
        var buffer = EventBuffer(capacity: 1)
        for update in 0..<100 { buffer.append(Self.level(UInt64(update))) }
        #expect(buffer.count == 100)
        #expect(buffer.events(in: 0..<100).elementsEqual((0..<100).map { Self.level($0) }))
        #expect(buffer[57] == Self.level(57))
    }

    @Test func `a copy of its events outlives the buffer's next use`() {
        var buffer = EventBuffer()
        buffer.append(Self.level(1))
        let copy = buffer.events(in: 0..<1)
        buffer.removeAll()
        buffer.append(Self.level(2))
        #expect(copy.first == Self.level(1))
        #expect(buffer.count == 1)
    }

    @Test func `a refusal leaves the digest as it was`() {
        var buffer = EventBuffer()
        buffer.begin(at: Self.first, after: Digest())
        buffer.append(.refused(Refusal(.unknownOrder)))
        #expect(buffer.digest == Digest())
        #expect(buffer.count == 1)
    }

    @Test func `the digest holds the place of a command once, and each of its events`() {
        var buffer = EventBuffer()
        buffer.begin(at: Self.first, after: Digest())
        buffer.append(.refused(Refusal(.unknownOrder)))
        buffer.append(Self.level(1))
        buffer.append(Self.level(2))
        buffer.begin(at: Self.second, after: buffer.digest)
        buffer.append(Self.level(3))
        var expected = Digest()
        for (place, updates) in [(Self.first, [1, 2]), (Self.second, [3])] {
            expected.put(place.sequence)
            expected.put(place.time)
            for update in updates {
                // Kind 8 above the instrument, and the side.
                expected.put(UInt64(8) << 56)
                expected.put(Price(100))
                expected.put(Quantity(1))
                expected.put(UInt64(update))
            }
        }
        #expect(buffer.digest == expected)
    }

    @Test func `an event beyond the last is a programmer error`() async {
        await #expect(processExitsWith: .failure) {
            let buffer = EventBuffer()
            _ = buffer[0]
        }
    }
}
