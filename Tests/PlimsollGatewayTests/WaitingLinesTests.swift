import NIOCore
import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `Who waits at the gate` {
    private let one = AccountID(rawValue: 1)
    private let two = AccountID(rawValue: 2)

    private func time(_ milliseconds: UInt64) -> NIODeadline {
        .uptimeNanoseconds(milliseconds * 1_000_000)
    }

    /// Five of one account, one of another, and two without any.
    private var lines: WaitingLines<String> {
        var lines = WaitingLines<String>()
        for number in 1...3 { lines.append("one \(number)", of: one, until: time(10)) }
        lines.append("two 1", of: two, until: time(20))
        for number in 1...2 { lines.append("nobody \(number)", of: nil, until: time(30)) }
        for number in 4...5 { lines.append("one \(number)", of: one, until: time(40)) }
        return lines
    }

    @Test func `accounts take turns, and in each line the first one goes`() {
        var lines = lines
        var order: [String] = []
        while let next = lines.popFirst() {
            order.append(next)
            // It comes back as soon as it has gone.
            if order.count == 2 { lines.append("two 2", of: two, until: time(50)) }
        }
        #expect(
            order == [
                "one 1", "two 1", "nobody 1", "one 2", "two 2", "nobody 2", "one 3", "one 4",
                "one 5",
            ]
        )
        #expect(lines.isEmpty && lines.popFirst() == nil && lines.firstEnd == nil)
    }

    @Test func `whose time is over goes, the others keep their places`() {
        var lines = lines
        #expect(lines.firstEnd == time(10))
        #expect(lines.popExpired(at: time(9)).isEmpty)
        #expect(Set(lines.popExpired(at: time(20))) == ["one 1", "one 2", "one 3", "two 1"])
        #expect(lines.count == 4 && lines.firstEnd == time(30))
        #expect(lines.popFirst() == "one 4")
        #expect(lines.popFirst() == "nobody 1")
        #expect(Set(lines.popExpired(at: time(100))) == ["one 5", "nobody 2"])
        #expect(lines.isEmpty)
    }
}
