import PlimsollModel

/// The columns of a file of best bids and asks.
enum QuoteLayout {
    /// `recv_ns,event_ms,txn_ms,update_id,bid_price,bid_qty,ask_price,ask_qty`.
    case recorded
    case binance
    case tardis

    static let recordedColumns = [
        "recv_ns", "event_ms", "txn_ms", "update_id", "bid_price", "bid_qty", "ask_price",
        "ask_qty",
    ]
    static let binanceColumns = [
        "update_id", "best_bid_price", "best_bid_qty", "best_ask_price", "best_ask_qty",
        "transaction_time", "event_time",
    ]
    static let tardisColumns = [
        "exchange", "symbol", "timestamp", "local_timestamp", "ask_amount", "ask_price",
        "bid_price", "bid_amount",
    ]

    var columns: [String] {
        switch self {
        case .recorded: Self.recordedColumns
        case .binance: Self.binanceColumns
        case .tardis: Self.tardisColumns
        }
    }

    /// Where the time and the four numbers are.
    var places: (time: Int, bid: Int, bidQuantity: Int, ask: Int, askQuantity: Int) {
        switch self {
        case .recorded: (2, 4, 5, 6, 7)
        case .binance: (5, 1, 2, 3, 4)
        case .tardis: (2, 6, 7, 5, 4)
        }
    }
}

/// Reads best bids and asks.
struct QuoteTable: RowTable {
    let layout: QuoteLayout
    var findings: TapeFindings
    private let columns: [String]
    private var rows = TimedRows<TapeQuote>()
    private var unit: RowTimeUnit?
    private var symbol: String?

    init(_ layout: QuoteLayout, _ findings: TapeFindings) {
        self.layout = layout
        self.findings = findings
        columns = layout.columns
    }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(columns)
        let places = layout.places
        let time = try time(row, places.time)
        let update: Int64
        switch layout {
        case .recorded: update = try row.integer(3, columns[3])
        case .binance: update = try row.integer(0, columns[0])
        case .tardis:
            update = 0
            if symbol == nil { symbol = row.symbol(1) }
        }
        let quote = TapeQuote(
            time: Timestamp(milliseconds: time),
            update: update,
            bid: try row.number(places.bid, columns[places.bid]),
            bidQuantity: try row.number(places.bidQuantity, columns[places.bidQuantity]),
            ask: try row.number(places.ask, columns[places.ask]),
            askQuantity: try row.number(places.askQuantity, columns[places.askQuantity])
        )
        if let fault = quote.fault { throw row.fault(nil, fault) }
        try rows.append(
            quote,
            at: time,
            file: row.file,
            line: row.line,
            column: columns[places.time],
            &findings
        )
    }

    /// Spot streams publish no time: there it is the recorder's.
    private mutating func time(_ row: RowCells, _ place: Int) throws(TapeError) -> Int64 {
        guard layout == .recorded, row.cells[place].isEmpty else {
            return try row.time(place, columns[place], &unit)
        }
        let nanoseconds = try row.integer(0, columns[0])
        return nanoseconds / 1_000_000
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        rows.sort()
        try rows.dropRepeated(file: name.path, column: "update_id", &findings) {
            $0.update == $1.update && ($0.update != 0 || $0 == $1)
        }
        return .quotes(
            try QuoteTape(
                symbol: symbol ?? name.symbol,
                quotes: rows.rows.map(\.row),
                file: name.path
            )
        )
    }
}
