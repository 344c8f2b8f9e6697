import PlimsollModel

/// Reads the index and the settlements that Tardis records as `derivative_ticker`.
///
/// A settlement is told before it happens: its rate is the last one told for it.
struct TickerTable: RowTable {
    static let columns = [
        "exchange", "symbol", "timestamp", "local_timestamp", "funding_timestamp", "funding_rate",
        "predicted_funding_rate", "open_interest", "last_price", "index_price", "mark_price",
    ]

    var findings: TapeFindings
    private var prices = TimedRows<TapeIndexPrice>()
    private var settlements: [TapeSettlement] = []
    private var unit: RowTimeUnit?

    init(_ findings: TapeFindings) { self.findings = findings }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(Self.columns)
        let time = try row.time(2, Self.columns[2], &unit)
        // An empty cell means that nothing was told.
        if !row.cells[4].isEmpty, !row.cells[5].isEmpty {
            let due = TapeSettlement(
                time: Timestamp(milliseconds: try row.time(4, Self.columns[4], &unit)),
                rate: try row.number(5, Self.columns[5], allowsSign: true)
            )
            if let last = settlements.indices.last, settlements[last].minute == due.minute {
                settlements[last] = due
            } else if settlements.last.map({ $0.minute < due.minute }) ?? true {
                settlements.append(due)
            }
        }
        guard !row.cells[9].isEmpty else { return }
        let price: Price = try row.number(9, Self.columns[9])
        guard price > .zero else {
            throw row.fault(Self.columns[9], "a price is greater than zero, not \(price)")
        }
        guard prices.last?.price != price else { return }
        try prices.append(
            TapeIndexPrice(time: Timestamp(milliseconds: time), price: price),
            at: time,
            file: row.file,
            line: row.line,
            column: Self.columns[2],
            &findings
        )
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        guard !prices.isEmpty else {
            throw TapeError(file: name.path, message: "no row tells an index price")
        }
        prices.sort()
        let funding =
            settlements.isEmpty
            ? nil : try FundingTape(settlements: settlements, file: name.path)
        return .index(
            try IndexTape(prices: prices.rows.map(\.row), file: name.path),
            funding: funding
        )
    }
}
