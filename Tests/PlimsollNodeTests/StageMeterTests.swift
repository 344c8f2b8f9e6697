import PlimsollModel
import PlimsollTestSupport
import Synchronization
import Testing

@testable import PlimsollNode

@Suite struct `The stage meter` {
    @Test func `a bucket's edges follow one another without a gap`() {
        for bucket in 1..<520 {
            let edge = LatencyHistogram.upperEdge(of: bucket)
            #expect(LatencyHistogram.bucket(of: edge) == bucket)
            #expect(LatencyHistogram.bucket(of: edge + 1) == bucket + 1)
        }
    }

    @Test(arguments: [1, 15, 16, 999, 123_456, 7_000_000, 59_999_999_999] as [UInt64])
    func `a time is told to within a sixteenth, and never too short`(nanoseconds: UInt64) {
        let edge = LatencyHistogram.upperEdge(of: LatencyHistogram.bucket(of: nanoseconds))
        #expect(edge >= nanoseconds)
        #expect(edge - nanoseconds <= nanoseconds / 16)
    }

    @Test func `percentiles are those of the sorted times`() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(99) == 0)
        for time in 1...100 { histogram.add(UInt64(time) * 1_000_000) }
        #expect((50_000_000...53_200_000).contains(histogram.percentile(50)))
        #expect((99_000_000...100_000_000).contains(histogram.percentile(99)))
        #expect(histogram.percentile(100) == 100_000_000)
        #expect(histogram.longest == 100_000_000)
    }

    @Test func `a minute passes, and the sums since the start stay`() throws {
        let meter = StageMeter()
        let second: UInt64 = 1_000_000_000
        meter.record(.journal, from: 99 * second, to: 100 * second)
        meter.record(.journal, from: [148 * second, 149 * second], to: 150 * second)
        func journal(at time: UInt64) throws -> StageMeter.Figures {
            try #require(meter.figures(at: time).first { $0.stage == .journal })
        }
        #expect(try journal(at: 150 * second).count == 3)
        #expect(try journal(at: 150 * second).longest == 2 * second)
        #expect(try journal(at: 165 * second).count == 2)
        let later = try journal(at: 300 * second)
        #expect(later.count == 0 && later.percentile99 == 0)
        #expect(later.countTotal == 3 && later.nanosecondsTotal == 4 * second)
        #expect(meter.figures(at: 0).map(\.stage) == Stage.allCases)
    }

    @Test func `a venue tells where its commands spend their time`() async throws {
        let fixture = NodeFixture()
        let node = try fixture.node(try fixture.configuration())
        defer { node.stop() }
        _ = try await node.submit(.updateIndexPrice(bitcoin, Price(100)))
        let counts = Dictionary(
            uniqueKeysWithValues: node.stages.figures().map { ($0.stage, $0.countTotal) }
        )
        for stage in [Stage.queue, .journal, .engine, .publish] {
            #expect(counts[stage, default: 0] > 0, "\(stage)")
        }
        // With nothing to do it is behind with nothing.
        try await eventually { node.statistics.nanosecondsBehind == 0 }
    }

    @Test func `a command whose time is over is refused before the engine sees it`() async throws {
        let fixture = NodeFixture()
        let node = try fixture.node(try fixture.configuration(inMemory: true))
        defer { node.stop() }
        let before = node.digest
        let past = StageMeter.now
        await #expect(throws: NodeError.expired) {
            _ = try await node.submit(.updateIndexPrice(bitcoin, Price(100)), deadline: past)
        }
        #expect(node.digest == before)
        let future = StageMeter.now + 3_600_000_000_000
        _ = try await node.submit(.updateIndexPrice(bitcoin, Price(100)), deadline: future)
        #expect(node.digest.sequence > before.sequence)
    }
}
