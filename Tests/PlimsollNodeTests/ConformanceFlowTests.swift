import Foundation
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

/// The scenarios that ship, one a file.
private let scenarioFiles: [String] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/scenarios").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
}()

@Suite(.computesForLong) struct `Scenarios that ship` {
    @Test(arguments: scenarioFiles)
    func `every step comes out as told, and the two laws hold after it`(file: String) throws {
        let report = try Conformance.run(paths: [file])
        #expect(report.failures == [])
        #expect(report.summary == "1 passed, 0 failed, 0 skipped")
    }

    @Test func `they are many`() {
        #expect(scenarioFiles.count >= 10)
    }
}

/// A scenario that is right, to be made wrong in one place.
private let sound = """
    {
      "scenario": "One trade", "source": "made up",
      "rules": {
        "profile": "../../Profiles/seed-simple.json", "insuranceFund": {"USDT": "500"},
        "instruments": { "BTCUSDT": { "fees": { "taker": "0.001" } } }
      },
      "accounts": [
        { "name": "alice", "deposit": "1000", "leverage": 20 },
        { "name": "bob", "deposit": "1000", "marginMode": "isolated" }
      ],
      "steps": [
        { "index": "100" },
        { "sell": { "account": "bob", "quantity": "5", "price": "100", "id": "ask" } },
        { "wait": "1s", "buy": { "account": "alice", "quantity": "2" },
          "expect": {
            "trades": [["alice", "bob", "2", "100"]],
            "wallets": { "alice": "999.8", "bob": "980", "bob BTCUSDT": "20", "fund": "500" },
            "balances": { "bob": "1000", "fees": "0.2" },
            "positions": { "alice": "2", "bob": { "quantity": "-2", "entryPrice": "100" } },
            "moved": { "alice tradingFee": "-0.2" },
            "orders": { "ask": { "status": "partiallyFilled", "filled": "2" } },
            "prices": { "mark": "100", "last": "100" },
            "book": { "bids": [], "asks": [["100", "3"]] }
          } },
        { "withdraw": { "account": "alice", "amount": "5000" },
          "expect": { "refused": "insufficientBalance" } }
      ]
    }
    """

/// Runs a scenario from a file that lies where those that ship lie, so that its profile is found.
private func run(_ document: String) throws -> Conformance.Report {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let path = root.appending(path: "Profiles/seed-simple.json").path
    let folder = FileManager.default.temporaryDirectory
        .appending(path: "scenario-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "one.json").path
    try document.replacingOccurrences(of: "../../Profiles/seed-simple.json", with: path)
        .write(toFile: file, atomically: true, encoding: .utf8)
    return try Conformance.run(paths: [file])
}

/// The sound scenario with one place changed, which must exist.
private func run(_ change: (from: String, to: String)) throws -> Conformance.Report {
    #expect(sound.contains(change.from), "the place to change is not there: \(change.from)")
    return try run(sound.replacingOccurrences(of: change.from, with: change.to))
}

@Suite(.computesForLong) struct `Scenarios` {
    @Test func `a sound one passes and is counted`() throws {
        let report = try run(sound)
        #expect(report.failures == [])
        #expect(report.passed == ["SCENARIO": 1])
    }

    @Test(arguments: [
        (
            from: #""alice": "999.8""#, to: #""alice": "999.7""#, field: "wallets.alice",
            got: "999.8"
        ),
        (#""bob BTCUSDT": "20""#, #""bob BTCUSDT": "0""#, "wallets.bob BTCUSDT", "20"),
        (#""fees": "0.2""#, #""fees": "0""#, "balances.fees", "0.2"),
        (#""entryPrice": "100""#, #""entryPrice": "99""#, "positions.bob.entryPrice", "100"),
        (#""positions": { "alice": "2""#, #""positions": { "alice": "-2""#, "positions.alice", "2"),
        (
            #""alice tradingFee": "-0.2""#, #""alice tradingFee": "0""#, "moved.alice tradingFee",
            "-0.2"
        ),
        (#""filled": "2""#, #""filled": "3""#, "orders.ask.filled", "2"),
        (#""partiallyFilled""#, #""new""#, "orders.ask.status", "partiallyFilled"),
        (#""mark": "100""#, #""mark": "101""#, "prices.mark", "100"),
        (#""asks": [["100", "3"]]"#, #""asks": []"#, "book.asks", "[100 x 3]"),
        (
            #"["alice", "bob", "2", "100"]"#, #"["bob", "alice", "2", "100"]"#, "trades",
            "[alice bob 2 100]"
        ),
        (#""trades": ["#, #""decisions": ["liquidate bob -2"], "trades": ["#, "decisions", "[]"),
        (#""refused": "insufficientBalance""#, "", "refused", "insufficientBalance"),
        (#""insufficientBalance""#, #""unknownAsset""#, "refused", "insufficientBalance"),
    ])
    func `a wrong expectation fails with its step, what was expected and what is`(
        from: String,
        to: String,
        field: String,
        got: String
    ) throws {
        let report = try run((from: from, to: to))
        #expect(report.summary == "0 passed, 1 failed, 0 skipped")
        let failure = try #require(report.failures.first)
        #expect(failure.field == field)
        #expect(failure.got == got)
        #expect(failure.id.contains(field == "refused" ? "steps[3]" : "steps[2]"))
        #expect(failure.id.contains("one.json"))
    }

    @Test(arguments: [
        (from: #""index": "100""#, to: #""indices": "100""#, place: "steps[0].indices"),
        (#""quantity": "5""#, #""quantity": "many""#, "steps[1].sell.quantity"),
        (#""account": "bob", "q"#, #""account": "carol", "q"#, "steps[1].sell.account"),
        (#""wait": "1s""#, #""wait": "soon""#, "steps[2].wait"),
        (#""wait": "1s", "#, #""index": "99", "#, "steps[2]"),
        (#"{ "index": "100" }"#, #"{ "note": "nothing" }"#, "steps[0]"),
        (#""alice tradingFee""#, #""alice luck""#, "steps[2].expect.moved.alice luck"),
        (#""mark": "100""#, #""fair": "100""#, "steps[2].expect.prices.fair"),
        (#""name": "bob""#, #""name": "alice""#, "accounts[1].name"),
        (#""leverage": 20"#, #""leverage": 51"#, "accounts[0]"),
        (
            #""profile": "../../Profiles/seed-simple.json""#, #""profile": "atlantis""#,
            "rules.profile"
        ),
        (#""BTCUSDT": { "fees""#, #""XAUUSD": { "fees""#, "rules.instruments"),
        (#""taker": "0.001""#, #""taker": "2""#, "rules"),
        (#""USDT": "500""#, #""GOLD": "500""#, "rules"),
        (#""source": "made up","#, "", "source"),
    ])
    func `a file that is no scenario names the place`(
        from: String,
        to: String,
        place: String
    ) throws {
        let problem = #expect(throws: Conformance.Problem.self) { try run((from: from, to: to)) }
        #expect(problem?.isMissing == false)
        #expect(problem?.file.hasSuffix("one.json") == true)
        #expect(problem?.reason.contains(place) == true, "\(problem?.reason ?? "")")
    }

    @Test func `a tolerance lets the last digits go`() throws {
        let wrong = sound.replacingOccurrences(of: #""999.8""#, with: #""999.79""#)
        #expect(try run(wrong).failures.count == 1)
        let tolerant = wrong.replacingOccurrences(
            of: #""source": "made up","#,
            with: #""source": "made up", "tolerance": "0.01","#
        )
        #expect(try run(tolerant).failures == [])
    }
}
