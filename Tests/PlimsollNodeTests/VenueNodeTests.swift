import Dispatch
import Foundation
import PlimsollModel
import PlimsollProjections
import PlimsollTapes
import PlimsollTestSupport
import Synchronization
import Testing

@testable import PlimsollNode

@Suite struct `A running venue` {
    private let fixture = NodeFixture()

    @Test func `answers every submitter with its own commands' events`() async throws {
        let node = try fixture.node(fixture.configuration())
        _ = try await node.submit(price)
        let before = node.digest.sequence.rawValue
        let outcomes = try await withThrowingTaskGroup(of: (String, CommandOutcome).self) { group in
            for number in 0..<50 {
                let name = "order-\(number)"
                group.addTask { (name, try await node.submit(buy(1, at: 99, name: name))) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (name, outcome) in outcomes {
            let names = outcome.events.compactMap { event in
                if case .orderAccepted(let order) = event { "\(order.clientOrderID)" } else { nil }
            }
            #expect(names == [name])
        }
        let sequences = outcomes.map(\.1.sequence.rawValue).sorted()
        #expect(sequences == Array((before + 1)...(before + 50)))
        node.stop()
        let report = try VenueVerifier.verify(directory: fixture.directory)
        #expect(report.mismatch == nil)
        #expect(report.sequence.rawValue == before + 50)
    }

    @Test func `shows readers what it has answered`() async throws {
        let node = try fixture.node(fixture.configuration())
        _ = try await node.submit([price, buy(5, at: 99)])
        let count = node.read { $0.account(demo)?.openOrders.count }
        #expect(count == 1)
        let sequence = node.digest.sequence
        #expect(node.read { $0.sequence } == sequence)
        node.stop()
    }

    @Test func `tells listeners before it answers, in order and without gaps`() async throws {
        let node = try fixture.node(fixture.configuration())
        let heard = Mutex<[UInt64]>([])
        node.addListener { batch in
            heard.withLock { $0 += batch.commands.map(\.header.sequence.rawValue) }
        }
        let first = node.digest.sequence.rawValue + 1
        for _ in 0..<5 {
            let outcome = try await node.submit(price)
            #expect(heard.withLock { $0.last } == outcome.sequence.rawValue)
        }
        #expect(heard.withLock { $0 } == Array(first..<(first + 5)))
        node.stop()
    }

    @Test func `refuses more than it can hold`() async throws {
        var configuration = try fixture.configuration(inMemory: true)
        configuration.queueLimit = 4
        let node = try fixture.node(configuration)
        await #expect(throws: NodeError.overloaded) {
            try await node.submit(Array(repeating: buy(1, at: 100), count: 5))
        }
        _ = try await node.submit(Array(repeating: buy(1, at: 100), count: 4))
        // Prices find room for longer.
        _ = try await node.submit(Array(repeating: price, count: 5))
        await #expect(throws: NodeError.overloaded) {
            try await node.submit(Array(repeating: price, count: 6))
        }
        node.stop()
    }

    @Test func `runs to an instant and answers only then, paused`() async throws {
        let tape = try NodeFixture.tape(minutes: 30)
        var configuration = try fixture.configuration(
            market: .tape(tape, symbol: NodeFixture.symbol(), shift: 0)
        )
        configuration.startTime = nil
        let node = try fixture.node(configuration)
        #expect(
            node.clock
                == ClockStatus(
                    venueTime: tape.startTime,
                    speed: .realTime,
                    isPaused: true
                )
        )
        let end = tape.startTime.advanced(byMilliseconds: 600_007)
        let status = try await node.setClock(.runUntil(end))
        #expect(status == ClockStatus(venueTime: end, speed: .realTime, isPaused: true))
        #expect(node.clock == status)
        #expect(node.read { $0.time } == end)
        let candles = node.read { projections in
            projections.market(bitcoin)?.trades.count ?? 0
        }
        #expect(candles > 0)
        let sequence = node.digest.sequence
        try await Task.sleep(for: .milliseconds(300))
        #expect(node.digest.sequence == sequence, "a paused venue stands")
        let outcome = try await node.submit(buy(1, at: 90))
        #expect(outcome.time == end)
        let stepped = try await node.setClock(.step(1_000))
        #expect(stepped.venueTime == end.advanced(byMilliseconds: 1_000))
        node.stop()
    }

