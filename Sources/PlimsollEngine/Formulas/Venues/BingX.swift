public import PlimsollModel

/// How BingX reckons, where it differs from the default profile.
public enum BingX {
    /// What a cross account may put into new positions.
    ///
    ///     available = balance − Σ position margins − frozen + cross unrealised
    ///
    /// - Parameters:
    ///   - balance: Of the wallet.
    ///   - positionMargin: Of all positions.
    ///   - frozen: For open orders.
    ///   - crossUnrealizedPnL: Of all cross positions.
    /// - Returns: Settle-asset units; negative where the account is short of margin.
    ///
    /// Spec: VEN-064. Vectors: `order_margin.json` AVAILABLE_CROSS.
    public static func available(
        balance: Amount,
        positionMargin: Amount,
        frozen: Amount,
        crossUnrealizedPnL: Amount
    ) -> Amount {
        balance - positionMargin - frozen + crossUnrealizedPnL
    }

    /// How close a cross account is to liquidation, at 1, the fees of closing included.
    ///
    ///     risk = (maintenance + closing fees) ÷ (balance − isolated − frozen + cross unrealised)
    ///
    /// - Parameters:
    ///   - maintenanceMargin: Of all cross positions.
    ///   - closingFees: Of all cross positions.
    ///   - balance: Of the wallet.
    ///   - isolatedMargin: In isolated positions.
    ///   - frozen: For open orders.
    ///   - crossUnrealizedPnL: Of all cross positions.
    /// - Returns: Exact; `nil` where nothing is left to divide by.
    ///
    /// Spec: VEN-064. Vectors: `order_margin.json` CROSS_RISK_WITH_FEES.
    public static func crossRisk(
        maintenanceMargin: Amount,
        closingFees: Amount,
        balance: Amount,
        isolatedMargin: Amount,
        frozen: Amount,
        crossUnrealizedPnL: Amount
    ) -> ExactQuotient? {
        let equity = balance - isolatedMargin - frozen + crossUnrealizedPnL
        guard equity > .zero else { return nil }
        return ExactQuotient((maintenanceMargin + closingFees).units, over: equity.units)
    }
}
