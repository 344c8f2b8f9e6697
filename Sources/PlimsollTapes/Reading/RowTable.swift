import PlimsollModel

/// The rows of one layout, as they arrive.
protocol RowTable {
    var findings: TapeFindings { get set }

    mutating func take(_ row: RowCells) throws(TapeError)

    /// Ends the file.
    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries
}

extension RowTable {
    /// Takes a row that may be left out.
    mutating func takeOrLeave(_ row: RowCells) throws(TapeError) {
        do throws(TapeError) {
            try take(row)
        } catch {
            try findings.fault(.badValue, error)
        }
    }
}

/// What a file's name and folder tell of it.
struct TapeName {
    let path: String
    let symbol: String?

    init(path: String, symbol: String? = nil) {
        self.path = path
        self.symbol = symbol ?? Self.symbol(inFileName: path)
    }

    private var fileName: Substring { path.split(separator: "/").last ?? "" }

    /// Whether a folder of the path, or a part of the name, is this.
    func mentions(_ word: String) -> Bool {
        path.split(separator: "/").contains { $0 == word }
            || fileName.split { "-._".contains($0) }.contains { $0 == word }
    }

    /// `BTCUSDT` of `data/BTCUSDT-1m-2024-08.zip` and of `BTC_USDT_USDT-1m-futures.json`.
    static func symbol(inFileName path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        // A pair with its settle asset, as freqtrade names it.
        let parts = (name.split(separator: "-").first ?? "").split(separator: "_")
        if parts.count == 3, parts[1] == parts[2], parts.allSatisfy(isPlain) {
            return String(parts[0] + parts[1])
        }
        let symbol = name.prefix { isPlain($0) }
        let end = symbol.endIndex
        guard end == name.endIndex || "_-.".contains(name[end]) else { return nil }
        return symbol.isEmpty ? nil : String(symbol)
    }

    private static func isPlain(_ text: some StringProtocol) -> Bool {
        text.allSatisfy { isPlain($0) }
    }

    private static func isPlain(_ character: Character) -> Bool {
        ("A"..."Z").contains(character) || ("0"..."9").contains(character)
    }
}

/// Rows in the order of their times, and what was out of it.
///
/// Rows of one time keep the order of the file.
struct TimedRows<Row> {
    private(set) var rows: [(time: Int64, line: Int, row: Row)] = []
    private var isSorted = true
    private var latest = Int64.min

    var isEmpty: Bool { rows.isEmpty }
    var count: Int { rows.count }
    var last: Row? { rows.last?.row }

    /// Far above any recording that one machine replays.
    static var rowCountMax: Int { 100_000_000 }

    mutating func append(
        _ row: Row,
        at time: Int64,
        file: String,
        line: Int,
        column: String,
        _ findings: inout TapeFindings
    ) throws(TapeError) {
        func fault(_ message: String) -> TapeError {
            TapeError(file: file, line: line, column: column, message: message)
        }
        guard rows.count < Self.rowCountMax else {
            throw fault("more than \(Self.rowCountMax) rows")
        }
        if time < latest {
            isSorted = false
            try findings.fault(
                .disorder,
                fault("\(time) is out of order: a row before has \(latest)")
            )
        }
        latest = max(latest, time)
        rows.append((time, line, row))
    }

    /// Drops rows by their times.
    mutating func keep(where isKept: (Int64) -> Bool) { rows.removeAll { !isKept($0.time) } }

    mutating func sort() {
        guard !isSorted else { return }
        rows.sort { $0.time == $1.time ? $0.line < $1.line : $0.time < $1.time }
        isSorted = true
    }

    /// Drops rows that repeat one before of their time.
    ///
    /// - Parameters:
    ///   - file: What findings call the file.
    ///   - column: What tells that a row repeats another.
    ///   - findings: Where each is noted.
    ///   - isSame: Whether the second row repeats the first.
    /// - Throws: The first such row, where none is mended.
    mutating func dropRepeated(
        file: String,
        column: String,
        _ findings: inout TapeFindings,
        isSame: (Row, Row) -> Bool
    ) throws(TapeError) {
        var kept: [(time: Int64, line: Int, row: Row)] = []
        kept.reserveCapacity(rows.count)
        for entry in rows {
            var index = kept.count - 1
            var first: Int?
            while index >= 0, kept[index].time == entry.time {
                if isSame(kept[index].row, entry.row) { first = kept[index].line }
                index -= 1
            }
            if let first {
                try findings.fault(
                    .duplicate,
                    TapeError(
                        file: file,
                        line: entry.line,
                        column: column,
                        message: "repeats line \(first)"
                    )
                )
            } else {
                kept.append(entry)
            }
        }
        rows = kept
    }
}
