/// The columns of a candle file.
enum CandleLayout: Equatable {
    /// `open_time_ms,open,high,low,close,volume_base`, always with its header.
    case plain
    /// The twelve columns of Binance Vision, with a header in newer files and without in older.
    case binanceVision
    /// The same prices under names that begin with `perp_`; prices of a spot market and a mark price
    /// may follow, which are not read.
    case perpetual(columnCount: Int)
    /// Mark prices, without a volume.
    case mark
    /// `[time, open, high, low, close, volume]` of a JSON file.
    case json

    /// The columns that are read, in order; the same six begin both layouts.
    var columns: [String] {
        switch self {
        case .plain: Self.plainColumns
        case .binanceVision: Self.binanceVisionColumns
        case .perpetual(let count): Array(Self.perpetualColumns.prefix(count))
        case .mark: Self.markColumns
        case .json: Self.jsonColumns
        }
    }

    var hasVolume: Bool { self != .mark }

    static let perpetualColumns = [
        "open_time_ms", "perp_open", "perp_high", "perp_low", "perp_close", "perp_volume",
        "spot_open", "spot_high", "spot_low", "spot_close", "spot_volume", "mark_close",
    ]
    static let markColumns = [
        "open_time_ms", "mark_open", "mark_high", "mark_low", "mark_close",
    ]
    static let jsonColumns = ["time", "open", "high", "low", "close", "volume"]
    static let plainColumns = [
        "open_time_ms", "open", "high", "low", "close", "volume_base",
    ]
    static let binanceVisionColumns = [
        "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume",
        "count", "taker_buy_volume", "taker_buy_quote_volume", "ignore",
    ]

    /// The header names that must be right; Binance has renamed the columns after the seventh,
    /// which nothing here reads.
    private var namedColumns: ArraySlice<String> {
        switch self {
        case .plain, .perpetual, .mark, .json: columns[...]
        case .binanceVision: columns.prefix(7)
        }
    }

    /// Tells the layout from a file's first line.
    ///
    /// - Parameters:
    ///   - cells: The first line, split at its commas.
    ///   - file: What errors call the file.
    /// - Returns: The layout and whether the line was a header.
    /// - Throws: On line 1, the first column that is missing, unknown or misplaced.
    static func detect(
        _ cells: [String],
        file: String
    ) throws(TapeError) -> (layout: CandleLayout, isHeader: Bool) {
        let first = cells.first ?? ""
        if first.utf8.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) == true {
            guard cells.count == binanceVisionColumns.count else {
                throw TapeError(
                    file: file,
                    line: 1,
                    message: "a file without a header has Binance Vision's twelve columns, not "
                        + "\(cells.count); with a header it begins '\(plainHeader)'"
                )
            }
            return (.binanceVision, false)
        }
        switch first {
        case perpetualColumns[0] where cells.count > 1 && cells[1] == perpetualColumns[1]:
            let layout = CandleLayout.perpetual(columnCount: cells.count > 6 ? 12 : 6)
            try layout.check(header: cells, file: file)
            return (layout, true)
        case markColumns[0] where cells.count > 1 && cells[1] == markColumns[1]:
            try mark.check(header: cells, file: file)
            return (.mark, true)
        case plainColumns[0]:
            try plain.check(header: cells, file: file)
            return (.plain, true)
        case binanceVisionColumns[0]:
            try binanceVision.check(header: cells, file: file)
            return (.binanceVision, true)
        default:
            throw TapeError(
                file: file,
                line: 1,
                column: "1",
                message: "expected 'open_time_ms' or 'open_time' or a row of digits, found "
                    + quoted(first.utf8)
            )
        }
    }

    private static var plainHeader: String { plainColumns.joined(separator: ",") }

    private func check(header cells: [String], file: String) throws(TapeError) {
        let names = namedColumns
        for name in names where !cells.contains(name) {
            throw TapeError(file: file, line: 1, column: name, message: "the column is missing")
        }
        if cells.count > columns.count {
            let surplus = cells.first { !columns.contains($0) } ?? cells[columns.count]
            throw TapeError(
                file: file,
                line: 1,
                column: String((cells.firstIndex(of: surplus) ?? columns.count) + 1),
                message: "\(quoted(surplus.utf8)) is no column of this layout, which has "
                    + "\(columns.count)"
            )
        }
        if cells.count < columns.count {
            throw TapeError(
                file: file,
                line: 1,
                column: columns[cells.count],
                message: "the column is missing: \(cells.count) of \(columns.count)"
            )
        }
        for (index, name) in names.enumerated() where cells[index] != name {
            throw TapeError(
                file: file,
                line: 1,
                column: name,
                message: "expected as column \(index + 1), where \(quoted(cells[index].utf8)) is"
            )
        }
    }
}

/// Text from a file for an error message: short and printable whatever the file held.
func quoted(_ bytes: some Collection<UInt8>) -> String {
    let shown = bytes.prefix(32).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
    return "'\(String(decoding: shown, as: UTF8.self))\(bytes.count > 32 ? "…" : "")'"
}
