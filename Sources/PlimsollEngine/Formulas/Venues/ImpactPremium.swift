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
    var rest = notional
    var bought = Quantity.zero
    for level in levels {
        let value = Amount(level.price, times: level.quantity)
        guard value < rest else {
            // notional ÷ (bought + rest ÷ price), both sides of the fraction times the price.
            let divisor = Amount(level.price, times: bought) + rest
            return Amount(
                units: multiplyDivide(
                    notional.units,
                    by: Amount(level.price, times: one).units,
                    over: divisor.units,
                    rounding: rounding
                )
            )
        }
        rest -= value
        bought += level.quantity
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
    precondition(index > .zero, "an index price is greater than zero")
    let reference = Amount(index, times: Quantity(1))
    // Both are rounded towards less premium. The thresholds between parts of a million are whole
    // in the sixteenth decimal, so that no premium is cut off twice.
    var distance = Amount.zero
    if let bid = impactPrice(of: impactNotional, against: bids, rounding: .down) {
        distance += max(.zero, bid - reference)
    }
    if let ask = impactPrice(of: impactNotional, against: asks, rounding: .up) {
        distance -= max(.zero, reference - ask)
    }
    let premium = multiplyDivide(
        distance.units,
        by: 1_000_000,
        over: reference.units,
        rounding: .down
    )
    return Int64(max(-Int128(limit), min(Int128(limit), premium)))
}
