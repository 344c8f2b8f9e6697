import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollTapes

@Suite(.computesForLong) struct `The book of a recording without one` {
    private static let instrument = InstrumentID(rawValue: 0)
    private static let start = Timestamp(milliseconds: 1_746_373_020_000)

    /// A venue with the book around 100, sized by a minute's volume of 20,000.
    private struct Market: ~Copyable {
        var venue: TestVenue
        var book: ModelledBook

        init(_ market: MarketRules = MarketRules()) throws {
            let rules = try market.rules()
            venue = TestVenue([rules])
            let place = ReplayPlace(
                instrument: instrument,
                rules: rules,
                maker: venue.open(.recordedMarket),
                taker: venue.open(.recordedMarket)
            )
            book = ModelledBook(place, depth: .standard, total: 0)
            venue.apply(.updateIndexPrice(instrument, Price(100)), at: start)
            measure()
            _ = move(to: Price(100), hit: .sell)
        }

        mutating func measure() {
            var commands: [Command] = []
            book.measure(
                at: Price(100),
                volume: Int128(Quantity(20_000).units),
                into: &commands
            )
            for command in commands { venue.apply(command, at: start) }
        }

        /// How many commands it took.
        mutating func move(to price: Price, hit: Side, print: Quantity = .zero) -> Int {
            var commands: [Command] = []
            book.move(to: price, hit: hit, print: print, into: &commands)
            commands.append(.updateIndexPrice(instrument, price))
            for command in commands { venue.apply(command, at: start) }
            return commands.count
        }

        mutating func order(
            of user: AccountID,
            _ type: OrderType,
            at price: Price = .zero,
            _ quantity: Quantity
        ) {
            venue.apply(
                .placeOrder(
                    NewOrder(
                        account: user,
                        instrument: instrument,
                        side: .buy,
                        type: type,
                        price: price,
                        quantity: quantity
                    )
                ),
                at: start
            )
        }
    }

    private func prices(_ venue: borrowing TestVenue, _ side: Side) throws -> [Price] {
        try venue.book.side(side).map { try price(String($0.prefix { $0 != " " })) }
    }

    @Test(arguments: [MarketRules(), .layer, MarketRules(tick: Price(units: 20_000_000))])
    func `has its touches at the price and nine levels behind each, wherever the price goes`(
        rules: MarketRules
    ) throws {
        var market = try Market(rules)
        var numbers = TestNumbers(seed: 11)
        var tick: Int64 = Price(100).units / rules.tick.units
        for round in 0..<400 {
            // Now and then further than the book reaches.
            let far = tick / (round.isMultiple(of: 20) ? 100 : 2000)
            tick += numbers.next(-max(far, 1)...max(far, 1))
            let price = Price(units: tick * rules.tick.units)
            let hit: Side = numbers.next(0...1) == 0 ? .buy : .sell
            let print = Quantity(Int(numbers.next(0...1)))
            let printed = market.venue.trades.count
            _ = market.move(to: price, hit: hit, print: print)
            let trades = market.venue.trades[printed...].map(\.trade)
            #expect(trades.allSatisfy { $0.price == price && $0.takerSide == hit })
            #expect(trades.reduce(Quantity.zero) { $0 + $1.quantity } == print)
            let bids = try prices(market.venue, .buy)
            let asks = try prices(market.venue, .sell)
            #expect(bids.first == (hit == .sell ? price : price - rules.tick), "round \(round)")
            #expect(asks.first == (hit == .buy ? price : price + rules.tick), "round \(round)")
            #expect((10...13).contains(bids.count), "round \(round)")
            #expect((10...13).contains(asks.count), "round \(round)")
            // The tenth is about a third of a percent away.
            #expect((price - bids[9]).units <= max(price.units / 250, rules.tick.units * 12))
            #expect((asks[9] - price).units <= max(price.units / 250, rules.tick.units * 12))
        }
        #expect(market.venue.refusals.isEmpty, "\(market.venue.refusals.prefix(3))")
        #expect(market.venue.engine.brokenInvariants().isEmpty)
    }

    @Test func `leaves its levels where they are while the price moves between them`() throws {
        var market = try Market()
        let before = try prices(market.venue, .buy)
        // Levels are three hundredths apart.
        let count = market.move(to: try price("100.01"), hit: .buy, print: Quantity(1))
        // Both touches down, a print of two orders, the other touch, the index.
        #expect(count == 5)
        let after = try prices(market.venue, .buy)
        #expect(after.dropFirst() == before.dropFirst())
        #expect(market.venue.book.levelCounts == [10, 10])
    }

    @Test func `stands thin at the touch and thick behind it`() throws {
        let market = try Market()
        #expect(market.venue.book.best(.buy) == "100 100")
        #expect(market.venue.book.side(.sell).dropFirst().allSatisfy { $0.hasSuffix(" 600") })
    }

    @Test func `what users took of a level is back once it is measured anew`() throws {
        var market = try Market()
        let user = market.venue.open(.trader, deposit: 1_000_000)
        let whole = market.venue.book.side(.sell)
        market.order(of: user, .market, Quantity(1000))
        // The touch and one level gone, of another a half.
        #expect(market.venue.book.levelCounts == [10, 8])
        _ = market.move(to: Price(100), hit: .sell)
        #expect(market.venue.book.levelCounts == [10, 9])
        #expect(market.venue.book.best(.sell) == whole.first)
        market.measure()
        _ = market.move(to: Price(100), hit: .sell)
        #expect(market.venue.book.side(.sell) == whole)
        #expect(market.venue.refusals.isEmpty)
    }

    @Test func `an order in the way of the price takes of the print, then meets the levels`() throws
    {
        for (quantity, rest) in [(5, nil), (250, nil), (5000, "99.9 4290")] as [(Int, String?)] {
            var market = try Market()
            let user = market.venue.open(.trader, deposit: 1_000_000)
            market.order(of: user, .limit, at: try price("99.9"), Quantity(quantity))
            _ = market.move(to: try price("99.88"), hit: .sell, print: Quantity(10))
            let fills = market.venue.fills.filter { $0.account == user }
            #expect(!fills.isEmpty && fills.allSatisfy { $0.isMaker })
            let left = Quantity(quantity) - fills.reduce(Quantity.zero) { $0 + $1.quantity }
            #expect(market.venue.book.side(.buy).first { $0.hasPrefix("99.9 ") } == rest, "\(left)")
        }
    }
}
