import PlimsollEngine
import PlimsollModel
import Testing

/// One mark price that closes everybody on one side; `plimsoll bench cascade` times a large one.
@Suite struct `Cascade` {
    /// Longs 16…115 at twenty times and more, against shorts 116…215 of the same sizes.
    private static func opened() -> Venue {
        var venue = Venue([
            TestRules.simple(taker: Rate(units: 50_000), liquidation: Rate(units: 500_000))
        ])
        venue.index("1000")
        for index in 0..<200 {
            let account = venue.openTrader(deposit: 1000 + index)
            venue.perform(.setLeverage(account, TestRules.first, UInt16(20 + index % 20)))
            if index < 100 || index % 2 == 0 {
                venue.perform(.setMarginMode(account, TestRules.first, .isolated))
            }
        }
        for index in 0..<100 {
            venue.trade(
                "\(1 + index % 9)",
                at: "1000",
                from: AccountID(rawValue: UInt32(116 + index)),
                to: AccountID(rawValue: UInt32(16 + index))
            )
        }
        return venue
    }

    @Test func `ends in one command, in the order of accounts, with books that balance`() {
        var venue = Self.opened()
        let events = venue.index("940")
        let started = events.compactMap {
            if case .liquidationStarted(let start) = $0 { start.account.rawValue } else { nil }
        }
        #expect(started == Array(16...115))
        #expect(events.deleveraged.count >= 100)
        #expect(events.takenOver == nil, "the other side has room for all of them")
        #expect(events.deficits.isEmpty)
        // What the ones lose, the others win, to the last unit.
        let lost = events.deleveraged.map(\.bankruptPnL).reduce(.zero, +)
        let won = events.deleveraged.map(\.counterpartyPnL).reduce(.zero, +)
        #expect((lost + won).isZero)
        #expect(venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `comes out the same from a snapshot taken before it`() throws {
        var venue = Self.opened()
        var twin = try Engine(snapshot: venue.engine.snapshot())
        let events = venue.index("940")
        var buffer = EventBuffer()
        twin.apply(
            SequencedCommand(
                sequence: venue.sequence,
                time: venue.time,
                command: .updateIndexPrice(TestRules.first, Price(940))
            ),
            into: &buffer
        )
        #expect(Array(buffer.events(in: 0..<buffer.count)) == events)
        #expect(twin.digest == venue.engine.digest)
    }
}
