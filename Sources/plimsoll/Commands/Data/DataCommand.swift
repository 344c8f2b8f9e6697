import ArgumentParser
import Foundation
import PlimsollTapes

/// `plimsoll data`: recorded markets, fetched, checked and kept.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Import, list, verify and fetch recorded markets.",
        discussion: """
            A recording that was imported is a tape: plimsoll up --tape NAME replays it.

            plimsoll data fetch binance BTCUSDT 2024-08-05 --kind aggTrades
            plimsoll data import BTCUSDT-1m-2024-08.zip
            """,
        subcommands: [Import.self, List.self, Verify.self, Fetch.self]
    )

    /// Where tapes are kept.
    struct Library: ParsableArguments {
        @Option(help: "The folder of imported tapes.")
        var library = TapeLibrary.standardDirectory

        @Flag(help: "Print one JSON document.")
        var json = false

        var value: TapeLibrary { TapeLibrary(directory: library) }
    }

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read recordings in any known layout and keep them as one tape.",
            discussion: """
                Known are the zip files of Binance Vision (with or without a header, in milliseconds \
                or microseconds; a .CHECKSUM beside one is compared), candles of ccxt and freqtrade \
                as JSON, Tardis CSV, CryptoDataDownload CSV, and the layouts that this program \
                writes; plain, .gz or .zip.

                Gaps are reported and stay. Rows in disorder are sorted, of rows that repeat one \
                another the first is kept, rows with impossible values are left out: each is \
                reported with its file and line. With --policy strict the first such row refuses \
                the file instead.
                """
        )

        @Argument(help: "Files of one kind and one instrument.")
        var files: [String]

        @Option(help: "The instrument, where the files' names do not begin with it.")
        var symbol: String?

        @Option(help: "What becomes of faulty rows: mend or strict.")
        var policy: TapePolicy = .mend

        @OptionGroup var library: Library

        func run() throws {
            let entry = try TapeKeeper(library: library.value, symbol: symbol, policy: policy)
                .keep(files)
            guard !library.json else { return try Console.say(json: entry) }
            Console.say(entry.line)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "The tapes that were imported."
        )

        @OptionGroup var library: Library

        func run() throws {
            let entries = try reading { () throws(TapeError) in try library.value.entries() }
            guard !library.json else { return try Console.say(json: entries) }
            if entries.isEmpty { Console.remark("no tapes in \(library.library)") }
            for entry in entries { Console.say(entry.line) }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare tapes with what was imported, or look into files.",
            discussion: """
                A tape is read again and its content compared; exit code 6 where one differs. A file \
                is read as an import would read it, and kept nowhere; everything found in it is told \
                with its line. Without a name all tapes are verified.
                """
        )

        @Argument(help: "Names of tapes, or files.")
        var names: [String] = []

        @OptionGroup var library: Library

        func run() throws {
            var results: [Result] = []
            let tapes = library.value
            if names.isEmpty {
                for entry in try reading({ () throws(TapeError) in try tapes.entries() }) {
                    results.append(verify(entry, in: tapes))
                }
            }
            for name in names {
                let entry = try reading { () throws(TapeError) in try tapes.entry(name) }
                if let entry, !FileManager.default.fileExists(atPath: name) {
                    results.append(verify(entry, in: tapes))
                } else {
                    results.append(try look(into: name))
                }
            }
            if library.json {
                try Console.say(json: results)
            } else {
                for result in results { Console.say(result.line) }
            }
            if let damaged = results.first(where: { !$0.ok }) {
                guard !library.json else { throw ExitCode(ExitStatus.invariantBroken.rawValue) }
                throw CommandFailure(.invariantBroken, damaged.message ?? damaged.name)
            }
        }

        struct Result: Encodable {
            let name: String
            let ok: Bool
            let kind: String?
            let rows: Int
            let contentHash: String?
            var findings: [String] = []
            var message: String?

            var line: String {
                "\(ok ? "✓" : "✗") \(name)" + (kind.map { "  \($0)  \(rows) rows" } ?? "")
                    + (message.map { "  \($0)" } ?? "")
            }
        }

        private func verify(_ entry: TapeLibrary.Entry, in tapes: TapeLibrary) -> Result {
            do {
                let series = try tapes.load(entry)
                return Result(
                    name: entry.name,
                    ok: true,
                    kind: entry.kind,
                    rows: series.rowCount,
                    contentHash: series.contentHash
                )
            } catch {
                return Result(
                    name: entry.name,
                    ok: false,
                    kind: entry.kind,
                    rows: entry.rows,
                    contentHash: nil,
                    message: error.description
                )
            }
        }

        private func look(into path: String) throws -> Result {
            guard FileManager.default.fileExists(atPath: path) else {
                throw CommandFailure(
                    .notFound,
                    "there is no tape and no file named \(path)",
                    suggestion: "plimsoll data ls lists the tapes"
                )
            }
            var reading = TapeImport()
            let series = try plimsoll.reading { () throws(TapeError) in
                try reading.read(path)
                return try reading.finish()
            }
            for finding in reading.findings.found where !library.json {
                Console.remark(finding.description)
            }
            return Result(
                name: path,
                ok: true,
                kind: series.kind,
                rows: series.rowCount,
                contentHash: series.contentHash,
                findings: reading.findings.found.map(\.description),
                message: reading.findings.summary
            )
        }
    }
}

