import PlimsollModel

/// Reads candles from the bytes of a CSV file as they arrive.
///
/// Bytes come in pieces of any size, so a compressed file is never held expanded, and a fault is
/// reported at the line that has it.
struct CandleRows {
    /// Far above any row of numbers; what is longer is not a candle file.
    static let lineLengthMax = 4096
    /// Fifteen years of minutes.
    static let rowCountMax = 8_000_000
    /// A leap year, in milliseconds.
    static let intervalMax: Int64 = 366 * 86_400_000

    private let file: String
    private let symbol: String?
    /// Lines completed.
    private var lineCount = 0
    private var pending: [UInt8] = []
    private var layout: CandleLayout?
    private var timeUnit: TimeUnit?
    private var firstRowLine = 1
    /// A blank line is fine at the end only.
    private var blankLine: Int?
    private var interval: Int64?
    private var candles: [TapeCandle] = []

    private enum TimeUnit: String {
        case milliseconds
        case microseconds
    }

    init(file: String, symbol: String?) {
        self.file = file
        self.symbol = symbol
    }

    /// The line that the next byte belongs to.
    var currentLine: Int { lineCount + 1 }

    /// Reads on.
    ///
    /// - Parameter bytes: The next piece of the file, of any length.
    /// - Throws: The first fault in the lines that this piece completes.
    mutating func take(_ bytes: ArraySlice<UInt8>) throws(TapeError) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if pending.isEmpty {
                try takeLine(rest[..<end])
            } else {
                pending.append(contentsOf: rest[..<end])
                let line = pending
                pending.removeAll(keepingCapacity: true)
                try takeLine(line[...])
            }
            rest = rest[(end + 1)...]
        }
        pending.append(contentsOf: rest)
        guard pending.count <= Self.lineLengthMax else { throw lineTooLong }
    }

    /// Ends the file.
    ///
    /// - Returns: The whole tape.
    /// - Throws: A fault in the last line or in the tape as a whole.
    mutating func finish() throws(TapeError) -> CandleTape {
        if !pending.isEmpty {
            let line = pending
            pending.removeAll()
            try takeLine(line[...])
        }
        guard layout != nil else {
            throw TapeError(file: file, message: "the file is empty")
        }
        guard !candles.isEmpty else {
            throw TapeError(file: file, line: 1, message: "no rows follow the header")
        }
        return try CandleTape(
            symbol: symbol,
            interval: interval,
            candles: candles,
            file: file,
            firstLine: firstRowLine
        )
    }

    private var lineTooLong: TapeError {
        TapeError(
            file: file,
            line: currentLine,
            message: "the line is longer than \(Self.lineLengthMax) bytes"
        )
    }

    private mutating func takeLine(_ bytes: ArraySlice<UInt8>) throws(TapeError) {
        guard bytes.count <= Self.lineLengthMax else { throw lineTooLong }
        var line = bytes
        if lineCount == 0 {
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            if line.starts(with: [0xFF, 0xFE]) || line.starts(with: [0xFE, 0xFF]) {
                throw TapeError(file: file, line: 1, message: "the text is UTF-16, not UTF-8")
            }
        }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        defer { lineCount += 1 }
        guard !line.isEmpty else {
            blankLine = blankLine ?? currentLine
            return
        }
        if let blankLine {
            throw TapeError(file: file, line: blankLine, message: "the line is empty")
        }
        if line.contains(where: { $0 >= 0x80 }), String(validating: line, as: UTF8.self) == nil {
            throw TapeError(file: file, line: currentLine, message: "the text is not UTF-8")
        }
        let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        if let layout {
            try takeRow(cells, layout)
            return
        }
        let (detected, isHeader) = try CandleLayout.detect(
            cells.map { String(decoding: $0, as: UTF8.self) },
            file: file
        )
        layout = detected
        firstRowLine = isHeader ? 2 : 1
        if !isHeader { try takeRow(cells, detected) }
    }

    private mutating func takeRow(
        _ cells: [ArraySlice<UInt8>],
        _ layout: CandleLayout
    ) throws(TapeError) {
        let columns = layout.columns
        guard cells.count >= columns.count else {
            throw fault(
                columns[cells.count],
                "the row ends before this column: \(cells.count) of \(columns.count) cells"
            )
        }
        guard cells.count == columns.count else {
            throw fault(
                String(columns.count + 1),
                "the row has \(cells.count) cells instead of \(columns.count)"
            )
        }
        guard candles.count < Self.rowCountMax else {
            throw fault(nil, "more than \(Self.rowCountMax) rows")
        }
        let openTime = try time(cells[0], columns[0], layout)
        let candle = TapeCandle(
            openTime: openTime,
            open: try number(cells[1], columns[1]),
            high: try number(cells[2], columns[2]),
            low: try number(cells[3], columns[3]),
            close: try number(cells[4], columns[4]),
            volume: try number(cells[5], columns[5])
        )
        // Checked here as well as for the whole tape, so that the first fault of a file is the
        // one reported, and a long damaged file ends early.
        if let found = CandleFault(in: candle, after: candles.last) {
            throw fault(found.column == "open_time" ? columns[0] : found.column, found.message)
        }
        if layout == .binanceVision { try takeCloseTime(cells[6], openTime) }
        candles.append(candle)
    }

    /// A Binance row says its own interval: the close time is the interval's last millisecond or
    /// microsecond.
    private mutating func takeCloseTime(
        _ cell: ArraySlice<UInt8>,
        _ openTime: Timestamp
    ) throws(TapeError) {
        let raw = try integer(cell, "close_time")
        let perMillisecond: Int64 = timeUnit == .microseconds ? 1000 : 1
        let step = (raw + 1) / perMillisecond - openTime.milliseconds
        guard step > 0 else {
            throw fault("close_time", "\(raw) is not after the open time")
        }
        guard step <= Self.intervalMax else {
            throw fault("close_time", "\(raw) is more than a year after the open time")
        }
        if let interval, interval != step {
            throw fault(
                "close_time",
                "the row lasts \(step) ms, the rows before it \(interval) ms"
            )
        }
        interval = step
    }

    private mutating func time(
        _ cell: ArraySlice<UInt8>,
        _ column: String,
        _ layout: CandleLayout
    ) throws(TapeError) -> Timestamp {
        let raw = try integer(cell, column)
        let unit: TimeUnit
        switch raw {
        // 1973 to 5138, in milliseconds and in microseconds: the two cannot be confused.
        case 100_000_000_000..<100_000_000_000_000: unit = .milliseconds
        case 100_000_000_000_000..<100_000_000_000_000_000: unit = .microseconds
        default:
            throw fault(column, "\(raw) is no time in milliseconds since 1970")
        }
        if layout == .plain, unit != .milliseconds {
            throw fault(column, "\(raw) is no time in milliseconds since 1970")
        }
        if let timeUnit, timeUnit != unit {
            throw fault(column, "\(raw) is in \(unit), the rows before it in \(timeUnit)")
        }
        timeUnit = unit
        guard unit == .microseconds else { return Timestamp(milliseconds: raw) }
        guard raw % 1000 == 0 else {
            throw fault(column, "\(raw) is no whole number of milliseconds")
        }
        return Timestamp(milliseconds: raw / 1000)
    }

    private func integer(_ cell: ArraySlice<UInt8>, _ column: String) throws(TapeError) -> Int64 {
        guard !cell.isEmpty else { throw fault(column, "the cell is empty") }
        do {
            let units = try DecimalText.units(of: cell, scale: 0)
            // The bound leaves room for the arithmetic on times.
            guard let value = Int64(exactly: units), value < Int64.max / 2,
                !cell.contains(UInt8(ascii: "."))
            else { throw DecimalError.outOfRange }
            return value
        } catch {
            throw fault(column, "\(quoted(cell)) is no whole number of the expected size")
        }
    }

    private func number<Value: FixedPoint>(
        _ cell: ArraySlice<UInt8>,
        _ column: String
    ) throws(TapeError) -> Value {
        do {
            return try Value(parsing: cell)
        } catch {
            throw fault(column, explanation(of: error, cell))
        }
    }

    private func explanation(of error: DecimalError, _ cell: ArraySlice<UInt8>) -> String {
        switch error {
        case .empty:
            "the cell is empty"
        case .unexpectedCharacter(offset: 0) where cell.first == UInt8(ascii: "-"):
            "\(quoted(cell)) is negative"
        case .unexpectedCharacter(let offset):
            "\(quoted(cell)) is not a decimal number: see its character \(offset + 1)"
        case .missingDigit:
            "\(quoted(cell)) is not a decimal number: a digit is missing beside the point"
        case .tooManyDecimals(let limit):
            "\(quoted(cell)) has more than \(limit) decimals"
        case .outOfRange:
            "\(quoted(cell)) is too large"
        }
    }

    private func fault(_ column: String?, _ message: String) -> TapeError {
        TapeError(file: file, line: currentLine, column: column, message: message)
    }
}
