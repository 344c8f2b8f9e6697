import HTTPTypes
import Logging
import PlimsollJournal
import PlimsollModel
import PlimsollNode
import PlimsollProjections

@testable import PlimsollGateway

/// Something that must hold did not; the seed plays it again.
struct SimulationFault: Error, CustomStringConvertible {
    var seed: UInt64
    var step: Int
    var words: String

    var description: String {
        "step \(step) of seed \(seed): \(words) (again: PLIMSOLL_SIMULATION_SEED=\(seed))"
    }
}

/// A venue and its clients over a bad network and a bad disk, all of it decided by one seed.
///
/// One client after the other sends a request, venue time runs, the disk fails, the process dies. What
/// clients were told has to be so ever after.
struct Simulation {
    private static let symbols = ["BTCUSDT", "ETHUSDT"]

    private let seed: UInt64
    private var random: SimulationRandom
    private let disk: SimulatedDisk
    private let keys = KeyRing()
    private var server: SimulatedServer
    private var reader: SimulatedReader
    private var traders: [SimulatedTrader] = []
    private var step = 0
    private var wall = Timestamp(milliseconds: 1_760_000_000_000)
    /// Of the venue, as last told.
    private var told: (sequence: Sequence, digest: Digest)
    /// Over every request's kind, every answer and every digest of the engine.
    private(set) var trace = Digest()
    private(set) var crashes: [String: Int] = [:]
    private(set) var answers: [Int: Int] = [:]

    /// - Parameters:
    ///   - seed: Of everything that is drawn.
    ///   - forgets: Plants a fault: a disk that loses in a crash what it said it had kept.
    /// - Throws: Why there is no venue.
    init(seed: UInt64, forgets: Bool = false) async throws {
        self.seed = seed
        random = SimulationRandom(seed: seed)
        disk = try SimulatedDisk(forgets: forgets)
        server = try SimulatedServer(disk, seed: seed, keys: keys)
        reader = SimulatedReader(server.node, Self.symbols)
        told = server.node.digest
        for _ in 0..<3 {
            let account = try await server.node.openAccount(deposit: Amount(20_000))
            traders.append(SimulatedTrader(try keys.grant(account: account)))
        }
        disk.keep()
    }

    /// Takes so many steps, and then looks at everything.
    mutating func run(steps: Int) async throws {
        for _ in 0..<steps {
            step += 1
            wall = wall.advanced(byMilliseconds: Int64(1 + random.below(400)))
            try await act()
            if server.node.failure != nil || random.once(in: 150) { try await crash() }
            told = server.node.digest
            disk.keep()
            put(told.sequence.rawValue, told.digest.value)
        }
        try await finish()
    }

    // MARK: What happens

    private mutating func act() async throws {
        switch random.below(100) {
        case 0..<46: await placeOrder()
        case 46..<60: await cancel()
        case 60..<64: await setLeverage()
        case 64..<72: try await read()
        case 72..<80: try await ask()
        case 80..<94: try await letTimePass()
        case 94: try await crowd()
        default: disk.arm(random.pick([.write, .synchronize]))
        }
    }

    private mutating func delivery() -> Delivery {
        random.once(in: 5) ? random.pick(Delivery.allCases) : .whole
    }

    private mutating func send(
        _ request: SimulatedRequest,
        _ delivery: Delivery = .whole
    ) async -> SimulatedAnswer? {
        let answer = await server.send(request, delivery, at: wall)
        answers[answer?.status ?? 0, default: 0] += 1
        put(UInt64(answer?.status ?? 0), UInt64(delivery.rawValue))
        for byte in answer?.body ?? [] { trace.put(byte) }
        return answer
    }

    private mutating func placeOrder() async {
        let index = random.below(traders.count)
        let symbol = random.pick(Self.symbols)
        let name = traders[index].nextName()
        var terms = "symbol=\(symbol)&side=\(random.pick(["BUY", "SELL"]))&newClientOrderId=\(name)"
        terms += "&quantity=\(random.pick(["0.002", "0.010", "0.15", "1", "7.5"]))"
        if random.once(in: 3) {
            terms += "&type=MARKET"
        } else {
            terms += "&type=LIMIT&timeInForce=\(random.pick(["GTC", "GTC", "IOC", "GTX", "FOK"]))"
            terms += "&price=\(price(symbol))"
        }
        if random.once(in: 6) { terms += "&reduceOnly=true" }
        let isForm = random.once(in: 3)
        let delivery = isForm ? delivery() : random.once(in: 8) ? .unanswered : delivery()
        let request = traders[index].request(.post, "/fapi/v1/order", terms, isForm: isForm)
        let answer = await send(request, delivery)
        // The first of two may have traded at once, so that the second is another order by that name.
        guard delivery != .doubled else { return }
        traders[index].learn(name, symbol, from: answer)
    }

