import PlimsollModel
import PlimsollProjections
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

/// A venue on the disk whose mark price is the last trade's: longs of ten at 1000 that are liquidated
/// at 989.9 and at 984.85.
private struct RecordedCascade: ~Copyable {
    let fixture: NodeFixture
    var loop: VenueLoop
    let maker: AccountID
    let whale: AccountID

    init() throws {
        let fixture = NodeFixture()
        var configuration = try fixture.configuration()
        configuration.rules.instruments[0].mark.method = .lastTrade
        var loop = try fixture.loop(configuration)
        try loop.execute([.updateIndexPrice(bitcoin, Price(1000))])
        let maker = try Self.open(.recordedMarket, &loop)
        let whale = try Self.open(.trader, &loop)
        for leverage in [50, 40] as [UInt16] {
            let long = try Self.open(.trader, &loop)
            try loop.execute([
                .setMarginMode(long, bitcoin, .isolated),
                .setLeverage(long, bitcoin, leverage),
                Self.order(maker, .sell, 10, at: 1000),
                Self.order(long, .buy, 10, at: 1000),
            ])
        }
        self.fixture = fixture
        self.loop = loop
        self.maker = maker
        self.whale = whale
    }

    private static func open(
        _ kind: AccountKind,
        _ loop: inout VenueLoop
    ) throws -> AccountID {
        for case .accountOpened(let account, _) in try loop.execute([.openAccount(kind)])[0].events
        {
            let change = BalanceChange(
                account: account,
                asset: AssetID(rawValue: 0),
                amount: Amount(100_000)
            )
            if kind == .trader { try loop.execute([.deposit(change)]) }
            return account
        }
        throw RulesMissing()
    }

    static func order(
        _ account: AccountID,
        _ side: Side,
        _ quantity: Int,
        at price: Int
    ) -> Command {
        .placeOrder(
            NewOrder(
                account: account,
                instrument: bitcoin,
                side: side,
                type: .limit,
                price: Price(price),
                quantity: Quantity(quantity)
            )
        )
    }

    mutating func place(
        _ account: AccountID,
        _ side: Side,
        _ quantity: Int,
        at price: Int
    ) throws -> OrderID {
        let command = Self.order(account, side, quantity, at: price)
        for case .orderAccepted(let order) in try loop.execute([command])[0].events {
            return order.order
        }
        throw RulesMissing()
    }

    mutating func pass() throws {
        try loop.run(until: loop.time.advanced(byMilliseconds: 2000))
    }

    func inquire() throws -> CascadeInquiry {
        let cascade = loop.state.read { $0.cascades.cascades.first }
        return try CascadeInquiry(into: try #require(cascade), directory: fixture.directory)
    }
}

@Suite(.computesForLong) struct `Asking why a cascade happened` {
    @Test func `names the order without which it would not have`() throws {
        var venue = try RecordedCascade()
        for (quantity, price) in [(3, 999), (8, 989), (10, 982), (20, 981)] {
            _ = try venue.place(venue.maker, .buy, quantity, at: price)
        }
        _ = try venue.place(venue.whale, .sell, 3, at: 999)
        _ = try venue.place(venue.whale, .sell, 5, at: 989)
        try venue.pass()
        let inquiry = try venue.inquire()
        #expect(inquiry.closeCount == 2)
        let suspect = try #require(inquiry.suspects.first)
        #expect(suspect.preventsFirst)
        #expect(suspect.closeCount == 0)
        #expect(suspect.taken == Quantity(5))
        guard case .placeOrder(let order) = suspect.command.command else {
            Issue.record("an order is the cause")
            return
        }
        #expect(order.price == Price(989))
        // Without the sale of three before it, that of five comes down to 989 all the same.
        #expect(inquiry.suspects.count == 2)
        #expect(inquiry.suspects.last?.preventsFirst == false)
    }

    @Test func `commands go on naming the orders that they meant`() throws {
        var venue = try RecordedCascade()
        for (quantity, price) in [(1, 989), (1, 988), (30, 981)] {
            _ = try venue.place(venue.maker, .buy, quantity, at: price)
        }
        _ = try venue.place(venue.whale, .sell, 1, at: 989)
        // This bid would catch the next sale if its cancellation went to another order.
        let bid = try venue.place(venue.maker, .buy, 50, at: 995)
        _ = try venue.place(venue.maker, .buy, 1, at: 900)
        let target = OrderReference(account: venue.maker, instrument: bitcoin, order: bid)
        try venue.loop.execute([.cancelOrder(target)])
        _ = try venue.place(venue.whale, .sell, 1, at: 988)
        try venue.pass()
        let inquiry = try venue.inquire()
        #expect(inquiry.closeCount == 2)
        #expect(inquiry.suspects.count == 2)
        // Either sale alone is enough.
        #expect(inquiry.suspects.allSatisfy { !$0.preventsFirst })
        #expect(inquiry.suspects.allSatisfy { $0.closeCount == 2 })
    }

    @Test func `a run with nothing left out comes out as it was`() throws {
        var venue = try RecordedCascade()
        for (quantity, price) in [(5, 989), (10, 982), (20, 981)] {
            _ = try venue.place(venue.maker, .buy, quantity, at: price)
        }
        _ = try venue.place(venue.whale, .sell, 5, at: 989)
        try venue.pass()
        let cascade = try #require(venue.loop.state.read { $0.cascades.cascades.first })
        let inquiry = try venue.inquire()
        #expect(inquiry.closeCount == cascade.closeCount)
        #expect(inquiry.first == cascade.closes.first)
    }

    @Test func `a venue without a journal says that it has none`() async throws {
        let fixture = NodeFixture()
        let node = try fixture.node(try fixture.configuration(inMemory: true))
        defer { node.stop() }
        var venue = try RecordedCascade()
        _ = try venue.place(venue.maker, .buy, 50, at: 980)
        _ = try venue.place(venue.whale, .sell, 1, at: 980)
        try venue.pass()
        let cascade = try #require(venue.loop.state.read { $0.cascades.cascades.first })
        await #expect(throws: NodeError.self) { try await node.inquire(into: cascade) }
    }
}
