import Dispatch
import HTTPTypes
import NIOCore
import NIOHTTP1
import PlimsollModel
import PlimsollNode
import PlimsollTestSupport
import Synchronization
import Testing

@testable import PlimsollGateway

/// A listener that holds the engine's thread, as a disk does that does not answer.
private final class Stall: Sendable {
    private let isWanted = Atomic(false)
    private let isHeld = Atomic(false)
    private let release = DispatchSemaphore(value: 0)

    func hold(_ node: VenueNode) {
        node.addListener { [self] _ in
            guard isWanted.exchange(false, ordering: .relaxed) else { return }
            isHeld.store(true, ordering: .relaxed)
            release.wait()
        }
    }

    func begin() { isWanted.store(true, ordering: .relaxed) }
    /// Until a command has brought the thread to a stand.
    func hasBegun() async throws {
        try await eventually { isHeld.load(ordering: .relaxed) }
    }
    func end() { release.signal() }
}

@Suite struct `A venue with more to do than it can` {
    private let bid = "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.5&price=3900"

    @Test func `the gate lets some in, has some wait, and refuses who waits in vain`() async throws
    {
        let gate = RequestGate(
            limits: .init(underWayMax: 2, waitingMax: 1, wait: .milliseconds(50))
        )
        try await gate.enter()
        try await gate.enter()
        #expect(gate.status == .init(underWay: 2, waiting: 0, refused: 0))
        // Nobody leaves: its turn does not come.
        await #expect(throws: DialectError.overloaded) { try await gate.enter() }
        #expect(gate.status == .init(underWay: 2, waiting: 0, refused: 1))
        gate.leave()
        gate.leave()
        #expect(gate.status.underWay == 0)
    }

    @Test func `who waits goes when another leaves, and only so many may wait`() async throws {
        let gate = RequestGate(limits: .init(underWayMax: 1, waitingMax: 1, wait: .minutes(10)))
        try await gate.enter()
        async let second: Void = gate.enter()
        try await eventually { gate.status.waiting == 1 }
        await #expect(throws: DialectError.overloaded) { try await gate.enter() }
        gate.leave()
        try await second
        #expect(gate.status == .init(underWay: 1, waiting: 0, refused: 1))
        gate.leave()
        #expect(gate.status.underWay == 0)
    }

    @Test func `a place comes back by itself with the request that had it`() async throws {
        let gate = RequestGate()
        try await gate.enter()
        do {
            let progress = RequestProgress(at: gate)
            #expect(gate.status.underWay == 1 && progress.replied == nil)
        }
        #expect(gate.status.underWay == 0)
    }

    @Test(
        arguments: [
            ("POST", "/fapi/v1/order", "symbol=ETHUSDT&side=BUY", true),
            ("POST", "/fapi/v1/order", "side=SELL&reduceOnly=true", false),
            ("POST", "/fapi/v1/order", "side=SELL&positionSide=LONG", false),
            ("POST", "/fapi/v1/order", "side=BUY&positionSide=LONG", true),
            ("POST", "/fapi/v1/algoOrder", "side=SELL&closePosition=true", false),
            ("PUT", "/fapi/v1/order", "", true), ("POST", "/fapi/v1/batchOrders", "", true),
            ("DELETE", "/fapi/v1/order", "", false),
            ("DELETE", "/fapi/v1/allOpenOrders", "", false),
            ("POST", "/fapi/v1/countdownCancelAll", "", false),
            ("POST", "/fapi/v1/leverage", "", true),
            ("POST", "/fapi/v1/positionMargin", "", false),
            ("GET", "/fapi/v1/depth", "", true), ("GET", "/fapi/v3/account", "", true),
            ("GET", "/fapi/v1/time", "", false), ("POST", "/fapi/v1/listenKey", "", false),
            ("GET", "/v1/status", "", false), ("POST", "/v1/clock", "", false),
        ]
    )
    func `new risk and questions wait, what reduces and operates does not`(
        method: String,
        path: String,
        query: String,
        waits: Bool
    ) throws {
        let name = try #require(HTTPRequest.Method(method))
        guard case .found(let route, _) = RouteTable.venue.match(name, path) else {
            Issue.record("\(method) \(path) is no route")
            return
        }
        let parameters = try RequestParameters(query: Array(query.utf8), body: [])
        #expect(route.waitsItsTurn(parameters) == waits)
    }

