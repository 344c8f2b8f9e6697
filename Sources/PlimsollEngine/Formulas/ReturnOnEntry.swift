public import PlimsollModel

/// How far the price moved in a position's favour, as a share of its entry price.
///
///     return = ±(mark − entry) ÷ entry
///
/// Times the leverage this is the return on the margin.
///
/// - Parameters:
///   - side: A buy for a long, a sell for a short.
///   - entryPrice: Greater than zero.
///   - markPrice: Of the instrument.
/// - Returns: Rounded half-up to eight decimals.
///
/// Spec: POS-011. Vectors: `position_accounting.json` PNL_PCT.
public func returnOnEntry(side: Side, entryPrice: Price, markPrice: Price) -> Rate {
    let change = side == .buy ? markPrice - entryPrice : entryPrice - markPrice
    return Rate(
        units: Int64(
            multiplyDivide(
                Int128(change.units),
                by: Int128(Rate.unitsPerOne),
                over: Int128(entryPrice.units),
                rounding: .halfUp
            )
        )
    )
}
