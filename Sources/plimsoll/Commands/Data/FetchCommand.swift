import ArgumentParser
import Foundation
import PlimsollGateway
import PlimsollTapes

extension DataCommand {
    /// `plimsoll data fetch`: files of a public archive.
    struct Fetch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch recordings that an exchange publishes, and import them.",
            discussion: """
                Files are compared with the published SHA-256. One that was fetched before is not \
                fetched again, one that was cut off goes on where it stopped.

                plimsoll data fetch binance BTCUSDT 2024-08-01..2024-08-08
                """
        )

        enum Archive: String, ExpressibleByArgument, CaseIterable {
            case binance
        }

        @Argument(help: "The archive: binance.")
        var archive: Archive

        @Argument(help: "The instrument, such as BTCUSDT.")
        var symbol: String

        @Argument(help: "A day, a month, or from one to another: 2024-08-05..2024-09.")
        var range: String

        @Option(help: "What was recorded.")
        var kind: VisionArchive.Kind = .klines

        @Option(help: "Length of a candle.")
        var interval = "1m"

        @Option(help: "Whose market: um, cm or spot.")
        var market: VisionArchive.Market = .um

        @Option(help: "Where the archive is.")
        var baseURL = VisionArchive.standardBase

        @Option(help: "Where the files are put.")
        var to = "plimsoll-data/downloads"

        @Flag(help: "Fetch only.")
        var noImport = false

        @OptionGroup var library: Library

        func validate() throws {
            guard DayRange(range) != nil else {
                throw ValidationError("A range is like 2024-08-05, 2024-08 or 2024-08..2024-10-05.")
            }
            guard WebAddress(baseURL) != nil else {
                throw ValidationError("--base-url is like \(VisionArchive.standardBase).")
            }
            let isName = { (text: String) in
                !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
            guard isName(symbol.filter { $0 != "_" }), isName(interval) else {
                throw ValidationError("A symbol is like BTCUSDT, an interval like 1m.")
            }
        }

        func run() async throws {
            guard let address = WebAddress(baseURL), let days = DayRange(range) else { return }
            let source = VisionArchive(
                market: market,
                kind: kind,
                symbol: symbol.uppercased(),
                interval: interval
            )
            let download = Download(client: WebClient(address), directory: to)
            let files = source.files(of: days)
            var paths: [String] = []
            for (index, file) in files.enumerated() {
                paths.append(
                    try await download.fetch(file, label: "\(index + 1) of \(files.count)")
                )
            }
            Console.remark("\(files.count) files in \(to)")
            guard !noImport else {
                if library.json { try Console.say(json: paths) }
                return
            }
            let keeper = TapeKeeper(
                library: library.value,
                symbol: symbol.uppercased(),
                policy: .mend
            )
            let entry = try keeper.keep(paths)
            guard !library.json else { return try Console.say(json: entry) }
            Console.say("plimsoll up --tape \(entry.name) replays it")
        }
    }
}
