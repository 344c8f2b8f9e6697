import Foundation
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `Reading a recorded market` {
    @Test func `the plain layout is read exactly`() throws {
        let tape = try tape(threeRows, named: "LAYERUSDT_binance_perp_1m.csv")
        #expect(tape.candles == (try threeCandles()))
        #expect(tape.symbol == "LAYERUSDT")
        #expect(tape.interval == 60_000)
        #expect(tape.gaps.isEmpty)
        #expect(tape.startTime == Timestamp(milliseconds: 1_746_373_020_000))
        #expect(tape.endTime == Timestamp(milliseconds: 1_746_373_200_000))
    }

    @Test func `the Binance Vision layout is read with and without its header`() throws {
        let bare = try tape(threeVisionRows, named: "LAYERUSDT-1m-2025-05-04.csv")
        let headed = try tape(visionHeader + threeVisionRows, named: "LAYERUSDT.csv")
        #expect(bare.candles == (try threeCandles()))
        #expect(bare == headed)
    }

    @Test func `a Binance header may name its last columns as older files do`() throws {
        let header =
            "open_time,open,high,low,close,volume,close_time,quote_asset_volume,"
            + "number_of_trades,taker_buy_base_asset_volume,taker_buy_quote_asset_volume,ignore\n"
        #expect(try tape(header + threeVisionRows).candles == (try threeCandles()))
    }

    @Test func `times in microseconds are told by their digits`() throws {
        let row =
            "1746373020000000,3.2183,3.2324,3.2183,3.2285,95610.8,1746373079999999,1,1,1,1,0\n"
        let tape = try tape(row)
        #expect(tape.candles == [try threeCandles()[0]])
        #expect(tape.interval == 60_000)
    }

    @Test
    func `line ends of Windows, a byte order mark and a missing last line end change nothing`()
        throws
    {
        let windows = threeRows.replacingOccurrences(of: "\n", with: "\r\n")
        #expect(try tape(windows).candles == (try threeCandles()))
        #expect(try tape("\u{FEFF}" + threeRows).candles == (try threeCandles()))
        #expect(try tape("\u{FEFF}" + windows).candles == (try threeCandles()))
        #expect(try tape(String(threeRows.dropLast())).candles == (try threeCandles()))
        #expect(try tape(threeRows + "\n\r\n").candles == (try threeCandles()))
    }

    @Test func `a gap is told and not refused`() throws {
        let tape = try tape(
            threeRows + "1746373500000,3.2,3.3,3.1,3.15,5\n1746373560000,3.1,3.1,3.1,3.1,0\n"
        )
        #expect(tape.candles.count == 5)
        #expect(
            tape.gaps == [
                TapeGap(
                    after: Timestamp(milliseconds: 1_746_373_140_000),
                    before: Timestamp(milliseconds: 1_746_373_500_000),
                    missingCandles: 5
                )
            ]
        )
    }

    @Test(
        arguments: [
            ("data/BTCUSDT-1m-2024-08.zip", "BTCUSDT"), ("1000PEPEUSDT.csv", "1000PEPEUSDT"),
            ("BTCUSD_PERP-1m.csv", "BTCUSD"), ("prices.csv", nil), ("BTCusdt.csv", nil),
            ("ETHUSDT", "ETHUSDT"),
        ] as [(String, String?)]
    )
    func `the file's name tells the symbol`(name: String, symbol: String?) throws {
        let file = String(name.split(separator: "/").last ?? "")
        let bytes =
            file.hasSuffix(".zip")
            ? zip([ZipEntry(name: "a.csv", content: Array(threeRows.utf8))])
            : Array(threeRows.utf8)
        let tape = try withFile(named: file, bytes) { try CandleTape.read(path: $0) }
        #expect(tape.symbol == symbol)
    }

    @Test func `the content hash sees every number and no packing`() throws {
        let hash = try MarketTape(.candles(tape(threeRows))).contentHash
        #expect(try MarketTape(.candles(tape(threeVisionRows))).contentHash == hash)
        for (old, new) in [
            ("3.2183,3.2324", "3.2184,3.2324"), ("3.2333", "3.2334"), ("3.2261", "3.2260"),
            ("3.23,", "3.2301,"), ("98372.2", "98372.3"),
        ] {
            let changed = threeRows.replacingOccurrences(of: old, with: new)
                .replacingOccurrences(of: "3.2324,3.2183", with: "3.2324,3.2183")
            let other = try MarketTape(.candles(tape(changed))).contentHash
            #expect(other != hash, "\(old) became \(new)")
        }
    }

    @Test(.enabled(if: SharedData.isPresent, "the recorded markets of ../shared are not here"))
    func `the recorded markets are read whole`() throws {
        struct Checks: Decodable {
            struct File: Decodable {
                struct Extreme: Decodable { var value: String }
                var rows: Int?
                var stepMs: Int64?
                var minLow: Extreme?
                var maxHigh: Extreme?
                var sumVolume: String?
            }
            var files: [String: File]
        }
        let folder = try #require(SharedData.folder)
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/checks.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let files = try decoder.decode(Checks.self, from: data).files
            .filter { $0.key.hasPrefix("klines_1m/") }
        #expect(files.count == 4)
        for (name, expected) in files {
            let tape = try CandleTape.read(path: folder + "/" + name)
            #expect(tape.candles.count == expected.rows, "\(name)")
            #expect(tape.interval == expected.stepMs)
            #expect(tape.gaps.isEmpty)
            let low = try #require(tape.candles.map(\.low).min())
            let high = try #require(tape.candles.map(\.high).max())
            #expect(low == (try price(try #require(expected.minLow).value)), "\(name)")
            #expect(high == (try price(try #require(expected.maxHigh).value)), "\(name)")
            let volume = tape.candles.reduce(Quantity.zero) { $0 + $1.volume }
            #expect(volume == (try quantity(try #require(expected.sumVolume))), "\(name)")
        }
    }
}
