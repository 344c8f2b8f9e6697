import PlimsollModel

/// Reads CSV of CryptoDataDownload: a line with an address, a header, then candles, mostly newest
/// first, with times in seconds or milliseconds.
struct DownloadedTable: RowTable {
    var findings: TapeFindings
    private var places: [String: Int] = [:]
    private var columnCount = 0
    private var symbol: String?
    private var rows: [(candle: TapeCandle, line: Int)] = []

    private static let needed = ["unix", "open", "high", "low", "close"]

    init(_ findings: TapeFindings) { self.findings = findings }

    mutating func take(_ row: RowCells) throws(TapeError) {
        guard columnCount > 0 else {
            try takeHeader(row)
            return
        }
        guard row.cells.count == columnCount else {
            throw row.fault(
                nil,
                "the row has \(row.cells.count) cells, the header \(columnCount)"
            )
        }
        if symbol == nil, let place = places["symbol"] { symbol = row.symbol(place) }
        let candle = TapeCandle(
            openTime: Timestamp(milliseconds: try time(row)),
            open: try number(row, "open"),
            high: try number(row, "high"),
            low: try number(row, "low"),
            close: try number(row, "close"),
            volume: try number(row, "volume")
        )
        if let found = CandleFault(in: candle, after: nil) {
            throw row.fault(found.column, found.message)
        }
        rows.append((candle, row.line))
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        if let first = rows.first?.candle, let last = rows.last?.candle,
            first.openTime > last.openTime
        {
            rows.reverse()
        }
        var collector = CandleCollector()
        for (candle, line) in rows {
            try collector.append(
                candle,
                file: name.path,
                line: line,
                column: "unix",
                &findings
            )
        }
        let named = TapeName(path: name.path, symbol: symbol ?? name.symbol)
        return .candles(try collector.tape(named, interval: nil, column: "unix", &findings))
    }

    private mutating func takeHeader(_ row: RowCells) throws(TapeError) {
        for (index, text) in row.texts.enumerated() {
            let name = text.lowercased()
            // `Volume BTC` comes before `Volume USDT`.
            let key = name.hasPrefix("volume") ? "volume" : name
            if places[key] == nil { places[key] = index }
        }
        for name in Self.needed + ["volume"] where places[name] == nil {
            throw row.fault(name, "the column is missing")
        }
        columnCount = row.cells.count
    }

    private func time(_ row: RowCells) throws(TapeError) -> Int64 {
        // Some files write the seconds as 1609459200.0.
        let place = places["unix"] ?? 0
        let cell = row.cells[place]
        let whole = cell.split(separator: UInt8(ascii: "."), maxSplits: 1).first ?? cell
        guard let raw = Int64(String(decoding: whole, as: UTF8.self)), raw > 0 else {
            throw row.fault("unix", "\(quoted(cell)) is no time since 1970")
        }
        switch RowTimeUnit(of: raw) {
        case .milliseconds: return raw
        case .microseconds: return raw / 1000
        case nil:
            guard raw < 100_000_000_000 else {
                throw row.fault("unix", "\(raw) is no time since 1970")
            }
            return raw * 1000
        }
    }

    private func number<Value: FixedPoint>(
        _ row: RowCells,
        _ column: String
    ) throws(TapeError) -> Value {
        try row.number(places[column] ?? 0, column)
    }
}
