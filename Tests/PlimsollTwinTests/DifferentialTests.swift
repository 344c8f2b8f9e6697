import Foundation
import PlimsollModel
import PlimsollTestSupport
import Testing

/// How many streams, and where their seeds begin.
private enum Extent {
    static let environment = ProcessInfo.processInfo.environment
    static let streams = number("PLIMSOLL_TWIN_STREAMS") ?? 200
    static let commands = number("PLIMSOLL_TWIN_COMMANDS") ?? 500
    static let firstSeed = number("PLIMSOLL_TWIN_SEED") ?? 1
    static let lanes = 8

    private static func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
}

@Suite(.computesForLong) struct `The engine and its slow twin` {
    @Test(arguments: 0..<Extent.lanes)
    func `do the same with every random stream`(lane: Int) throws {
        var counts = RunCounts()
        var hasShrunk = false
        for stream in stride(from: lane, to: Extent.streams, by: Extent.lanes) {
            let seed = Extent.firstSeed + stream
            if let failure = Self.run(seed: UInt64(seed), &counts) {
                // One small stream says more than many, and shrinking takes its time.
                let smallest =
                    hasShrunk ? failure.commands : Shrinking.smallest(of: failure.commands)
                hasShrunk = true
                let what = TwinRun.firstDifference(in: smallest)?.what ?? failure.what
                let text = try StreamFile.text(of: smallest)
                Issue.record("seed \(seed), \(smallest.count) commands:\n\(what)\n\(text)")
                if let folder = Extent.environment["PLIMSOLL_TWIN_FAILURES"] {
                    try text.write(
                        toFile: "\(folder)/seed-\(seed).jsonl",
                        atomically: true,
                        encoding: .utf8
                    )
                }
            }
            if Extent.streams > 1000, stream % 400 == lane {
                print("stream \(stream) of \(Extent.streams): \(counts.summary)")
            }
        }
        // Streams that trade nothing and liquidate nobody would prove nothing.
        if Extent.streams >= 200 {
            #expect(counts.trades > 300)
            #expect(counts.liquidations > 20)
            #expect(counts.takeovers > 5)
            #expect(counts.settlements > 50)
            #expect(counts.calls > 4)
            #expect(counts.triggered > 30)
            #expect(counts.prevented > 30)
            #expect(counts.expired > 40)
            #expect(counts.ranOut > 15)
            #expect(counts.transfers > 30)
            #expect(counts.matchedPrices > 3)
            #expect(counts.partialSteps > 0)
            #expect(counts.deleveraged > 8)
            #expect(counts.deficits > 1)
            #expect(counts.inventoryOrders > 8)
            #expect(counts.wentStale > 40)
            #expect(counts.premiumRates > 300)
            #expect(counts.inverseTrades > 10)
            #expect(counts.hedgeCloses > 30)
            #expect(counts.refusals.count > 45)
        }
    }

    private static func run(
        seed: UInt64,
        _ counts: inout RunCounts
    ) -> (commands: [TimedCommand], what: String)? {
        var stream = CommandStream(seed: seed)
        var run = TwinRun()
        var commands: [TimedCommand] = []
        for _ in 0..<Extent.commands {
            let command = stream.next(run.twin)
            commands.append(command)
            if let what = run.perform(command) { return (commands, what) }
        }
        counts.add(run.counts)
        return run.finalDifference().map { (commands, $0) }
    }

    @Test func `do the same with every stream that once told them apart`() throws {
        for file in try StreamFile.regressions() {
            let stream = try StreamFile.stream(of: String(contentsOf: file, encoding: .utf8))
            let name = file.deletingPathExtension().lastPathComponent
            let difference = TwinRun.firstDifference(in: stream)
            if KnownDifference.regressions.contains(name) {
                #expect(difference != nil, "\(name) is mended: take it off the list")
            } else {
                #expect(difference == nil, "\(name)")
            }
        }
    }
}
