public import PlimsollModel

/// The mark price at which a position's margin balance equals its maintenance margin.
///
///     LP = (wallet − other maintenance + other unrealised + deduction − entry value)
///          ÷ (|quantity| × maintenance rate − quantity)
///
/// `quantity` and `entry value` are signed. Maintenance rate and deduction are those of the tier in
/// which `LP × |quantity|` falls, which is not always the tier at the entry or the mark: each tier is
/// tried, and the one whose range holds its own answer is taken. Fees are
/// not part of the formula, unless maintenance counts the close in.
///
/// - Parameters:
///   - quantity: Positive long, negative short, not zero.
///   - entryValue: With the sign of the quantity.
///   - walletBalance: The isolated wallet, or the cross wallet.
///   - otherMaintenance: Maintenance margin of all other cross positions; zero when isolated.
///   - otherUnrealizedPnL: Unrealised profit of all other cross positions; zero when isolated.
///   - closeFee: The taker fee, where maintenance counts the close in; it adds to the rate.
///   - tiers: Rising by floor; the first floor is zero.
/// - Returns: Rounded half-up to eight decimals; `nil` where no positive price liquidates the
///   position.
///
/// Spec: LIQ-001. Vectors: `liquidation_price.json` LIQ_BINANCE_ONEWAY, LIQ_BINANCE_TIERED.
public func liquidationPrice(
    quantity: Quantity,
    entryValue: Amount,
    walletBalance: Amount,
    otherMaintenance: Amount = .zero,
    otherUnrealizedPnL: Amount = .zero,
    closeFee: Rate = .zero,
    tiers: borrowing Span<MarginTier>
) -> Price? {
    precondition(!quantity.isZero, "a flat position has no liquidation price")
    let free = walletBalance - otherMaintenance + otherUnrealizedPnL - entryValue
    let size = Int128(quantity.magnitude.units)
    for index in 0..<tiers.count {
        let tier = tiers[index]
        // In 10⁻¹⁶: size × rate − quantity × 1, where both factors count 10⁻⁸.
        let denominator =
            size * Int128((tier.maintenanceRate + closeFee).units)
            - Int128(quantity.units) * Int128(Rate.unitsPerOne)
        let numerator = free + tier.deduction
        // A long's denominator is negative, a short's positive; the price is positive only where
        // the signs agree.
        guard denominator != 0, (numerator.units < 0) == (denominator < 0),
            !numerator.isZero
        else { continue }
        let priceUnits = multiplyDivide(
            numerator.magnitude.units,
            by: Int128(Price.unitsPerOne),
            over: Int128(denominator.magnitude),
            rounding: .halfUp
        )
        guard let narrow = Int64(exactly: priceUnits) else { continue }
        let price = Price(units: narrow)
        let notional = Amount(price, times: quantity.magnitude)
        let isLast = index == tiers.count - 1
        let nextFloor = isLast ? notional : tiers[index + 1].notionalFloor
        if notional >= tier.notionalFloor, isLast || notional <= nextFloor {
            return price
        }
    }
    return nil
}
