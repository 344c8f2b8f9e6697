public import PlimsollModel

/// How Hyperliquid reckons, where it differs from the default profile.
public enum Hyperliquid {
    /// The liquidation price of an isolated position.
    ///
    ///     l  = 1 ÷ (2 × highest leverage)
    ///     LP = entry ∓ (margin − quantity × entry × l) ÷ quantity ÷ (1 ∓ l)
    ///
    /// Maintenance is half of the initial margin at the highest leverage of the asset.
    ///
    /// - Parameters:
    ///   - quantity: Positive long, negative short, not zero.
    ///   - entryPrice: Greater than zero.
    ///   - margin: Posted for the position.
    ///   - leverageMax: Of the asset; one or more.
    /// - Returns: Half-up to eight decimals; not below zero, and `nil` where it is beyond a `Price`.
    ///
    /// Spec: VEN-022. Vectors: `liquidation_price.json` LIQ_HYPERLIQUID_ISOLATED.
    public static func liquidationPrice(
        quantity: Quantity,
        entryPrice: Price,
        margin: Amount,
        leverageMax: UInt16
    ) -> Price? {
        precondition(!quantity.isZero, "a flat position has no liquidation price")
        // Both sides of the fraction times 2 × highest leverage, which makes l whole.
        let double = 2 * Int128(leverageMax)
        let value = Amount(entryPrice, times: quantity.magnitude)
        let sign: Int128 = quantity.units < 0 ? -1 : 1
        let distance = ExactQuotient(
            margin.units * double - value.units,
            over: Int128(quantity.units) * (double - sign)
        )
        let price = Int128(entryPrice.units) - distance.rounded(.halfUp)
        return Int64(exactly: max(price, 0)).map(Price.init(units:))
    }
}
