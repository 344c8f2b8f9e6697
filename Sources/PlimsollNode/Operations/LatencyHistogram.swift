/// How often something took how long, in buckets whose width grows with the time.
///
/// Each power of two has sixteen buckets, so that a quantile is told to within a sixteenth of itself.
struct LatencyHistogram: Sendable {
    private static let bucketsPerPower = 16
    /// Longer than this counts as this: more than a minute.
    private static let nanosecondsMax: UInt64 = (1 << 36) - 1

    private var buckets = [UInt32](repeating: 0, count: bucket(of: nanosecondsMax) + 1)
    private(set) var count = 0
    private(set) var longest: UInt64 = 0

    mutating func add(_ nanoseconds: UInt64) {
        buckets[Self.bucket(of: nanoseconds)] += 1
        count += 1
        longest = max(longest, nanoseconds)
    }

    mutating func add(_ other: LatencyHistogram) {
        for index in buckets.indices { buckets[index] += other.buckets[index] }
        count += other.count
        longest = max(longest, other.longest)
    }

    /// The time that so many of a hundred did not exceed; zero where there were none.
    ///
    /// The upper edge of its bucket, so that it is never told too well.
    func percentile(_ hundredths: Int) -> UInt64 {
        guard count > 0 else { return 0 }
        let rank = max(1, (count * hundredths + 99) / 100)
        var seen = 0
        for (index, number) in buckets.enumerated() {
            seen += Int(number)
            if seen >= rank { return min(Self.upperEdge(of: index), longest) }
        }
        return longest
    }

    static func bucket(of nanoseconds: UInt64) -> Int {
        let value = min(nanoseconds, nanosecondsMax)
        guard value >= bucketsPerPower else { return Int(value) }
        let shift = 59 - value.leadingZeroBitCount
        return shift * bucketsPerPower + Int(value >> UInt64(shift))
    }

    static func upperEdge(of bucket: Int) -> UInt64 {
        guard bucket >= 2 * bucketsPerPower else { return UInt64(bucket) }
        let shift = bucket / bucketsPerPower - 1
        return (UInt64(bucket % bucketsPerPower + bucketsPerPower + 1) << UInt64(shift)) - 1
    }
}
