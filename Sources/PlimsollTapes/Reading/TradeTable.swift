import PlimsollModel

/// The columns of a file of trades.
enum TradeLayout {
    /// `recv_ns,event_ms,trade_ms,trade_id,price,qty,order_type,is_buyer_maker`.
    case recorded
    /// Of Binance Vision; spot files have one more column.
    case binanceTrades(columnCount: Int)
    /// Several trades of one taker at one price as one.
    case binanceAggregates(columnCount: Int)
    /// Trades or liquidations of Tardis, in microseconds.
    case tardis

    static let recordedColumns = [
        "recv_ns", "event_ms", "trade_ms", "trade_id", "price", "qty", "order_type",
        "is_buyer_maker",
    ]
    static let tradeColumns = [
        "id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match",
    ]
    static let aggregateColumns = [
        "agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time",
        "is_buyer_maker", "is_best_match",
    ]
    static let tardisColumns = [
        "exchange", "symbol", "timestamp", "local_timestamp", "id", "side", "price", "amount",
    ]

    var columns: [String] {
        switch self {
        case .recorded: Self.recordedColumns
        case .binanceTrades(let count): Array(Self.tradeColumns.prefix(count))
        case .binanceAggregates(let count): Array(Self.aggregateColumns.prefix(count))
        case .tardis: Self.tardisColumns
        }
    }

    /// Where the time, the number, the price, the quantity and the side are.
    var places: (time: Int, id: Int, price: Int, quantity: Int, side: Int) {
        switch self {
        case .recorded: (2, 3, 4, 5, 7)
        case .binanceTrades: (4, 0, 1, 2, 5)
        case .binanceAggregates: (5, 0, 1, 2, 6)
        case .tardis: (2, 4, 6, 7, 5)
        }
    }
}

/// Reads trades.
struct TradeTable: RowTable {
    let layout: TradeLayout
    var findings: TapeFindings
    private let columns: [String]
    private var rows = TimedRows<TapeTrade>()
    private var unit: RowTimeUnit?
    private var symbol: String?

    init(_ layout: TradeLayout, _ findings: TapeFindings) {
        self.layout = layout
        self.findings = findings
        columns = layout.columns
    }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(columns)
        let places = layout.places
        let time = try row.time(places.time, columns[places.time], &unit)
        let trade = TapeTrade(
            time: Timestamp(milliseconds: time),
            id: try id(row, places.id),
            price: try row.number(places.price, columns[places.price]),
            quantity: try row.number(places.quantity, columns[places.quantity]),
            takerSide: try side(row, places.side)
        )
        if let fault = trade.fault { throw row.fault(nil, fault) }
        if case .tardis = layout, symbol == nil { symbol = row.symbol(1) }
        try rows.append(
            trade,
            at: time,
            file: row.file,
            line: row.line,
            column: columns[places.time],
            &findings
        )
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        rows.sort()
        try rows.dropRepeated(file: name.path, column: columns[layout.places.id], &findings) {
            $0.id == $1.id && ($0.id != 0 || $0 == $1)
        }
        var previous: (id: Int64, line: Int)?
        for (_, line, trade) in rows.rows where trade.id > 0 {
            if let previous, trade.id > previous.id + 1 {
                findings.note(
                    TapeFinding(
                        kind: .gap,
                        file: name.path,
                        line: line,
                        column: columns[layout.places.id],
                        message: "\(trade.id - previous.id - 1) trades are missing before"
                            + " \(trade.id)"
                    )
                )
            }
            previous = (trade.id, line)
        }
        return .trades(
            try TradeTape(
                symbol: symbol ?? name.symbol,
                trades: rows.rows.map(\.row),
                file: name.path
            )
        )
    }

    /// Numbers that are none, as some venues have, count as unknown.
    private func id(_ row: RowCells, _ place: Int) throws(TapeError) -> Int64 {
        if case .tardis = layout { return (try? row.integer(place, columns[place])) ?? 0 }
        return try row.integer(place, columns[place])
    }

    private func side(_ row: RowCells, _ place: Int) throws(TapeError) -> Side {
        let text = String(decoding: row.cells[place], as: UTF8.self)
        switch (layout, text.lowercased()) {
        case (.tardis, "buy"): return .buy
        case (.tardis, "sell"): return .sell
        case (.tardis, _): break
        case (_, "true"): return .sell
        case (_, "false"): return .buy
        default: break
        }
        throw row.fault(columns[place], "\(quoted(text.utf8)) names no side")
    }
}

extension RowCells {
    /// A time in milliseconds or finer, cut to milliseconds; all rows of a file count the same.
    func time(
        _ index: Int,
        _ column: String,
        _ unit: inout RowTimeUnit?
    ) throws(TapeError) -> Int64 {
        let raw = try integer(index, column)
        guard let found = RowTimeUnit(of: raw) else {
            throw fault(column, "\(raw) is no time in milliseconds or microseconds since 1970")
        }
        if let unit, unit != found {
            throw fault(column, "\(raw) is in \(found), the rows before it in \(unit)")
        }
        unit = found
        return raw / found.perMillisecond
    }

    /// The name of an instrument in a cell, without what stands between its assets.
    func symbol(_ index: Int) -> String? {
        let text = String(decoding: cells[index].filter { $0 != UInt8(ascii: "/") }, as: UTF8.self)
        return text.isEmpty ? nil : text.uppercased()
    }
}
