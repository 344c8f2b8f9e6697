public import PlimsollModel

/// The position that a margin carries at a leverage.
///
///     size = margin × leverage ÷ price
///
/// Rounded down: a trader never gets more than the margin pays for.
///
/// - Parameters:
///   - margin: In settle-asset units; not negative.
///   - leverage: One or more.
///   - price: Greater than zero.
/// - Returns: Not yet cut to a step; `nil` where it is beyond what a `Quantity` holds.
///
/// Spec: POS-010. Vectors: `position_accounting.json` SIZE_FROM_MARGIN.
public func positionSize(margin: Amount, leverage: UInt16, price: Price) -> Quantity? {
    precondition(price > .zero, "a price is greater than zero")
    let (value, overflow) = margin.units.multipliedReportingOverflow(by: Int128(leverage))
    guard !overflow else { return nil }
    return Int64(exactly: divide(value, by: Int128(price.units), rounding: .down))
        .map(Quantity.init(units:))
}
