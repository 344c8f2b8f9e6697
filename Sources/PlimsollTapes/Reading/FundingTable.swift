import PlimsollModel

/// Reads settlements.
struct FundingTable: RowTable {
    /// A century of hours.
    private static let rowCountMax = 900_000
    private static let layouts = [
        ["funding_time_ms", "funding_rate"],
        ["calc_time", "funding_interval_hours", "last_funding_rate"],
    ]
    /// `[time, rate]` of a JSON file.
    static let jsonColumns = ["time", "funding_rate"]

    var findings: TapeFindings
    private let columns: [String]
    private var rows = TimedRows<TapeSettlement>()

    init(columns: [String], _ findings: TapeFindings) {
        self.columns = columns
        self.findings = findings
    }

    /// - Throws: On line 1, the first column that is missing or misplaced.
    init(header row: RowCells, _ findings: TapeFindings) throws(TapeError) {
        self.init(columns: try Self.layout(row), findings)
    }

    static func isHeader(_ cells: [String]) -> Bool { layouts.contains { $0[0] == cells.first } }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(columns)
        guard rows.count < Self.rowCountMax else {
            throw row.fault(nil, "more than \(Self.rowCountMax) rows")
        }
        let raw = try row.integer(0, columns[0])
        guard RowTimeUnit(of: raw) == .milliseconds else {
            throw row.fault(columns[0], "\(raw) is no time in milliseconds since 1970")
        }
        let last = columns.count - 1
        let settlement = TapeSettlement(
            time: Timestamp(milliseconds: raw),
            rate: try row.number(last, columns[last], allowsSign: true)
        )
        try rows.append(
            settlement,
            at: settlement.minute.milliseconds,
            file: row.file,
            line: row.line,
            column: columns[0],
            &findings
        )
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        guard let first = rows.rows.first else {
            throw TapeError(file: name.path, line: 1, message: "no rows follow the header")
        }
        if findings.policy == .mend {
            rows.sort()
            try rows.dropRepeated(file: name.path, column: columns[0], &findings) { _, _ in true }
        }
        return .funding(
            try FundingTape(
                settlements: rows.rows.map(\.row),
                file: name.path,
                firstLine: first.line
            )
        )
    }

    private static func layout(_ row: RowCells) throws(TapeError) -> [String] {
        let texts = row.texts
        for layout in layouts where texts.first == layout.first {
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
