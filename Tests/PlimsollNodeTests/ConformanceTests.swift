import Foundation
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

/// The published vectors, where they lie beside the checkout.
enum SharedVectors {
    static let folder: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shared =
            ProcessInfo.processInfo.environment["PLIMSOLL_SHARED"]
            ?? root.deletingLastPathComponent().appending(path: "shared").path
        let folder = shared + "/vectors"
        return FileManager.default.fileExists(atPath: folder) ? folder : nil
    }()
}

/// A folder for the files of one test.
private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
        .appending(path: "conformance-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
}

private func run(_ document: String) throws -> Conformance.Report {
    var report = Conformance.Report()
    try withFolder { folder in
        let file = folder + "/vectors.json"
        try document.write(toFile: file, atomically: true, encoding: .utf8)
        report = try Conformance.run(paths: [file])
    }
    return report
}

private func vector(
    formula: String = "FEE_LINEAR",
    inputs: String = #"{"qty": "2", "price": "100", "fee_rate": "0.001"}"#,
    expected: String,
    tolerance: String = #"{"abs": "0"}"#
) -> String {
    """
    {"vectors": [{"id": "own.01", "profile": "binance-usdm", "formula": "\(formula)",
     "inputs": \(inputs), "expected": \(expected), "tolerance": \(tolerance)}]}
    """
}

