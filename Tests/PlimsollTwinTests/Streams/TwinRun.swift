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
        counts.count(events)
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
    var refusals: [RejectReason: Int] = [:]

    mutating func count(_ events: [Event]) {
        for event in events {
            switch event {
            case .tradeExecuted: trades += 1
            case .liquidationStarted: liquidations += 1
            case .positionTakenOver: takeovers += 1
            case .fundingSettled: settlements += 1
            case .marginCallChanged: calls += 1
            case .refused(let refusal): refusals[refusal.reason, default: 0] += 1
            default: break
            }
        }
    }

    var summary: String {
        "\(commands) commands, \(trades) trades, \(settlements) settlements, \(calls) calls, "
            + "\(liquidations) liquidations, \(takeovers) takeovers"
    }

    mutating func add(_ other: RunCounts) {
        commands += other.commands
        trades += other.trades
        liquidations += other.liquidations
        takeovers += other.takeovers
        settlements += other.settlements
        calls += other.calls
        refusals.merge(other.refusals, uniquingKeysWith: +)
    }
}
