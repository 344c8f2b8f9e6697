import BigInt
import PlimsollModel
import PlimsollTestSupport
import Testing

/// The slow twin: takes the text apart with string functions and reads it with big integers.
private func twin(_ text: String, scale: Int, allowsSign: Bool) -> BigInt? {
    guard text.utf8.count <= DecimalText.lengthMax else { return nil }
    var body = Substring(text)
    let isNegative = allowsSign && body.first == "-"
    if isNegative { body = body.dropFirst() }
    let parts = body.split(separator: ".", omittingEmptySubsequences: false)
    let digits = Set("0123456789")
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(digits.contains) })
    else { return nil }
    var fraction = parts.count == 2 ? String(parts[1]) : ""
    while fraction.last == "0" { fraction.removeLast() }
    guard fraction.count <= scale else { return nil }
    fraction += String(repeating: "0", count: scale - fraction.count)
    guard let magnitude = BigInt(String(parts[0]) + fraction, radix: 10),
        magnitude <= BigInt(Int128.max)
    else { return nil }
    return isNegative ? -magnitude : magnitude
}

private func parsed(_ text: String, scale: Int, allowsSign: Bool) -> BigInt? {
    (try? DecimalText.units(of: text.utf8, scale: scale, allowsSign: allowsSign)).map { BigInt($0) }
}