@Suite(.computesForLong) struct `Published vectors` {
    /// Spec: VEN-010 to VEN-015, VEN-020 to VEN-022, VEN-024, VEN-025, VEN-030 to VEN-036,
    /// Spec: VEN-040 to VEN-044, VEN-050 to VEN-052, VEN-060 to VEN-064, VEN-070, VEN-071, VEN-080, VEN-081,
    /// Spec: VEN-085, VEN-090 to VEN-092.
    @Test(.enabled(if: SharedVectors.folder != nil, "no vectors beside the checkout"))
    func `none fails and none is skipped`() throws {
        let report = try Conformance.run(paths: [try #require(SharedVectors.folder)])
        #expect(report.failures == [])
        #expect(report.skipped == [:])
        #expect(report.passedCount > 300)
        #expect(report.tables.contains { $0.hasSuffix("leverage_brackets_binance_usdm.json") })
    }

    @Test(.enabled(if: SharedVectors.folder != nil, "no vectors beside the checkout"))
    func `every formula that the files describe is known`() throws {
        let folder = try #require(SharedVectors.folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder)
        where name.hasSuffix(".json") {
            let bytes = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)"))
            guard case .object(let file) = try JSONValue(parsing: bytes),
                case .object(let described)? = file["formulas"]
            else { continue }
            for formula in described.keys {
                #expect(Conformance.formulas.contains(formula), "\(name): \(formula)")
            }
        }
    }

    @Test func `a right number passes and a wrong one fails with both`() throws {
        #expect(
            try run(vector(expected: #"{"fee": "0.2"}"#)).summary == "1 passed, 0 failed, 0 skipped"
        )
        let report = try run(vector(expected: #"{"fee": "0.20000001"}"#))
        #expect(report.summary == "0 passed, 1 failed, 0 skipped")
        let failure = try #require(report.failures.first)
        #expect(failure.id == "own.01")
        #expect(failure.formula == "FEE_LINEAR")
        #expect(failure.field == "fee")
        #expect(failure.expected == "0.20000001")
        #expect(failure.got == "0.2")
    }

    @Test(arguments: [
        (tolerance: #"{"abs": "0.00000001"}"#, passes: true),
        (#"{"abs": "0.000000009"}"#, false),
        (#"{"rel": "1e-7"}"#, true),
        (#"{"rel": "1e-8"}"#, false),
        (#"{"abs": "0", "rel": "1e-7"}"#, true),
        (#"{}"#, false),
    ])
    func `a number passes when either tolerance holds, its bound included`(
        tolerance: String,
        passes: Bool
    ) throws {
        let report = try run(vector(expected: #"{"fee": "0.20000001"}"#, tolerance: tolerance))
        #expect(report.failures.isEmpty == passes)
    }

    @Test func `a formula that the venue does not have is skipped by name`() throws {
        let report = try run(vector(formula: "PHASE_OF_MOON", expected: #"{"fee": "0"}"#))
        #expect(report.skipped == ["PHASE_OF_MOON": 1])
        #expect(report.summary == "0 passed, 0 failed, 1 skipped")
    }

    @Test(arguments: [
        (inputs: #"{"qty": "2", "price": "100"}"#, expected: #"{"fee": "0.2"}"#),
        (#"{"qty": "many", "price": "100", "fee_rate": "0.001"}"#, #"{"fee": "0.2"}"#),
        (#"{"qty": "1e30", "price": "100", "fee_rate": "0.001"}"#, #"{"fee": "0.2"}"#),
        (#"{"qty": "2", "price": "100", "fee_rate": "0.001"}"#, #"{"charge": "0.2"}"#),
        (#"{"qty": "2", "price": "100", "fee_rate": "0.001"}"#, #"{"fee": "reject"}"#),
        (#"{"qty": "2", "price": "100", "fee_rate": "0.001"}"#, #"{"fee": null}"#),
    ])
    func `what cannot be computed or compared fails and does not pass`(
        inputs: String,
        expected: String
    ) throws {
        let report = try run(vector(inputs: inputs, expected: expected))
        #expect(report.summary == "0 passed, 1 failed, 0 skipped")
    }

    @Test func `a refusal passes only where one is expected`() throws {
        let inputs = #"{"notional": "-1", "mmr": "0.01", "maint_amount": "0"}"#
        for (expected, passes) in [("reject", true), ("0", false)] {
            let report = try run(
                vector(
                    formula: "MM_TIERED",
                    inputs: inputs,
                    expected: #"{"maintenance_margin": "\#(expected)"}"#
                )
            )
            #expect(report.failures.isEmpty == passes)
        }
    }

    @Test func `a price with more decimals than the venue keeps is computed to its last one`()
        throws
    {
        let inputs = """
            {"side": "long", "qty": "3", "entry_price": "1",
             "mark_price": "1.2345678901234567890123456789"}
            """
        for (expected, passes) in [("0.7037036703703703670370370367", true), ("0.70370367", false)]
        {
            let report = try run(
                vector(
                    formula: "UPNL_LINEAR",
                    inputs: inputs,
                    expected: #"{"unrealized": "\#(expected)"}"#
                )
            )
            #expect(report.failures.isEmpty == passes)
        }
    }

    @Test func `an average of long prices is as exact as its sums`() throws {
        let inputs = """
            {"increase": [{"qty": "10", "price": "19.54545454545454545454545455"},
                          {"qty": "30", "price": "1"}]}
            """
        for (expected, passes) in [
            ("5.6363636363636363636363636375", true), ("5.63636364", false),
        ] {
            let report = try run(
                vector(
                    formula: "AVG_INCREASE_LINEAR",
                    inputs: inputs,
                    expected: #"{"avg_entry": "\#(expected)"}"#
                )
            )
            #expect(report.failures.isEmpty == passes)
        }
    }

    @Test func `a folder is run file by file and other files are left alone`() throws {
        try withFolder { folder in
            for name in ["b.json", "a.json"] {
                try vector(expected: #"{"fee": "0.2"}"#)
                    .write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
            }
            try "not JSON".write(toFile: folder + "/README.md", atomically: true, encoding: .utf8)
            #expect(try Conformance.run(paths: [folder]).passedCount == 2)
        }
    }

    @Test func `a path that is not there and a file that is not JSON are told apart`() throws {
        let absent = #expect(throws: Conformance.Problem.self) {
            try Conformance.run(paths: ["/nowhere/at/all"])
        }
        #expect(absent?.isMissing == true)
        for text in ["{", "[]", #"{"vectors": [{"id": "x"}]}"#, #"{"vectors": [1.5]}"#] {
            let problem = #expect(throws: Conformance.Problem.self) { try run(text) }
            #expect(problem?.isMissing == false, "\(text)")
        }
    }
}

@Suite(.computesForLong) struct `Exact numbers` {
    @Test(arguments: [
        ("0", "0"), ("-1.50", "-1.5"), ("1e-3", "0.001"), ("2.5e2", "250"), ("007", "7"),
        ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
    ])
    func `texts are read as they are written`(text: String, printed: String) {
        #expect(ExactNumber(decimal: text)?.text() == printed)
    }

    @Test(arguments: ["", "-", ".", "1.2.3", "1e", "1e999", "0x1", "1,5", "NaN", "+1", "1 "])
    func `what is no decimal is refused`(text: String) {
        #expect(ExactNumber(decimal: text) == nil)
    }

    @Test(arguments: 1...10)
    func `sums, products and rounding agree with machine integers`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for _ in 0..<200 {
            let a = Int64.random(in: .min...Int64.max, using: &random) >> 2
            let b = Int64.random(in: .min...Int64.max, using: &random) >> 2
            let first = ExactNumber(units: Int128(a), scale: 4)
            let second = ExactNumber(units: Int128(b), scale: 4)
            #expect((first + second).units(scale: 4) == Int128(a + b))
            #expect((first - second).units(scale: 4) == Int128(a - b))
            #expect((first * second).units(scale: 8) == Int128(a) * Int128(b))
            #expect((first < second) == (a < b))
            guard b != 0 else { continue }
            #expect((first / second) * second == first)
            for rounding in [Rounding.down, .up, .halfUp] {
                let exact = divide(
                    b < 0 ? -Int128(a) : Int128(a),
                    by: Int128(b.magnitude),
                    rounding: rounding
                )
                #expect((first / second).units(scale: 0, rounding: rounding) == exact)
            }
        }
    }

    @Test func `numbers wider than the machine's come back from a division`() {
        let wide = Natural.powerOfTen(90) + Natural(12_345)
        let divisor = Natural.powerOfTen(41) - Natural(7)
        let (quotient, remainder) = wide.divided(by: divisor)
        #expect(quotient * divisor + remainder == wide)
        #expect(remainder < divisor)
        #expect(wide.description == "1" + String(repeating: "0", count: 85) + "12345")
    }
}

/// Random numbers from a seed (SplitMix64), so that a failing run can be repeated.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
