import PlimsollModel

/// Reads candles.
struct CandleTable: RowTable {
    /// A leap year, in milliseconds.
    static let intervalMax: Int64 = 366 * 86_400_000

    let layout: CandleLayout
    var findings: TapeFindings
    private let columns: [String]
    private var collector = CandleCollector()
    private var timeUnit: RowTimeUnit?
    private var interval: Int64?

    init(_ layout: CandleLayout, _ findings: TapeFindings) {
        self.layout = layout
        self.findings = findings
        columns = layout.columns
    }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(columns)
        let openTime = try time(row, columns[0])
        let candle = TapeCandle(
            openTime: openTime,
            open: try row.number(1, columns[1]),
            high: try row.number(2, columns[2]),
            low: try row.number(3, columns[3]),
            close: try row.number(4, columns[4]),
            volume: layout.hasVolume ? try row.number(5, columns[5]) : .zero
        )
        try collector.check(candle, row, timeColumn: columns[0], findings)
        if layout == .binanceVision { try takeCloseTime(row, openTime) }
        try collector.append(
            candle,
            file: row.file,
            line: row.line,
            column: columns[0],
            &findings
        )
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        .candles(try collector.tape(name, interval: interval, column: columns[0], &findings))
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
        guard step <= Self.intervalMax else {
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

    private mutating func time(_ row: RowCells, _ column: String) throws(TapeError) -> Timestamp {
        let raw = try row.integer(0, column)
        let isBinance = layout == .binanceVision
        guard let unit = RowTimeUnit(of: raw), isBinance || unit == .milliseconds else {
            throw row.fault(column, "\(raw) is no time in milliseconds since 1970")
        }
        if let timeUnit, timeUnit != unit {
            throw row.fault(column, "\(raw) is in \(unit), the rows before it in \(timeUnit)")
        }
        guard raw % unit.perMillisecond == 0 else {
            throw row.fault(column, "\(raw) is no whole number of milliseconds")
        }
        timeUnit = unit
        return Timestamp(milliseconds: raw / unit.perMillisecond)
    }
}

/// Candles in any layout, on their way to a tape.
struct CandleCollector {
    private var rows = TimedRows<TapeCandle>()

    /// Refuses a candle that is impossible, or where nothing is mended one that cannot follow.
    ///
    /// Checked here as well as for the whole tape, so that the first fault of a file is the one
    /// reported, and a long damaged file ends early.
    func check(
        _ candle: TapeCandle,
        _ row: RowCells,
        timeColumn: String,
        _ findings: TapeFindings
    ) throws(TapeError) {
        let previous = findings.policy == .strict ? rows.last : nil
        guard let found = CandleFault(in: candle, after: previous) else { return }
        throw row.fault(
            found.column == "open_time" ? timeColumn : found.column,
            found.message
        )
    }

    mutating func append(
        _ candle: TapeCandle,
        file: String,
        line: Int,
        column: String,
        _ findings: inout TapeFindings
    ) throws(TapeError) {
        try rows.append(
            candle,
            at: candle.openTime.milliseconds,
            file: file,
            line: line,
            column: column,
            &findings
        )
    }

    /// Sorts, mends and checks the candles.
    ///
    /// - Parameters:
    ///   - name: Of the file.
    ///   - interval: Milliseconds, where the rows say it.
    ///   - column: Of the open time.
    ///   - findings: Where everything that is not as it should be is noted.
    /// - Returns: The whole tape.
    /// - Throws: What cannot be mended.
    mutating func tape(
        _ name: TapeName,
        interval: Int64?,
        column: String,
        _ findings: inout TapeFindings
    ) throws(TapeError) -> CandleTape {
        guard !rows.isEmpty else {
            throw TapeError(file: name.path, line: 1, message: "no rows follow the header")
        }
        rows.sort()
        // Whatever its prices are: there is one candle of a time.
        try rows.dropRepeated(file: name.path, column: column, &findings) { _, _ in true }
        let step = interval ?? CandleTape.commonStep(of: rows.rows.map(\.row))
        if findings.policy == .mend { try dropOffGrid(step, name, column, &findings) }
        for (before, after) in zip(rows.rows, rows.rows.dropFirst())
        where after.time - before.time > step {
            findings.note(
                TapeFinding(
                    kind: .gap,
                    file: name.path,
                    line: after.line,
                    column: column,
                    message: "\((after.time - before.time) / step - 1) candles are missing"
                        + " before \(after.time)"
                )
            )
        }
        return try CandleTape(
            symbol: name.symbol,
            interval: step,
            candles: rows.rows.map(\.row),
            file: name.path,
            firstLine: rows.rows.first?.line ?? 1
        )
    }

    /// Drops candles that are not on the grid on which most are.
    private mutating func dropOffGrid(
        _ step: Int64,
        _ name: TapeName,
        _ column: String,
        _ findings: inout TapeFindings
    ) throws(TapeError) {
        var counts: [Int64: Int] = [:]
        for row in rows.rows { counts[row.time % step, default: 0] += 1 }
        guard counts.count > 1 else { return }
        let offset = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
        for row in rows.rows where row.time % step != offset {
            try findings.fault(
                .badValue,
                TapeError(
                    file: name.path,
                    line: row.line,
                    column: column,
                    message: "\(row.time) is off the grid of \(step) ms"
                )
            )
        }
        rows.keep { $0 % step == offset }
    }
}
