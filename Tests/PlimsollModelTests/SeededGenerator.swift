/// Random numbers from a seed (SplitMix64), so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number that leans on the places where arithmetic breaks: zero, one, powers of two and of
    /// ten, the ends of the 64-bit and the 128-bit range, and their neighbours.
    mutating func boundaryHeavy() -> Int128 {
        let nudge = Int128(Int.random(in: -2...2, using: &self))
        let sign: Int128 = Bool.random(using: &self) ? 1 : -1
        switch Int.random(in: 0..<8, using: &self) {
        case 0: return nudge
        case 1: return sign * ((1 << Int128(Int.random(in: 0...125, using: &self))) + nudge)
        case 2:
            var power: Int128 = 1
            for _ in 0..<Int.random(in: 0...37, using: &self) { power *= 10 }
            return sign * (power + nudge)
        case 3: return sign * (Int128(Int64.max) + nudge)
        case 4: return sign * (Int128.max - abs(nudge))
        case 5: return sign * (Int128(UInt64.max) + nudge)
        default:
            let bits = Int128.random(in: 0...Int128.max, using: &self)
            return sign * (bits >> Int128(Int.random(in: 0...126, using: &self)))
        }
    }

    /// Like `boundaryHeavy`, of 64 bits.
    mutating func boundaryHeavyWord() -> Int64 { Int64(truncatingIfNeeded: boundaryHeavy()) }
}
