import PlimsollModel

/// Reads `premiumIndexKlines` of Binance Vision: candles of what may be below zero.
struct PremiumTable: RowTable {
    var findings: TapeFindings
    private let columns = CandleLayout.binanceVisionColumns
    private var rows = TimedRows<PremiumTape.Candle>()
    private var unit: RowTimeUnit?

    init(_ findings: TapeFindings) { self.findings = findings }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(columns)
        let time = try row.time(0, columns[0], &unit)
        let candle = PremiumTape.Candle(
            openTime: Timestamp(milliseconds: time),
            open: try row.number(1, columns[1], allowsSign: true),
            high: try row.number(2, columns[2], allowsSign: true),
            low: try row.number(3, columns[3], allowsSign: true),
            close: try row.number(4, columns[4], allowsSign: true)
        )
        if let fault = candle.fault { throw row.fault(fault.column, fault.message) }
        try rows.append(
            candle,
            at: time,
            file: row.file,
            line: row.line,
            column: columns[0],
            &findings
        )
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        guard !rows.isEmpty else {
            throw TapeError(file: name.path, line: 1, message: "no rows follow the header")
        }
        rows.sort()
        try rows.dropRepeated(file: name.path, column: columns[0], &findings) { _, _ in true }
        return .premium(try PremiumTape(candles: rows.rows.map(\.row), file: name.path))
    }
}
