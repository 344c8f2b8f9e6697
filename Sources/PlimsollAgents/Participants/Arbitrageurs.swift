import PlimsollModel

/// Tie one perpetual to its index: they sell what trades too far above it and buy what trades too
/// far below, and take orders that the fair price has passed.
///
/// The other leg of the trade lies on a spot market that is not here.
struct Arbitrageurs: Sendable {
    let accounts: [AccountID]
    private let scale: InstrumentScale
    private let terms: ArbitrageTerms
    /// Signed, by account.
    private var positions: [Quantity]

    init(accounts: [AccountID], scale: InstrumentScale, terms: ArbitrageTerms) {
        self.accounts = accounts
        self.scale = scale
        self.terms = terms
        positions = [Quantity](repeating: .zero, count: accounts.count)
    }

    /// What one of them does against a premium, at most one order.
    ///
    /// - Parameters:
    ///   - sight: Of the instrument.
    ///   - bias: The premium that all hold for fair.
    ///   - random: Decides who does it.
    /// - Returns: The order that narrows the gap; `nil` where it does not pay.
    func command(
        _ sight: MarketSight,
        bias: Rate,
        _ random: inout RandomStream
    ) -> Command? {
        guard !accounts.isEmpty else { return nil }
        let excess = sight.premium - bias
        let trader = random.below(accounts.count)
        let side: Side = excess > .zero ? .sell : .buy
        // One that is to give up a position asks less than one that is to open one.
        let isClosing = positions[trader].units * side.sign < 0
        let needed = isClosing ? terms.threshold.units / 4 : terms.threshold.units
        guard excess.magnitude.units > needed else { return nil }
        let held = scale.notional(of: positions[trader], at: sight.middle)
        guard isClosing || held < Price(clamping: terms.positionMax) else { return nil }
        let edge = Rate(units: Rate.unitsPerOne + bias.units - side.sign * needed / 2)
        return order(
            trader,
            side,
            limit: scale.onTick(sight.index.times(edge, rounding: .down)),
            scale.quantity(worth: Price(clamping: terms.orderSize), at: sight.middle)
        )
    }

    /// Takes what others offer at a price better than fair, so that an order which the price has
    /// passed does not stand forgotten.
    func take(_ side: Side, fair: Int64, quantity: Quantity, at index: Price, step: Int) -> Command?
    {
        guard !accounts.isEmpty, let price = scale.price(ofTicks: fair) else { return nil }
        let most = scale.quantity(worth: Price(clamping: terms.orderSize), at: index)
        let least = scale.quantity(worth: .zero, at: index)
        return order(
            step % accounts.count,
            side,
            limit: price,
            max(least, min(quantity, most))
        )
    }

    private func order(
        _ trader: Int,
        _ side: Side,
        limit: Price,
        _ quantity: Quantity
    ) -> Command {
        .placeOrder(
            NewOrder(
                account: accounts[trader],
                instrument: scale.instrument,
                side: side,
                type: .limit,
                timeInForce: .immediateOrCancel,
                price: limit,
                quantity: quantity
            )
        )
    }

    mutating func take(_ position: PositionChanged, of trader: Int) {
        positions[trader] = position.quantity
    }
}