    /// Around the index, within the band or a little beyond.
    private mutating func price(_ symbol: String) -> String {
        let index = server.node.read { venue in
            Symbol(symbol).flatMap { venue.marketIndex($0) }
                .flatMap { venue.markets[$0.index].prices?.index }
        }
        let center = index?.units ?? 0
        let units = center / 1000 * Int64(940 + random.below(121))
        return Price(units: units / 10_000_000 * 10_000_000).text(decimals: 1)
    }

    private mutating func cancel() async {
        let index = random.below(traders.count)
        guard random.once(in: 6) == false, let order = traders[index].orders.last else {
            let symbol = random.pick(Self.symbols)
            let request = traders[index].request(
                .delete,
                "/fapi/v1/allOpenOrders",
                "symbol=\(symbol)"
            )
            _ = await send(request, delivery())
            return
        }
        let terms = "symbol=\(order.symbol)&origClientOrderId=\(order.name)"
        _ = await send(traders[index].request(.delete, "/fapi/v1/order", terms), delivery())
    }

    private mutating func setLeverage() async {
        let terms = "symbol=\(random.pick(Self.symbols))&leverage=\(1 + random.below(130))"
        let request = random.pick(traders).request(.post, "/fapi/v1/leverage", terms)
        _ = await send(request, delivery())
    }

    private mutating func letTimePass() async throws {
        let milliseconds = random.pick([50, 250, 1_000, 4_000])
        let request = SimulatedRequest(
            method: .post,
            path: "/v1/clock",
            document: #"{"step":\#(milliseconds)}"#
        )
        let answer = await send(request)
        guard answer?.isDone == true || server.node.failure != nil else {
            throw fault("time does not pass: \(answer?.text ?? "no answer")")
        }
    }

    /// So many ask at once that the gate is full: new risk is refused and not executed, what reduces
    /// goes on, and when they have gone so does everything.
    private mutating func crowd() async throws {
        let places = RequestGate.Limits().underWayMax
        for _ in 0..<places { try await server.gate.enter() }
        let before = server.node.digest
        let index = random.below(traders.count)
        let symbol = random.pick(Self.symbols)
        let name = traders[index].nextName()
        let terms = "symbol=\(symbol)&side=BUY&newClientOrderId=\(name)&quantity=1&type=MARKET"
        let order = traders[index].request(.post, "/fapi/v1/order", terms)
        let answer = await send(order)
        guard answer?.status == 503, answer?.code == -1008, server.node.digest == before else {
            throw fault("new risk in a crowd: \(answer?.text ?? "no answer")")
        }
        traders[index].learn(name, symbol, from: answer)
        let cancel = await send(
            traders[index].request(.delete, "/fapi/v1/allOpenOrders", "symbol=\(symbol)")
        )
        guard cancel?.isDone == true || server.node.failure != nil else {
            throw fault("no cancel in a crowd: \(cancel?.text ?? "no answer")")
        }
        for _ in 0..<places { server.gate.leave() }
    }

    // MARK: What must hold

    /// Reads change nothing, the book is never crossed, and it is the one that its stream tells.
    private mutating func read() async throws {
        let before = server.node.digest
        let symbol = random.pick(Self.symbols)
        let book = await send(
            SimulatedRequest(path: "/fapi/v1/depth", parameters: "symbol=\(symbol)&limit=50")
        )
        for (side, isRising) in [("bids", false), ("asks", true)] {
            let prices = try levels(book, side)
            let sorted = isRising ? prices.sorted() : prices.sorted(by: >)
            guard prices == sorted, Set(prices).count == prices.count else {
                throw fault("\(side) out of order: \(book?.text ?? "")")
            }
        }
        if let bid = try levels(book, "bids").first, let ask = try levels(book, "asks").first {
            guard bid < ask else { throw fault("a crossed book: \(bid) and \(ask)") }
        }
        if let words = reader.follow() { throw fault(words) }
        if let document = book?.json, book?.isDone == true,
            let words = reader.contradiction(of: symbol, document)
        {
            throw fault(words)
        }
        let account = await send(random.pick(traders).request(.get, "/fapi/v2/account"))
        if let account, account.isDone {
            guard let text = account.json?["availableBalance"]?.scalarText,
                let available = try? Amount(parsing: text, allowsSign: true), available >= .zero
            else { throw fault("a balance that cannot be: \(account.text)") }
        }
        let after = server.node.digest
        guard after == before else { throw fault("a reader changed the venue") }
    }

