import Foundation
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `A library of tapes` {
    private func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("library-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.path)
    }

    private func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func keep(
        _ files: [String],
        in library: TapeLibrary,
        symbol: String = "TESTUSDT"
    ) throws -> TapeLibrary.Entry {
        var reading = TapeImport()
        for file in files { try reading.read(file) }
        let series = try reading.finish()
        return try library.add(
            series,
            symbol: symbol,
            sources: reading.sources,
            findings: reading.findings
        )
    }

    @Test(arguments: [
        ("TESTUSDT.csv", threeRows), ("TESTUSDT-1m.csv", threeVisionRows),
        ("TESTUSDT-trades.csv", "7,100.5,2,201,1723161256322,true\n8,1,2,2,1723161256322,false\n"),
        ("TESTUSDT-q.csv", "5,99.9,1,100.1,2,1723161256322,1723161256323\n"),
        ("TESTUSDT-f.csv", "funding_time_ms,funding_rate\n1746374400003,-0.0001\n"),
        ("TESTUSDT-mark-1m.csv", threeVisionRows),
        ("TESTUSDT-premiumIndexKlines.csv", threePremiumRows),
        (
            "TESTUSDT-bookDepth.csv",
            "timestamp,percentage,depth,notional\n2023-03-01 00:00:07,-1,2.5,5\n"
        ),
        (
            "TESTUSDT-depth.csv",
            "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"
                + "b,TESTUSDT,1723161251000000,1723161251000001,true,bid,99.9,1\n"
                + "b,TESTUSDT,1723161252000000,1723161252000001,false,ask,100.1,2\n"
        ),
    ])
    func `gives back what was imported, under a name made from its content`(
        name: String,
        text: String
    ) throws {
        try inFolder { folder in
            let file = folder + "/" + name
            try write(text, file)
            let library = TapeLibrary(directory: folder + "/tapes")
            let entry = try keep([file], in: library)
            #expect(try library.entries() == [entry])
            let loaded = try library.load(entry)
            #expect(loaded.rowCount == entry.rows)
            #expect(loaded.kind == entry.kind)
            // The same rows again, differently packed, are the same tape.
            let packed = folder + "/packed/" + name + ".gz"
            try FileManager.default.createDirectory(
                atPath: folder + "/packed",
                withIntermediateDirectories: true
            )
            try Data(gzip(Array(text.utf8))).write(to: URL(fileURLWithPath: packed))
            #expect(try keep([packed], in: library).name == entry.name)
            #expect(try library.entries().count == 1)
        }
    }

    @Test func `notices a tape that is not what was imported`() throws {
        try inFolder { folder in
            let file = folder + "/TESTUSDT.csv"
            try write(threeRows, file)
            let library = TapeLibrary(directory: folder + "/tapes")
            let entry = try keep([file], in: library)
            let changed = threeRows.replacingOccurrences(of: "3.2333", with: "3.2334")
            let bytes = gzip(Array(changed.utf8))
            try Data(bytes).write(to: URL(fileURLWithPath: library.path(of: entry)))
            let error = try #require(throws: TapeError.self) { _ = try library.load(entry) }
            #expect(error.message.contains(entry.contentHash))
        }
    }

    @Test func `joins files of one instrument, whatever their order, and holds nothing twice`()
        throws
    {
        try inFolder { folder in
            let rows = threeRows.split(separator: "\n").map(String.init)
            let (first, second) = (folder + "/TESTUSDT-1.csv", folder + "/TESTUSDT-2.csv")
            try write(rows[0...2].joined(separator: "\n"), first)
            try write([rows[0], rows[2], rows[3]].joined(separator: "\n"), second)
            let library = TapeLibrary(directory: folder + "/tapes")
            let entry = try keep([second, first], in: library)
            #expect(entry.rows == 3)
            #expect(entry.findings["duplicate"] == 1)
            #expect(entry.interval == 60_000)
            let whole = folder + "/TESTUSDT.csv"
            try write(threeRows, whole)
            #expect(try keep([whole], in: library).name == entry.name)
        }
    }

    @Test func `compares a file with the sum that was published beside it`() throws {
        try inFolder { folder in
            let file = folder + "/TESTUSDT.csv"
            try write(threeRows, file)
            let sum = try FileSum.sha256(of: file)
            #expect(sum.count == 64)
            try write("\(sum)  TESTUSDT.csv\n", file + ".CHECKSUM")
            var reading = TapeImport()
            try reading.read(file)
            #expect(reading.sources.map(\.isVerified) == [true])
            try write("\(String(repeating: "0", count: 64))  TESTUSDT.csv\n", file + ".CHECKSUM")
            let error = try #require(throws: TapeError.self) { try reading.read(file) }
            #expect(error.message.contains(sum))
        }
    }

    @Test func `an empty text has the SHA-256 that everybody knows`() throws {
        try inFolder { folder in
            try write("", folder + "/empty")
            #expect(
                try FileSum.sha256(of: folder + "/empty")
                    == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            )
        }
    }
}

@Suite(.computesForLong) struct `The archive of an exchange` {
    private func paths(
        _ kind: VisionArchive.Kind,
        _ range: String,
        market: VisionArchive.Market = .um
    ) throws -> [String] {
        let days = try #require(DayRange(range))
        return VisionArchive(market: market, kind: kind, symbol: "BTCUSDT", interval: "1m")
            .files(of: days).map(\.path)
    }

    @Test func `is asked for whole months where the days fill them, and for days around them`()
        throws
    {
        let folder = "data/futures/um"
        #expect(
            try paths(.klines, "2024-01-31..2024-03-01")
                == [
                    "\(folder)/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-31.zip",
                    "\(folder)/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-02.zip",
                    "\(folder)/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-03-01.zip",
                ]
        )
        #expect(
            try paths(.aggTrades, "2024-08", market: .spot)
                == ["data/spot/monthly/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2024-08.zip"]
        )
        #expect(
            try paths(.fundingRate, "2024-08-05")
                == ["\(folder)/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-08.zip"]
        )
        #expect(try paths(.bookDepth, "2023-02").count == 28)
    }

    @Test(arguments: [
        "", "2024", "2024-13", "2024-02-30", "2023-02-29", "2024-08-05..2024-08-04", "2024-08..",
        "2024-08-05 ", "1970-01-01", "2024-1-x", "2001-01..2999-01",
    ])
    func `is not asked for days that there are not`(range: String) {
        #expect(DayRange(range) == nil)
    }
}
