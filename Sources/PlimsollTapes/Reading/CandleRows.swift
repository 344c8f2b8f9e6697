import PlimsollModel

/// Reads candles from the lines of a CSV file as they arrive.
struct CandleRows: TapeRows {
    /// Fifteen years of minutes.
    static let rowCountMax = 8_000_000
    /// A leap year, in milliseconds.
    static let intervalMax: Int64 = 366 * 86_400_000

    private let symbol: String?
    private var lines: LineReader
    private var table: Table

    init(file: String, symbol: String?) {
        self.symbol = symbol
        lines = LineReader(file: file)
        table = Table()
    }

    var currentLine: Int { lines.currentLine }

    mutating func take(_ bytes: ArraySlice<UInt8>) throws(TapeError) {
        try lines.take(bytes) { row throws(TapeError) in try table.take(row) }
    }

    /// Ends the file.
    ///
    /// - Returns: The whole tape.
    /// - Throws: A fault in the last line or in the tape as a whole.
    mutating func finish() throws(TapeError) -> CandleTape {
        try lines.finish { row throws(TapeError) in try table.take(row) }
        return try table.tape(symbol: symbol, file: lines.file)
    }
}

/// The rows so far.
private struct Table {
    private var layout: CandleLayout?
    private var timeUnit: RowTimeUnit?
    private var firstRowLine = 1
    private var interval: Int64?
    private var candles: [TapeCandle] = []

    func tape(symbol: String?, file: String) throws(TapeError) -> CandleTape {
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

    mutating func take(_ row: RowCells) throws(TapeError) {
        if let layout {
            try take(row, layout)
            return
        }
        let (detected, isHeader) = try CandleLayout.detect(row.texts, file: row.file)
        layout = detected
        firstRowLine = isHeader ? 2 : 1
        if !isHeader { try take(row, detected) }
    }

    private mutating func take(_ row: RowCells, _ layout: CandleLayout) throws(TapeError) {
        let columns = layout.columns
        try row.check(columns)
        guard candles.count < CandleRows.rowCountMax else {
            throw row.fault(nil, "more than \(CandleRows.rowCountMax) rows")
        }
        let openTime = try time(row, columns[0], layout)
        let candle = TapeCandle(
            openTime: openTime,
            open: try row.number(1, columns[1]),
            high: try row.number(2, columns[2]),
            low: try row.number(3, columns[3]),
            close: try row.number(4, columns[4]),
            volume: try row.number(5, columns[5])
        )
        // Checked here as well as for the whole tape, so that the first fault of a file is the
        // one reported, and a long damaged file ends early.
        if let found = CandleFault(in: candle, after: candles.last) {
            throw row.fault(
                found.column == "open_time" ? columns[0] : found.column,
                found.message
            )
        }
        if layout == .binanceVision { try takeCloseTime(row, openTime) }
        candles.append(candle)
    }

    /// A Binance row says its own interval: the close time is the interval's last millisecond or
    /// microsecond.
    private mutating func takeCloseTime(
        _ row: RowCells,
        _ openTime: Timestamp
    ) throws(TapeError) {
        let raw = try row.integer(6, "close_time")
        let perMillisecond = timeUnit?.perMillisecond ?? 1
        let step = (raw + 1) / perMillisecond - openTime.milliseconds
        guard step > 0 else {
            throw row.fault("close_time", "\(raw) is not after the open time")
        }
        guard step <= CandleRows.intervalMax else {
            throw row.fault("close_time", "\(raw) is more than a year after the open time")
        }
        if let interval, interval != step {
            throw row.fault(
                "close_time",
                "the row lasts \(step) ms, the rows before it \(interval) ms"
            )
        }
        interval = step
    }

    private mutating func time(
        _ row: RowCells,
        _ column: String,
        _ layout: CandleLayout
    ) throws(TapeError) -> Timestamp {
        let raw = try row.integer(0, column)
        guard let unit = RowTimeUnit(of: raw), layout != .plain || unit == .milliseconds else {
            throw row.fault(column, "\(raw) is no time in milliseconds since 1970")
        }
        if let timeUnit, timeUnit != unit {
            throw row.fault(column, "\(raw) is in \(unit), the rows before it in \(timeUnit)")
        }
        timeUnit = unit
        guard raw % unit.perMillisecond == 0 else {
            throw row.fault(column, "\(raw) is no whole number of milliseconds")
        }
        return Timestamp(milliseconds: raw / unit.perMillisecond)
    }
}
