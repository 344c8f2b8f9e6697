import PlimsollAgents
import PlimsollModel
import PlimsollTestSupport
import Testing

private let start = Timestamp(milliseconds: 1_767_225_600_000)

/// The index of ether at the end of each second, in a market that would stand still but for its shocks.
private func indexes(
    _ shocks: [PriceShock],
    seconds: Int64,
    begunBefore elapsed: Int64 = 0,
    from price: Price = Price(4000),
    setOff byHand: [Int64: PriceShock] = [:]
) throws -> [Price] {
    var composition = MarketComposition.small
    composition.course.dailyVolatility = .zero
    composition.course.follow = .zero
    composition.course.returnDays = 0
    composition.shocks = shocks
    let rules = try MarketRules.ether.rules()
    var venue = TestVenue([rules])
    let participants = venue.seat(composition)
    let began = start.advanced(byMilliseconds: elapsed * 1000)
    var market = SimulatedMarket(
        instruments: [(InstrumentID(rawValue: 0), rules, startPrice: price)],
        composition: composition,
        participants: participants,
        seed: 1,
        start: began,
        opened: start
    )
    return (1...seconds).map { second in
        venue.run(&market, through: began.advanced(byMilliseconds: second * 1000))
        if let shock = byHand[second] { market.setOff(shock) }
        return venue.lastIndex
    }
}

@Suite(.computesForLong) struct `A shock of the price` {
    /// A tenth down from the fifth second to the fifteenth, half of which is taken back in ten more.
    private let fall = PriceShock(
        after: 5_000,
        factor: Rate(units: 90_000_000),
        over: 10_000,
        recovery: Rate(units: 50_000_000),
        recoveryOver: 10_000
    )

    @Test func `moves the index by its factor and takes back its share`() throws {
        let told = try indexes([fall], seconds: 30)
        #expect(told[4] == Price(4000))
        #expect(abs(told[9].units - Price(3800).units) < Price(1).units)
        #expect(abs(told[14].units - Price(3600).units) < Price(1).units)
        #expect(abs(told[24].units - Price(3800).units) < Price(1).units)
        #expect(told[29] == told[25])
    }

    @Test func `of another instrument leaves the index alone`() throws {
        var other = fall
        other.instrument = Symbol("BTCUSDT")
        #expect(try indexes([other], seconds: 20).allSatisfy { $0 == Price(4000) })
        other.instrument = Symbol("ETHUSDT")
        #expect(try indexes([other], seconds: 20).last != Price(4000))
    }

    @Test func `that a restart interrupts goes on from where it was`() throws {
        // Half of the way down lies behind the price of 3,800.
        let told = try indexes([fall], seconds: 5, begunBefore: 10, from: Price(3800))
        #expect(abs((told.last ?? .zero).units - Price(3600).units) < Price(1).units)
    }

    @Test func `that is over at a restart does nothing more`() throws {
        let told = try indexes([fall], seconds: 5, begunBefore: 60, from: Price(3800))
        #expect(told.allSatisfy { $0 == Price(3800) })
    }

    @Test func `that is set off by hand begins with the next step`() throws {
        var push = fall
        push.after = 0
        push.recovery = .one
        let told = try indexes([], seconds: 25, setOff: [3: push])
        #expect(told[2] == Price(4000))
        #expect(told[3] < Price(4000))
        #expect(abs(told[12].units - Price(3600).units) < Price(20).units)
        #expect(abs(told[24].units - Price(4000).units) < Price(1).units)
    }

    @Test func `that is set off while another is on its way takes its place`() throws {
        var push = fall
        push.after = 0
        push.recovery = .zero
        let told = try indexes([], seconds: 30, setOff: [3: push, 8: push])
        let halfway = told[7]
        #expect(halfway < Price(3900))
        #expect(abs(told[29].units - halfway.units * 9 / 10) < Price(1).units)
    }

    @Test func `adds up with another at the same time`() throws {
        var rise = fall
        rise.factor = Rate(units: 110_000_000)
        let told = try indexes([fall, rise], seconds: 15)
        #expect(abs(told[14].units - Price(3960).units) < Price(1).units)
    }
}
