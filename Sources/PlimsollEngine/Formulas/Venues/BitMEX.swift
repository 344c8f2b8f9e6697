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
    /// - Returns: Per settlement, exact.
    ///
    /// Spec: VEN-062. Vectors: `funding.json` BITMEX_INTEREST.
    public static func interest(
        quoteRate: Rate,
        baseRate: Rate,
        settlementsPerDay: Int64
    ) -> ExactQuotient {
        ExactQuotient(
            Int128(quoteRate.units) - Int128(baseRate.units),
            over: Int128(settlementsPerDay) * Int128(Rate.unitsPerOne)
        )
    }
}
