import PlimsollModel

/// Traders without a view in one instrument: market orders of many small and few large sizes, and
/// limit orders near the touch that are given up after some seconds.
///
/// Each leans towards closing what it holds, so that no position grows without end.
struct NoiseCrowd: Sendable {
    private struct RestingOrder: Sendable {
        var account: AccountID
        var order: OrderID
        var expiry: Timestamp
    }

    let accounts: [AccountID]
    private let scale: InstrumentScale
    /// Signed, by account.
    private var positions: [Quantity]
    private var resting: [RestingOrder] = []

    /// The position, in the settle asset, at which a trader only closes any more.
    private static let positionScale: Int64 = 30_000
    private static let restingCountMax = 6
    private static let smallestOrder = Price(25)

    init(accounts: [AccountID], scale: InstrumentScale) {
        self.accounts = accounts
        self.scale = scale
        positions = [Quantity](repeating: .zero, count: accounts.count)
    }

    /// What the crowd does in one step.
    ///
    /// - Parameters:
    ///   - time: Of the step.
    ///   - fair: In ticks.
    ///   - gap: Ticks; the unit of distances.
    ///   - index: What sizes are reckoned with.
    ///   - isBusy: Whether somebody must trade at market.
    ///   - random: Decides who does what.
    /// - Returns: At most two cancellations, one limit order and one market order.
    func commands(
        at time: Timestamp,
        fair: Int64,
        gap: Int64,
        index: Price,
        isBusy: Bool,
        random: inout RandomStream
    ) -> [Command] {
        guard !accounts.isEmpty else { return [] }
        var commands: [Command] = resting.filter { $0.expiry <= time }.prefix(2).map {
            .cancelOrder(
                OrderReference(
                    account: $0.account,
                    instrument: scale.instrument,
                    order: $0.order
                )
            )
        }
        if random.happens(1, in: 4), resting.count < Self.restingCountMax,
            let order = limitOrder(fair: fair, gap: gap, index: index, &random)
        {
            commands.append(order)
        }
        if isBusy || random.happens(3, in: 4) {
            commands.append(marketOrder(index: index, &random))
        }
        return commands
    }

    /// Takes what others offer at a price better than fair, so that an order which the price has
    /// passed does not stand forgotten.
    func arbitrage(
        _ side: Side,
        fair: Int64,
        quantity: Quantity,
        index: Price
    ) -> Command? {
        guard let account = accounts.first, let price = scale.price(ofTicks: fair) else {
            return nil
        }
        let most = scale.quantity(worth: Price(20_000), at: index)
        let least = scale.quantity(worth: .zero, at: index)
        return .placeOrder(
            NewOrder(
                account: account,
                instrument: scale.instrument,
                side: side,
                type: .limit,
                timeInForce: .immediateOrCancel,
                price: price,
                quantity: max(least, min(quantity, most))
            )
        )
    }

    private func marketOrder(index: Price, _ random: inout RandomStream) -> Command {
        let trader = random.below(accounts.count)
        let side = side(of: trader, index: index, &random)
        return .placeOrder(
            NewOrder(
                account: accounts[trader],
                instrument: scale.instrument,
                side: side,
                type: .market,
                quantity: scale.quantity(worth: size(&random), at: index)
            )
        )
    }

    private func limitOrder(
        fair: Int64,
        gap: Int64,
        index: Price,
        _ random: inout RandomStream
    ) -> Command? {
        // The first trader is the one that takes stale orders: it leaves none of its own.
        let trader = accounts.count > 1 ? 1 + random.below(accounts.count - 1) : 0
        let side = side(of: trader, index: index, &random)
        let distance = 1 + Int64(random.below(Int(min(gap, 1_000)) * 4))
        guard let price = scale.price(ofTicks: fair - side.sign * distance) else { return nil }
        return .placeOrder(
            NewOrder(
                account: accounts[trader],
                instrument: scale.instrument,
                side: side,
                type: .limit,
                price: price,
                quantity: scale.quantity(worth: size(&random), at: index)
            )
        )
    }

    /// Even odds for a trader without a position; up to nine in ten for closing a large one.
    private func side(of trader: Int, index: Price, _ random: inout RandomStream) -> Side {
        let value = Int128(positions[trader].units) * Int128(index.units)
        let lean = value * 400 / (Int128(Self.positionScale) * Amount.unitsPerOne)
        let buyOdds = 500 - Int(min(max(lean, -400), 400))
        return random.happens(buyOdds, in: 1000) ? .buy : .sell
    }

    /// Doubled once in four, again and again up to 64 times: most orders are small.
    private func size(_ random: inout RandomStream) -> Price {
        let smallest = max(Self.smallestOrder, scale.notionalMin)
        var units = smallest.units / 100 * Int64(100 + random.below(300))
        for _ in 0..<6 where random.happens(1, in: 4) { units *= 2 }
        return Price(units: units)
    }

    // MARK: Learning

    func index(of account: AccountID) -> Int? { accounts.firstIndex(of: account) }

    mutating func take(_ order: OrderAccepted, at time: Timestamp) {
        guard order.origin == .client, order.type == .limit,
            order.timeInForce == .goodTillCancelled
        else { return }
        // Two to ten seconds, told by the order's number: patience needs no further randomness.
        let patience = 2000 + Int64(order.order.rawValue % 17) * 500
        resting.append(
            RestingOrder(
                account: order.account,
                order: order.order,
                expiry: time.advanced(byMilliseconds: patience)
            )
        )
    }

    mutating func take(_ fill: OrderFilled) {
        if fill.remaining <= .zero { forget(fill.order) }
    }

    mutating func take(_ closed: OrderClosed) { forget(closed.order) }

    mutating func take(_ position: PositionChanged, of trader: Int) {
        positions[trader] = position.quantity
    }

    private mutating func forget(_ order: OrderID) {
        resting.removeAll { $0.order == order }
    }
}
