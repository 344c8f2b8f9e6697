/// A whole number of any size, not negative: what exact comparison needs and no more.
///
/// The venue never computes with it. Vectors state up to thirty decimals and tolerances of 10⁻²⁰, which
/// is more than the venue's own numbers hold, so the comparison must be wider than what it compares.
struct Natural: Hashable, Sendable {
    /// Lowest first, without zeros at the end; base 2³².
    private var limbs: [UInt32] = []

    static let zero = Natural(0)
    static let one = Natural(1)

    init(_ value: UInt128) {
        var rest = value
        while rest > 0 {
            limbs.append(UInt32(truncatingIfNeeded: rest))
            rest >>= 32
        }
    }

    static func powerOfTen(_ exponent: Int) -> Natural {
        var power = Natural.one
        for _ in 0..<exponent { power = power * Natural(10) }
        return power
    }

    var isZero: Bool { limbs.isEmpty }

    /// The number as a machine word, where it fits.
    var word: UInt128? {
        guard limbs.count <= 4 else { return nil }
        return limbs.reversed().reduce(0) { $0 << 32 | UInt128($1) }
    }

    static func + (left: Natural, right: Natural) -> Natural {
        var sum = Natural.zero
        var carry: UInt64 = 0
        for index in 0..<max(left.limbs.count, right.limbs.count) {
            carry += UInt64(left.limb(index)) + UInt64(right.limb(index))
            sum.limbs.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        if carry > 0 { sum.limbs.append(UInt32(carry)) }
        return sum
    }

    /// The difference; `left` is not smaller than `right`.
    static func - (left: Natural, right: Natural) -> Natural {
        precondition(left >= right, "a natural number is not negative")
        var difference = Natural.zero
        var borrow: Int64 = 0
        for index in left.limbs.indices {
            var limb = Int64(left.limb(index)) - Int64(right.limb(index)) - borrow
            borrow = limb < 0 ? 1 : 0
            if limb < 0 { limb += 1 << 32 }
            difference.limbs.append(UInt32(limb))
        }
        difference.trim()
        return difference
    }

    static func * (left: Natural, right: Natural) -> Natural {
        guard !left.isZero, !right.isZero else { return .zero }
        var product = Natural.zero
        product.limbs = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
        for (offset, limb) in left.limbs.enumerated() {
            var carry: UInt64 = 0
            for (index, other) in right.limbs.enumerated() {
                // At most (2³²−1)² + 2(2³²−1) = 2⁶⁴ − 1: no overflow.
                carry += UInt64(limb) * UInt64(other) + UInt64(product.limbs[offset + index])
                product.limbs[offset + index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            product.limbs[offset + right.limbs.count] = UInt32(carry)
        }
        product.trim()
        return product
    }

    /// Quotient and remainder, bit by bit; `divisor` is not zero.
    func divided(by divisor: Natural) -> (quotient: Natural, remainder: Natural) {
        precondition(!divisor.isZero, "a divisor is positive")
        var quotient = Natural.zero
        var remainder = Natural.zero
        for index in limbs.indices.reversed() {
            for bit in (0..<32).reversed() {
                remainder = remainder + remainder
                if limbs[index] >> UInt32(bit) & 1 == 1 { remainder = remainder + .one }
                quotient = quotient + quotient
                if remainder >= divisor {
                    remainder = remainder - divisor
                    quotient = quotient + .one
                }
            }
        }
        return (quotient, remainder)
    }

    private func limb(_ index: Int) -> UInt32 { index < limbs.count ? limbs[index] : 0 }

    private mutating func trim() {
        while limbs.last == 0 { limbs.removeLast() }
    }
}

extension Natural: Comparable {
    static func < (left: Natural, right: Natural) -> Bool {
        guard left.limbs.count == right.limbs.count else {
            return left.limbs.count < right.limbs.count
        }
        for index in left.limbs.indices.reversed() where left.limbs[index] != right.limbs[index] {
            return left.limbs[index] < right.limbs[index]
        }
        return false
    }
}

extension Natural: CustomStringConvertible {
    var description: String {
        guard !isZero else { return "0" }
        // Nineteen digits at a time fit the machine word that a remainder comes back in.
        let chunk = Natural.powerOfTen(18)
        var digits = ""
        var rest = self
        while !rest.isZero {
            let (quotient, remainder) = rest.divided(by: chunk)
            let text = String(remainder.word ?? 0)
            let padding = quotient.isZero ? 0 : 18 - text.count
            digits = String(repeating: "0", count: padding) + text + digits
            rest = quotient
        }
        return digits
    }
}
