public import PlimsollModel

/// How BitMEX reckons, where it differs from the default profile.
public enum BitMEX {
    /// The interest part of the funding rate.
    ///
    ///     interest = (quote rate − base rate) ÷ settlements a day
    ///
    /// - Parameters:
    ///   - quoteRate: Interest on the quote asset, per day.
    ///   - baseRate: Interest on the base asset, per day.
    ///   - settlementsPerDay: One or more.
    /// - Returns: Per settlement, half-up to eight decimals.
    ///
    /// Spec: VEN-062. Vectors: `funding.json` BITMEX_INTEREST.
    public static func interest(
        quoteRate: Rate,
        baseRate: Rate,
        settlementsPerDay: Int64
    ) -> Rate {
        let rate = ExactQuotient(
            Int128(quoteRate.units) - Int128(baseRate.units),
            over: Int128(settlementsPerDay)
        )
        return Rate(units: Int64(rate.rounded(.halfUp)))
    }
}
