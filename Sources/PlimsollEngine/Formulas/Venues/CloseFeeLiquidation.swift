public import PlimsollModel

/// The liquidation price on venues that count the fee of the close in (Gate, OKX, Phemex).
///
///     LP = (entry value − margin − maintenance amount)
///          ÷ (quantity − |quantity| × (maintenance rate + taker fee))
///
/// with signed quantity and entry value: for one coin `(entry ∓ margin) ÷ (1 ∓ (rate + fee))`.
///
/// - Parameters:
///   - quantity: Positive long, negative short, not zero.
///   - entryValue: With the sign of the quantity.
///   - margin: Behind the position.
///   - maintenanceAmount: A fixed part of the maintenance margin; zero on Gate and OKX.
///   - maintenanceRate: Of the tier.
///   - takerFee: Of the close.
/// - Returns: Half-up to eight decimals; `nil` where no positive price liquidates the position.
///
/// Spec: VEN-020. Vectors: `liquidation_price.json` LIQ_ISOLATED_TAKER_FEE,
/// LIQ_PHEMEX_ISOLATED_LONG.
public func liquidationPriceWithCloseFee(
    quantity: Quantity,
    entryValue: Amount,
    margin: Amount,
    maintenanceAmount: Amount = .zero,
    maintenanceRate: Rate,
    takerFee: Rate
) -> Price? {
    precondition(!quantity.isZero, "a flat position has no liquidation price")
    let factor =
        Int128(quantity.units) * Int128(Rate.unitsPerOne)
        - Int128(quantity.magnitude.units) * Int128(maintenanceRate.units + takerFee.units)
    return positivePrice(where: factor, reaches: entryValue - margin - maintenanceAmount)
}
