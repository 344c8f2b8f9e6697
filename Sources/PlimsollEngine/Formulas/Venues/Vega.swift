public import PlimsollModel

/// How Vega reckons, where it differs from the default profile.
public enum Vega {
    /// What a funding period is reckoned with.
    public struct FundingTerms: BitwiseCopyable, Hashable, Sendable {
        /// Interest over the period: the annual rate and the period in years, at most a hundred.
        public var interest: (annualRate: Rate, years: ExactQuotient)? {
            get { hasInterest ? (annualRate, years) : nil }
            set {
                hasInterest = newValue != nil
                annualRate = newValue?.annualRate ?? .zero
                years = newValue?.years ?? ExactQuotient(0, over: 1)
            }
        }
        private var hasInterest: Bool
        private var annualRate: Rate
        private var years: ExactQuotient
        /// Bounds of the interest part, as shares of the external price.
        public var clampLower: Rate?
        public var clampUpper: Rate?
        public var scaling: Rate
        /// Bounds of the funding rate.
        public var rateLower: Rate?
        public var rateUpper: Rate?

        public init(
            interest: (annualRate: Rate, years: ExactQuotient)? = nil,
            clampLower: Rate? = nil,
            clampUpper: Rate? = nil,
            scaling: Rate = .one,
            rateLower: Rate? = nil,
            rateUpper: Rate? = nil
        ) {
            hasInterest = interest != nil
            annualRate = interest?.annualRate ?? .zero
            years = interest?.years ?? ExactQuotient(0, over: 1)
            self.clampLower = clampLower
            self.clampUpper = clampUpper
            self.scaling = scaling
            self.rateLower = rateLower
            self.rateUpper = rateUpper
        }
    }

    /// What one unit of a long pays for a period, and as a share of the external price.
    ///
    ///     g       = internal − external
    ///             + min(cu × external, max(cl × external, (1 + r × t) × external − internal))
    ///     payment = g × scaling, within rate bounds × external
    ///     rate    = payment ÷ external
    ///
    /// The second line counts only where interest or clamps are set.
    ///
    /// - Parameters:
    ///   - internalAverage: Time-weighted price of the market.
    ///   - externalAverage: Time-weighted price of the underlying; greater than zero.
    ///   - terms: Of the market.
    /// - Returns: Quote per unit, half-up to sixteen decimals, and the exact rate.
    ///
    /// Spec: VEN-050. Vectors: `funding.json` VEGA_FUNDING.
    public static func funding(
        internalAverage: Price,
        externalAverage: Price,
        terms: FundingTerms
    ) -> (payment: Amount, rate: ExactQuotient) {
        precondition(externalAverage > .zero, "a price is greater than zero")
        let one = Quantity(1)
        let market = Amount(internalAverage, times: one)
        let external = Amount(externalAverage, times: one)
        var payment = market - external
        if terms.interest != nil || terms.clampLower != nil || terms.clampUpper != nil {
            var grown = external
            if let interest = terms.interest {
                grown += Amount(
                    units: multiplyDivide(
                        external.times(interest.annualRate, rounding: .halfUp).units,
                        by: interest.years.numerator,
                        over: interest.years.denominator,
                        rounding: .halfUp
                    )
                )
            }
            payment += bounded(
                grown - market,
                by: external,
                lower: terms.clampLower,
                upper: terms.clampUpper
            )
        }
        payment = bounded(
            payment.times(terms.scaling, rounding: .halfUp),
            by: external,
            lower: terms.rateLower,
            upper: terms.rateUpper
        )
        return (payment, ExactQuotient(payment.units, over: external.units))
    }

    private static func bounded(
        _ value: Amount,
        by external: Amount,
        lower: Rate?,
        upper: Rate?
    ) -> Amount {
        var value = value
        if let lower { value = max(value, external.times(lower, rounding: .halfUp)) }
        if let upper { value = min(value, external.times(upper, rounding: .halfUp)) }
        return value
    }

    /// Shares what was collected from the losers of a mark-to-market among its winners.
    ///
    ///     payout = gain × collected ÷ Σ gains, rounded down
    ///
    /// What the rounding leaves goes to one of them whole. Where enough was collected everyone is
    /// paid in full.
    ///
    /// - Parameters:
    ///   - gains: What is owed to each winner; not negative.
    ///   - collected: From the losers and the insurance fund; not negative.
    ///   - remainderReceiver: Who gets what the rounding leaves: the last of the distribution.
    /// - Returns: A payout for each gain, in the same order.
    ///
    /// Spec: VEN-051. Vectors: `loss_socialisation.json` SOCIALISE_PRO_RATA.
    public static func socialise(
        gains: [Int64],
        collected: Int64,
        remainderReceiver: Int
    ) -> [Int64] {
        precondition(gains.indices.contains(remainderReceiver), "the receiver is a winner")
        let total = gains.reduce(Int128(0)) { $0 + Int128($1) }
        guard Int128(collected) < total else { return gains }
        var rest = collected
        var payouts = gains.map { gain in
            let share = Int128(gain) * Int128(collected)
            let payout = Int64(divide(share, by: total, rounding: .down))
            rest -= payout
            return payout
        }
        payouts[remainderReceiver] += rest
        return payouts
    }
}
