import Foundation
import PlimsollModel
import PlimsollTapes
import Testing

/// A file in the temporary directory for as long as `body` runs.
func withFile<Result>(
    named name: String = "TESTUSDT.csv",
    _ bytes: [UInt8],
    _ body: (String) throws -> Result
) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("tape-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return try body(file.path)
}

/// Reads a tape from text.
func tape(_ text: String, named name: String = "TESTUSDT.csv") throws -> CandleTape {
    try withFile(named: name, Array(text.utf8)) { path in try CandleTape.read(path: path) }
}

/// The error of reading bytes as a tape, without the folder in front of the file's name.
func fault(_ bytes: [UInt8], named name: String = "TESTUSDT.csv") throws -> TapeError? {
    try withFile(named: name, bytes) { path in
        do throws(TapeError) {
            _ = try CandleTape.read(path: path)
            return nil
        } catch {
            #expect(error.file == path)
            var error = error
            error.file = name
            return error
        }
    }
}

func fault(_ text: String, named name: String = "TESTUSDT.csv") throws -> TapeError? {
    try fault(Array(text.utf8), named: name)
}

func price(_ text: String) throws -> Price { try Price(parsing: text) }

func quantity(_ text: String) throws -> Quantity { try Quantity(parsing: text) }

func candle(
    _ minute: Int64,
    _ open: String,
    _ high: String,
    _ low: String,
    _ close: String,
    _ volume: String
) throws -> TapeCandle {
    TapeCandle(
        openTime: Timestamp(milliseconds: 1_746_373_020_000 + minute * 60_000),
        open: try price(open),
        high: try price(high),
        low: try price(low),
        close: try price(close),
        volume: try quantity(volume)
    )
}

/// Where the recordings of these tests begin.
let tapeStart: Int64 = 1_723_161_256_000

/// A trade so many milliseconds after that, with them for a number.
func trade(
    _ offset: Int64,
    _ side: Side,
    _ price: String,
    _ quantity: String
) throws -> TapeTrade {
    TapeTrade(
        time: Timestamp(milliseconds: tapeStart + offset),
        id: offset + 1,
        price: try Price(parsing: price),
        quantity: try Quantity(parsing: quantity),
        takerSide: side
    )
}

let plainHeader = "open_time_ms,open,high,low,close,volume_base\n"
let visionHeader =
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    + "taker_buy_quote_volume,ignore\n"

/// The first minutes of a recorded market, in the plain layout.
let threeRows =
    plainHeader + "1746373020000,3.2183,3.2324,3.2183,3.2285,95610.8\n"
    + "1746373080000,3.2285,3.2333,3.2261,3.2309,63137.2\n"
    + "1746373140000,3.231,3.2328,3.2264,3.23,98372.2\n"

/// The same minutes as Binance Vision writes them.
let threeVisionRows =
    "1746373020000,3.2183,3.2324,3.2183,3.2285,95610.8,1746373079999,300000.1,120,40000.5,150000.2,0\n"
    + "1746373080000,3.2285,3.2333,3.2261,3.2309,63137.2,1746373139999,300000.1,120,40000.5,150000.2,0\n"
    + "1746373140000,3.231,3.2328,3.2264,3.23,98372.2,1746373199999,300000.1,120,40000.5,150000.2,0\n"

/// A premium in the same layout.
let threePremiumRows = threeVisionRows.replacingOccurrences(of: ",3.", with: ",0.")

func threeCandles() throws -> [TapeCandle] {
    [
        try candle(0, "3.2183", "3.2324", "3.2183", "3.2285", "95610.8"),
        try candle(1, "3.2285", "3.2333", "3.2261", "3.2309", "63137.2"),
        try candle(2, "3.231", "3.2328", "3.2264", "3.23", "98372.2"),
    ]
}

/// The recorded markets that stand beside a checkout, where they do.
enum SharedData {
    static let folder: String? = {
        let package = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shared =
            ProcessInfo.processInfo.environment["PLIMSOLL_SHARED"]
            ?? package.appendingPathComponent("../shared").path
        let data = shared + "/data"
        return FileManager.default.fileExists(atPath: data + "/checks.json") ? data : nil
    }()

    static var isPresent: Bool { folder != nil }

    static func candleFile(_ symbol: String) throws -> String {
        try #require(folder) + "/klines_1m/\(symbol)_binance_perp_1m.csv.gz"
    }
}
