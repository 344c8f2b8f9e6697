import PlimsollModel

/// Reads settlements from the lines of a CSV file as they arrive.
struct FundingRows: TapeRows {
    private var lines: LineReader
    private var table = Table()

    init(file: String) { lines = LineReader(file: file) }

    var currentLine: Int { lines.currentLine }

    mutating func take(_ bytes: ArraySlice<UInt8>) throws(TapeError) {
        try lines.take(bytes) { row throws(TapeError) in try table.take(row) }
    }

    /// Ends the file with a fault in the last line or in the tape as a whole, or with the tape.
    mutating func finish() throws(TapeError) -> FundingTape {
        try lines.finish { row throws(TapeError) in try table.take(row) }
        return try table.tape(file: lines.file)
    }
}

/// The rows so far.
private struct Table {
    /// A century of hours.
    private static let rowCountMax = 900_000
    private static let plainColumns = ["funding_time_ms", "funding_rate"]
    private static let binanceVisionColumns = [
        "calc_time", "funding_interval_hours", "last_funding_rate",
    ]

    private var columns: [String]?
    private var settlements: [TapeSettlement] = []

    func tape(file: String) throws(TapeError) -> FundingTape {
        guard columns != nil else { throw TapeError(file: file, message: "the file is empty") }
        guard !settlements.isEmpty else {
            throw TapeError(file: file, line: 1, message: "no rows follow the header")
        }
        return try FundingTape(settlements: settlements, file: file, firstLine: 2)
    }

    mutating func take(_ row: RowCells) throws(TapeError) {
        guard let columns else {
            columns = try header(row)
            return
        }
        try row.check(columns)
        guard settlements.count < Self.rowCountMax else {
            throw row.fault(nil, "more than \(Self.rowCountMax) rows")
        }
        let raw = try row.integer(0, columns[0])
        guard RowTimeUnit(of: raw) == .milliseconds else {
            throw row.fault(columns[0], "\(raw) is no time in milliseconds since 1970")
        }
        let last = columns.count - 1
        settlements.append(
            TapeSettlement(
                time: Timestamp(milliseconds: raw),
                rate: try row.number(last, columns[last], allowsSign: true)
            )
        )
    }

    private func header(_ row: RowCells) throws(TapeError) -> [String] {
        let texts = row.texts
        for layout in [Self.plainColumns, Self.binanceVisionColumns]
        where texts.first == layout.first {
            guard
                let wrong = layout.indices.first(where: {
                    $0 >= texts.count || texts[$0] != layout[$0]
                })
            else {
                guard texts.count == layout.count else {
                    throw row.fault(
                        String(layout.count + 1),
                        "the header has \(texts.count) cells instead of \(layout.count)"
                    )
                }
                return layout
            }
            throw row.fault(layout[wrong], "the column is missing or misplaced")
        }
        throw row.fault(
            "1",
            "expected 'funding_time_ms' or 'calc_time', found \(quoted((texts.first ?? "").utf8))"
        )
    }
}
