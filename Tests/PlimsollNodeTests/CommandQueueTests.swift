import PlimsollModel
import Synchronization
import Testing

@testable import PlimsollNode

/// An order of an account in hedge mode, where none may say that it only reduces.
private func closing(_ position: PositionSide, _ side: Side) -> Command {
    .placeOrder(
        NewOrder(
            account: demo,
            instrument: bitcoin,
            side: side,
            type: .market,
            quantity: Quantity(1),
            positionSide: position
        )
    )
}

@Suite struct `The command queue` {
    private func fill(_ queue: CommandQueue, _ command: Command, count: Int) throws(NodeError) {
        for _ in 0..<count { try queue.push([command]) { _ in } }
    }

    @Test func `refuses new risk when it is full, and takes cancels a while longer`() throws {
        let queue = CommandQueue(limit: 8)
        try fill(queue, buy(1, at: 100), count: 8)
        #expect(throws: NodeError.overloaded) { try queue.push([buy(1, at: 100)]) { _ in } }
        try fill(queue, .cancelAllOrders(demo, bitcoin), count: 2)
        #expect(throws: NodeError.overloaded) {
            try queue.push([.cancelAllOrders(demo, bitcoin)]) { _ in }
        }
        #expect(queue.count == 10)
        // What is taken makes room.
        #expect(queue.take(limit: 5, deadline: nil).submissions.count == 5)
        try fill(queue, buy(1, at: 100), count: 3)
        #expect(throws: NodeError.overloaded) { try queue.push([buy(1, at: 100)]) { _ in } }
    }

    @Test func `takes a submission whole or not at all`() throws {
        let queue = CommandQueue(limit: 8)
        #expect(throws: NodeError.overloaded) {
            try queue.push(Array(repeating: buy(1, at: 100), count: 9)) { _ in }
        }
        #expect(queue.count == 0)
    }

    @Test func `hands out in order of arrival, whole submissions up to the limit`() throws {
        let queue = CommandQueue(limit: 100)
        for size in [1, 3, 2, 7, 1] {
            try queue.push(Array(repeating: Command.advanceTime, count: size)) { _ in }
        }
        func sizes() -> [Int] {
            queue.take(limit: 5, deadline: 0).submissions.map(\.commands.count)
        }
        #expect(sizes() == [1, 3])
        #expect(sizes() == [2])
        #expect(sizes() == [7], "a submission larger than the limit goes alone")
        #expect(sizes() == [1])
        #expect(sizes() == [])
        #expect(queue.count == 0)
    }

    @Test func `does what waits before it stops, and takes nothing more`() throws {
        let queue = CommandQueue(limit: 100)
        try fill(queue, .advanceTime, count: 7)
        queue.stop()
        #expect(throws: NodeError.stopped) { try queue.push([.advanceTime]) { _ in } }
        #expect(throws: NodeError.stopped) { try queue.push(.pause) { _ in } }
        let first = queue.take(limit: 5, deadline: nil)
        #expect(first.submissions.count == 5)
        #expect(!first.isStopping)
        let second = queue.take(limit: 5, deadline: nil)
        #expect(second.submissions.count == 2)
        #expect(second.isStopping)
    }

    @Test func `says why it is closed`() throws {
        let queue = CommandQueue(limit: 8)
        queue.close(.readOnly("the disk is full"))
        #expect(throws: NodeError.readOnly("the disk is full")) {
            try queue.push([.advanceTime]) { _ in }
        }
    }

    @Test(
        arguments: [
            (buy(1, at: 100), true), (.cancelAllOrders(demo, bitcoin), false),
            (
                .placeOrder(
                    NewOrder(
                        account: demo,
                        instrument: bitcoin,
                        side: .sell,
                        type: .market,
                        reduceOnly: true,
                        quantity: Quantity(1)
                    )
                ), false
            ),
            (closing(.long, .sell), false), (closing(.short, .buy), false),
            (closing(.long, .buy), true),
            (.updateIndexPrice(bitcoin, Price(100)), false), (.advanceTime, false),
            (.adjustIsolatedMargin(demo, bitcoin, Amount(1)), false),
            (.adjustIsolatedMargin(demo, bitcoin, Amount(-1)), true),
            (.setLeverage(demo, bitcoin, 20), true),
        ] as [(Command, Bool)]
    )
    func `knows new risk from its reduction`(command: Command, addsRisk: Bool) {
        #expect(command.addsRisk == addsRisk)
    }
}
