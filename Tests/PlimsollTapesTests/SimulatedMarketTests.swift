import PlimsollAgents
import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `A simulated market` {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
    private static let ether = InstrumentID(rawValue: 0)

    /// What one run of a market left behind.
    private struct Run {
        var digest: Digest
        var commands: [Command] = []
        var commandCount = 0
        var trades: [(time: Timestamp, trade: TradeExecuted)] = []
        var refusals: [(command: Command, refusal: Refusal)] = []
        var spreads: [Int64] = []
        var levelCounts: [Int] = []
        var indexes: [Price] = []
        var liquidationCount = 0
        var brokenInvariants: [String] = []
        var positions: [AccountID: Quantity] = [:]
    }

    /// The book, kept the simple way.
    private struct Levels {
        var bids: [Price: Quantity] = [:]
        var asks: [Price: Quantity] = [:]

        mutating func take(_ change: LevelChanged) {
            let quantity = change.quantity > .zero ? change.quantity : nil
            if change.side == .buy {
                bids[change.price] = quantity
            } else {
                asks[change.price] = quantity
            }
        }
    }

    private func run(
        _ market: MarketRules = .ether,
        startPrice: Price = Price(4000),
        seed: UInt64,
        seconds: Int64,
        deposit: Int? = nil,
        composition: MarketComposition = .small,
        meddle: (Int, inout TestVenue, AccountID) -> ArraySlice<Event> = { _, _, _ in [] }
    ) throws -> Run {
        let rules = try market.rules()
        var venue = TestVenue([rules])
        let participants = venue.seat(composition, deposit: deposit)
        let user = venue.open(.trader, deposit: 1_000_000)
        let setup = venue.commandCount
        var market = SimulatedMarket(
            instruments: [(Self.ether, rules, startPrice: startPrice)],
            composition: composition,
            participants: participants,
            seed: seed,
            start: Self.start,
            opened: Self.start
        )
        var run = Run(digest: venue.engine.digest)
        var levels = Levels()
        var step = 0
        while let time = market.nextTime, time < Self.start.advanced(byMilliseconds: seconds * 1000)
        {
            for command in market.step() {
                run.commands.append(command)
                let events = venue.apply(command, at: time)
                let header = EventHeader(sequence: venue.engine.sequence, time: time)
                market.observe(events, at: header)
                for event in events {
                    switch event {
                    case .levelChanged(let change): levels.take(change)
                    case .positionChanged(let position):
                        run.positions[position.account] = position.quantity
                    default: break
                    }
                }
            }
            let meddled = meddle(step, &venue, user)
            market.observe(
                meddled,
                at: EventHeader(sequence: venue.engine.sequence, time: venue.engine.time)
            )
            for case .levelChanged(let change) in meddled { levels.take(change) }
            step += 1
            if let bid = levels.bids.keys.max(), let ask = levels.asks.keys.min() {
                run.spreads.append((ask - bid).units / rules.contract.tickSize.units)
            }
            run.levelCounts.append(min(levels.bids.count, levels.asks.count))
            if let index = venue.prices?.index { run.indexes.append(index) }
        }
        run.digest = venue.engine.digest
        run.commandCount = venue.commandCount - setup
        run.trades = venue.trades
        run.refusals = venue.refusals
        run.liquidationCount = venue.liquidations.count
        run.brokenInvariants = venue.engine.brokenInvariants()
        return run
    }

    @Test func `is the same for a seed and another for another`() throws {
        let first = try run(seed: 7, seconds: 60)
        let again = try run(seed: 7, seconds: 60)
        let other = try run(seed: 8, seconds: 60)
        #expect(first.commands == again.commands)
        #expect(first.digest == again.digest)
        #expect(first.commands != other.commands)
        #expect(first.digest != other.digest)
    }

    @Test func `trades in its first second and keeps trading`() throws {
        let run = try run(seed: 1, seconds: 600)
        let first = try #require(run.trades.first)
        #expect(first.time < Self.start.advanced(byMilliseconds: 1000))
        let perSecond = run.trades.count / 600
        #expect((2...20).contains(perSecond), "\(perSecond) trades a second")
        let gaps = zip(run.trades.dropFirst(), run.trades)
            .map { $0.time.milliseconds - $1.time.milliseconds }
        #expect(gaps.allSatisfy { $0 < 10_000 })
    }

    @Test func `takes less than forty commands a second from an instrument`() throws {
        let run = try run(seed: 2, seconds: 600)
        #expect(run.commandCount < 40 * 600, "\(run.commandCount) commands")
        #expect(run.commandCount > 10 * 600)
    }

    @Test(
        arguments: [
            (MarketRules.ether, 4000), (MarketRules.layer, 3), (MarketRules(), 100_000),
            (MarketRules(), 150),
        ] as [(MarketRules, Int)]
    )
    func `keeps a narrow and deep book for any price and tick`(
        market: MarketRules,
        startPrice: Int
    ) throws {
        let run = try run(market, startPrice: Price(startPrice), seed: 3, seconds: 300)
        #expect(run.spreads.count >= run.levelCounts.count * 99 / 100)
        let sorted = run.spreads.sorted()
        let tick = market.tick.units
        // A few ticks, or half a hundredth of a percent where ticks are fine.
        let narrow = max(10, Price(startPrice).units / 20_000 / tick)
        let median = sorted[sorted.count / 2]
        #expect(median <= narrow, "median spread \(median) ticks")
        #expect(sorted[sorted.count * 99 / 100] <= max(40, narrow * 20), "\(sorted.suffix(20))")
        let depths = run.levelCounts.sorted()
        #expect(depths[depths.count / 50] >= 9, "levels \(depths.prefix(20))")
        #expect(run.trades.count > 300)
        #expect(run.brokenInvariants.isEmpty)
    }

    @Test func `its price wanders and neither jumps nor stands`() throws {
        let run = try run(seed: 4, seconds: 1800)
        let moves = zip(run.indexes.dropFirst(), run.indexes).map { ($0 - $1).units.magnitude }
        let largest = try #require(moves.max())
        #expect(largest < UInt64(Price(4000).units / 500))
        #expect(moves.filter { $0 > 0 }.count > moves.count * 9 / 10)
        #expect(run.indexes.allSatisfy { $0 > Price(3600) && $0 < Price(4400) })
        let (low, high) = (run.indexes.min() ?? .zero, run.indexes.max() ?? .zero)
        #expect(low < Price(4000) && high > Price(4000))
        #expect(high - low > Price(4))
    }

    @Test func `is hardly ever refused, and nobody is liquidated or runs away`() throws {
        let run = try run(seed: 5, seconds: 1800)
        // An order may be filled while the command that moves it is on its way.
        let unexpected = run.refusals.filter { $0.refusal.reason != .unknownOrder }
        #expect(unexpected.isEmpty, "\(unexpected.prefix(5))")
        #expect(run.refusals.count < run.commandCount / 50, "\(run.refusals.count) refusals")
        #expect(run.liquidationCount == 0)
        #expect(run.brokenInvariants.isEmpty)
        #expect(run.positions.values.allSatisfy { $0.magnitude < Quantity(100) })
    }

    @Test func `a user's order that the price passes is filled`() throws {
        var bid = Price.zero
        let run = try run(seed: 6, seconds: 900) { step, venue, user in
            guard step == 8, let index = venue.prices?.index else { return [] }
            // A thousandth below: reached by the walk within a quarter of an hour.
            bid = Price(units: (index.units / 1000 * 999) / 1_000_000 * 1_000_000)
            return venue.apply(
                .placeOrder(
                    NewOrder(
                        account: user,
                        instrument: Self.ether,
                        side: .buy,
                        type: .limit,
                        price: bid,
                        quantity: Quantity(1)
                    )
                ),
                at: venue.engine.time
            )
        }
        let lowest = try #require(run.indexes.dropFirst(8).min())
        try #require(lowest < bid, "the walk of this seed does not come down far enough")
        let crossed = try #require(run.indexes.dropFirst(8).firstIndex { $0 < bid })
        let time = Self.start.advanced(byMilliseconds: Int64(crossed + 2) * 250)
        let filled = run.trades.filter { $0.time <= time && $0.trade.price == bid }
        #expect(!filled.isEmpty)
    }

    @Test func `recovers from a user who takes the whole book`() throws {
        let run = try run(seed: 9, seconds: 300) { step, venue, user in
            guard step.isMultiple(of: 100) else { return [] }
            return venue.apply(
                .placeOrder(
                    NewOrder(
                        account: user,
                        instrument: Self.ether,
                        side: step.isMultiple(of: 200) ? .buy : .sell,
                        type: .market,
                        quantity: Quantity(60)
                    )
                ),
                at: venue.engine.time
            )
        }
        #expect(run.liquidationCount == 0)
        #expect(run.brokenInvariants.isEmpty)
        #expect(run.levelCounts.suffix(20).allSatisfy { $0 >= 9 }, "\(run.levelCounts.suffix(20))")
    }

    @Test func `participants that run low are paid in and go on`() throws {
        let run = try run(seed: 10, seconds: 60, deposit: 100_000)
        let deposits = run.commands.filter { if case .deposit = $0 { true } else { false } }
        // Makers, noise and arbitrageurs; the others began with less.
        #expect(deposits.count == 8)
        #expect(run.trades.count > 60)
    }

    @Test func `begins again after a restart without its old orders and with other numbers`() throws
    {
        let rules = try MarketRules.ether.rules()
        var venue = TestVenue([rules])
        let participants = venue.seat(.small)
        let maker = participants[0].account
        var market = SimulatedMarket(
            instruments: [(Self.ether, rules, startPrice: Price(4000))],
            composition: .small,
            participants: participants,
            seed: 1,
            start: Self.start,
            opened: Self.start
        )
        var fresh = market
        let firstCommands = fresh.step()
        venue.run(&market, through: Self.start.advanced(byMilliseconds: 30_000))
        let stopped = venue.engine.time
        var restarted = SimulatedMarket(
            instruments: [(Self.ether, rules, startPrice: venue.lastIndex)],
            composition: .small,
            participants: participants,
            seed: 1,
            start: stopped.advanced(byMilliseconds: 5000),
            opened: Self.start,
            resumedAfter: venue.engine.sequence
        )
        var copy = restarted
        let commands = copy.step()
        #expect(commands.contains(.cancelAllOrders(maker, Self.ether)))
        #expect(commands.contains(.cancelAllOrders(participants[2].account, Self.ether)))
        #expect(commands != firstCommands)
        venue.run(&restarted, through: stopped.advanced(byMilliseconds: 60_000))
        #expect(venue.engine.brokenInvariants().isEmpty)
        #expect(venue.trades.contains { $0.time > stopped })
    }
}
