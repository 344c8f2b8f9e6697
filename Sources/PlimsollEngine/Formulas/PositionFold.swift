public import PlimsollModel

/// What a fill makes of a position.
///
/// Spec: POS-001.
public struct PositionFold: BitwiseCopyable, Hashable, Sendable {
    /// Positive long, negative short.
    public var quantity: Quantity
    /// Signed: with the sign of the quantity for a linear contract, with the other for an inverse one.
    public var entryValue: Amount
    /// Of the closed part, before fees.
    public var realizedPnL: Amount
    /// How much of the earlier position the fill closed; not negative.
    public var closed: Quantity

    public init(
        quantity: Quantity,
        entryValue: Amount,
        realizedPnL: Amount,
        closed: Quantity
    ) {
        self.quantity = quantity
        self.entryValue = entryValue
        self.realizedPnL = realizedPnL
        self.closed = closed
    }
}

/// Folds one fill into a position kept at average cost.
///
///     adding     entry value + fill value
///     reducing   entry value × (1 − closed ÷ quantity): the entry price stays
///     crossing   closes everything, the rest opens at the fill price
///
///     realised = entry value after − entry value before − fill value
///
/// with signed quantities and values. The two sides of a trade have opposite fill values, so what both
/// realise is exactly what leaves the sum of all entry values: no division creates or loses money.
///
/// The cost taken off by a reduction is rounded towards the dearer side (a positive one up in
/// magnitude, a negative one down), so that a profit is never rounded up; what the rounding withholds
/// stays in the entry value and is realised with the last part.
///
/// - Parameters:
///   - quantity: Positive long, negative short, zero flat.
///   - entryValue: Signed; zero when flat.
///   - fillQuantity: Positive bought, negative sold.
///   - price: Of the fill.
///   - valuation: Of the instrument.
/// - Returns: The position after the fill, and what was closed and realised on the way.
///
/// Spec: POS-001. Vectors: `position_accounting.json` POSITION_FOLD.
public func foldFill(
    quantity: Quantity,
    entryValue: Amount,
    fillQuantity: Quantity,
    price: Price,
    valuation: ContractValuation = .linear
) -> PositionFold {
    let fillValue = valuation.value(of: fillQuantity, at: price)
    let after = quantity + fillQuantity
    guard !quantity.isZero, (quantity.units < 0) != (fillQuantity.units < 0) else {
        return PositionFold(
            quantity: after,
            entryValue: entryValue + fillValue,
            realizedPnL: .zero,
            closed: .zero
        )
    }
    let closed = min(quantity.magnitude, fillQuantity.magnitude)
    let entryValueAfter: Amount
    if fillQuantity.magnitude <= quantity.magnitude {
        entryValueAfter =
            entryValue
            - entryValue.share(
                closed,
                of: quantity.magnitude,
                rounding: entryValue.units > 0 ? .up : .down
            )
    } else {
        entryValueAfter = valuation.value(of: after, at: price)
    }
    return PositionFold(
        quantity: after,
        entryValue: entryValueAfter,
        realizedPnL: entryValueAfter - entryValue - fillValue,
        closed: closed
    )
}
