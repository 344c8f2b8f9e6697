import PlimsollEngine
import PlimsollModel

/// Funding, premium and mark prices as other venues reckon them.
extension FormulaChecks {
    static let otherPrices: [String: FormulaCheck] = [
        "FUNDING_PAYMENT_PRORATED": proratedPayment,
        "KRAKEN_HOURLY": krakenHourly,
        "BITMEX_INTEREST": bitmexInterest,
        "DRIFT_RATE": driftRate,
        "VEGA_FUNDING": vegaFunding,
        "PREMIUM_IMPACT": premiumImpact,
        "MEDIAN_HALF_AWAY": medianOfMany,
        "TRADE_WEIGHTED": tradeWeighted,
        "TWAP_TRUNC": timeWeighted,
        "MARK_LAST_CLAMPED": lastClamped,
    ]

    @Sendable
    private static func proratedPayment(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let size = try inputs.quantity("qty")
        let payment = Kraken.fundingPayment(
            quantity: try inputs.side() == .buy ? size : -size,
            markPrice: try inputs.price("mark_price"),
            rate: try inputs.rate("rate"),
            timeHeld: try inputs.rate("time_in_ratio", max: 1)
        )
        return ["payment": .amount(payment)]
    }

    @Sendable
    private static func krakenHourly(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let rate = Kraken.hourlyFundingRate(
            averagePremium: try inputs.fineQuotient("avg_premium"),
            realisationHours: min(try inputs.positiveCount("realisation_hours"), 1_000_000),
            cap: try inputs.rate("cap", max: 1)
        )
        return ["funding_rate": .quotient(rate)]
    }

    @Sendable
    private static func bitmexInterest(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let rate = BitMEX.interest(
            quoteRate: try inputs.rate("quote_rate"),
            baseRate: try inputs.rate("base_rate"),
            settlementsPerDay: try inputs.positiveCount("intervals_per_day")
        )
        return ["interest_rate_interval": .quotient(rate)]
    }

    @Sendable
    private static func driftRate(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let period = try inputs.positiveCount("period_s")
        let oracle = try inputs.count("oracle_twap")
        guard period <= 86_400, oracle >= 0 else { throw .refused }
        let rate = Drift.fundingRate(
            markAverage: try inputs.count("mark_twap"),
            oracleAverage: oracle,
            periodSeconds: period
        )
        return ["drift_rate": .count(rate)]
    }

    @Sendable
    private static func vegaFunding(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var terms = Vega.FundingTerms(
            clampLower: try inputs.optionalRate("clamp_lower"),
            clampUpper: try inputs.optionalRate("clamp_upper"),
            scaling: try inputs.optionalRate("scaling") ?? .one,
            rateLower: try inputs.optionalRate("rate_lower"),
            rateUpper: try inputs.optionalRate("rate_upper")
        )
        if let rate = try inputs.optionalRate("interest_rate") {
            terms.interest = (rate, try inputs.fineQuotient("delta_t_years"))
        }
        let funding = Vega.funding(
            internalAverage: try inputs.price("internal_twap"),
            externalAverage: try inputs.positivePrice("external_twap"),
            terms: terms
        )
        return [
            "funding_payment": .amount(funding.payment),
            "funding_rate": .quotient(funding.rate),
        ]
    }

    @Sendable
    private static func premiumImpact(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let premium = impactPremium(
            bids: try levels(inputs, "bids"),
            asks: try levels(inputs, "asks"),
            index: try inputs.positivePrice("index_price"),
            impactNotional: try inputs.amount("impact_notional"),
            limit: try inputs.count("max_abs_premium_ppm")
        )
        return ["premium_ppm": .count(Int128(premium))]
    }

    private static func levels(
        _ inputs: VectorInputs,
        _ name: String
    ) throws(ConformanceProblem) -> [ImpactLevel] {
        var levels: [ImpactLevel] = []
        for row in try inputs.pairs(name) {
            levels.append(
                ImpactLevel(
                    price: try row.positivePrice("first"),
                    quantity: try row.quantity("second")
                )
            )
        }
        return levels
    }

    @Sendable
    private static func medianOfMany(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var values: [Int64] = []
        for value in try inputs.list("values") {
            values.append(try VectorInputs(values: ["values": value]).count("values"))
        }
        guard let median = median(values) else { throw .refused }
        return ["median": .count(Int128(median))]
    }

    @Sendable
    private static func tradeWeighted(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        ["weighted_price": try weighted(inputs, "trades")]
    }

    @Sendable
    private static func timeWeighted(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        ["twap": try weighted(inputs, "segments")]
    }

    /// Sizes and durations weigh by their ratio alone, so that their unit does not matter.
    private static func weighted(
        _ inputs: VectorInputs,
        _ name: String
    ) throws(ConformanceProblem) -> VectorOutcome {
        var values: [WeightedValue] = []
        for row in try inputs.pairs(name) {
            let weight = try row.quantity("second")
            guard weight >= .zero else { throw .refused }
            values.append(WeightedValue(try row.count("first"), weight: weight.units))
        }
        guard let mean = weightedMean(values) else { throw .refused }
        return .count(Int128(mean))
    }

    @Sendable
    private static func lastClamped(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let price = Deribit.markPrice(
            last: try inputs.price("last"),
            bid: try inputs.price("bid"),
            ask: try inputs.price("ask"),
            index: try inputs.positivePrice("index_price"),
            deviationMax: try inputs.rate("max_deviation", max: 1)
        )
        return ["mark": .fixed(price)]
    }
}

extension VectorInputs {
    /// A number of at most a hundred either way, with twenty decimals.
    fileprivate func fineQuotient(_ name: String) throws(ConformanceProblem) -> ExactQuotient {
        guard let units = try exact(name).units(scale: 20) else { throw .outOfRange(name) }
        let one = Int128(10_000_000_000) * 10_000_000_000
        guard abs(units) <= 100 * one else { throw .outOfRange(name) }
        return ExactQuotient(units, over: one)
    }
}
