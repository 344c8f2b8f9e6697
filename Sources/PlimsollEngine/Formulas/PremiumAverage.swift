public import PlimsollModel

/// The premiums sampled so far in a funding interval.
///
/// Only sums are kept. Both ways of averaging have theirs, so that the rules may change within an
/// interval.
///
/// Spec: FUND-006.
public struct PremiumAverage: BitwiseCopyable, Hashable, Sendable {
    public private(set) var count: Int64
    /// Σ premium.
    public private(set) var sum: Int128
    /// Σ number × premium; the first sample has the number one.
    public private(set) var linearSum: Int128

    public init(count: Int64 = 0, sum: Int128 = 0, linearSum: Int128 = 0) {
        self.count = count
        self.sum = sum
        self.linearSum = linearSum
    }

    /// Takes as many samples of the same premium as instants passed together.
    ///
    /// Time and memory do not depend on how many.
    public mutating func add(_ premium: Rate, times sampleCount: Int64) {
        precondition(sampleCount >= 0, "samples are counted up")
        let before = Int128(count)
        let added = Int128(sampleCount)
        // The numbers before + 1 to before + added. One of the two factors is even.
        let numbers = added * (2 * before + added + 1) / 2
        sum += Int128(premium.units) * added
        linearSum += Int128(premium.units) * numbers
        count += sampleCount
    }

    /// The average premium; zero without a sample.
    ///
    ///     linear: Σ i × premiumᵢ ÷ Σ i        mean: Σ premiumᵢ ÷ n
    ///
    /// - Returns: Cut off towards zero.
    public func value(_ averaging: PremiumAveraging) -> Rate {
        guard count > 0 else { return .zero }
        let (sum, divisor) =
            switch averaging {
            case .linear: (linearSum, Int128(count) * (Int128(count) + 1) / 2)
            case .mean: (self.sum, Int128(count))
            }
        return Rate(units: Int64(divide(sum, by: divisor, rounding: .down)))
    }
}