extension TapeLibrary {
    /// Beside the data of venues, in the working directory.
    static let standardDirectory = "plimsoll-data/tapes"
}

/// Reads and keeps tapes for the commands that do.
struct TapeKeeper {
    /// Findings that are printed; the tape's description counts them all.
    private static let shownMax = 20

    let library: TapeLibrary
    let symbol: String?
    let policy: TapePolicy

    /// Reads files as one recording, tells what was found, and keeps it.
    func keep(_ files: [String]) throws -> TapeLibrary.Entry {
        for file in files where !FileManager.default.fileExists(atPath: file) {
            throw CommandFailure(.notFound, "there is no file \(file)")
        }
        var reading = TapeImport(policy: policy, symbol: symbol)
        let series = try plimsoll.reading { () throws(TapeError) in
            for file in files { try reading.read(file) }
            return try reading.finish()
        }
        for finding in reading.findings.found.prefix(Self.shownMax) {
            Console.remark(finding.description)
        }
        let hidden = reading.findings.count - Self.shownMax
        if hidden > 0 { Console.remark("and \(hidden) more; plimsoll data verify FILE tells them") }
        guard let name = symbol ?? series.symbol ?? TapeImport.symbol(ofFile: files[0]) else {
            throw CommandFailure(
                .configuration,
                "the name of \(files[0]) does not begin with a symbol",
                suggestion: "Name the instrument with --symbol"
            )
        }
        return try plimsoll.reading { () throws(TapeError) in
            try library.add(
                series,
                symbol: name,
                sources: reading.sources,
                findings: reading.findings
            )
        }
    }
}

/// Turns a fault of a recording into a failure of the command.
func reading<Value>(_ body: () throws(TapeError) -> Value) throws(CommandFailure) -> Value {
    do {
        return try body()
    } catch {
        throw CommandFailure(.configuration, error.description)
    }
}

extension TapeFindings {
    /// `2 gaps, 1 duplicate`; `nil` where nothing was found.
    var summary: String? {
        let parts = TapeFinding.Kind.allCases.compactMap { kind -> String? in
            let count = count(of: kind)
            guard count > 0 else { return nil }
            return "\(count) \(kind.rawValue)\(count == 1 || kind == .disorder ? "" : "s")"
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}

extension TapeLibrary.Entry {
    fileprivate var line: String {
        let found = findings.values.reduce(0, +)
        return "\(name)  \(rows) rows  \(Self.text(start)) to \(Self.text(end))"
            + (found > 0 ? "  \(found) findings" : "")
    }

    private static func text(_ milliseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        return date.formatted(.iso8601)
    }
}
