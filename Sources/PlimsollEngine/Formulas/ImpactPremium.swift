public import PlimsollModel

/// One price level of a side of the book.
public struct ImpactLevel: BitwiseCopyable, Hashable, Sendable {
    public var price: Price
    public var quantity: Quantity

    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// A notional on its way into one side of a book, level by level.
///
///     average price = notional ÷ base bought
///
/// Spec: FUND-005, VEN-085.
public struct ImpactFill: BitwiseCopyable, Sendable {
    /// In quote units; greater than zero.
    public let notional: Amount
    /// Of the sixteenth decimal of the average price.
    public let rounding: Rounding
    private var rest: Amount
    private var bought = Amount.zero

    public init(of notional: Amount, rounding: Rounding) {
        precondition(notional > .zero, "a notional is filled")
        self.notional = notional
        self.rounding = rounding
        rest = notional
    }

    /// Fills what a level holds.
    ///
    /// - Parameters:
    ///   - quantity: Of the base asset, or contracts.
    ///   - price: Greater than zero.
    ///   - valuation: What the quantity counts.
    /// - Returns: Quote units per one of the base asset once the notional is filled; `nil` before.
    public mutating func take(
        _ quantity: Quantity,
        at price: Price,
        valuation: ContractValuation = .linear
    ) -> Amount? {
        switch valuation.kind {
        case .linear:
            return take(
                price: price,
                value: Amount(price, times: quantity),
                base: Amount(Price(1), times: quantity)
            )
        case .inverse:
            let value = Amount(valuation.multiplier, times: quantity)
            let base = multiplyDivide(
                value.units,
                by: Int128(Price.unitsPerOne),
                over: Int128(price.units),
                rounding: baseRounding
            )
            return take(price: price, value: value, base: Amount(units: base))
        }
    }

    /// Of the base asset, so that the average price is rounded as asked for.
    private var baseRounding: Rounding { rounding == .up ? .down : .up }

    private mutating func take(price: Price, value: Amount, base: Amount) -> Amount? {
        guard value < rest else {
            // notional ÷ (bought + rest ÷ price), both sides of the fraction times the price. A
            // quantity of eight decimals loses nothing here.
            let spent = multiplyDivide(
                bought.units,
                by: Int128(price.units),
                over: Int128(Price.unitsPerOne),
                rounding: baseRounding
            )
            return Amount(
                units: multiplyDivide(
                    notional.units,
                    by: Amount(price, times: Quantity(1)).units,
                    over: spent + rest.units,
                    rounding: rounding
                )
            )
        }
        rest -= value
        bought += base
        return nil
    }
}

/// The average price of filling a notional against one side of the book.
///
/// A notional of zero asks for the best price.
///
/// - Parameters:
///   - notional: In quote units; not negative.
///   - levels: Best first; prices and quantities greater than zero.
///   - rounding: Of the sixteenth decimal.
/// - Returns: Quote units per one of the base asset; `nil` where the side is too thin.
///
/// Spec: VEN-085. Vectors: `premium_index.json` PREMIUM_IMPACT.
public func impactPrice(
    of notional: Amount,
    against levels: [ImpactLevel],
    rounding: Rounding
) -> Amount? {
    guard let best = levels.first else { return nil }
    let one = Quantity(1)
    guard notional > .zero else { return Amount(best.price, times: one) }
    var fill = ImpactFill(of: notional, rounding: rounding)
    for level in levels {
        if let price = fill.take(level.quantity, at: level.price) { return price }
    }
    return nil
}

/// How far the prices at which a size trades lie from the index, in parts of a million.
///
///     premium = [max(0, impact bid − index) − max(0, index − impact ask)] ÷ index
///
/// A side that is too thin contributes nothing.
///
/// - Parameters:
///   - bids: Best first.
///   - asks: Best first.
///   - index: Greater than zero.
///   - impactNotional: How much is filled on each side, in quote units.
///   - limit: Largest magnitude of the premium, in parts of a million.
/// - Returns: Cut off towards zero.
///
/// Spec: VEN-085. Vectors: `premium_index.json` PREMIUM_IMPACT.
public func impactPremium(
    bids: [ImpactLevel],
    asks: [ImpactLevel],
    index: Price,
    impactNotional: Amount,
    limit: Int64
) -> Int64 {
    impactPremium(
        bid: impactPrice(of: impactNotional, against: bids, rounding: .down),
        ask: impactPrice(of: impactNotional, against: asks, rounding: .up),
        index: index,
        partsPerOne: 1_000_000,
        limit: limit
    )
}

/// How far the prices at which a size trades lie from the index.
///
///     premium = [max(0, impact bid − index) − max(0, index − impact ask)] ÷ index
///
/// - Parameters:
///   - bid: Rounded down; `nil` where the side is too thin.
///   - ask: Rounded up; `nil` where the side is too thin.
///   - index: Greater than zero.
///   - partsPerOne: How finely the premium is counted; a divisor of 10⁸.
///   - limit: Largest magnitude of the premium, in these parts.
/// - Returns: Cut off towards zero.
///
/// Spec: FUND-005, VEN-085.
public func impactPremium(
    bid: Amount?,
    ask: Amount?,
    index: Price,
    partsPerOne: Int64,
    limit: Int64
) -> Int64 {
    precondition(index > .zero, "an index price is greater than zero")
    let reference = Amount(index, times: Quantity(1))
    // Both sides are rounded towards less premium. The thresholds between the parts are whole in
    // the sixteenth decimal, so that no premium is cut off twice.
    var distance = Amount.zero
    if let bid { distance += max(.zero, bid - reference) }
    if let ask { distance -= max(.zero, reference - ask) }
    let premium = multiplyDivide(
        distance.units,
        by: Int128(partsPerOne),
        over: reference.units,
        rounding: .down
    )
    return Int64(max(-Int128(limit), min(Int128(limit), premium)))
}
