import PlimsollModel

/// Reads arrays of numbers from JSON: one array of arrays, or an array a line.
///
/// Each innermost array becomes a row of plain decimal cells. Numbers come from floating point, so
/// exponents are written out and decimals beyond the eighth are rounded.
struct JSONRows {
    let file: String
    private var line = 1
    private var depth = 0
    private var rowLine = 1
    private var token: [UInt8] = []
    private var cells: [[UInt8]] = []
    private var isInsideText = false

    private static let cellCountMax = 64
    private static let tokenLengthMax = 64

    init(file: String) { self.file = file }

    var currentLine: Int { line }

    mutating func take(
        _ bytes: ArraySlice<UInt8>,
        _ body: (RowCells) throws(TapeError) -> Void
    ) throws(TapeError) {
        for byte in bytes {
            if isInsideText {
                if byte == UInt8(ascii: "\"") { isInsideText = false } else { try push(byte) }
                continue
            }
            switch byte {
            case UInt8(ascii: "["):
                guard token.isEmpty, cells.isEmpty, depth < 2 else {
                    throw fault("an array is not expected here")
                }
                depth += 1
                rowLine = line
            case UInt8(ascii: "]"):
                guard depth > 0 else { throw fault("this ']' closes nothing") }
                depth -= 1
                try endRow(body)
            case UInt8(ascii: ","):
                if !token.isEmpty { try endCell() }
            case UInt8(ascii: "\n"):
                line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                continue
            case UInt8(ascii: "\""):
                isInsideText = true
            case UInt8(ascii: "{"), UInt8(ascii: "}"):
                throw fault("expected arrays of numbers, found an object")
            default:
                guard depth > 0 else { throw fault("expected arrays of numbers") }
                try push(byte)
            }
        }
    }

    func finish() throws(TapeError) {
        guard depth == 0, !isInsideText else { throw fault("the JSON is cut off") }
    }

    private mutating func push(_ byte: UInt8) throws(TapeError) {
        guard token.count < Self.tokenLengthMax else { throw fault("a number is too long") }
        token.append(byte)
    }

    private mutating func endCell() throws(TapeError) {
        guard cells.count < Self.cellCountMax else { throw fault("a row is too long") }
        cells.append(try Self.plain(token, at: fault))
        token.removeAll(keepingCapacity: true)
    }

    private mutating func endRow(
        _ body: (RowCells) throws(TapeError) -> Void
    ) throws(TapeError) {
        if !token.isEmpty { try endCell() }
        guard !cells.isEmpty else { return }
        let row = Array(cells.joined(separator: [UInt8(ascii: ",")]))
        cells.removeAll(keepingCapacity: true)
        try body(RowCells(row[...], file: file, line: rowLine))
    }

    private func fault(_ message: String) -> TapeError {
        TapeError(file: file, line: line, message: message)
    }

    /// `1.5e-05` as `0.000015`; `null` as nothing.
    private static func plain(
        _ token: [UInt8],
        at fault: (String) -> TapeError
    ) throws(TapeError) -> [UInt8] {
        if token == Array("null".utf8) { return [] }
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var sign: [UInt8] = []
        for (offset, byte) in token.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where offset == 0: sign = [byte]
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
            case UInt8(ascii: ".") where point == nil: point = digits.count
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                let text = String(decoding: token[(offset + 1)...], as: UTF8.self)
                guard let value = Int(text), (-40...40).contains(value) else {
                    throw fault("\(quoted(token)) is no number")
                }
                exponent = value
                return sign + written(digits, point: (point ?? digits.count) + exponent)
            default: throw fault("\(quoted(token)) is no number")
            }
        }
        guard !digits.isEmpty else { throw fault("\(quoted(token)) is no number") }
        return sign + written(digits, point: point ?? digits.count)
    }

    /// Digits with a point, at most eight decimals, a half rounded up.
    private static func written(_ digits: [UInt8], point: Int) -> [UInt8] {
        let zero = UInt8(ascii: "0")
        var digits = digits
        var point = point
        if point <= 0 {
            digits = [UInt8](repeating: zero, count: 1 - point) + digits
            point = 1
        }
        while digits.count < point { digits.append(zero) }
        if digits.count > point + FixedDecimals.count {
            let isUp = digits[point + FixedDecimals.count] >= UInt8(ascii: "5")
            digits.removeSubrange((point + FixedDecimals.count)...)
            var index = digits.count - 1
            var carries = isUp
            while carries, index >= 0 {
                carries = digits[index] == UInt8(ascii: "9")
                digits[index] = carries ? zero : digits[index] + 1
                index -= 1
            }
            if carries {
                digits.insert(UInt8(ascii: "1"), at: 0)
                point += 1
            }
        }
        while digits.count > point, digits.last == zero { digits.removeLast() }
        guard digits.count > point else { return digits }
        return Array(digits[..<point]) + [UInt8(ascii: ".")] + Array(digits[point...])
    }

    private enum FixedDecimals {
        static let count = Price.scale
    }
}
