import PlimsollModel
import PlimsollTapes
import Testing

@testable import PlimsollNode

@Suite struct `The index of a replayed recording` {
    /// When the index fell silent and spoke again, over a tape of hours with one of them missing.
    private func changes(hours: [Int64]) throws -> [Bool] {
        let fixture = NodeFixture()
        let tape = try CandleTape(
            interval: 3_600_000,
            candles: hours.map { hour in
                TapeCandle(
                    openTime: Timestamp(milliseconds: 1_700_002_800_000 + hour * 3_600_000),
                    open: Price(100),
                    high: Price(101),
                    low: Price(99),
                    close: Price(100),
                    volume: Quantity(500)
                )
            }
        )
        var configuration = try fixture.configuration(
            inMemory: true,
            market: .tape(MarketTape(.candles(tape)), symbol: NodeFixture.symbol(), shift: 0)
        )
        configuration.rules.instruments[0].index.staleAfterMilliseconds = 10_000
        configuration.startTime = nil
        var loop = try fixture.loop(configuration)
        try loop.change(.runUntil(tape.endTime), wall: 0)
        var changes: [Bool] = []
        while loop.clock.runUntil != nil {
            for command in try loop.turn([], wall: 0).published.commands {
                for case .indexStaleChanged(let change) in command.events {
                    changes.append(change.isStale)
                }
            }
        }
        return changes
    }

    @Test func `does not fall silent between two steps of a long candle`() throws {
        #expect(try changes(hours: [0, 1, 2]) == [])
    }

    @Test func `falls silent where the recording has a hole`() throws {
        #expect(try changes(hours: [0, 1, 3]) == [true, false])
    }
}
