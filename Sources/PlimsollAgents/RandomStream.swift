/// A stream of random numbers that its seed decides: xoshiro256** by Blackman and Vigna, started
/// by splitmix64.
///
/// Integers only, so that the same seed gives the same numbers on every machine.
public struct RandomStream: Hashable, Sendable {
    private var words: SIMD4<UInt64>

    public init(seed: UInt64) {
        var state = seed
        words = SIMD4(
            Self.splitmix(&state),
            Self.splitmix(&state),
            Self.splitmix(&state),
            Self.splitmix(&state)
        )
    }

    /// Starts from a state as it is, which must not be all zero.
    init(state: SIMD4<UInt64>) { words = state }

    /// Turns any number into one that looks random; neighbours come out far apart.
    public static func splitmix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func next() -> UInt64 {
        let result = rotated(words[1] &* 5, by: 7) &* 9
        let shifted = words[1] << 17
        words[2] ^= words[0]
        words[3] ^= words[1]
        words[1] ^= words[2]
        words[0] ^= words[3]
        words[2] ^= shifted
        words[3] = rotated(words[3], by: 45)
        return result
    }

    /// Evenly from 0 up to but not including `bound`, which is at least 1.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a choice has at least one outcome")
        // The first 2⁶⁴ mod bound words would come out once too often.
        let threshold = (0 &- UInt64(bound)) % UInt64(bound)
        while true {
            let word = next()
            if word >= threshold { return Int(word % UInt64(bound)) }
        }
    }

    /// Whether something with these odds happens.
    mutating func happens(_ count: Int, in outcomes: Int) -> Bool { below(outcomes) < count }

    /// A bell curve around zero: the sum of four even 16-bit numbers less its mean, between
    /// ±131,070 with a standard deviation of `bellDeviation`.
    mutating func bell() -> Int64 {
        let word = next()
        var sum: Int64 = 0
        for shift in stride(from: 0, to: 64, by: 16) { sum += Int64(word >> shift & 0xFFFF) }
        return sum - 131_070
    }

    static let bellDeviation: Int64 = 37_837

    private func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
        word << count | word >> (64 - count)
    }
}
