public import PlimsollModel

/// What a position would realise at a price.
///
///     unrealised = value of the quantity at the price − entry value
///
/// For a linear contract the value is quantity × price, exact, for longs (positive quantity and entry
/// value) and shorts (negative ones) alike.
///
/// Spec: POS-003. Vectors: `position_accounting.json` UPNL_LINEAR, UPNL_INVERSE.
public func unrealizedPnL(
    quantity: Quantity,
    entryValue: Amount,
    at price: Price,
    valuation: ContractValuation = .linear
) -> Amount {
    valuation.value(of: quantity, at: price) - entryValue
}

/// The fee of a fill.
///
///     fee = value × rate
///
/// Rounded half-up to eight decimals, the precision in which the venue charges and reports it.
///
/// - Parameters:
///   - value: The notional of the fill; not negative.
///   - rate: The maker's or taker's.
/// - Returns: Settle-asset units.
///
/// Spec: FEE-001. Vectors: `position_accounting.json` FEE_LINEAR.
public func tradingFee(on value: Amount, rate: Rate) -> Amount {
    Amount(
        units: multiplyDivide(
            value.units,
            by: Int128(rate.units),
            over: Int128(Rate.unitsPerOne) * amountUnitsPerReportedUnit,
            rounding: .halfUp
        ) * amountUnitsPerReportedUnit
    )
}

/// The average price at which a position was entered, derived from its exact value.
///
/// For an inverse contract this is the harmonic mean of the prices paid.
///
/// Spec: POS-002.
public func entryPrice(
    quantity: Quantity,
    entryValue: Amount,
    valuation: ContractValuation = .linear
) -> Price {
    guard !quantity.isZero else { return .zero }
    return valuation.price(of: quantity, worth: entryValue, rounding: .halfUp) ?? .zero
}

/// The price at which closing would leave nothing gained and nothing lost, the opening fees and
/// funding included.
///
///     value of the quantity at break-even = entry value + fees paid − funding received
///
/// Right after opening this is `entry × (1 ± fee rate)`.
///
/// Spec: POS-006. Vectors: `position_accounting.json` BREAK_EVEN.
public func breakEvenPrice(
    quantity: Quantity,
    entryValue: Amount,
    feesPaid: Amount,
    fundingReceived: Amount,
    valuation: ContractValuation = .linear
) -> Price {
    guard !quantity.isZero else { return .zero }
    let value = entryValue + feesPaid - fundingReceived
    return valuation.price(of: quantity, worth: value, rounding: .halfUp) ?? .zero
}

/// How many 10⁻¹⁶ units make the 10⁻⁸ unit in which fees and funding are charged.
let amountUnitsPerReportedUnit: Int128 = 100_000_000