    @Test func `sheds new risk, takes cancels, and recovers by itself`() async throws {
        try await LoopbackVenue.run {
            $0.gate = .init(underWayMax: 4, waitingMax: 64, wait: .milliseconds(50))
        } _: { venue in
            let trader = try await venue.trader()
            let first = try await trader.order(bid + "&newClientOrderId=first")
            #expect(first.status == 200)
            let stall = Stall()
            stall.hold(venue.node)
            stall.begin()
            // The venue holds still with the first of these; three more wait for the engine.
            let orders = (0..<12).map { _ in Task { try await trader.order(bid) } }
            try await eventually {
                try await venue.get("/v1/metrics").member("requestsShed") == "8"
            }
            async let cancelled = trader.send(
                .DELETE,
                "/fapi/v1/order",
                "symbol=ETHUSDT&origClientOrderId=first"
            )
            async let reduced = trader.order(
                "symbol=ETHUSDT&side=SELL&type=MARKET&quantity=0.5&reduceOnly=true"
            )
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
            #expect(try await venue.get("/v1/health").status == 200)
            stall.end()
            #expect(try await cancelled.member("status") == "CANCELED")
            // Refused by the engine and not by the door: there is nothing to reduce.
            #expect(try await reduced.code == -2022)
            var statuses: [Int] = []
            for order in orders {
                let answer = try await order.value
                statuses.append(answer.status)
                guard answer.status != 200 else { continue }
                #expect(answer.status == 503 && answer.code == -1008)
                #expect(answer.headers.first(name: "retry-after") == "1")
            }
            #expect(statuses.filter { $0 == 200 }.count == 4)
            // As soon as those before it have given their places back.
            try await eventually { try await trader.order(bid).status == 200 }
            let open = try await trader.send(.GET, "/fapi/v1/openOrders").elements()
            #expect(open.count == 5)
        }
    }

    @Test func `an order that its sender no longer wants is not executed late`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let stall = Stall()
            stall.hold(venue.node)
            stall.begin()
            let held = Task { try await trader.order(bid + "&newClientOrderId=held") }
            try await stall.hasBegun()
            let now = WallClock.now
            let short = Task {
                try await trader.send(
                    .POST,
                    "/fapi/v1/order",
                    bid + "&newClientOrderId=short&recvWindow=200",
                    at: now
                )
            }
            let long = Task { try await trader.order(bid + "&newClientOrderId=long") }
            try await Task.sleep(for: .milliseconds(400))
            stall.end()
            #expect(try await held.value.status == 200)
            #expect(try await short.value.code == -1021)
            #expect(try await long.value.status == 200)
            let open = try await trader.send(.GET, "/fapi/v1/openOrders").elements()
            #expect(Set(open.compactMap { $0["clientOrderId"]?.scalarText }) == ["held", "long"])
        }
    }

    @Test func `tells operators of its health and of every stage`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            #expect(try await trader.order(bid).status == 200)
            #expect(try await venue.get("/v1/health").member("healthy") == "true")
            #expect(try await venue.get("/v1/ready").member("ready") == "true")
            let metrics = try await venue.get("/v1/metrics").json()
            guard case .array(let stages)? = metrics["stages"] else {
                Issue.record("there are no stages")
                return
            }
            #expect(stages.compactMap { $0["name"]?.scalarText } == Stage.allCases.map(\.name))
            let page = try await venue.get("/metrics").text
            #expect(page.contains(#"plimsoll_stage_nanoseconds{stage="engine",quantile="0.99"} "#))
            for stage in Stage.allCases {
                let count = "plimsoll_stage_nanoseconds_count{stage=\"\(stage.name)\"} "
                #expect(page.contains(count), "\(stage)")
                // A venue in memory writes no journal.
                #expect(page.contains(count + "0\n") == (stage == .journal), "\(stage)")
            }
        }
    }

    @Test func `a run of the clock is no part of writing its answer`() async throws {
        try await LoopbackVenue.run { venue in
            let stall = Stall()
            stall.hold(venue.node)
            stall.begin()
            let step = Task {
                try await venue.post("/v1/clock", json: #"{"step":1000}"#)
            }
            try await stall.hasBegun()
            try await Task.sleep(for: .milliseconds(300))
            stall.end()
            #expect(try await step.value.status == 200)
            let figures = venue.node.stages.figures()
            let request = try #require(figures.first { $0.stage == .request }).nanosecondsTotal
            let answer = try #require(figures.first { $0.stage == .answer }).nanosecondsTotal
            #expect(request >= answer + 300_000_000)
        }
    }

    @Test func `tells a wrong method from a wrong path`() async throws {
        try await LoopbackVenue.run { venue in
            let wrong = try await venue.send(.PUT, "/v1/clock")
            #expect(wrong.status == 405 && wrong.code == -5000)
            #expect(wrong.headers.first(name: "allow") == "GET, POST")
            #expect(try await venue.get("/v1/keys/abc").headers.first(name: "allow") == "DELETE")
            #expect(try await venue.get("/v1/nothing").status == 404)
            #expect(try await venue.send(.PUT, "/fapi/v1/depth").status == 404)
        }
    }
}
