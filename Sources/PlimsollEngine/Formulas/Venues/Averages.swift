import PlimsollModel

/// The middle one of values in order; of an even number the mean of the two middle ones.
///
/// - Parameter values: In any order and unit.
/// - Returns: The mean is rounded half away from zero; `nil` where there are no values.
///
/// Spec: VEN-036. Vectors: `mark_price.json` MEDIAN_HALF_AWAY.
public func median(_ values: [Int64]) -> Int64? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
    let sum = Int128(sorted[middle - 1]) + Int128(sorted[middle])
    return Int64(divide(sum, by: 2, rounding: .halfUp))
}

/// A value and how much it counts: a price and its size, or a price and how long it stood.
public struct WeightedValue: BitwiseCopyable, Hashable, Sendable {
    public var value: Int64
    public var weight: Int64

    public init(_ value: Int64, weight: Int64) {
        self.value = value
        self.weight = weight
    }
}

/// The weighted mean of values.
///
///     mean = Σ value × weight ÷ Σ weight
///
/// With sizes as weights this is Vega's trade-weighted mark price, with durations its
/// time-weighted one.
///
/// - Parameter values: Weights are not negative.
/// - Returns: Cut off towards zero; `nil` where nothing has weight or the sums leave 127 bits.
///
/// Spec: VEN-052. Vectors: `mark_price.json` TRADE_WEIGHTED, TWAP_TRUNC.
public func weightedMean(_ values: [WeightedValue]) -> Int64? {
    var sum: Int128 = 0
    var weight: Int128 = 0
    for entry in values {
        let product = Int128(entry.value) * Int128(entry.weight)
        let (next, overflow) = sum.addingReportingOverflow(product)
        guard !overflow else { return nil }
        sum = next
        weight += Int128(entry.weight)
    }
    guard weight > 0 else { return nil }
    return Int64(exactly: divide(sum, by: weight, rounding: .down))
}
