import Logging
import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

/// What the stream of whoever runs the venue tells, step by step.
@Suite struct `The control stream` {
    /// A venue that stands still, with its fault board.
    private static func withRoom(_ body: (ControlRoom) throws -> Void) throws {
        let node = try VenueNode.start(
            NodeConfiguration(
                rules: try StreamTestVenue.rules(),
                market: .none,
                startTime: Timestamp(milliseconds: 1_746_000_000_000),
                isPaused: true
            ),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        defer { node.stop() }
        try body(
            ControlRoom(node: node, faults: FaultDesk(node: node, seed: 1), scenario: nil)
        )
    }

    /// Spec: STRM-016.
    @Test func `a subject is told when it changes, and the clock every second`() throws {
        try Self.withRoom { room in
            var feed = ControlFeed()
            #expect(feed.take(from: room).map(\.subject) == ControlFeed.Subject.allCases)
            for _ in 1..<4 { #expect(feed.take(from: room).isEmpty) }
            #expect(feed.take(from: room).map(\.subject) == [.clock])
            let fault = try FaultFields(kind: "overloaded").fault()
            _ = try room.faults.post(fault)
            let news = feed.take(from: room)
            #expect(news.map(\.subject) == [.faults])
            #expect(String(decoding: news[0].value, as: UTF8.self).contains("overloaded"))
            #expect(feed.take(from: room).isEmpty)
        }
    }

    @Test func `a connection is the operator's only where it carries nothing else`() throws {
        let control = try #require(StreamName("!control"))
        let trades = try #require(StreamName("ethusdt@trade"))
        #expect([control].isOfControl)
        #expect(![control, trades].isOfControl)
        #expect(![StreamName]().isOfControl)
    }
}
