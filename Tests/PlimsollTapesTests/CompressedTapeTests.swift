import Foundation
import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

@Suite(.computesForLong) struct `A compressed recording` {
    /// `threeRows`, packed by Python's gzip module at level 9.
    static let gzipOfThreeRows =
        "H4sIAAAAAAACA02N2wrDIBBE3/stS3B3jK5fE9oiTcDUgr38fjVi6b4Mw5zD5ke8L89tj8teKNdC63ZbKeUPXVM"
        + "ukd45vep6OZd4Ym8dPIyYeoRJWNECYv+a6Exhdmwm/Rk6jDY2Ax11fDQTyIHhJxkG22GgI6JdOD6BgsJLxb/Rg2"
        + "EtwAAAAA=="
    /// `threeVisionRows`, packed by Python's zipfile module.
    static let zipOfThreeVisionRows =
        "UEsDBBQAAAAIAAAApVpf8vCkaAAAAB0BAAAbAAAATEFZRVJVU0RULTFtLTIwMjUtMDUtMDQuY3N2lc9LDgMxCAP"
        + "Qfc9iRRgngdz/Ys1nIs2yZQNI+EkwalfI3GZBxZlaTV5fm2fDaJ1WEnwSMWZBK2eFoBvqnhvY9uCwz73O6y9q+T"
        + "pw595soIuKmXkS1D8+6/V1QM/D7y+EkQp/4eMn/AtQSwECFAMUAAAACAAAAKVaX/LwpGgAAAAdAQAAGwAAAAAAA"
        + "AAAAAAAgAEAAAAATEFZRVJVU0RULTFtLTIwMjUtMDUtMDQuY3N2UEsFBgAAAAABAAEASQAAAKEAAAAAAA=="

    static func bytes(_ base64: String) throws -> [UInt8] {
        [UInt8](try #require(Data(base64Encoded: base64)))
    }

    private let rows = Array(threeRows.utf8)

    private func candles(_ bytes: [UInt8], named name: String) throws -> [TapeCandle] {
        try withFile(named: name, bytes) { try CandleTape.read(path: $0).candles }
    }

    @Test func `gzip made elsewhere is read`() throws {
        let bytes = try Self.bytes(Self.gzipOfThreeRows)
        #expect(try candles(bytes, named: "A.csv.gz") == (try threeCandles()))
        #expect(try candles(bytes, named: "A") == (try threeCandles()))
    }

    @Test func `gzip of several members is read as one file`() throws {
        for cut in [1, 20, 46, 100, rows.count - 1] {
            let bytes = gzip(Array(rows[..<cut])) + gzip(Array(rows[cut...]))
            #expect(try candles(bytes, named: "A.gz") == (try threeCandles()), "cut at \(cut)")
        }
        #expect(try candles(gzip(rows) + gzip([]), named: "A.gz") == (try threeCandles()))
    }

    @Test func `gzip cut off anywhere is refused`() throws {
        for packed in [gzip(rows), try Self.bytes(Self.gzipOfThreeRows)] {
            for length in 0..<packed.count {
                let found = try #require(
                    try fault(Array(packed[..<length]), named: "A.gz"),
                    "cut at \(length)"
                )
                let isNamed =
                    length < 2
                    ? found.message.contains("empty") || found.message.contains("does not begin")
                    : found.message.contains("cut off")
                #expect(isNamed, "cut at \(length): \(found)")
                #expect(length < 2 || found.line != nil)
            }
        }
    }

    @Test func `gzip cut off says at which line`() throws {
        let packed = gzip(rows)
        let found = try #require(try fault(Array(packed[..<(packed.count - 40)]), named: "A.gz"))
        #expect(found.line == 4)
    }

    @Test func `gzip with a changed byte is refused`() throws {
        for packed in [gzip(rows), try Self.bytes(Self.gzipOfThreeRows)] {
            // Bytes 4 to 9 of the header are a date and two remarks; they change no data.
            for index in packed.indices where !(4..<10).contains(index) {
                var damaged = packed
                damaged[index] ^= 0x04
                // A flag in byte 3 can announce a field that the data then seem to hold: whatever
                // is found, it is an error.
                #expect(try fault(damaged, named: "A.gz") != nil, "byte \(index)")
            }
        }
    }

