import PlimsollModel

/// Reads files of one recording as one: a month of daily files, a year of monthly ones.
public struct TapeImport: Sendable {
    /// A file that was read.
    public struct Source: Codable, Hashable, Sendable {
        public var file: String
        public var bytes: UInt64
        public var sha256: String
        /// Whether the sum was compared with a published one.
        public var isVerified: Bool
    }

    public private(set) var sources: [Source] = []
    public private(set) var findings: TapeFindings
    private let symbol: String?
    private var series: [RecordedSeries] = []

    /// - Parameters:
    ///   - policy: What becomes of rows that cannot stand as they are.
    ///   - symbol: Where the names of the files do not tell.
    public init(policy: TapePolicy = .mend, symbol: String? = nil) {
        findings = TapeFindings(policy: policy)
        self.symbol = symbol
    }

    /// What a file's name tells of its instrument.
    public static func symbol(ofFile path: String) -> String? { TapeName(path: path).symbol }

    /// Reads one more file, after comparing it with the published sum beside it, if there is one.
    public mutating func read(_ path: String) throws(TapeError) {
        let isVerified = try FileSum.check(path)
        let (read, found) = try RecordedSeries.read(path: path, policy: findings.policy)
        if let first = series.first, first.kind != read.kind {
            throw TapeError(
                file: path,
                message: "it holds \(read.kind), the files before it \(first.kind)"
            )
        }
        let (known, name) = (series.first?.symbol, read.symbol)
        if symbol == nil, let known, let name, known != name {
            throw TapeError(
                file: path,
                message: "it is of \(name), the files before it of \(known)"
            )
        }
        findings.merge(found)
        sources.append(
            Source(
                file: path.split(separator: "/").last.map(String.init) ?? path,
                bytes: try TapeFile(path: path).length,
                sha256: try FileSum.sha256(of: path),
                isVerified: isVerified
            )
        )
        series.append(read)
    }

    /// All files as one, in order of time; what two of them hold is held once.
    public mutating func finish() throws(TapeError) -> RecordedSeries {
        guard let first = series.first else {
            throw TapeError(file: "import", message: "no file was read")
        }
        let symbol = symbol ?? first.symbol
        let file = sources.map(\.file).joined(separator: ", ")
        let name = TapeName(path: sources.count == 1 ? sources[0].file : file, symbol: symbol)
        switch first {
        case .candles:
            var collector = CandleCollector()
            // Files may be given in any order; that is no fault of theirs.
            var unsorted = TapeFindings(policy: .mend)
            for case .candles(let tape) in series {
                for (row, candle) in tape.candles.enumerated() {
                    try collector.append(
                        candle,
                        file: name.path,
                        line: row + 1,
                        column: "open_time",
                        &unsorted
                    )
                }
            }
            let interval = series.compactMap { series in
                if case .candles(let tape) = series { tape.interval } else { nil }
            }
            guard Set(interval).count == 1 else {
                throw TapeError(file: name.path, message: "their candles are of several lengths")
            }
            var joined = TapeFindings(policy: findings.policy)
            let tape = try collector.tape(
                name,
                interval: interval.first,
                column: "open_time",
                &joined
            )
            if series.count > 1 { findings.merge(joined) }
            return .candles(tape)
        case .trades:
            let trades = try joined { series in
                if case .trades(let tape) = series { tape.trades } else { [] }
            }
            return .trades(try TradeTape(symbol: symbol, trades: trades, file: name.path))
        case .quotes:
            let quotes = try joined { series in
                if case .quotes(let tape) = series { tape.quotes } else { [] }
            }
            return .quotes(try QuoteTape(symbol: symbol, quotes: quotes, file: name.path))
        case .funding:
            let settlements = try joined { series in
                if case .funding(let tape) = series { tape.settlements } else { [] }
            }
            return .funding(try FundingTape(settlements: settlements, file: name.path))
        case .index(_, let funding):
            let prices = try joined { series in
                if case .index(let tape, _) = series { tape.prices } else { [] }
            }
            return .index(
                try IndexTape(prices: prices, file: name.path),
                funding: series.count == 1 ? funding : nil
            )
        case .premium:
            return .premium(
                try PremiumTape(
                    candles: try joined { series in
                        if case .premium(let tape) = series { tape.candles } else { [] }
                    },
                    file: name.path
                )
            )
        case .bands:
            return .bands(
                try BandTape(
                    bands: try joined { series in
                        if case .bands(let tape) = series { tape.bands } else { [] }
                    },
                    file: name.path
                )
            )
        case .depth(let tape):
            guard series.count == 1 else {
                throw TapeError(
                    file: name.path,
                    message: "a book is imported one file at a time: each begins with its own"
                        + " snapshot"
                )
            }
            return .depth(tape.named(symbol))
        }
    }

    /// The rows of all files, each file's behind those that begin earlier.
    private func joined<Row: Hashable>(
        _ rows: (RecordedSeries) -> [Row]
    ) throws(TapeError) -> [Row] {
        let sorted = series.sorted { $0.span.start < $1.span.start }
        for (before, after) in zip(sorted, sorted.dropFirst())
        where before.span.end > after.span.start {
            throw TapeError(
                file: sources.map(\.file).joined(separator: ", "),
                message: "two of the files overlap in time, up to"
                    + " \(before.span.end.milliseconds)"
            )
        }
        return sorted.flatMap(rows)
    }
}

extension RecordedSeries {
    /// The instrument, where a file tells it.
    public var symbol: String? {
        switch self {
        case .candles(let tape): tape.symbol
        case .trades(let tape): tape.symbol
        case .depth(let tape): tape.symbol
        case .quotes(let tape): tape.symbol
        case .funding, .index, .premium, .bands: nil
        }
    }
}