    @Test func `answers a run that a pause has ended`() async throws {
        let node = try fixture.node(fixture.configuration())
        let end = NodeFixture.start.advanced(byMilliseconds: 365 * 86_400_000)
        // The run stands at its first step until a command and the pause are in the queue.
        let isAtStep = Atomic(false)
        let mayGoOn = DispatchSemaphore(value: 0)
        node.addListener { _ in
            if !isAtStep.exchange(true, ordering: .relaxed) { mayGoOn.wait() }
        }
        async let run = node.setClock(.runUntil(end))
        try await eventually { isAtStep.load(ordering: .relaxed) }
        let served = Task.immediate { try await node.submit(price) }
        let pause = Task.immediate { try await node.setClock(.pause) }
        mayGoOn.signal()
        #expect(try await served.value.refusal == nil)
        let paused = try await pause.value
        let status = try await run
        #expect(status.venueTime < end)
        #expect(status.venueTime == paused.venueTime)
        #expect(status.isPaused)
        #expect(status.runUntil == nil)
        node.stop()
    }

    @Test func `keeps up with the wall clock`() async throws {
        var configuration = try fixture.configuration(isPaused: false)
        configuration.speed = .times(Rate(20))
        let node = try fixture.node(configuration)
        let began = ContinuousClock.now
        let first = node.clock.venueTime
        func elapsed() -> Double { (ContinuousClock.now - began) / .milliseconds(1) }
        var passed: Int64 = 0
        try await eventually {
            let before = elapsed()
            passed = node.clock.venueTime.milliseconds - first.milliseconds
            // Never ahead, whenever it is looked at.
            #expect(Double(passed) <= elapsed() * 20 + 1)
            return before >= 400 && Double(passed) >= before * 20 - 250
        }
        // Ticks move the venue itself.
        try await eventually { node.read { $0.time.milliseconds } > first.milliseconds + 4_000 }
        await #expect(throws: NodeError.self) { try await node.setClock(.speed(.times(.zero))) }
        node.stop()
    }

    @Test func `opens accounts with money`() async throws {
        let node = try fixture.node(fixture.configuration(inMemory: true))
        let first = try await node.openAccount()
        let second = try await node.openAccount(deposit: Amount(55))
        #expect(first.rawValue == demo.rawValue + 1)
        #expect(second.rawValue == demo.rawValue + 2)
        let balances = node.read { projections in
            [first, second].map { account in
                projections.account(account)?.wallet(
                    projections.markets[0].rules.contract.settleAsset
                )
            }
        }
        #expect(balances == [Amount(10_000), Amount(55)])
        await #expect(throws: NodeError.self) {
            try await node.openAccount(deposit: Amount(units: .max))
        }
        node.stop()
    }

    @Test func `takes nothing once stopped, and has a snapshot of all`() async throws {
        let configuration = try fixture.configuration()
        let node = try fixture.node(configuration)
        _ = try await node.submit(price)
        let digest = node.digest
        node.stop()
        node.stop()
        await #expect(throws: NodeError.stopped) { try await node.submit(price) }
        await #expect(throws: NodeError.stopped) { try await node.setClock(.resume) }
        let report = try VenueVerifier.verify(directory: fixture.directory)
        #expect(report.snapshots == 1)
        let again = try fixture.node(configuration)
        #expect(again.digest == digest)
        again.stop()
    }

    @Test func `frees its directory when it is dropped`() async throws {
        let configuration = try fixture.configuration()
        do {
            let node = try fixture.node(configuration)
            _ = try await node.submit(price)
        }
        try await eventually {
            guard let again = try? VenueNode.start(configuration, log: fixture.log) else {
                return false
            }
            again.stop()
            return true
        }
    }
}
