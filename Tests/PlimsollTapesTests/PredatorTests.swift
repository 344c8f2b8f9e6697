import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollAgents

private let start = Timestamp(milliseconds: 1_767_225_600_000)
private let ether = InstrumentID(rawValue: 0)
private let hunter = AccountID(rawValue: 100)
private let prey = AccountID(rawValue: 101)

/// A predator that sees positions before a book of 10 ether on every dollar from 3,900 to 4,100.
private final class Hunt {
    let scale: InstrumentScale
    var sight: MarketSight
    var predator: Predator
    var time = start

    init(_ change: (inout PredatorTerms) -> Void = { _ in }) throws {
        var terms = PredatorTerms()
        terms.seesPositions = true
        change(&terms)
        scale = InstrumentScale(
            ether,
            try MarketRules.ether.rules(),
            instrumentCount: 1,
            makerDeposit: Amount(2_000_000)
        )
        sight = MarketSight(
            scale: scale,
            start: Price(4000),
            horizons: [60],
            depth: Price(120_000)
        )
        for distance in 1...100 {
            for (side, price) in [(Side.buy, 4000 - distance), (.sell, 4000 + distance)] {
                sight.take(
                    LevelChanged(
                        instrument: ether,
                        side: side,
                        price: Price(price),
                        quantity: Quantity(10),
                        update: UInt64(distance)
                    )
                )
            }
        }
        predator = Predator(account: hunter, terms: terms, starts: [Price(4000)], start: start)
    }

    /// Somebody holds so much, entered at 4,000 with a leverage.
    func show(_ quantity: Int, of account: AccountID = prey, leverage: UInt16 = 100) {
        predator.take(
            SettingsChanged(
                account: account,
                instrument: ether,
                leverage: leverage,
                marginMode: .isolated
            ),
            stall: 0
        )
        predator.take(
            PositionChanged(
                account: account,
                instrument: ether,
                quantity: Quantity(quantity),
                entryValue: Amount(4000 * quantity),
                realizedPnL: .zero,
                feesPaid: .zero,
                fundingReceived: .zero
            ),
            stall: 0,
            scale
        )
    }

    /// Of its next step.
    func order() -> NewOrder? {
        time = time.advanced(byMilliseconds: 250)
        guard case .placeOrder(let order)? = predator.act(at: time, [sight], looks: true) else {
            return nil
        }
        return order
    }
}

@Suite(.computesForLong) struct `A predator` {
    @Test func `leaves a market alone in which nobody must close`() throws {
        let hunt = try Hunt()
        #expect(hunt.order() == nil)
        // Closed at a tenth below: too far to push.
        hunt.show(5_000, leverage: 10)
        #expect(hunt.order() == nil)
    }

    @Test func `pushes down through longs that are large against the book, and up through shorts`()
        throws
    {
        // Closed at 0.5 % from 4,000, before which twenty levels of ten stand.
        let longs = try Hunt()
        longs.show(2_000)
        let net = try #require(longs.order())
        #expect(net.side == .buy && net.timeInForce == .goodTillCancelled)
        #expect(net.price < Price(3980))
        let sale = try #require(longs.order())
        #expect(sale.side == .sell && sale.account == hunter)
        #expect(sale.timeInForce == .immediateOrCancel)
        // It does not sell to itself.
        #expect(sale.price > net.price)
        let shorts = try Hunt()
        shorts.show(-2_000)
        #expect(
            try [#require(shorts.order()), #require(shorts.order())].map(\.side) == [.sell, .buy]
        )
    }

    @Test func `does not push where what it pays exceeds what it gains`() throws {
        // As many as one level: the book before them costs far more.
        let hunt = try Hunt()
        hunt.show(10)
        #expect(hunt.order() == nil)
        // What is enough for one is not for another that asks a hundred for one.
        let greedy = try Hunt { $0.gainPerCost = Rate(100) }
        greedy.show(2_000)
        #expect(greedy.order() == nil)
    }

    @Test func `does not push with more than five times its budget`() throws {
        let poor = try Hunt { $0.budget = Amount(10_000) }
        poor.show(2_000)
        #expect(poor.order() == nil)
    }

    @Test func `counts a stop that comes before the forced close`() throws {
        let hunt = try Hunt()
        // Closed by force at a tenth below, by its stop at 0.5 %.
        hunt.show(2_000, leverage: 10)
        hunt.predator.take(
            NewConditionalOrder(
                account: prey,
                instrument: ether,
                side: .sell,
                type: .stopMarket,
                source: .markPrice,
                closePosition: true,
                triggerPrice: Price(3980)
            ),
            stall: 0
        )
        #expect(hunt.order()?.side == .buy)
    }

    @Test func `forgets a position that has ended, with its stop`() throws {
        let hunt = try Hunt()
        hunt.show(2_000)
        hunt.show(0)
        #expect(hunt.order() == nil)
    }

    @Test func `guesses from trades where it sees no positions`() throws {
        let hunt = try Hunt { $0.seesPositions = false }
        hunt.show(2_000)
        #expect(hunt.order() == nil)
        for number in 1...100 {
            hunt.predator.take(
                TradeExecuted(
                    trade: TradeID(rawValue: UInt64(number)),
                    instrument: ether,
                    price: Price(4000),
                    quantity: Quantity(100),
                    takerSide: .buy,
                    maker: OrderID(rawValue: 1),
                    taker: OrderID(rawValue: 2)
                ),
                stall: 0,
                hunt.scale
            )
        }
        #expect(hunt.order()?.side == .buy)
    }

    @Test func `gives back what it holds from before a restart`() throws {
        let hunt = try Hunt()
        hunt.show(-7, of: hunter)
        let order = try #require(hunt.order())
        #expect(order.side == .buy && order.reduceOnly && order.quantity == Quantity(7))
        hunt.show(0, of: hunter)
        #expect(hunt.order() == nil)
    }
}

@Suite(.computesForLong) struct `An instrument's scale` {
    @Test func `knows no entry price of a position that has ended`() throws {
        let scale = InstrumentScale(
            ether,
            try MarketRules.ether.rules(),
            instrumentCount: 1,
            makerDeposit: Amount(2_000_000)
        )
        var position = PositionChanged(
            account: prey,
            instrument: ether,
            quantity: Quantity(2),
            entryValue: Amount(8_001),
            realizedPnL: .zero,
            feesPaid: .zero,
            fundingReceived: .zero
        )
        #expect(scale.entryPrice(of: position) == Price(units: 400_050_000_000))
        position.quantity = .zero
        position.entryValue = .zero
        #expect(scale.entryPrice(of: position) == nil)
    }
}
