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
    private let terms: NoiseTerms
    /// Signed, by account.
    private var positions: [Quantity]
    private var resting: [RestingOrder] = []

    /// The position, in quote units, at which a trader only closes any more.
    private static let positionScale: Int64 = 30_000
    private static let restingCountMax = 6
    /// Steps of a minute, times the units of an activity.
    private static let oddsOfStep = 240 * 100

    init(accounts: [AccountID], scale: InstrumentScale, terms: NoiseTerms) {
        self.accounts = accounts
        self.scale = scale
        self.terms = terms
        positions = [Quantity](repeating: .zero, count: accounts.count)
    }

    /// What the crowd does in one step.
    ///
    /// - Parameters:
    ///   - time: Of the step.
    ///   - sight: Of the instrument.
    ///   - gap: Ticks; the unit of distances.
    ///   - activity: How busy the hour is.
    ///   - isBusy: Whether somebody must trade at market.
    ///   - random: Decides who does what.
    ///   - commands: At most two cancellations, then the orders.
    func act(
        at time: Timestamp,
        _ sight: MarketSight,
        gap: Int64,
        activity: Rate,
        isBusy: Bool,
        _ random: inout RandomStream,
        into commands: inout [Command]
    ) {
        guard !accounts.isEmpty else { return }
        for expired in resting.lazy.filter({ $0.expiry <= time }).prefix(2) {
            commands.append(
                .cancelOrder(
                    OrderReference(
                        account: expired.account,
                        instrument: scale.instrument,
                        order: expired.order
                    )
                )
            )
        }
        let limitCount = count(terms.limitOrdersPerMinute, activity, &random)
        for _ in 0..<limitCount where resting.count < Self.restingCountMax {
            if let order = limitOrder(sight, gap: gap, &random) { commands.append(order) }
        }
        let marketCount = count(terms.marketOrdersPerMinute, activity, &random)
        for _ in 0..<max(isBusy ? 1 : 0, marketCount) {
            commands.append(marketOrder(index: sight.middle, &random))
        }
    }

    /// How many orders of so many a minute fall into a step.
    private func count(
        _ perMinute: Int,
        _ activity: Rate,
        _ random: inout RandomStream
    ) -> Int {
        let wanted = perMinute * Int(activity.units / (Rate.unitsPerOne / 100))
        let (whole, rest) = wanted.quotientAndRemainder(dividingBy: Self.oddsOfStep)
        return whole + (random.happens(rest, in: Self.oddsOfStep) ? 1 : 0)
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
        _ sight: MarketSight,
        gap: Int64,
        _ random: inout RandomStream
    ) -> Command? {
        let trader = random.below(accounts.count)
        let side = side(of: trader, index: sight.middle, &random)
        let fair = scale.ticks(of: sight.middle)
        let distance = 1 + Int64(random.below(Int(min(gap, 1_000)) * 4))
        guard let price = scale.price(ofTicks: fair - side.sign * distance) else { return nil }
        return .placeOrder(
            NewOrder(
                account: accounts[trader],
                instrument: scale.instrument,
                side: side,
                type: .limit,
                price: price,
                quantity: scale.quantity(worth: size(&random), at: sight.middle)
            )
        )
    }

    /// Even odds for a trader without a position; up to nine in ten for closing a large one.
    private func side(of trader: Int, index: Price, _ random: inout RandomStream) -> Side {
        let held = Int128(scale.notional(of: positions[trader], at: index).units)
        let lean =
            held * Int128(positions[trader].units.signum()) * 400
            / (Int128(Self.positionScale) * Int128(Price.unitsPerOne))
        let buyOdds = 500 - Int(min(max(lean, -400), 400))
        return random.happens(buyOdds, in: 1000) ? .buy : .sell
    }

    /// Doubled once in four, again and again up to 64 times: most orders are small.
    private func size(_ random: inout RandomStream) -> Price {
        let smallest = max(Price(clamping: terms.orderSize), scale.notionalMin)
        var units = smallest.units / 100 * Int64(100 + random.below(300))
        for _ in 0..<6 where random.happens(1, in: 4) { units *= 2 }
        return Price(units: units)
    }

    // MARK: Learning

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
