public import PlimsollModel

/// The price at which closing the whole position leaves nothing of the wallet behind it.
///
///     value of the quantity at BP = entry value − wallet
///
/// with signed quantity and entry value: the liquidation price without maintenance margin. For a
/// linear position this is (entry value − wallet) ÷ quantity; with nothing added by hand that is
/// `entry × (1 ∓ 1 ÷ leverage)`, and for an inverse one `entry × leverage ÷ (leverage ± 1)`.
///
/// - Parameters:
///   - quantity: Positive long, negative short, not zero.
///   - entryValue: Signed.
///   - walletBalance: What stands behind the position.
///   - valuation: Of the instrument.
///   - rounding: Up keeps a long's close from costing more than the wallet; down does so for a
///     short.
/// - Returns: Zero where no price uses up the wallet; the highest there is where a linear contract's is
///   beyond it.
///
/// Spec: LIQ-002. Vectors: `bankruptcy_price.json` BANKRUPTCY_LINEAR, BANKRUPTCY_INVERSE.
public func bankruptcyPrice(
    quantity: Quantity,
    entryValue: Amount,
    walletBalance: Amount,
    valuation: ContractValuation = .linear,
    rounding: Rounding
) -> Price {
    precondition(!quantity.isZero, "a flat position has no bankruptcy price")
    let worth = entryValue - walletBalance
    if let price = valuation.price(of: quantity, worth: worth, rounding: rounding) { return price }
    let isBeyond =
        valuation.kind == .linear && (worth < .zero) == (quantity < .zero)
        && worth.magnitude >= Amount(Price(units: .max), times: quantity.magnitude)
    return isBeyond ? Price(units: .max) : .zero
}

/// The bankruptcy price of one of several cross positions.
///
///     value of the quantity at BP = value at mark − margin balance × (its maintenance ÷ all)
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
///   - valuation: Of the instrument.
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
    valuation: ContractValuation = .linear,
    rounding: Rounding
) -> Price {
    let share = marginBalance.share(maintenance, of: totalMaintenance, rounding: .down)
    return bankruptcyPrice(
        quantity: quantity,
        entryValue: valuation.value(of: quantity, at: markPrice),
        walletBalance: share,
        valuation: valuation,
        rounding: rounding
    )
}
