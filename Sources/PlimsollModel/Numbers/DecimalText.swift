/// Why a text is not a decimal number that Plimsoll accepts.
public enum DecimalError: Error, Equatable, Sendable {
    case empty
    /// A byte that is neither a digit nor the one decimal point, at this offset: exponents, blanks,
    /// separators, `NaN`, and signs where none belong, all end here.
    case unexpectedCharacter(offset: Int)
    /// A point without a digit on both sides.
    case missingDigit(offset: Int)
    /// More decimals than the type keeps, and not all of the surplus zero.
    case tooManyDecimals(limit: Int)
    case outOfRange
}

/// Decimal numbers as text: digits, one optional point, an optional minus where it is allowed.
///
/// Numbers pass from text to integers and back without floating point.
///
/// Spec: NUM-005.
public enum DecimalText {
    /// The longest text looked at; anything longer cannot be a number of the venue.
    public static let lengthMax = 64

    /// The number as a count of 10⁻ˢᶜᵃˡᵉ.
    ///
    /// Trailing zeros beyond `scale` are accepted, since they change nothing: `"1.000000000"` is 1.
    ///
    /// - Parameters:
    ///   - bytes: ASCII text.
    ///   - scale: Decimals kept, 0 to 16.
    ///   - allowsSign: Whether a leading `-` may stand.
    /// - Returns: The units.
    /// - Throws: `DecimalError` where the text is not such a number.
    public static func units(
        of bytes: some Collection<UInt8>,
        scale: Int,
        allowsSign: Bool = false
    ) throws(DecimalError) -> Int128 {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= lengthMax else { throw .outOfRange }
        var units: Int128 = 0
        var isNegative = false
        var hasPoint = false
        var decimals = 0
        var digitsBeforePoint = 0
        var offset = 0
        for byte in bytes {
            defer { offset += 1 }
            switch byte {
            case UInt8(ascii: "-") where offset == 0 && allowsSign:
                isNegative = true
            case UInt8(ascii: "."):
                guard !hasPoint else { throw .unexpectedCharacter(offset: offset) }
                guard digitsBeforePoint > 0 else { throw .missingDigit(offset: offset) }
                hasPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int128(byte &- UInt8(ascii: "0"))
                if hasPoint {
                    decimals += 1
                    guard decimals <= scale else {
                        guard digit == 0 else { throw .tooManyDecimals(limit: scale) }
                        continue
                    }
                } else {
                    digitsBeforePoint += 1
                }
                units = try appending(digit, to: units)
            default:
                throw .unexpectedCharacter(offset: offset)
            }
        }
        guard digitsBeforePoint > 0, !hasPoint || decimals > 0 else {
            throw .missingDigit(offset: offset)
        }
        for _ in min(decimals, scale)..<scale { units = try appending(0, to: units) }
        return isNegative ? -units : units
    }

    /// The number with at least `minimumDecimals` and otherwise without trailing zeros.
    public static func string(units: Int128, scale: Int, minimumDecimals: Int = 0) -> String {
        var digits = String(units.magnitude)
        if digits.count <= scale {
            digits = String(repeating: "0", count: scale + 1 - digits.count) + digits
        }
        let whole = digits.dropLast(scale)
        var fraction = digits.suffix(scale)
        while fraction.count > minimumDecimals, fraction.last == "0" { fraction.removeLast() }
        let sign = units < 0 ? "-" : ""
        return fraction.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
    }

    /// The number with exactly `decimals` places, rounded.
    public static func string(
        units: Int128,
        scale: Int,
        decimals: Int,
        rounding: Rounding
    ) -> String {
        var step: Int128 = 1
        for _ in min(decimals, scale)..<scale { step *= 10 }
        let kept = divide(units, by: step, rounding: rounding)
        let text = string(
            units: kept,
            scale: min(decimals, scale),
            minimumDecimals: min(decimals, scale)
        )
        guard decimals > scale else { return text }
        return text + (scale == 0 ? "." : "") + String(repeating: "0", count: decimals - scale)
    }

    private static func appending(_ digit: Int128, to units: Int128) throws(DecimalError) -> Int128
    {
        let (tenfold, overflow) = units.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tenfold.addingReportingOverflow(digit)
        guard !overflow, !carry else { throw .outOfRange }
        return sum
    }
}

extension FixedPoint {
    /// Parses `text`; see `DecimalText`.
    public init(
        parsing text: some Collection<UInt8>,
        allowsSign: Bool = false
    ) throws(DecimalError) {
        let units = try DecimalText.units(of: text, scale: Self.scale, allowsSign: allowsSign)
        // The range is symmetric, so that negating a number from outside never overflows.
        guard let narrow = Int64(exactly: units), narrow != .min else { throw .outOfRange }
        self.init(units: narrow)
    }

    /// Parses `text`; see `DecimalText`.
    public init(parsing text: String, allowsSign: Bool = false) throws(DecimalError) {
        try self.init(parsing: text.utf8, allowsSign: allowsSign)
    }

    /// The number with exactly `decimals` places.
    public func text(decimals: Int, rounding: Rounding = .down) -> String {
        DecimalText.string(
            units: Int128(units),
            scale: Self.scale,
            decimals: decimals,
            rounding: rounding
        )
    }
}

extension Amount {
    /// Parses `text`; see `DecimalText`.
    public init(
        parsing text: some Collection<UInt8>,
        allowsSign: Bool = false
    ) throws(DecimalError) {
        self.init(
            units: try DecimalText.units(of: text, scale: Self.scale, allowsSign: allowsSign)
        )
    }

    /// Parses `text`; see `DecimalText`.
    public init(parsing text: String, allowsSign: Bool = false) throws(DecimalError) {
        try self.init(parsing: text.utf8, allowsSign: allowsSign)
    }

    /// The amount as the venue reports it: eight decimals, truncated towards zero.
    ///
    /// Spec: NUM-006.
    public func text(decimals: Int = 8, rounding: Rounding = .down) -> String {
        DecimalText.string(units: units, scale: Self.scale, decimals: decimals, rounding: rounding)
    }
}
