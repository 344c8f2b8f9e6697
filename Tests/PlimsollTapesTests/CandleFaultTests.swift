import PlimsollModel
import PlimsollTapes
import PlimsollTestSupport
import Testing

/// A damaged row, where it must be found and what must be said.
struct DamagedRow: Sendable, CustomTestStringConvertible {
    var row: String
    var column: String?
    var message: String
    var testDescription: String { row }

    init(_ row: String, _ column: String?, _ message: String) {
        self.row = row
        self.column = column
        self.message = message
    }
}

@Suite(.computesForLong) struct `A damaged recording` {
    static let rows: [DamagedRow] = [
        DamagedRow("1746373140000,3.2,3.3,3.1,3.2,1", "open_time_ms", "repeats"),
        DamagedRow("1746373080000,3.2,3.3,3.1,3.2,1", "open_time_ms", "out of order"),
        DamagedRow("1746373200000,3.2,3.3,3.1,3.2", "volume_base", "5 of 6 cells"),
        DamagedRow("1746373200000", "open", "1 of 6 cells"),
        DamagedRow("1746373200000,3.2,3.3,3.1,3.2,1,9", "7", "7 cells instead of 6"),
        DamagedRow("1746373200000,abc,3.3,3.1,3.2,1", "open", "not a decimal number"),
        DamagedRow("1746373200000,3.2,3.3,3.1,NaN,1", "close", "not a decimal number"),
        DamagedRow("1746373200000,3.2,inf,3.1,3.2,1", "high", "not a decimal number"),
        DamagedRow("1746373200000,3.2,3.3,3.1,3.2,1e400", "volume_base", "not a decimal number"),
        DamagedRow("1746373200000,3.2,3.3,3.1,\"3.2\",1", "close", "not a decimal number"),
        DamagedRow("1746373200000,3.2,3.3, 3.1,3.2,1", "low", "not a decimal number"),
        DamagedRow("1746373200000,3.2,3.3,.1,3.2,1", "low", "digit is missing"),
        DamagedRow("1746373200000,3.2,3.3,3.1,,1", "close", "empty"),
        DamagedRow("1746373200000,3.2,3.3,-3.1,3.2,1", "low", "negative"),
        DamagedRow("1746373200000,3.2,3.3,3.1,3.2,-1", "volume_base", "negative"),
        DamagedRow("1746373200000,3.2,3.3,3.1,3.2,1.123456789", "volume_base", "8 decimals"),
        DamagedRow(
            "1746373200000,3.2,\(String(repeating: "9", count: 400)),3.1,3.2,1",
            "high",
            "too large"
        ),
        DamagedRow("1746373200000,3.2,99999999999,3.1,3.2,1", "high", "too large"),
        DamagedRow("1746373200000,0,3.3,0,3.2,1", "open", "greater than zero"),
        DamagedRow("1746373200000,3.2,3.3,0,3.2,1", "low", "greater than zero"),
        DamagedRow("1746373200000,3.2,3.3,3.25,3.3,1", "low", "above the open of 3.2"),
        DamagedRow("1746373200000,3.2,3.3,3.15,3.1,1", "low", "above the close of 3.1"),
        DamagedRow("1746373200000,3.2,3.19,3.1,3.1,1", "high", "below the open of 3.2"),
        DamagedRow("1746373200000,3.1,3.19,3.1,3.2,1", "high", "below the close of 3.2"),
        DamagedRow("1746373200000,3.2,3.1,3.3,3.2,1", "high", "below the open of 3.2"),
        DamagedRow("1746373200000.0,3.2,3.3,3.1,3.2,1", "open_time_ms", "whole number"),
        DamagedRow("2025-05-04,3.2,3.3,3.1,3.2,1", "open_time_ms", "whole number"),
        DamagedRow("1746373200,3.2,3.3,3.1,3.2,1", "open_time_ms", "no time in milliseconds"),
        DamagedRow("1746373200000000,3.2,3.3,3.1,3.2,1", "open_time_ms", "no time"),
        DamagedRow("99999999999999999999,3.2,3.3,3.1,3.2,1", "open_time_ms", "whole number"),
        DamagedRow("1746373200001,3.2,3.3,3.1,3.2,1", "open_time", "no multiple"),
        DamagedRow("1746373200000,3.2,3.3,3.1,３.2,1", "close", "not a decimal number"),
        DamagedRow("\n1746373200000,3.2,3.3,3.1,3.2,1", nil, "the line is empty"),
    ]

    @Test(arguments: rows)
    func `is refused at its line and column`(damage: DamagedRow) throws {
        let text = threeRows + damage.row + "\n1746373260000,3.2,3.3,3.1,3.2,1\n"
        let fault = try #require(try fault(text))
        #expect(fault.line == 5)
        #expect(fault.column == damage.column)
        #expect(fault.message.contains(damage.message), "\(fault)")
        #expect(fault.description.hasPrefix("TESTUSDT.csv:5: "))
    }

    @Test func `a fault in the last line is found without a line end`() throws {
        let fault = try #require(try fault(threeRows + "1746373200000,3.2,3.3,3.1"))
        #expect(fault.line == 5)
        #expect(fault.column == "close")
    }

