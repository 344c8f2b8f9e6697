import Foundation
import PlimsollModel

/// A folder of imported recordings: for each a file of rows and a file about it.
///
/// A recording is named by its symbol, what it is, and its content; whoever imports the same rows
/// twice, however they were packed, gets the same name.
public struct TapeLibrary: Sendable {
    /// What is known of a recording.
    public struct Entry: Codable, Hashable, Sendable {
        public var name: String
        public var symbol: String
        /// `candles`, `trades`, `depth`, `quotes`, `funding`, `index`, `premium` or `bands`.
        public var kind: String
        /// Milliseconds of a candle; `nil` for anything else.
        public var interval: Int64?
        public var rows: Int
        /// Milliseconds since 1970.
        public var start: Int64
        public var end: Int64
        public var contentHash: String
        public var sources: [TapeImport.Source]
        /// How many gaps, duplicates, rows in disorder and bad values were found.
        public var findings: [String: Int]
    }

    public let directory: String

    public init(directory: String) { self.directory = directory }

    /// Every recording, by name.
    public func entries() throws(TapeError) -> [Entry] {
        guard FileManager.default.fileExists(atPath: directory) else { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw TapeError(file: directory, message: "\(error.localizedDescription)")
        }
        var entries: [Entry] = []
        for name in names.sorted() where name.hasSuffix(".json") {
            entries.append(try entry(atPath: directory + "/" + name))
        }
        return entries
    }

    /// The recording of a name, or the only one whose name begins so.
    public func entry(_ name: String) throws(TapeError) -> Entry? {
        let all = try entries()
        if let exact = all.first(where: { $0.name == name }) { return exact }
        let found = all.filter { $0.name.hasPrefix(name) }
        guard found.count < 2 else {
            throw TapeError(
                file: directory,
                message: "\(name) begins the names of \(found.count) recordings: "
                    + found.map(\.name).joined(separator: ", ")
            )
        }
        return found.first
    }

    /// Where an entry's rows are.
    public func path(of entry: Entry) -> String { "\(directory)/\(entry.name).csv.gz" }

    /// Keeps a recording.
    ///
    /// - Parameters:
    ///   - series: What was read.
    ///   - symbol: The instrument.
    ///   - sources: Where it came from.
    ///   - findings: What was found in it.
    /// - Returns: What the library knows of it from now on.
    /// - Throws: Why it cannot be kept; then nothing of it is.
    public func add(
        _ series: RecordedSeries,
        symbol: String,
        sources: [TapeImport.Source],
        findings: TapeFindings
    ) throws(TapeError) -> Entry {
        var interval: Int64?
        if case .candles(let tape) = series { interval = tape.interval }
        let hash = series.contentHash
        let step = interval.map { "-\(Self.word(forInterval: $0))" } ?? ""
        let entry = Entry(
            name: "\(symbol)-\(series.kind)\(step)-\(hash.prefix(8))",
            symbol: symbol,
            kind: series.kind,
            interval: interval,
            rows: series.rowCount,
            start: series.span.start.milliseconds,
            end: series.span.end.milliseconds,
            contentHash: hash,
            sources: sources,
            findings: Dictionary(
                uniqueKeysWithValues: TapeFinding.Kind.allCases.map {
                    ($0.rawValue, findings.count(of: $0))
                }
            )
        )
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
            // Under another name until it is whole: a crash leaves no half recording behind.
            let draft = path(of: entry) + ".part"
            try TapeWriter(path: draft).write(series)
            try? files.removeItem(atPath: path(of: entry))
            try files.moveItem(atPath: draft, toPath: path(of: entry))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(entry).write(
                to: URL(fileURLWithPath: "\(directory)/\(entry.name).json"),
                options: .atomic
            )
        } catch let error as TapeError {
            throw error
        } catch {
            throw TapeError(file: directory, message: "\(error.localizedDescription)")
        }
        return entry
    }

    /// Reads a recording, and makes sure that it is what was kept.
    public func load(_ entry: Entry) throws(TapeError) -> RecordedSeries {
        let path = path(of: entry)
        let (read, _) = try RecordedSeries.read(path: path)
        // Named as it was imported: `BTCUSDT-index-…` would else be read as no instrument's.
        let series = read.of(entry)
        guard series.contentHash == entry.contentHash, series.rowCount == entry.rows else {
            throw TapeError(
                file: path,
                message: "it holds \(series.contentHash), not the \(entry.contentHash) that was"
                    + " imported"
            )
        }
        return series
    }

    private func entry(atPath path: String) throws(TapeError) -> Entry {
        do {
            return try JSONDecoder().decode(
                Entry.self,
                from: try Data(contentsOf: URL(fileURLWithPath: path))
            )
        } catch {
            throw TapeError(file: path, message: "it does not describe a recording: \(error)")
        }
    }

    /// `1m`, `4h`, `1d`, else milliseconds.
    static func word(forInterval interval: Int64) -> String {
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        where interval % Int64(length) == 0 {
            return "\(interval / Int64(length))\(unit)"
        }
        return "\(interval)ms"
    }
}

extension RecordedSeries {
    /// A series under the symbol of its entry; candles of an index are an index already.
    fileprivate func of(_ entry: TapeLibrary.Entry) -> RecordedSeries {
        guard case .depth(let tape) = self else { return self }
        return .depth(tape.named(entry.symbol))
    }
}
