import PlimsollModel

/// How Drift reckons: whole numbers with fixed precisions, all cut off towards zero.
///
/// Prices, quote amounts and rates count 10⁻⁶, base amounts 10⁻⁹.
public enum Drift {
    static let priceUnit: Int128 = 1_000_000
    static let baseUnit: Int128 = 1_000_000_000

    /// The funding of one base unit for a period.
    ///
    ///     rate = clamp(mark − oracle, ±oracle ÷ 33) × 1000 ÷ periods a day
    ///
    /// - Parameters:
    ///   - markAverage: Time-weighted mark price.
    ///   - oracleAverage: Time-weighted oracle price; not negative.
    ///   - periodSeconds: One to 86,400.
    /// - Returns: In 10⁻⁹ quote per base unit.
    ///
    /// Spec: VEN-040. Vectors: `funding.json` DRIFT_RATE.
    public static func fundingRate(
        markAverage: Int64,
        oracleAverage: Int64,
        periodSeconds: Int64
    ) -> Int128 {
        precondition((1...86_400).contains(periodSeconds), "a period is within a day")
        let bound = Int128(oracleAverage) / 33
        let spread = max(-bound, min(bound, Int128(markAverage) - Int128(oracleAverage)))
        return spread * 1000 / Int128(86_400 / periodSeconds)
    }

    /// How much of a position covers a margin shortage when it is liquidated.
    ///
    ///     base = shortage ÷ (price × quote price × (maintenance − fee) − price × fund fee)
    ///
    /// - Parameters:
    ///   - shortage: Quote; not negative.
    ///   - maintenanceRate: Margin rate with its buffer.
    ///   - liquidationFee: The liquidator's.
    ///   - fundFee: The insurance fund's.
    ///   - price: Of the oracle.
    ///   - quotePrice: Of the quote asset.
    /// - Returns: Base; `nil` where no amount covers the shortage.
    ///
    /// Spec: VEN-041. Vectors: `partial_liquidation_insurance.json` DRIFT_COVER.
    public static func baseToCover(
        shortage: Int64,
        maintenanceRate: Int64,
        liquidationFee: Int64,
        fundFee: Int64,
        price: Int64,
        quotePrice: Int64
    ) -> Int128? {
        guard maintenanceRate > liquidationFee else { return nil }
        let freed = multiplyDivide(
            Int128(price) * Int128(quotePrice),
            by: Int128(maintenanceRate - liquidationFee),
            over: priceUnit * priceUnit,
            rounding: .down
        )
        let charged = Int128(price) * Int128(fundFee) / priceUnit
        guard freed > charged else { return nil }
        return Int128(shortage) * baseUnit / (freed - charged)
    }

    /// The fee that the insurance fund may take from a liquidation: never what the account needs to
    /// be whole again.
    ///
    ///     fee = min(fee max, 95 % × max(0, maintenance − liquidation fee − shortage ÷ value))
    ///
    /// - Parameters:
    ///   - shortage: Quote; not negative.
    ///   - maintenanceRate: Margin rate.
    ///   - liquidationFee: The liquidator's.
    ///   - price: Of the oracle.
    ///   - quotePrice: Of the quote asset.
    ///   - base: Size of the position; not negative.
    ///   - feeMax: Not negative.
    /// - Returns: A rate; zero where price or size is zero.
    ///
    /// Spec: VEN-042. Vectors: `partial_liquidation_insurance.json` DRIFT_IF_FEE.
    public static func insuranceFundFee(
        shortage: Int64,
        maintenanceRate: Int64,
        liquidationFee: Int64,
        price: Int64,
        quotePrice: Int64,
        base: Int64,
        feeMax: Int64
    ) -> Int64 {
        let value = multiplyDivide(
            Int128(price) * Int128(quotePrice),
            by: Int128(base),
            over: priceUnit * baseUnit,
            rounding: .down
        )
        guard value > 0 else { return 0 }
        let missing = Int128(shortage) * priceUnit / value
        let free = max(0, Int128(maintenanceRate) - Int128(liquidationFee) - missing)
        return Int64(min(Int128(feeMax), free * 19 / 20))
    }

    /// How much of a spot liability is repaid with collateral to cover a margin shortage.
    ///
    ///     transfer = shortage ÷ (price × (wl − wa) − price × fund fee × wl)
    ///     wa       = asset weight × asset multiplier ÷ liability multiplier, five decimals
    ///
    /// - Parameters:
    ///   - shortage: Quote; not negative.
    ///   - assetWeight: Of the collateral.
    ///   - assetMultiplier: Of the collateral's liquidation.
    ///   - liabilityWeight: `wl`.
    ///   - liabilityMultiplier: Of the liability's liquidation; greater than zero.
    ///   - fundFee: The insurance fund's.
    ///   - liabilityPrice: Of the oracle.
    /// - Returns: Liability units in 10⁻⁹; `nil` where no amount covers the shortage.
    ///
    /// Spec: VEN-043. Vectors: `spot_margin.json` DRIFT_LIABILITY_TRANSFER.
    public static func liabilityTransfer(
        shortage: Int64,
        assetWeight: Int64,
        assetMultiplier: Int64,
        liabilityWeight: Int64,
        liabilityMultiplier: Int64,
        fundFee: Int64,
        liabilityPrice: Int64
    ) -> Int128? {
        precondition(liabilityMultiplier > 0, "a divisor is greater than zero")
        // Rates count 10⁻⁶; the last decimal of this one is dropped.
        let weight =
            Int128(assetWeight) * Int128(assetMultiplier) / Int128(liabilityMultiplier) / 10 * 10
        let factor =
            (Int128(liabilityWeight) - weight) * priceUnit
            - Int128(fundFee) * Int128(liabilityWeight)
        guard factor > 0, liabilityPrice > 0 else { return nil }
        return multiplyDivide(
            Int128(shortage) * baseUnit,
            by: priceUnit * priceUnit,
            over: Int128(liabilityPrice) * factor,
            rounding: .down
        )
    }

    /// What each base unit of open interest, long or short, pays for a loss that nobody covers.
    ///
    ///     per base = loss ÷ (long + short)
    ///
    /// - Parameters:
    ///   - loss: Quote; not negative.
    ///   - longBase: Open longs; not negative.
    ///   - shortBase: Open shorts; not negative.
    /// - Returns: Quote per base unit, rounded up; `nil` where nobody is left to pay.
    ///
    /// Spec: VEN-044. Vectors: `loss_socialisation.json` PERP_BANKRUPTCY_PER_BASE.
    public static func lossPerBase(loss: Int64, longBase: Int64, shortBase: Int64) -> Int128? {
        let base = Int128(longBase) + Int128(shortBase)
        guard base > 0 else { return nil }
        return divide(Int128(loss) * baseUnit, by: base, rounding: .up)
    }

    /// The share of all deposits that a spot loss takes.
    ///
    ///     share = loss ÷ deposits
    ///
    /// - Parameters:
    ///   - loss: In the unit of the deposits; not negative.
    ///   - deposits: Not negative.
    /// - Returns: In 10⁻¹⁰, rounded up; zero where there are no deposits.
    ///
    /// Spec: VEN-044. Vectors: `loss_socialisation.json` SPOT_BANKRUPTCY_INDEX.
    public static func depositIndexLoss(loss: Int64, deposits: Int64) -> Int128 {
        guard deposits > 0 else { return 0 }
        return divide(Int128(loss) * 10_000_000_000, by: Int128(deposits), rounding: .up)
    }
}
