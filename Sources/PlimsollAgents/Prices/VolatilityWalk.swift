/// How nervous a price is: a factor around one that wanders on three time scales, so that quiet and
/// wild hours come in clusters and large moves are far more common than a bell curve's.
///
/// Each scale is a walk of the factor's binary logarithm that is pulled back to zero with its own
/// time constant; the factor is two to the power of their sum.
struct VolatilityWalk: Sendable {
    /// Time constants as powers of two of steps: about a minute, half an hour, and nine hours.
    private static let shifts: [Int64] = [8, 13, 17]
    /// Of one step and each scale, in 2⁻³², so that each one wanders by about six
    /// tenths.
    private static let deviations: [Int64] = [180_000_000, 44_000_000, 11_000_000]
    /// Two to the power of at most so much, either way.
    private static let limit: Int64 = 4 << 32
    /// A wandering factor's mean square is above one; this brings the mean move back.
    private static let normalisation: Int64 = 38_950

    private var logarithms: [Int64]

    /// Begins at a place that looks like any other.
    init(_ random: inout RandomStream) {
        logarithms = zip(Self.shifts, Self.deviations).map { shift, deviation in
            // The spread of the walk in the long run: that of a step times √(τ ÷ 2).
            let spread = deviation * Int64(Self.squareRoot(UInt64(1) << UInt64(shift - 1)))
            return spread / RandomStream.bellDeviation * random.bell()
        }
    }

    mutating func step(_ random: inout RandomStream) {
        for place in logarithms.indices {
            let pull = logarithms[place] >> Self.shifts[place]
            let push = Self.deviations[place] / 64 * random.bell() / RandomStream.bellDeviation * 64
            logarithms[place] += push - pull
        }
    }

    /// In 2⁻¹⁶.
    var factor: Int64 {
        let sum = logarithms.reduce(0, +)
        return (Self.powerOfTwo(min(max(sum, -Self.limit), Self.limit)) * Self.normalisation) >> 16
    }

    /// Two to the power of a number in 2⁻³², in 2⁻¹⁶; off by less than a thousandth.
    static func powerOfTwo(_ exponent: Int64) -> Int64 {
        let whole = exponent >> 32
        let fraction = exponent & 0xFFFF_FFFF
        let part = fraction >> 16
        // 1 + 0.6951 f + 0.2276 f² + 0.0780 f³
        var sum = (5_112 * part) >> 16
        sum = ((14_916 + sum) * part) >> 16
        sum = ((45_554 + sum) * part) >> 16
        sum += 1 << 16
        return whole >= 0 ? sum << whole : sum >> -whole
    }

    /// Rounded down.
    static func squareRoot(_ number: UInt64) -> UInt64 {
        guard number > 1 else { return number }
        var root = UInt64(1) << UInt64((65 - number.leadingZeroBitCount) / 2)
        while true {
            let next = (root + number / root) / 2
            guard next < root else { return root }
            root = next
        }
    }
}
