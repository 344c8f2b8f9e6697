public import PlimsollModel

/// How Kraken reckons, where it differs from the default profile.
public enum Kraken {
    /// The hourly funding rate.
    ///
    ///     rate = average premium ÷ realisation hours, within −cap … +cap
    ///
    /// - Parameters:
    ///   - averagePremium: Time average of (price − index) ÷ index; its denominator at most 10²⁰.
    ///   - realisationHours: Over how many hours the premium is paid; one to a million.
    ///   - cap: Largest magnitude of the rate; not negative.
    /// - Returns: Per hour, exact.
    ///
    /// Spec: VEN-060. Vectors: `funding.json` KRAKEN_HOURLY.
    public static func hourlyFundingRate(
        averagePremium: ExactQuotient,
        realisationHours: Int64,
        cap: Rate
    ) -> ExactQuotient {
        let one = Int128(Rate.unitsPerOne)
        let divisor = averagePremium.denominator * Int128(realisationHours)
        let bound = Int128(cap.units) * divisor
        guard abs(averagePremium.numerator) <= bound / one else {
            let sign: Int128 = averagePremium.numerator < 0 ? -1 : 1
            return ExactQuotient(sign * Int128(cap.units), over: one)
        }
        return ExactQuotient(averagePremium.numerator, over: divisor)
    }

    /// What a position receives for the part of an interval in which it was held.
    ///
    ///     payment = −quantity × mark × rate × share of the interval
    ///
    /// - Parameters:
    ///   - quantity: Positive long, negative short.
    ///   - markPrice: At the settlement.
    ///   - rate: Per interval.
    ///   - timeHeld: As a share of the interval, 0 to 1.
    /// - Returns: Settle-asset units, half-up to sixteen decimals.
    ///
    /// Spec: VEN-060. Vectors: `funding.json` FUNDING_PAYMENT_PRORATED.
    public static func fundingPayment(
        quantity: Quantity,
        markPrice: Price,
        rate: Rate,
        timeHeld: Rate
    ) -> Amount {
        PlimsollEngine.fundingPayment(
            quantity: quantity,
            markPrice: markPrice,
            rate: rate,
            rounding: nil
        ).times(timeHeld, rounding: .halfUp)
    }

    /// The standing of a spot margin account with one position.
    ///
    ///     used margin  long: quantity × entry ÷ leverage, short: quantity × price ÷ leverage
    ///     equity       collateral + unrealised
    ///     free margin  equity − used margin
    ///     level        equity ÷ used margin
    ///
    /// The used margin of a short is held in base units and grows with the price.
    ///
    /// Spec: VEN-061. Vectors: `spot_margin.json` KRAKEN_LEVEL.
    public struct MarginStanding: BitwiseCopyable, Hashable, Sendable {
        public let equity: Amount
        /// Half-up to sixteen decimals.
        public let usedMargin: Amount

        public var freeMargin: Amount { equity - usedMargin }

        /// Exact; `nil` where no margin is used.
        public var level: ExactQuotient? {
            marginLevel(equity: equity, against: usedMargin)
        }

        /// The standing of `tradeBalance` with a position.
        ///
        /// - Parameters:
        ///   - tradeBalance: The value of the collateral.
        ///   - side: A buy for a long, a sell for a short.
        ///   - quantity: Not negative.
        ///   - entryPrice: Of the position.
        ///   - price: The current one.
        ///   - leverage: One or more.
        public init(
            tradeBalance: Amount,
            side: Side,
            quantity: Quantity,
            entryPrice: Price,
            price: Price,
            leverage: UInt16
        ) {
            let signed = side == .buy ? quantity : -quantity
            equity =
                tradeBalance
                + unrealizedPnL(
                    quantity: signed,
                    entryValue: Amount(entryPrice, times: signed),
                    at: price
                )
            usedMargin = Kraken.usedMargin(
                at: side == .buy ? entryPrice : price,
                quantity: quantity,
                leverage: leverage
            )
        }
    }

    /// The price at which a long's margin level is the one of the margin call.
    ///
    ///     call price = entry − (collateral − call level × used margin) ÷ quantity
    ///
    /// - Parameters:
    ///   - tradeBalance: The value of the collateral.
    ///   - quantity: Greater than zero.
    ///   - entryPrice: Of the position.
    ///   - leverage: One or more.
    ///   - callLevel: Such as 0.8.
    /// - Returns: Half-up to eight decimals; not below zero.
    ///
    /// Spec: VEN-061. Vectors: `spot_margin.json` KRAKEN_CALL_PRICE_LONG.
    public static func callPriceOfLong(
        tradeBalance: Amount,
        quantity: Quantity,
        entryPrice: Price,
        leverage: UInt16,
        callLevel: Rate
    ) -> Price {
        let used = usedMargin(at: entryPrice, quantity: quantity, leverage: leverage)
        let cushion = tradeBalance - used.times(callLevel, rounding: .halfUp)
        let value = Amount(entryPrice, times: quantity) - cushion
        return max(value.price(per: quantity, rounding: .halfUp) ?? .zero, .zero)
    }

    private static func usedMargin(
        at price: Price,
        quantity: Quantity,
        leverage: UInt16
    ) -> Amount {
        let value = Amount(price, times: quantity)
        return Amount(units: divide(value.units, by: Int128(leverage), rounding: .halfUp))
    }
}
