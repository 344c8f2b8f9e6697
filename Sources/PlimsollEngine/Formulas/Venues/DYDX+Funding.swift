import PlimsollModel

extension DYDX {
    /// The largest magnitude of a funding rate.
    ///
    ///     clamp = factor × (initial − maintenance)
    ///
    /// - Parameters:
    ///   - factorPPM: Of the difference of the two margin rates.
    ///   - initialPPM: Initial margin rate.
    ///   - fractionPPM: Of the initial margin that must be kept.
    /// - Returns: ppm, cut off.
    ///
    /// Spec: VEN-035. Vectors: `funding.json` DYDX_CLAMP.
    public static func fundingClampPPM(
        factorPPM: Int64,
        initialPPM: Int64,
        fractionPPM: Int64
    ) -> Int128 {
        let maintenance = maintenancePPM(initialPPM: initialPPM, fractionPPM: fractionPPM)
        return divide(
            Int128(factorPPM) * Int128(initialPPM - maintenance),
            by: million,
            rounding: .down
        )
    }

    /// The eight-hour funding rate that premium samples lead to.
    ///
    ///     rate = Σ samples ÷ max(expected, count) + default, within −clamp … +clamp
    ///
    /// Samples that are missing count as zero; more samples than expected are averaged over their
    /// own number.
    ///
    /// - Parameters:
    ///   - samples: Each a premium in ppm and how often it was sampled.
    ///   - expected: How many samples the interval should have.
    ///   - defaultPPM: Added to the average.
    ///   - clampPPM: From `fundingClampPPM(factorPPM:initialPPM:fractionPPM:)`.
    /// - Returns: ppm; the average is cut off towards zero.
    ///
    /// Spec: VEN-035. Vectors: `funding.json` DYDX_FUNDING_TICK.
    public static func fundingRatePPM(
        samples: [WeightedValue],
        expected: Int64,
        defaultPPM: Int64,
        clampPPM: Int128
    ) -> Int128 {
        var sum: Int128 = 0
        var count: Int128 = 0
        for sample in samples {
            sum += Int128(sample.value) * Int128(sample.weight)
            count += Int128(sample.weight)
        }
        let average = divide(sum, by: max(Int128(expected), count, 1), rounding: .down)
        return max(-clampPPM, min(clampPPM, average + Int128(defaultPPM)))
    }

    /// By how much the funding index of a market moves.
    ///
    ///     Δ = price × 10^exponent × rate × 10^(resolution + 6) × elapsed ÷ 8 h
    ///
    /// - Parameters:
    ///   - priceValue: Of the oracle.
    ///   - priceExponent: Of the oracle's price.
    ///   - baseResolution: The decimal exponent of one base quantum.
    ///   - ratePPM: For eight hours.
    ///   - elapsedSeconds: Since the last move; not negative.
    /// - Returns: Quote quantums per million base quantums, cut off towards zero; `nil` where the
    ///   exponents add up to more than fifteen either way.
    ///
    /// Spec: VEN-035. Vectors: `funding.json` DYDX_INDEX_DELTA.
    public static func fundingIndexDelta(
        priceValue: Int64,
        priceExponent: Int64,
        baseResolution: Int64,
        ratePPM: Int64,
        elapsedSeconds: Int64
    ) -> Int128? {
        let exponents = [priceExponent, baseResolution]
        guard exponents.allSatisfy({ (-100...100).contains($0) }) else { return nil }
        let exponent = priceExponent + baseResolution + 6
        guard (-15...15).contains(exponent) else { return nil }
        var power: Int128 = 1
        for _ in 0..<abs(exponent) { power *= 10 }
        let eightHours: Int128 = 28_800
        let factor = Int128(elapsedSeconds) * (exponent > 0 ? power : 1)
        let divisor = eightHours * (exponent < 0 ? power : 1)
        let base = Int128(priceValue) * Int128(ratePPM)
        // The quotient must be known to fit before it is asked for.
        let (_, overflow) = (abs(base) / divisor + 1).multipliedReportingOverflow(by: factor + 1)
        guard !overflow else { return nil }
        return multiplyDivide(base, by: factor, over: divisor, rounding: .down)
    }

    /// What a position receives when the funding index moved; negative where it pays.
    ///
    ///     settlement = −Δ × quantums
    ///
    /// - Parameters:
    ///   - indexDelta: The index now less the one at the last settlement.
    ///   - quantums: Base quantums; positive long, negative short.
    /// - Returns: Millionths of a quote quantum.
    ///
    /// Spec: VEN-035. Vectors: `funding.json` DYDX_SETTLEMENT.
    public static func settlementPPM(indexDelta: Int64, quantums: Int64) -> Int128 {
        -Int128(indexDelta) * Int128(quantums)
    }
}