    @Test func `a wrong checksum, a wrong length and trailing bytes are refused by name`() throws {
        let wrongChecksum = try #require(try fault(gzip(rows, checksum: 1), named: "A.gz"))
        #expect(wrongChecksum.message.contains("incorrect data check"))
        let wrongLength = try #require(try fault(gzip(rows, length: 7), named: "A.gz"))
        #expect(wrongLength.message.contains("incorrect length check"))
        let trailing = try #require(
            try fault(gzip(rows) + Array("and more".utf8), named: "A.gz")
        )
        #expect(trailing.message.contains("incorrect header check"))
    }

    @Test func `a fault inside gzip is told at its line`() throws {
        let found = try #require(
            try fault(gzip(rows + Array("1746373200000,1,2,3\n".utf8)), named: "A.gz")
        )
        #expect(found.line == 5)
        #expect(found.column == "close")
    }

    @Test func `a name that promises packing must keep its word`() throws {
        #expect(try fault(threeRows, named: "A.csv.gz")?.message.contains("gzip") == true)
        #expect(try fault(threeRows, named: "A.zip")?.message.contains("zip archive") == true)
    }

    @Test func `zip made elsewhere is read`() throws {
        let bytes = try Self.bytes(Self.zipOfThreeVisionRows)
        #expect(try candles(bytes, named: "A.zip") == (try threeCandles()))
    }

    @Test func `zip is read stored and deflated, beside other files and with a comment`() throws {
        for method in [0, 8] as [UInt16] {
            let archive = zip(
                [
                    ZipEntry(name: "folder/", content: []),
                    ZipEntry(name: "folder/README.txt", content: Array("candles".utf8)),
                    ZipEntry(name: "folder/A.CSV", content: rows, method: method),
                    ZipEntry(name: "__MACOSX/A.csv", content: [0, 1, 2]),
                ],
                comment: "PK\u{5}\u{6} is how the last record begins"
            )
            #expect(try candles(archive, named: "A.zip") == (try threeCandles()))
        }
    }

    @Test(arguments: [0, 8] as [UInt16])
    func `zip cut off anywhere is refused`(method: UInt16) throws {
        let archive = zip([ZipEntry(name: "A.csv", content: rows, method: method)])
        for length in 0..<archive.count {
            let found = try fault(Array(archive[..<length]), named: "A.zip")
            #expect(found != nil, "cut at \(length)")
        }
    }

    @Test func `zip that the format allows and we do not is refused by name`() throws {
        func message(_ entries: [ZipEntry], _ countOffset: UInt16 = 0) throws -> String {
            let archive = zip(entries, countOffset: countOffset)
            return try #require(try fault(archive, named: "A.zip")).message
        }
        let good = ZipEntry(name: "A.csv", content: rows)
        var entry = good
        entry.packedLength = 0xFFFF_FFFF
        #expect(try message([entry]).contains("zip64"))
        #expect(try message([good], 0xFFFE).contains("zip64"))
        entry = good
        entry.flags = 1
        #expect(try message([entry]).contains("encrypted"))
        entry = good
        entry.method = 14
        #expect(try message([entry]).contains("method 14"))
        #expect(try message([]).contains("no .csv file"))
        #expect(try message([good, good]).contains("2 .csv files"))
    }

    @Test func `zip that contradicts itself is refused`() throws {
        func message(_ change: (inout ZipEntry) -> Void) throws -> String {
            var entry = ZipEntry(name: "A.csv", content: rows, method: 8)
            change(&entry)
            return try #require(try fault(zip([entry]), named: "A.zip")).message
        }
        #expect(try message { $0.checksum = 1 }.contains("checksum is wrong"))
        #expect(try message { $0.expandedLength = 10 }.contains("longer than"))
        #expect(try message { $0.expandedLength = 10_000 }.contains("shorter than"))
        #expect(try message { $0.packedLength = 10 }.contains("too early"))
        #expect(try message { $0.packedLength = 100_000 }.contains("header"))
        #expect(try message { $0.expandedLength = 0x7FFF_FFFF }.contains("expands to more"))
    }
}