    private func levels(_ book: SimulatedAnswer?, _ side: String) throws -> [Price] {
        guard let book, book.isDone, case .array(let levels)? = book.json?[side] else {
            throw fault("no book: \(book?.text ?? "no answer")")
        }
        return try levels.map { level in
            guard case .array(let cells) = level, let text = cells.first?.scalarText,
                let price = try? Price(parsing: text)
            else { throw fault("a level without a price: \(book.text)") }
            return price
        }
    }

    /// What somebody was told of an order is so, and nobody else is told.
    private mutating func ask() async throws {
        let index = random.below(traders.count)
        guard !traders[index].orders.isEmpty else { return }
        let recent = traders[index].orders.suffix(20)
        let order = random.pick(Array(recent))
        try await check(order, of: index)
        guard case .taken(let number) = order.knowledge else { return }
        let other = traders[(index + 1) % traders.count]
        let stolen = await send(
            other.request(.get, "/fapi/v1/order", "symbol=\(order.symbol)&orderId=\(number)")
        )
        guard stolen?.isDone != true else { throw fault("another's order: \(stolen?.text ?? "")") }
    }

    private mutating func check(_ order: SimulatedTrader.Order, of index: Int) async throws {
        var terms = "symbol=\(order.symbol)"
        if case .taken(let number) = order.knowledge {
            terms += "&orderId=\(number)"
        } else {
            terms += "&origClientOrderId=\(order.name)"
        }
        let answer = await send(traders[index].request(.get, "/fapi/v1/order", terms))
        if let words = traders[index].contradiction(of: order, answer) { throw fault(words) }
    }

    /// The process dies; another goes on with what it left.
    private mutating func crash() async throws {
        let before = server.node
        // What the dying process answers last, its clients still hear.
        await server.settle()
        let kind = try disk.crash(&random)
        crashes[kind, default: 0] += 1
        before.stop()
        disk.forget()
        do {
            server = try SimulatedServer(disk, seed: seed, keys: keys)
        } catch {
            throw fault("no venue after a crash (\(kind)): \(error)")
        }
        reader = SimulatedReader(server.node, Self.symbols)
        let found = server.node.digest
        guard found.sequence >= told.sequence else {
            throw fault("back at command \(found.sequence) of \(told.sequence) (\(kind))")
        }
        guard found.sequence > told.sequence || found.digest == told.digest else {
            throw fault("another history: \(found.digest) instead of \(told.digest) (\(kind))")
        }
        for index in traders.indices {
            for order in traders[index].orders.suffix(5) { try await check(order, of: index) }
        }
    }

    /// Everything that a look from inside can tell.
    private mutating func finish() async throws {
        try await crash()
        let last = server.node.digest
        server.node.stop()
        let report = try VenueVerifier.verify(directory: disk.directory)
        if let mismatch = report.mismatch { throw fault("\(mismatch)") }
        guard report.digest == last.digest, report.sequence == last.sequence else {
            throw fault("the journal ends at \(report.sequence), not \(last.sequence)")
        }
        let configuration = try SimulatedServer.configuration(disk, seed: seed)
        var loop = try VenueLoop.open(configuration, log: SimulatedServer.log)
        guard loop.brokenInvariants().isEmpty else { throw fault("\(loop.brokenInvariants())") }
        try loop.finish()
        put(last.sequence.rawValue, last.digest.value)
    }

    private func fault(_ words: String) -> SimulationFault {
        SimulationFault(seed: seed, step: step, words: words)
    }

    private mutating func put(_ words: UInt64...) {
        for word in words { trace.put(word) }
    }
}
