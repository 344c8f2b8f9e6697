import PlimsollModel

/// The cells of one row and where it stands, for reading numbers and for saying what is wrong.
struct RowCells {
    let cells: [ArraySlice<UInt8>]
    let file: String
    /// Counted from 1.
    let line: Int

    init(_ bytes: ArraySlice<UInt8>, file: String, line: Int) {
        self.init(
            cells: bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false),
            file: file,
            line: line
        )
    }

    init(cells: [ArraySlice<UInt8>], file: String, line: Int) {
        self.cells = cells
        self.file = file
        self.line = line
    }

    var texts: [String] { cells.map { String(decoding: $0, as: UTF8.self) } }

    /// Refuses a row with more or fewer cells than its columns.
    func check(_ columns: [String]) throws(TapeError) {
        guard cells.count >= columns.count else {
            throw fault(
                columns[cells.count],
                "the row ends before this column: \(cells.count) of \(columns.count) cells"
            )
        }
        guard cells.count == columns.count else {
            throw fault(
                String(columns.count + 1),
                "the row has \(cells.count) cells instead of \(columns.count)"
            )
        }
    }

    func integer(_ index: Int, _ column: String) throws(TapeError) -> Int64 {
        let cell = cells[index]
        guard !cell.isEmpty else { throw fault(column, "the cell is empty") }
        do {
            let units = try DecimalText.units(of: cell, scale: 0)
            // The bound leaves room for the arithmetic on times.
            guard let value = Int64(exactly: units), value < Int64.max / 2,
                !cell.contains(UInt8(ascii: "."))
            else { throw DecimalError.outOfRange }
            return value
        } catch {
            throw fault(column, "\(quoted(cell)) is no whole number of the expected size")
        }
    }

    func number<Value: FixedPoint>(
        _ index: Int,
        _ column: String,
        allowsSign: Bool = false
    ) throws(TapeError) -> Value {
        let cell = cells[index]
        do {
            return try Value(parsing: cell, allowsSign: allowsSign)
        } catch {
            throw fault(column, Self.explanation(of: error, cell))
        }
    }

    private static func explanation(
        of error: DecimalError,
        _ cell: ArraySlice<UInt8>
    ) -> String {
        switch error {
        case .empty:
            "the cell is empty"
        case .unexpectedCharacter(offset: 0) where cell.first == UInt8(ascii: "-"):
            "\(quoted(cell)) is negative"
        case .unexpectedCharacter(let offset):
            "\(quoted(cell)) is not a decimal number: see its character \(offset + 1)"
        case .missingDigit:
            "\(quoted(cell)) is not a decimal number: a digit is missing beside the point"
        case .tooManyDecimals(let limit):
            "\(quoted(cell)) has more than \(limit) decimals"
        case .outOfRange:
            "\(quoted(cell)) is too large"
        }
    }

    func fault(_ column: String?, _ message: String) -> TapeError {
        TapeError(file: file, line: line, column: column, message: message)
    }
}

/// What the times of a recording count; all rows of a file count the same.
enum RowTimeUnit: String {
    case milliseconds
    case microseconds

    /// 1973 to 5138, in milliseconds and in microseconds: the two cannot be confused.
    init?(of raw: Int64) {
        switch raw {
        case 100_000_000_000..<100_000_000_000_000: self = .milliseconds
        case 100_000_000_000_000..<100_000_000_000_000_000: self = .microseconds
        default: return nil
        }
    }

    var perMillisecond: Int64 { self == .milliseconds ? 1 : 1000 }
}
