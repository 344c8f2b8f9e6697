public import PlimsollModel

/// Interest on borrowed assets: simple, by counted periods.
///
///     interest = borrowed × rate × periods
///
/// Venues differ in what they count.
public struct MarginInterest: BitwiseCopyable, Hashable, Sendable {
    private static let hour: Int64 = 3_600_000

    /// For `ratePeriods` periods.
    public let rate: Rate
    /// How many periods the rate is for: 24 for a daily rate that is charged by the hour.
    public let ratePeriods: Int64

    /// A rate for a number of periods, one or more.
    public init(rate: Rate, forPeriods ratePeriods: Int64 = 1) {
        precondition(ratePeriods > 0, "a rate is for one period or more")
        self.rate = rate
        self.ratePeriods = ratePeriods
    }

    /// The interest of `periods` periods, half-up to sixteen decimals.
    public func interest(on borrowed: Amount, periods: Int64) -> Amount {
        Amount(
            units: multiplyDivide(
                borrowed.units,
                by: Int128(rate.units) * Int128(periods),
                over: Int128(Rate.unitsPerOne) * Int128(ratePeriods),
                rounding: .halfUp
            )
        )
    }

    /// Hours begun since the borrowing: how backtests often stand in for Binance.
    ///
    /// Spec: VEN-070. Vectors: `spot_margin.json` INTEREST_CEIL_HOURS_DAILY.
    public static func elapsedHours(milliseconds: Int64) -> Int64 {
        Int64(divide(Int128(milliseconds), by: Int128(hour), rounding: .up))
    }

    /// One for the opening and one for each four hours begun, as Kraken rolls over.
    ///
    /// Spec: VEN-070. Vectors: `spot_margin.json` INTEREST_KRAKEN_4H.
    public static func rollovers(milliseconds: Int64) -> Int64 {
        1 + Int64(divide(Int128(milliseconds), by: Int128(4 * hour), rounding: .up))
    }

    /// One for the borrowing and one for each full hour of the clock before the repayment, as
    /// Binance charges.
    ///
    /// Borrowed at 13:20 and repaid at 14:15 is two hours.
    ///
    /// Spec: VEN-070. Vectors: `spot_margin.json` INTEREST_CLOCK_HOURS.
    public static func clockHours(from borrowTime: Timestamp, to repayTime: Timestamp) -> Int64 {
        // Strictly after the one and before the other.
        let last = floor(repayTime.milliseconds - 1)
        return 1 + max(0, last - floor(borrowTime.milliseconds))
    }

    /// Full hours of the clock that fall into the loan, its ends included, as OKX charges.
    ///
    /// Spec: VEN-070. Vectors: `spot_margin.json` INTEREST_OKX_CLOCK.
    public static func fullHours(from borrowTime: Timestamp, to repayTime: Timestamp) -> Int64 {
        max(0, floor(repayTime.milliseconds) - floor(borrowTime.milliseconds - 1))
    }

    /// Whole hours since 1970, also before it.
    private static func floor(_ milliseconds: Int64) -> Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: hour)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
