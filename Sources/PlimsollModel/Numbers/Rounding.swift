/// What an inexact operation does with the part it cannot keep.
///
/// Spec: NUM-003.
public enum Rounding: UInt8, Sendable, BitwiseCopyable {
    /// Towards zero: the rest is cut off.
    case down = 0
    /// Away from zero: any rest counts as a whole unit.
    case up = 1
    /// To the nearest unit, a half away from zero.
    case halfUp = 2
}

/// `value × factor ÷ divisor`, multiplied before it is divided, rounded once.
///
/// The product may exceed 128 bits; the quotient may not (that traps, and means that a bound at the
/// door is missing).
///
/// - Parameters:
///   - value: Any sign.
///   - factor: Any sign.
///   - divisor: Greater than zero.
///   - rounding: Applied to the magnitude, so that negative values mirror positive ones.
/// - Returns: The rounded quotient.
///
/// Spec: NUM-004.
public func multiplyDivide(
    _ value: Int128,
    by factor: Int128,
    over divisor: Int128,
    rounding: Rounding
) -> Int128 {
    precondition(divisor > 0, "a divisor is positive")
    if let narrow = Int64(exactly: value), let narrowFactor = Int64(exactly: factor) {
        return divide(product(narrow, narrowFactor), by: divisor, rounding: rounding)
    }
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    if !overflow {
        return divide(product, by: divisor, rounding: rounding)
    }
    let isNegative = (value < 0) != (factor < 0)
    let wide = value.magnitude.multipliedFullWidth(by: factor.magnitude)
    let unsignedDivisor = divisor.magnitude
    precondition(wide.high < unsignedDivisor, "the quotient fits 128 bits")
    let (quotient, remainder) = unsignedDivisor.dividingFullWidth(wide)
    let magnitude = quotient + (carries(remainder, of: unsignedDivisor, rounding) ? 1 : 0)
    return isNegative ? -Int128(magnitude) : Int128(magnitude)
}

/// The whole product of two words, which 128 bits always hold.
@inlinable @inline(__always)
public func product(_ first: Int64, _ second: Int64) -> Int128 {
    // Without the search for an overflow that there cannot be: one instruction.
    Int128(first) &* Int128(second)
}

/// `value ÷ divisor`, rounded once; the divisor is greater than zero.
///
/// Spec: NUM-003.
public func divide(_ value: Int128, by divisor: Int128, rounding: Rounding) -> Int128 {
    precondition(divisor > 0, "a divisor is positive")
    // Most amounts of a day fit 64 bits after scaling, where division is ten times cheaper.
    if let narrow = Int64(exactly: value), let narrowDivisor = Int64(exactly: divisor) {
        let (quotient, remainder) = narrow.quotientAndRemainder(dividingBy: narrowDivisor)
        guard remainder != 0,
            carries(remainder.magnitude, of: narrowDivisor.magnitude, rounding)
        else { return Int128(quotient) }
        return Int128(quotient) + (narrow < 0 ? -1 : 1)
    }
    // One division; the product cannot overflow, being nearer to zero than the value.
    let quotient = value / divisor
    let remainder = value &- quotient &* divisor
    guard remainder != 0, carries(remainder.magnitude, of: divisor.magnitude, rounding) else {
        return quotient
    }
    return quotient + (value < 0 ? -1 : 1)
}

/// Whether a remainder adds one to the magnitude of its quotient.
private func carries<Word: FixedWidthInteger & UnsignedInteger>(
    _ remainder: Word,
    of divisor: Word,
    _ rounding: Rounding
) -> Bool {
    switch rounding {
    case .down: false
    case .up: remainder > 0
    // `remainder × 2 >= divisor` without the overflow.
    case .halfUp: remainder >= divisor - remainder
    }
}