@Suite(.computesForLong) struct `Decimal text` {
    /// Spec: NUM-005.
    @Test(arguments: [21, 22, 23] as [UInt64])
    func `the parser agrees with its twin on texts that are nearly numbers`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("0123456789012345678900000999...--+e ,_xN٣０\u{0}")
        var accepted = 0
        for _ in 0..<60_000 {
            let length = Int.random(
                in: 0...(generator.next() % 20 == 0 ? 70 : 9),
                using: &generator
            )
            let usesDigitsOnly = generator.next() % 3 != 0
            let range = usesDigitsOnly ? 0..<31 : 0..<alphabet.count
            let text = String(
                (0..<length).map { _ in alphabet[Int.random(in: range, using: &generator)] }
            )
            let scale = [0, 2, 8, 16].randomElement(using: &generator) ?? 8
            let allowsSign = Bool.random(using: &generator)
            let result = parsed(text, scale: scale, allowsSign: allowsSign)
            if result != nil { accepted += 1 }
            #expect(
                result == twin(text, scale: scale, allowsSign: allowsSign),
                "seed \(seed): \(text.debugDescription) at scale \(scale), sign \(allowsSign)"
            )
        }
        #expect(accepted > 2_000, "both sides of the border must be visited")
    }

    @Test(arguments: [24, 25] as [UInt64])
    func `what is printed is read back, and prints as arbitrary precision does`(seed: UInt64) throws
    {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            let units = generator.boundaryHeavy()
            for scale in [0, 2, 8, 16] {
                let text = DecimalText.string(units: units, scale: scale)
                #expect(BigInt(units) == twin(text, scale: scale, allowsSign: true), "seed \(seed)")
                let read = try DecimalText.units(of: text.utf8, scale: scale, allowsSign: true)
                #expect(read == units, "seed \(seed)")
                #expect(!text.contains(".") || (text.last != "0" && text.last != "."))
                let padded = DecimalText.string(units: units, scale: scale, minimumDecimals: scale)
                #expect(parsed(padded, scale: scale, allowsSign: true) == BigInt(units))
            }
        }
    }

    @Test(
        arguments: [
            ("", .empty),
            (" ", .unexpectedCharacter(offset: 0)),
            (" 1", .unexpectedCharacter(offset: 0)),
            ("1 ", .unexpectedCharacter(offset: 1)),
            ("NaN", .unexpectedCharacter(offset: 0)),
            ("Infinity", .unexpectedCharacter(offset: 0)),
            ("-inf", .unexpectedCharacter(offset: 0)),
            ("1e400", .unexpectedCharacter(offset: 1)),
            ("1e-400", .unexpectedCharacter(offset: 1)),
            ("1E5", .unexpectedCharacter(offset: 1)),
            ("0x10", .unexpectedCharacter(offset: 1)),
            ("1_000", .unexpectedCharacter(offset: 1)),
            ("1,000.5", .unexpectedCharacter(offset: 1)),
            ("1'000", .unexpectedCharacter(offset: 1)),
            ("+1", .unexpectedCharacter(offset: 0)),
            ("-1", .unexpectedCharacter(offset: 0)),
            ("-0", .unexpectedCharacter(offset: 0)),
            ("--1", .unexpectedCharacter(offset: 0)),
            ("1-", .unexpectedCharacter(offset: 1)),
            (".", .missingDigit(offset: 0)),
            (".5", .missingDigit(offset: 0)),
            ("1.", .missingDigit(offset: 2)),
            ("1.2.3", .unexpectedCharacter(offset: 3)),
            ("1..2", .unexpectedCharacter(offset: 2)),
            ("0.000000001", .tooManyDecimals(limit: 8)),
            ("0.0000000000000000001", .tooManyDecimals(limit: 8)),
            ("92233720368.54775808", .outOfRange),
            ("9223372036854775807", .outOfRange),
            ("9223372036854775808", .outOfRange),
            ("18446744073709551616", .outOfRange),
            ("170141183460469231731687303715884105728", .outOfRange),
            ("1/3", .unexpectedCharacter(offset: 1)),
            ("%s%n", .unexpectedCharacter(offset: 0)),
            ("%00", .unexpectedCharacter(offset: 0)),
            ("1\u{0}", .unexpectedCharacter(offset: 1)),
            ("\u{0}", .unexpectedCharacter(offset: 0)),
            ("1\r\n", .unexpectedCharacter(offset: 1)),
            ("1\n", .unexpectedCharacter(offset: 1)),
            ("\t1", .unexpectedCharacter(offset: 0)),
            ("１２", .unexpectedCharacter(offset: 0)),
            ("٣", .unexpectedCharacter(offset: 0)),
            ("−1", .unexpectedCharacter(offset: 0)),
            ("½", .unexpectedCharacter(offset: 0)),
            ("null", .unexpectedCharacter(offset: 0)),
            ("1f", .unexpectedCharacter(offset: 1)),
            ("0b1", .unexpectedCharacter(offset: 1)),
        ] as [(String, DecimalError)]
    )
    func `a text that is no number is refused, with the place`(text: String, error: DecimalError) {
        #expect(throws: error) { try Price(parsing: text) }
    }

    @Test(arguments: [30, 65, 400, 65_000])
    func `a number of very many digits is out of range`(count: Int) {
        let nines = String(repeating: "9", count: count)
        #expect(throws: DecimalError.outOfRange) { try Price(parsing: nines) }
        #expect(throws: DecimalError.self) { try Price(parsing: "0." + nines) }
    }

    /// Spec: NUM-001.
    @Test(
        arguments: [
            ("0", 0), ("00", 0), ("0.0", 0), ("007.50", 750_000_000), ("1.000000000", 100_000_000),
            ("0.00000001", 1), ("92233720368.54775807", Int64.max),
        ]
    )
    func `a plain number is read exactly`(text: String, units: Int64) throws {
        #expect(try Price(parsing: text).units == units)
    }

    @Test func `a sign stands only where it is allowed, and no number can fail to be negated`()
        throws
    {
        #expect(try Rate(parsing: "-0.0001", allowsSign: true).units == -10_000)
        #expect(try Rate(parsing: "-0", allowsSign: true) == .zero)
        #expect(throws: DecimalError.unexpectedCharacter(offset: 1)) {
            try Rate(parsing: "--1", allowsSign: true)
        }
        #expect(throws: DecimalError.missingDigit(offset: 1)) {
            try Rate(parsing: "-", allowsSign: true)
        }
        #expect(throws: DecimalError.outOfRange) {
            try Rate(parsing: "-92233720368.54775808", allowsSign: true)
        }
    }

    /// Spec: NUM-006.
    @Test(
        arguments: [
            ("-9.0952357990000000", 8, .down, "-9.09523579"),
            ("163.1800170666600000", 8, .down, "163.18001706"),
            ("0.3353208880000000", 8, .down, "0.33532088"),
            ("5930.7850000000000000", 2, .down, "5930.78"),
            ("5930.7850000000000000", 2, .halfUp, "5930.79"),
            ("0.0000000010000000", 8, .down, "0.00000000"),
            ("-0.0000000010000000", 8, .down, "0.00000000"),
            ("-0.0000000010000000", 8, .up, "-0.00000001"),
            ("12", 0, .down, "12"), ("12", 20, .down, "12.00000000000000000000"),
        ] as [(String, Int, Rounding, String)]
    )
    func `a report has exactly its decimals`(
        exact: String,
        decimals: Int,
        rounding: Rounding,
        text: String
    ) throws {
        let amount = try Amount(parsing: exact, allowsSign: true)
        #expect(amount.text(decimals: decimals, rounding: rounding) == text)
    }

    @Test func `the ends of the range print`() {
        #expect(Price(units: .max).description == "92233720368.54775807")
        #expect(
            Amount(units: .min).description == "-17014118346046923173168.7303715884105728"
        )
        #expect(DecimalText.string(units: 5, scale: 0, decimals: 2, rounding: .down) == "5.00")
    }
}
