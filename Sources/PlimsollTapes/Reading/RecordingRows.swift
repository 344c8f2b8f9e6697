import PlimsollModel

/// Reads a recording in any layout: its first line and its name tell which.
struct RecordingRows: TapeRows {
    private var lines: LineReader
    private var json: JSONRows?
    private var rows: ChosenRows
    private var hasBegun = false

    init(_ name: TapeName, policy: TapePolicy) {
        lines = LineReader(file: name.path)
        rows = ChosenRows(name: name, findings: TapeFindings(policy: policy))
    }

    var currentLine: Int { json?.currentLine ?? lines.currentLine }

    mutating func take(_ bytes: ArraySlice<UInt8>) throws(TapeError) {
        if !hasBegun, let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
            hasBegun = true
            if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
                json = JSONRows(file: lines.file)
            }
        }
        if json == nil {
            try lines.take(bytes) { row throws(TapeError) in try rows.takeLine(row) }
        } else {
            try json?.take(bytes) { row throws(TapeError) in try rows.takeJSON(row) }
        }
    }

    /// Ends the file.
    mutating func finish() throws(TapeError) -> (series: RecordedSeries, findings: TapeFindings) {
        if let json {
            try json.finish()
        } else {
            try lines.finish { row throws(TapeError) in try rows.takeLine(row) }
        }
        return try rows.finish()
    }
}

/// Rows on their way to the table of the layout that the first of them tells.
private struct ChosenRows {
    let name: TapeName
    let findings: TapeFindings
    private var table: (any RowTable)?

    init(name: TapeName, findings: TapeFindings) {
        self.name = name
        self.findings = findings
    }

    mutating func finish() throws(TapeError) -> (series: RecordedSeries, findings: TapeFindings) {
        guard var table else {
            throw TapeError(file: name.path, message: "the file is empty")
        }
        let series = try table.finish(name)
        return (series.named(name), table.findings)
    }

    mutating func takeLine(_ row: RowCells) throws(TapeError) {
        guard table == nil else {
            try table?.takeOrLeave(row)
            return
        }
        let (found, isHeader) = try Self.table(for: row, name, findings)
        table = found
        if !isHeader { try table?.takeOrLeave(row) }
    }

    mutating func takeJSON(_ row: RowCells) throws(TapeError) {
        if table == nil {
            let isFunding = row.cells.count == 2 || name.mentions("funding")
            table =
                isFunding
                ? FundingTable(columns: FundingTable.jsonColumns, findings)
                : CandleTable(.json, findings)
        }
        if table is FundingTable {
            try table?.takeOrLeave(row.prefix(2))
        } else if row.cells.count == 6, row.cells[5].isEmpty {
            // A volume that is not known.
            try table?.takeOrLeave(row.prefix(5).appending([UInt8(ascii: "0")]))
        } else {
            try table?.takeOrLeave(row)
        }
    }

    /// The reader of a file that begins with this line, and whether the line is a header.
    private static func table(
        for row: RowCells,
        _ name: TapeName,
        _ findings: TapeFindings
    ) throws(TapeError) -> (any RowTable, isHeader: Bool) {
        let texts = row.texts
        if row.texts.first?.lowercased().hasPrefix("http") == true {
            return (DownloadedTable(findings), true)
        }
        if let table = named(by: texts, findings) { return (table, true) }
        if FundingTable.isHeader(texts) {
            return (try FundingTable(header: row, findings), true)
        }
        if let table = headerless(row, findings) { return (table, false) }
        let (layout, isHeader) = try CandleLayout.detect(texts, file: row.file)
        if layout == .binanceVision, name.mentions("premiumIndexKlines") {
            return (PremiumTable(findings), isHeader)
        }
        return (CandleTable(layout, findings), isHeader)
    }

    /// By a header that is known as a whole.
    private static func named(
        by texts: [String],
        _ findings: TapeFindings
    ) -> (any RowTable)? {
        func begins(_ columns: [String]) -> Bool {
            texts.count <= columns.count && texts.count >= 4
                && zip(texts, columns).allSatisfy { $0 == $1 }
        }
        if begins(TradeLayout.recordedColumns) { return TradeTable(.recorded, findings) }
        if begins(TradeLayout.tradeColumns) {
            return TradeTable(.binanceTrades(columnCount: texts.count), findings)
        }
        if begins(TradeLayout.aggregateColumns) {
            return TradeTable(.binanceAggregates(columnCount: texts.count), findings)
        }
        if texts == TradeLayout.tardisColumns { return TradeTable(.tardis, findings) }
        if texts == DepthLayout.recordedColumns { return DepthTable(.recorded, findings) }
        if texts == DepthLayout.tardisColumns { return DepthTable(.tardis, findings) }
        if texts == QuoteLayout.recordedColumns { return QuoteTable(.recorded, findings) }
        if texts == QuoteLayout.binanceColumns { return QuoteTable(.binance, findings) }
        if texts == QuoteLayout.tardisColumns { return QuoteTable(.tardis, findings) }
        if texts == TickerTable.columns { return TickerTable(findings) }
        if let table = PriceTable(header: texts, findings) { return table }
        if texts == BandTable.columns { return BandTable(findings) }
        return nil
    }

