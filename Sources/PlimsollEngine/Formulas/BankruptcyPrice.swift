public import PlimsollModel

/// The price at which closing the whole position leaves nothing of the wallet behind it.
///
///     BP = (entry value − wallet) ÷ quantity
///
/// with signed quantity and entry value: the liquidation price without maintenance margin. With
/// nothing added by hand it is `entry × (1 ∓ 1 ÷ leverage)`.
///
/// - Parameters:
///   - quantity: Positive long, negative short, not zero.
///   - entryValue: With the sign of the quantity.
///   - walletBalance: What stands behind the position.
///   - rounding: Up keeps a long's close from costing more than the wallet; down does so for a
///     short.
/// - Returns: Zero where even a worthless base asset would not use up the wallet.
///
/// Spec: LIQ-002. Vectors: `bankruptcy_price.json` BANKRUPTCY_LINEAR.
public func bankruptcyPrice(
    quantity: Quantity,
    entryValue: Amount,
    walletBalance: Amount,
    rounding: Rounding
) -> Price {
    precondition(!quantity.isZero, "a flat position has no bankruptcy price")
    let price = (entryValue - walletBalance).price(per: quantity, rounding: rounding) ?? .zero
    return max(price, .zero)
}

/// The bankruptcy price of one of several cross positions.
///
///     BP = mark − margin balance × (its maintenance ÷ all maintenance) ÷ quantity
///
/// Each position answers with its share of the account, in proportion to maintenance margin;
/// otherwise the first to be liquidated would consume what stands behind all. With one position
/// this is the general formula.
///
/// - Parameters:
///   - quantity: Signed, not zero.
///   - markPrice: Of the instrument.
///   - marginBalance: Of the whole cross account.
///   - maintenance: Of this position; greater than zero.
///   - totalMaintenance: Of all cross positions; not smaller than `maintenance`.
///   - rounding: As for an isolated position.
/// - Returns: Not negative.
///
/// Spec: LIQ-003.
public func crossBankruptcyPrice(
    quantity: Quantity,
    markPrice: Price,
    marginBalance: Amount,
    maintenance: Amount,
    totalMaintenance: Amount,
    rounding: Rounding
) -> Price {
    let share = marginBalance.share(maintenance, of: totalMaintenance, rounding: .down)
    return bankruptcyPrice(
        quantity: quantity,
        entryValue: Amount(markPrice, times: quantity),
        walletBalance: share,
        rounding: rounding
    )
}
