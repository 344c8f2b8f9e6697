import PlimsollModel
import Testing

@testable import PlimsollNode

private let ether = InstrumentID(rawValue: 1)

/// What the venue is told of the index at each second, where the market says 100, 101, 102 and so on.
private func told(
    _ faults: [WorldFault],
    weights: [UInt16] = [1],
    of instrument: InstrumentID = bitcoin
) throws -> [[Command]] {
    var rules = try ProfileLoader.load("\(NodeFixture.profiles)/binance-usdm.json")
    rules.instruments = Array(rules.instruments.prefix(2))
    for index in rules.instruments.indices {
        rules.instruments[index].index = IndexTerms(weights: weights)
        rules.instruments[index].limits.priceMin = Price(1)
    }
    let board = WorldFaultBoard()
    board.set(
        faults.enumerated().map { PostedFault(id: $0, .world($1), from: .zero) }
    )
    var filter = WorldFilter(rules, board)
    return (0..<5).map { second in
        filter.filtered(
            [.advanceTime, .updateIndexPrice(instrument, Price(100 + second))],
            at: Timestamp(milliseconds: Int64(second) * 1000)
        )
    }
}

private func index(_ prices: [Int], source: UInt8 = 0) -> [[Command]] {
    prices.map { [.advanceTime, .updateIndexPrice(bitcoin, Price($0), source: source)] }
}

/// From the second 1 up to but not including 3.
private let within = FaultSchedule(after: 1000, lasts: 2000)

@Suite struct `What the venue is told of the world` {
    @Test func `is what the market says where nothing is wrong`() throws {
        #expect(try told([]) == index([100, 101, 102, 103, 104]))
    }

    @Test func `stands still while an index is frozen, and jumps to the truth afterwards`() throws {
        let fault = WorldFault(.indexFreeze, schedule: within)
        #expect(try told([fault]) == index([100, 100, 100, 103, 104]))
    }

    @Test func `is nothing while an index is silent`() throws {
        let fault = WorldFault(.indexSilence, schedule: within)
        #expect(try told([fault])[1] == [.advanceTime])
        #expect(try told([fault])[3] == index([103])[0])
    }

    @Test func `is a multiple of the truth during a spike`() throws {
        let fault = WorldFault(.indexSpike(factor: Rate(2)), schedule: within)
        #expect(try told([fault]) == index([100, 202, 204, 103, 104]))
    }

    @Test func `stays within the prices that the rules allow`() throws {
        let down = WorldFault(.indexSpike(factor: Rate(units: 1)), schedule: within)
        #expect(try told([down])[1] == index([1])[0])
        let up = WorldFault(.indexSpike(factor: Rate(90_000_000)), schedule: within)
        #expect(try told([up])[1] == [.advanceTime, .updateIndexPrice(bitcoin, Price(4_529_764))])
    }

    @Test func `comes from every source, of which one may be wrong`() throws {
        let fault = WorldFault(.indexSpike(factor: Rate(3)), source: 2, schedule: within)
        #expect(
            try told([fault], weights: [1, 0, 5])[1] == [
                .advanceTime, .updateIndexPrice(bitcoin, Price(101)),
                .updateIndexPrice(bitcoin, Price(303), source: 2),
            ]
        )
    }

    @Test func `is wrong only for the instrument of the fault`() throws {
        let fault = WorldFault(.indexSilence, symbol: Symbol("BTCUSDT"), schedule: within)
        #expect(
            try told([fault], of: ether)[1] == [
                .advanceTime, .updateIndexPrice(ether, Price(101)),
            ]
        )
    }
}
