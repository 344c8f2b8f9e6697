import PlimsollEngine
import PlimsollModel

/// The engine and its twin, given the same commands and compared after each.
struct TwinRun: ~Copyable {
    private(set) var twin = ReferenceVenue()
    private var engine = Engine()
    private var told = ToldState()
    private var buffer = EventBuffer()
    private(set) var counts = RunCounts()

    /// Performs one command; returns what differs.
    mutating func perform(_ timed: TimedCommand) -> String? {
        counts.commands += 1
        let command = SequencedCommand(
            sequence: engine.sequence.next,
            time: Timestamp(milliseconds: timed.time),
            command: timed.command
        )
        buffer.removeAll()
        engine.apply(command, into: &buffer)
        let events = Array(buffer.events(in: 0..<buffer.count))
        let expected = twin.apply(command)
        if let difference = EventComparison.difference(engine: events, twin: expected) {
            return difference
        }
        counts.count(events, twin)
        if let contradiction = told.fold(events) { return contradiction }
        return counts.commands % 20 == 0 ? told.difference(from: twin) : nil
    }

    /// Compares the whole state, and what the engine thinks of itself.
    func finalDifference() -> String? {
        told.difference(from: twin) ?? engine.brokenInvariants().first
    }

    /// Runs a stream to its first difference.
    static func firstDifference(in stream: [TimedCommand]) -> (index: Int, what: String)? {
        var run = TwinRun()
        for (index, command) in stream.enumerated() {
            if let what = run.perform(command) { return (index, what) }
        }
        return run.finalDifference().map { (stream.count - 1, $0) }
    }
}

struct TimedCommand: Hashable {
    var time: Int64
    var command: Command
}

/// What a run came across; a run that met nothing would prove nothing.
struct RunCounts {
    var commands = 0
    var trades = 0
    var liquidations = 0
    var takeovers = 0
    var settlements = 0
    var calls = 0
    var triggered = 0
    var prevented = 0
    var expired = 0
    var ranOut = 0
    var partialSteps = 0
    var deleveraged = 0
    var deficits = 0
    var inventoryOrders = 0
    var wentStale = 0
    var inverseTrades = 0
    var hedgeCloses = 0
    var transfers = 0
    var matchedPrices = 0
    var premiumRates = 0
    var refusals: [RejectReason: Int] = [:]

    mutating func count(_ events: [Event], _ twin: ReferenceVenue) {
        for event in events {
            switch event {
            case .tradeExecuted(let trade):
                trades += 1
                let contract = twin.instruments[trade.instrument.index].contract
                if contract.kind == .inverse { inverseTrades += 1 }
            case .liquidationFinished(let finished):
                // The scope is safe and the position still there.
                let left = twin.stake(finished.account, finished.instrument, finished.side)
                if left.isOpen { partialSteps += 1 }
            case .liquidationStarted: liquidations += 1
            case .positionTakenOver: takeovers += 1
            case .fundingSettled: settlements += 1
            case .marginCallChanged: calls += 1
            case .conditionalOrderTriggered: triggered += 1
            case .selfTradePrevented: prevented += 1
            case .orderClosed(let closed):
                if closed.reason == .expired { expired += 1 }
                if closed.reason == .countdown { ranOut += 1 }
            case .deleveraged: deleveraged += 1
            case .deficitRecorded: deficits += 1
            case .orderAccepted(let order):
                if order.origin == .insuranceFund { inventoryOrders += 1 }
                if order.priceMatch != .none { matchedPrices += 1 }
                if order.positionSide != .both, order.reduceOnly, order.origin == .client {
                    hedgeCloses += 1
                }
            case .indexStaleChanged(let change): if change.isStale { wentStale += 1 }
            case .moneyMoved(let move): if move.reason == .accountTransfer { transfers += 1 }
            case .pricesUpdated(let prices):
                if prices.estimatedFundingRate != prices.fundingRate { premiumRates += 1 }
            case .refused(let refusal): refusals[refusal.reason, default: 0] += 1
            default: break
            }
        }
    }

    var summary: String {
        "\(commands) commands, \(trades) trades, \(settlements) settlements, \(calls) calls, "
            + "\(liquidations) liquidations, \(takeovers) takeovers, \(triggered) triggered, "
            + "\(prevented) prevented, \(expired) expired, \(ranOut) ran out, \(partialSteps) partial, "
            + "\(deleveraged) deleveraged, \(deficits) deficits, \(inventoryOrders) inventory, "
            + "\(wentStale) stale, \(inverseTrades) inverse, \(hedgeCloses) hedge closes, "
            + "\(transfers) transfers, \(matchedPrices) matched, \(premiumRates) premiums"
    }

    mutating func add(_ other: RunCounts) {
        commands += other.commands
        trades += other.trades
        liquidations += other.liquidations
        takeovers += other.takeovers
        settlements += other.settlements
        calls += other.calls
        triggered += other.triggered
        prevented += other.prevented
        expired += other.expired
        ranOut += other.ranOut
        partialSteps += other.partialSteps
        deleveraged += other.deleveraged
        deficits += other.deficits
        inventoryOrders += other.inventoryOrders
        wentStale += other.wentStale
        inverseTrades += other.inverseTrades
        hedgeCloses += other.hedgeCloses
        transfers += other.transfers
        matchedPrices += other.matchedPrices
        premiumRates += other.premiumRates
        refusals.merge(other.refusals, uniquingKeysWith: +)
    }
}
