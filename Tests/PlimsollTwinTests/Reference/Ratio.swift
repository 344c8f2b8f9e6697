import BigInt
import PlimsollModel

/// An exact quotient on its way to the one rounding that a rule allows.
struct Ratio {
    var numerator: BigInt
    /// Greater than zero.
    var denominator: BigInt

    init(_ numerator: BigInt, over denominator: BigInt) {
        precondition(!denominator.isZero, "a ratio is over something")
        let isNegative = denominator < 0
        self.numerator = isNegative ? -numerator : numerator
        self.denominator = isNegative ? -denominator : denominator
    }

    /// The roundings of NUM-003, on the magnitude, and the floor that a profit gets.
    enum Direction {
        case towardsZero
        case awayFromZero
        case nearest
        case floor
    }

    func rounded(_ direction: Direction) -> BigInt {
        let (whole, rest) = numerator.magnitude.quotientAndRemainder(
            dividingBy: denominator.magnitude
        )
        var magnitude = BigInt(whole)
        switch direction {
        case .towardsZero: break
        case .awayFromZero: if rest > 0 { magnitude += 1 }
        case .nearest: if rest * 2 >= denominator.magnitude { magnitude += 1 }
        case .floor: if rest > 0, numerator < 0 { magnitude += 1 }
        }
        return numerator < 0 ? -magnitude : magnitude
    }

    static func <= (left: Ratio, right: Ratio) -> Bool {
        left.numerator * right.denominator <= right.numerator * left.denominator
    }
}

/// What 100 % is in the units of prices, quantities and rates.
let one = BigInt(100_000_000)

// At the border: counts of the model in and out, nothing else.
extension FixedPoint {
    init(_ count: BigInt) { self.init(units: Int64(count)) }

    var big: BigInt { BigInt(units) }
}

extension Amount {
    init(_ count: BigInt) { self.init(units: Int128(whole: count)) }

    var big: BigInt {
        let magnitude = BigInt(
            BigUInt(words: [
                UInt(truncatingIfNeeded: units.magnitude),
                UInt(truncatingIfNeeded: units.magnitude >> 64),
            ])
        )
        return units < 0 ? -magnitude : magnitude
    }
}

extension Int128 {
    /// The same number, word by word: the generic conversion loses the sign's carry between words.
    init(whole: BigInt) {
        let words = Array(whole.magnitude.words)
        precondition(words.count <= 2, "money fits 128 bits")
        var magnitude = UInt128(0)
        for word in words.reversed() { magnitude = magnitude << 64 | UInt128(word) }
        self = whole < 0 ? 0 - Int128(magnitude) : Int128(magnitude)
    }
}