    @Test func `bytes that are not UTF-8 are refused at their line`() throws {
        let bytes = Array(threeRows.utf8) + Array("17463732".utf8) + [0xFF, 0xC0, 0x0A]
        let found = try #require(try fault(bytes))
        #expect(found.line == 5)
        #expect(found.message.contains("not UTF-8"))
        let wide: [UInt8] = [0xFF, 0xFE] + threeRows.utf8.flatMap { [$0, 0] as [UInt8] }
        #expect(try fault(wide)?.message.contains("UTF-16") == true)
    }

    @Test func `a file that is no text ends at its first line`() throws {
        let found = try #require(
            try fault([UInt8](repeating: 0, count: 1_000_000))
        )
        #expect(found.line == 1)
        #expect(found.message.contains("longer than"))
    }

    @Test(
        arguments: [
            ("open_time_ms,open,high,low,volume_base\n", "close", "missing"),
            ("open_time_ms,open,high,low,close,volume_base,vwap\n", "7", "'vwap' is no column"),
            ("open_time_ms,open,low,high,close,volume_base\n", "high", "expected as column 3"),
            ("time,open,high,low,close,volume\n", "1", "found 'time'"),
            ("open_time,open,high,low,close,volume\n", "close_time", "missing"),
            ("1746373200000,3.2,3.3,3.1,3.2,1\n", nil, "twelve columns, not 6"),
            ("{\"candles\":[]}\n", nil, "found an object"),
        ] as [(String, String?, String)]
    )
    func `a header that does not fit is refused at the first line`(
        header: String,
        column: String?,
        message: String
    ) throws {
        let fault = try #require(try fault(header))
        #expect(fault.line == 1)
        #expect(fault.column == column)
        #expect(fault.message.contains(message), "\(fault)")
    }

    @Test func `an empty file and a lone header are refused`() throws {
        #expect(try fault("")?.message == "the file is empty")
        #expect(try fault("\n\n")?.message == "the file is empty")
        #expect(try fault(plainHeader)?.message == "no rows follow the header")
        #expect(try fault(visionHeader)?.line == 1)
    }

    @Test func `a file or folder that cannot be read is named`() throws {
        #expect {
            try CandleTape.read(path: "/nowhere/BTCUSDT.csv")
        } throws: { error in
            "\(error)" == "/nowhere/BTCUSDT.csv: there is no such file"
        }
        #expect {
            try CandleTape.read(path: "/")
        } throws: { error in
            "\(error)".contains("folder")
        }
    }

    @Test(arguments: [
        (
            "1746373080000,3.2,3.3,3.1,3.2,1,1746373079999,1,1,1,1,0", "close_time",
            "not after the open time"
        ),
        (
            "1746373080000,3.2,3.3,3.1,3.2,1,1746373379999,1,1,1,1,0", "close_time",
            "lasts 300000 ms"
        ),
        (
            "1746373080000000,3.2,3.3,3.1,3.2,1,1746373139999999,1,1,1,1,0", "open_time",
            "in microseconds, the rows before it in milliseconds"
        ),
        (
            "1746373080000,3.2,3.3,3.1,3.2,1,4000000000000000000,1,1,1,1,0", "close_time",
            "more than a year"
        ),
        ("1746373080000,3.2,3.3,3.1,3.2,1,x,1,1,1,1,0", "close_time", "whole number"),
        ("1746373080000,3.2,3.3,3.1,3.2,1,1746373139999,1,1,1,1", "ignore", "11 of 12"),
    ])
    func `a Binance row must agree with its own times`(
        row: String,
        column: String,
        message: String
    ) throws {
        let first = threeVisionRows.prefix { $0 != "\n" }
        let fault = try #require(try fault("\(first)\n\(row)\n"))
        #expect(fault.line == 2)
        #expect(fault.column == column)
        #expect(fault.message.contains(message), "\(fault)")
    }

    @Test func `random damage is refused or harmless and never a trap`() throws {
        var numbers = TestNumbers(seed: 11)
        let sound: [(name: String, bytes: [UInt8])] = [
            ("A.csv", Array(threeVisionRows.utf8)),
            ("A.gz", try `A compressed recording`.bytes(`A compressed recording`.gzipOfThreeRows)),
            (
                "A.zip",
                try `A compressed recording`.bytes(`A compressed recording`.zipOfThreeVisionRows)
            ),
        ]
        var refusedCount = 0
        for round in 0..<300 {
            var (name, bytes) = sound[round % sound.count]
            for _ in 0..<numbers.next(1...4) {
                let place = Int(numbers.next(0...Int64(bytes.count - 1)))
                bytes[place] = UInt8(numbers.next(0...255))
            }
            if numbers.next(0...9) == 0 { bytes.removeLast(bytes.count / 3) }
            if try fault(bytes, named: name) != nil { refusedCount += 1 }
        }
        #expect(refusedCount > 200)
    }

    @Test func `candles given by a program pass the same checks`() throws {
        var candles = try threeCandles()
        candles.swapAt(1, 2)
        #expect {
            try CandleTape(candles: candles)
        } throws: { error in
            "\(error)".hasPrefix("tape:3: open_time: ")
        }
        #expect(throws: TapeError(file: "tape", message: "no candles")) {
            try CandleTape(candles: [])
        }
    }
}
