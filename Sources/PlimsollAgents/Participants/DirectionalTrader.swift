import PlimsollModel

/// Trades the distance of a price from its average: with it, or against it.
struct DirectionalTrader: Sendable {
    enum Belief: Sendable {
        case trend
        case reversion
    }

    let account: AccountID
    /// The place of its instrument among those that trade.
    let stall: Int
    private let belief: Belief
    /// The place of its horizon among those that are kept.
    private let horizon: Int
    private let threshold: Rate
    private let size: Price
    /// Signed.
    private var position = Quantity.zero

    /// - Parameters:
    ///   - account: The trader's.
    ///   - stall: The place of its instrument.
    ///   - belief: With the move or against it.
    ///   - horizon: The place of its horizon, and how many seconds it has.
    ///   - shortest: The seconds that `threshold` is meant for; longer horizons see longer moves.
    ///   - threshold: How far the price must have gone.
    ///   - size: Of an order, in quote units.
    init(
        account: AccountID,
        stall: Int,
        belief: Belief,
        horizon: (place: Int, seconds: Int),
        shortest: Int,
        threshold: Rate,
        size: Amount
    ) {
        self.account = account
        self.stall = stall
        self.belief = belief
        self.horizon = horizon.place
        let longer = UInt64(max(1, horizon.seconds * 10_000 / max(1, shortest)))
        let factor = Int64(VolatilityWalk.squareRoot(longer))
        self.threshold = Rate(units: threshold.units.clampedProduct(factor) / 100)
        self.size = Price(clamping: size)
    }

    /// What it does when it looks at its market.
    func command(_ sight: MarketSight, _ random: inout RandomStream) -> Command? {
        let deviation = sight.deviation(ofHorizon: horizon)
        let signal = belief == .trend ? deviation : -deviation
        if signal.magnitude > threshold {
            let side: Side = signal > .zero ? .buy : .sell
            guard position.units * side.sign <= 0, random.happens(1, in: 2) else { return nil }
            let opened = sight.scale.quantity(worth: size, at: sight.middle)
            return order(side, min(opened + position.magnitude, sight.scale.quantityMax), sight)
        }
        // What was to happen has happened, or has not.
        let isOver = deviation.magnitude.units < threshold.units / 4
        guard isOver, !position.isZero, random.happens(1, in: 4) else { return nil }
        let side: Side = position > .zero ? .sell : .buy
        return order(side, min(position.magnitude, sight.scale.quantityMax), sight, isClose: true)
    }

    private func order(
        _ side: Side,
        _ quantity: Quantity,
        _ sight: MarketSight,
        isClose: Bool = false
    ) -> Command {
        .placeOrder(
            NewOrder(
                account: account,
                instrument: sight.scale.instrument,
                side: side,
                type: .market,
                reduceOnly: isClose,
                quantity: quantity
            )
        )
    }

    mutating func take(_ position: PositionChanged) { self.position = position.quantity }
}
