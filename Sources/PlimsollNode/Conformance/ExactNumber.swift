import PlimsollModel

/// A fraction of any size, for comparing what a formula gives with what a vector expects.
struct ExactNumber: Sendable {
    private(set) var isNegative: Bool
    private(set) var numerator: Natural
    private(set) var denominator: Natural

    static let zero = ExactNumber(units: 0, scale: 0)

    private init(isNegative: Bool, numerator: Natural, denominator: Natural) {
        self.isNegative = isNegative && !numerator.isZero
        self.numerator = numerator
        self.denominator = denominator
    }

    /// `units × 10⁻ˢᶜᵃˡᵉ`.
    init(units: Int128, scale: Int) {
        self.init(
            isNegative: units < 0,
            numerator: Natural(units.magnitude),
            denominator: .powerOfTen(scale)
        )
    }

    init(_ amount: Amount) { self.init(units: amount.units, scale: Amount.scale) }

    init<Number: FixedPoint>(_ number: Number) {
        self.init(units: Int128(number.units), scale: Number.scale)
    }

    /// Parses a decimal as vectors write it: a sign, digits, a point, and an exponent as in `1e-20`.
    init?(decimal text: String) {
        let parts = text.split(separator: "e", omittingEmptySubsequences: false)
        guard let mantissa = parts.first, parts.count <= 2 else { return nil }
        var exponent = 0
        if parts.count == 2 {
            guard let number = Int(parts[1]), abs(number) <= 100 else { return nil }
            exponent = number
        }
        var numerator = Natural.zero
        var decimals = 0
        var digits = 0
        var hasPoint = false
        var isNegative = false
        for (offset, byte) in mantissa.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where offset == 0: isNegative = true
            case UInt8(ascii: ".") where !hasPoint: hasPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                numerator = numerator * Natural(10) + Natural(UInt128(byte - UInt8(ascii: "0")))
                digits += 1
                if hasPoint { decimals += 1 }
            default: return nil
            }
        }
        guard (1...1000).contains(digits) else { return nil }
        let shift = exponent - decimals
        self.init(
            isNegative: isNegative,
            numerator: shift > 0 ? numerator * .powerOfTen(shift) : numerator,
            denominator: shift < 0 ? .powerOfTen(-shift) : .one
        )
    }

    var isZero: Bool { numerator.isZero }

    var magnitude: ExactNumber {
        ExactNumber(isNegative: false, numerator: numerator, denominator: denominator)
    }

    static prefix func - (number: ExactNumber) -> ExactNumber {
        ExactNumber(
            isNegative: !number.isNegative,
            numerator: number.numerator,
            denominator: number.denominator
        )
    }

    static func + (left: ExactNumber, right: ExactNumber) -> ExactNumber {
        let ours = left.numerator * right.denominator
        let theirs = right.numerator * left.denominator
        let denominator = left.denominator * right.denominator
        if left.isNegative == right.isNegative {
            return ExactNumber(
                isNegative: left.isNegative,
                numerator: ours + theirs,
                denominator: denominator
            )
        }
        return ours >= theirs
            ? ExactNumber(
                isNegative: left.isNegative,
                numerator: ours - theirs,
                denominator: denominator
            )
            : ExactNumber(
                isNegative: right.isNegative,
                numerator: theirs - ours,
                denominator: denominator
            )
    }

    static func - (left: ExactNumber, right: ExactNumber) -> ExactNumber { left + -right }

    static func * (left: ExactNumber, right: ExactNumber) -> ExactNumber {
        ExactNumber(
            isNegative: left.isNegative != right.isNegative,
            numerator: left.numerator * right.numerator,
            denominator: left.denominator * right.denominator
        )
    }

    /// The quotient; `right` is not zero.
    static func / (left: ExactNumber, right: ExactNumber) -> ExactNumber {
        precondition(!right.isZero, "a divisor is not zero")
        return ExactNumber(
            isNegative: left.isNegative != right.isNegative,
            numerator: left.numerator * right.denominator,
            denominator: left.denominator * right.numerator
        )
    }

    /// The count of 10⁻ˢᶜᵃˡᵉ nearest to the number, a half away from zero or cut off; `nil` where it is
    /// beyond 127 bits.
    func units(scale: Int, rounding: Rounding = .halfUp) -> Int128? {
        let (quotient, remainder) = (numerator * .powerOfTen(scale)).divided(by: denominator)
        let carries =
            switch rounding {
            case .down: false
            case .up: !remainder.isZero
            case .halfUp: remainder + remainder >= denominator
            }
        let rounded = carries ? quotient + .one : quotient
        guard let word = rounded.word, let magnitude = Int128(exactly: word) else { return nil }
        return isNegative ? -magnitude : magnitude
    }

    /// At most `decimals` places, cut off, without trailing zeros.
    func text(decimals: Int = 28) -> String {
        let scaled = (numerator * .powerOfTen(decimals)).divided(by: denominator).quotient
        var digits = scaled.description
        if digits.count <= decimals {
            digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
        }
        let whole = digits.dropLast(decimals)
        var fraction = digits.suffix(decimals)
        while fraction.last == "0" { fraction.removeLast() }
        let sign = isNegative ? "-" : ""
        return fraction.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
    }
}

extension ExactNumber: Comparable {
    static func == (left: ExactNumber, right: ExactNumber) -> Bool {
        left.isNegative == right.isNegative
            && left.numerator * right.denominator == right.numerator * left.denominator
    }

    static func < (left: ExactNumber, right: ExactNumber) -> Bool {
        guard left.isNegative == right.isNegative else { return left.isNegative }
        let ours = left.numerator * right.denominator
        let theirs = right.numerator * left.denominator
        return left.isNegative ? theirs < ours : ours < theirs
    }
}
