public import PlimsollModel

/// Contracts that are worth a fixed number of quote units and settle in the base coin.
///
/// Face values are in quote units, money is in coins.
public enum InverseContract {
    /// What a face value is worth in coins.
    ///
    ///     value = face value ÷ price
    ///
    /// - Parameters:
    ///   - faceValue: Contracts × multiplier; positive long, negative short.
    ///   - price: Greater than zero.
    ///   - rounding: Of the last of sixteen decimals.
    /// - Returns: Coins, with the sign of the face value.
    ///
    /// Spec: VEN-010. Vectors: `position_accounting.json` FEE_INVERSE.
    public static func value(
        of faceValue: Amount,
        at price: Price,
        rounding: Rounding = .halfUp
    ) -> Amount {
        Amount(
            units: multiplyDivide(
                faceValue.units,
                by: Int128(Price.unitsPerOne),
                over: Int128(price.units),
                rounding: rounding
            )
        )
    }

    /// What a position would realise at a price.
    ///
    ///     unrealised = face value × (1 ÷ entry − 1 ÷ mark)
    ///
    /// - Parameters:
    ///   - faceValue: Contracts × multiplier; positive long, negative short.
    ///   - entryPrice: Greater than zero.
    ///   - markPrice: Greater than zero.
    /// - Returns: Coins, each of the two values half-up to sixteen decimals.
    ///
    /// Spec: VEN-010. Vectors: `position_accounting.json` UPNL_INVERSE.
    public static func unrealizedPnL(
        faceValue: Amount,
        entryPrice: Price,
        markPrice: Price
    ) -> Amount {
        value(of: faceValue, at: entryPrice) - value(of: faceValue, at: markPrice)
    }

    /// The average entry price after an increase: a harmonic mean.
    ///
    ///     average = (n + Δn) ÷ (n ÷ average + Δn ÷ price)
    ///
    /// - Parameters:
    ///   - contracts: Greater than zero, in any unit.
    ///   - average: Greater than zero, in any unit.
    ///   - added: Greater than zero, in the unit of `contracts`.
    ///   - price: Greater than zero, in the unit of `average`.
    /// - Returns: In the unit of `average`, half-up; `nil` where the products leave 127 bits.
    ///
    /// Spec: VEN-011. Vectors: `position_accounting.json` AVG_INCREASE_INVERSE.
    public static func averageEntry(
        contracts: Int128,
        average: Int128,
        adding added: Int128,
        at price: Int128
    ) -> Int128? {
        precondition(contracts > 0 && average > 0 && added > 0 && price > 0, "all are positive")
        let before = contracts.multipliedReportingOverflow(by: price)
        let increase = added.multipliedReportingOverflow(by: average)
        let divisor = before.partialValue.addingReportingOverflow(increase.partialValue)
        let count = contracts.addingReportingOverflow(added)
        let factor = count.partialValue.multipliedReportingOverflow(by: price)
        guard !before.overflow, !increase.overflow, !divisor.overflow, !count.overflow,
            !factor.overflow
        else { return nil }
        return multiplyDivide(
            average,
            by: factor.partialValue,
            over: divisor.partialValue,
            rounding: .halfUp
        )
    }

    /// The margin that a face value asks for.
    ///
    ///     margin = face value ÷ price ÷ leverage
    ///
    /// - Parameters:
    ///   - faceValue: Not negative.
    ///   - price: Greater than zero.
    ///   - leverage: One or more.
    /// - Returns: Coins, rounded up.
    ///
    /// Spec: VEN-012. Vectors: `position_accounting.json` MARGIN_FROM_SIZE_INV.
    public static func margin(of faceValue: Amount, at price: Price, leverage: UInt16) -> Amount {
        Amount(
            units: multiplyDivide(
                faceValue.units,
                by: Int128(Price.unitsPerOne),
                over: Int128(price.units) * Int128(leverage),
                rounding: .up
            )
        )
    }

    /// The face value that a margin carries.
    ///
    ///     face value = margin × leverage × price
    ///
    /// - Parameters:
    ///   - margin: Coins; not negative.
    ///   - leverage: One or more.
    ///   - price: Greater than zero.
    /// - Returns: Quote units, rounded down.
    ///
    /// Spec: VEN-012. Vectors: `position_accounting.json` SIZE_FROM_MARGIN_INV.
    public static func size(margin: Amount, leverage: UInt16, price: Price) -> Amount {
        Amount(
            units: multiplyDivide(
                margin.units,
                by: Int128(price.units) * Int128(leverage),
                over: Int128(Price.unitsPerOne),
                rounding: .down
            )
        )
    }

    /// The price at which closing leaves nothing of an isolated margin.
    ///
    ///     BP = entry × leverage ÷ (leverage ± 1)
    ///
    /// - Parameters:
    ///   - side: A buy for a long (+), a sell for a short (−).
    ///   - entryPrice: Greater than zero.
    ///   - leverage: One or more.
    /// - Returns: In units of a `Price`; `nil` for a short at 1x, which no price bankrupts.
    ///
    /// Spec: VEN-013. Vectors: `bankruptcy_price.json` BANKRUPTCY_INVERSE.
    public static func bankruptcyPrice(
        side: Side,
        entryPrice: Price,
        leverage: UInt16
    ) -> ExactQuotient? {
        let divisor = Int128(leverage) + Int128(side.sign)
        guard divisor > 0 else { return nil }
        return ExactQuotient(Int128(entryPrice.units) * Int128(leverage), over: divisor)
    }

    /// The price at which an isolated position is liquidated.
    ///
    ///     long   LP = entry × leverage ÷ (leverage + 1 − rate × leverage)
    ///     short  LP = entry × leverage ÷ (leverage − 1 + rate × leverage)
    ///
    /// - Parameters:
    ///   - side: A buy for a long, a sell for a short.
    ///   - entryPrice: Greater than zero.
    ///   - leverage: One or more.
    ///   - maintenanceRate: Not negative.
    /// - Returns: In units of a `Price`; `nil` where no price liquidates the position.
    ///
    /// Spec: VEN-013. Vectors: `liquidation_price.json` LIQ_INVERSE_ISOLATED.
    public static func liquidationPrice(
        side: Side,
        entryPrice: Price,
        leverage: UInt16,
        maintenanceRate: Rate
    ) -> ExactQuotient? {
        let one = Int128(Rate.unitsPerOne)
        let multiple = Int128(leverage)
        let sign = Int128(side.sign)
        let divisor = (multiple + sign) * one - sign * Int128(maintenanceRate.units) * multiple
        guard divisor > 0 else { return nil }
        return ExactQuotient(Int128(entryPrice.units) * multiple * one, over: divisor)
    }

    /// What a position receives at a settlement; negative where it pays.
    ///
    ///     payment = −face value ÷ mark × rate
    ///
    /// - Parameters:
    ///   - faceValue: Positive long, negative short.
    ///   - markPrice: Greater than zero.
    ///   - rate: Per interval.
    /// - Returns: Coins, half-up to sixteen decimals.
    ///
    /// Spec: VEN-014. Vectors: `funding.json` FUNDING_PAYMENT_INVERSE.
    public static func fundingPayment(faceValue: Amount, markPrice: Price, rate: Rate) -> Amount {
        Amount(
            units: -multiplyDivide(
                faceValue.units,
                by: Int128(rate.units),
                over: Int128(markPrice.units),
                rounding: .halfUp
            )
        )
    }
}
