import PlimsollModel

/// Reads how much stood within some percents of the price: `bookDepth` of Binance Vision.
struct BandTable: RowTable {
    static let columns = ["timestamp", "percentage", "depth", "notional"]

    var findings: TapeFindings
    private var rows = TimedRows<BandTape.Band>()

    init(_ findings: TapeFindings) { self.findings = findings }

    mutating func take(_ row: RowCells) throws(TapeError) {
        try row.check(Self.columns)
        let time = try time(row)
        let percent: Rate = try row.number(1, Self.columns[1], allowsSign: true)
        guard percent.units / 100 != 0, percent.magnitude < Rate(100) else {
            throw row.fault(Self.columns[1], "\(percent) % is at the price, or all of it away")
        }
        let band = BandTape.Band(
            time: Timestamp(milliseconds: time),
            distance: Rate(units: percent.units / 100),
            quantity: try row.number(2, Self.columns[2])
        )
        try rows.append(
            band,
            at: time,
            file: row.file,
            line: row.line,
            column: Self.columns[0],
            &findings
        )
    }

    mutating func finish(_ name: TapeName) throws(TapeError) -> RecordedSeries {
        guard !rows.isEmpty else {
            throw TapeError(file: name.path, line: 1, message: "no rows follow the header")
        }
        rows.sort()
        try rows.dropRepeated(file: name.path, column: Self.columns[1], &findings) {
            $0.distance == $1.distance
        }
        return .bands(try BandTape(bands: rows.rows.map(\.row), file: name.path))
    }

    /// `2023-01-01 00:00:07`, in UTC.
    private func time(_ row: RowCells) throws(TapeError) -> Int64 {
        let cell = row.cells[0]
        guard cell.count == 19 else {
            throw row.fault(Self.columns[0], "\(quoted(cell)) is no time like 2023-01-01 00:00:07")
        }
        var numbers: [Int64] = []
        for part in cell.split(whereSeparator: { !(0x30...0x39).contains($0) }) {
            guard let number = Int64(String(decoding: part, as: UTF8.self)) else { break }
            numbers.append(number)
        }
        guard numbers.count == 6, (1970...9999).contains(numbers[0]),
            (1...12).contains(numbers[1]), (1...31).contains(numbers[2]), numbers[3] < 24,
            numbers[4] < 60, numbers[5] < 61
        else {
            throw row.fault(Self.columns[0], "\(quoted(cell)) is no time like 2023-01-01 00:00:07")
        }
        // Days since 1970 by the civil calendar, its year beginning in March.
        let year = numbers[1] > 2 ? numbers[0] : numbers[0] - 1
        let month = (numbers[1] + 9) % 12
        let days =
            year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10
            + numbers[2] - 1 - 719_468
        return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60_000 + numbers[5] * 1000
    }
}