    /// By the number and the kind of the cells of a file of Binance Vision that has no header.
    private static func headerless(
        _ row: RowCells,
        _ findings: TapeFindings
    ) -> (any RowTable)? {
        guard let digit = row.cells.first?.first, (0x30...0x39).contains(digit) else { return nil }
        let flags = row.texts.map { ["true", "false"].contains($0.lowercased()) }
        switch (flags.count, flags.firstIndex(of: true)) {
        case (6, 5): return TradeTable(.binanceTrades(columnCount: 6), findings)
        case (7, 5): return TradeTable(.binanceTrades(columnCount: 7), findings)
        case (7, 6): return TradeTable(.binanceAggregates(columnCount: 7), findings)
        case (8, 6): return TradeTable(.binanceAggregates(columnCount: 8), findings)
        case (7, nil): return QuoteTable(.binance, findings)
        default: return nil
        }
    }
}

extension RecordedSeries {
    /// Prices of an index or a mark are no candles of trades; the file's name tells.
    fileprivate func named(_ name: TapeName) -> RecordedSeries {
        guard case .candles(let tape) = self else { return self }
        let isIndex = ["markPriceKlines", "indexPriceKlines", "mark", "index"]
            .contains { name.mentions($0) }
        return isIndex ? .index(IndexTape(tape), funding: nil) : self
    }
}

extension RowCells {
    fileprivate func prefix(_ count: Int) -> RowCells {
        RowCells(cells: Array(cells.prefix(count)), file: file, line: line)
    }

    fileprivate func appending(_ cell: [UInt8]) -> RowCells {
        RowCells(cells: cells + [cell[...]], file: file, line: line)
    }
}

extension RecordedSeries {
    /// Reads a recording from a file: CSV or JSON in any known layout, plain, in gzip or as the one
    /// member of a zip archive.
    ///
    /// - Parameters:
    ///   - path: Of the file; its name tells the symbol, up to the first `_`, `-` or `.`.
    ///   - policy: What becomes of rows that cannot stand as they are.
    /// - Returns: What it holds, and what was found in it.
    /// - Throws: What is wrong first, with file, line and column.
    public static func read(
        path: String,
        policy: TapePolicy = .strict
    ) throws(TapeError) -> (series: RecordedSeries, findings: TapeFindings) {
        let file = try TapeFile(path: path)
        var rows = RecordingRows(TapeName(path: path), policy: policy)
        try file.read(into: &rows)
        return try rows.finish()
    }
}

extension RecordedSeries {
    private func expected(_ what: String, _ file: String) -> TapeError {
        TapeError(file: file, message: "expected \(what), found \(kind)")
    }

    func candles(_ file: String) throws(TapeError) -> CandleTape {
        guard case .candles(let tape) = self else { throw expected("candles", file) }
        return tape
    }

    /// The trades; `file` is what an error calls the recording.
    public func trades(_ file: String) throws(TapeError) -> TradeTape {
        guard case .trades(let tape) = self else { throw expected("trades", file) }
        return tape
    }

    /// What was settled; `file` is what an error calls the recording.
    public func settlements(_ file: String) throws(TapeError) -> FundingTape {
        switch self {
        case .funding(let tape), .index(_, let tape?): return tape
        default: throw expected("settlements", file)
        }
    }

    /// How much stood in a book; `file` is what an error calls the recording.
    public func bands(_ file: String) throws(TapeError) -> BandTape {
        guard case .bands(let tape) = self else { throw expected("depth by percent", file) }
        return tape
    }

    /// The prices of an index, or those that candles, trades or quotes tell.
    ///
    /// An error calls the recording `file`.
    public func index(_ file: String) throws(TapeError) -> IndexTape {
        switch self {
        case .index(let tape, _): return tape
        case .candles(let tape): return IndexTape(tape)
        case .trades(let tape): return IndexTape(tape)
        case .quotes(let tape): return IndexTape(tape)
        case .depth, .funding, .premium, .bands: throw expected("prices", file)
        }
    }

    /// A market that can be replayed; best prices make a book of one level a side.
    ///
    /// An error calls the recording `file`.
    public func market(_ file: String) throws(TapeError) -> MarketTape {
        switch self {
        case .candles(let tape): return MarketTape(.candles(tape))
        case .trades(let tape): return MarketTape(.trades(tape))
        case .depth(let tape): return MarketTape(.depth(tape))
        case .quotes(let tape): return MarketTape(.depth(try tape.depth))
        case .index, .funding, .premium, .bands:
            throw expected("candles, trades or a book", file)
        }
    }
}

extension CandleTape {
    /// Reads faultless candles from a file; see `RecordedSeries.read`.
    public static func read(path: String) throws(TapeError) -> CandleTape {
        try RecordedSeries.read(path: path).series.candles(path)
    }
}

extension FundingTape {
    /// Reads faultless settlements from a file; see `RecordedSeries.read`.
    public static func read(path: String) throws(TapeError) -> FundingTape {
        try RecordedSeries.read(path: path).series.settlements(path)
    }
}

extension TradeTape {
    /// Reads faultless trades from a file; see `RecordedSeries.read`.
    public static func read(path: String) throws(TapeError) -> TradeTape {
        try RecordedSeries.read(path: path).series.trades(path)
    }
}

extension MarketTape {
    /// Reads a faultless recorded market from a file; see `RecordedSeries.read`.
    public static func read(path: String) throws(TapeError) -> MarketTape {
        try RecordedSeries.read(path: path).series.market(path)
    }
}
