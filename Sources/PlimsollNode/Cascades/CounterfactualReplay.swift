import PlimsollEngine
import PlimsollModel

/// Runs the same commands from the same state again, with one of them left out.
///
/// Everybody else does what he did. Orders that come about later in the two runs have different
/// numbers, so a command that names one is made to name the order that the same command brought about
/// in its run; where there is none, the command is refused.
struct CounterfactualReplay {
    /// What a run did.
    struct Outcome {
        /// With the command in which each began.
        var closes: [(sequence: Sequence, start: LiquidationStarted)] = []
        /// What the order of each command took out of the book of one instrument, as one side.
        var taken: [Sequence: Quantity] = [:]
    }

    /// The engine before the first command.
    let base: [UInt8]
    let commands: [SequencedCommand]

    /// The run as it was.
    ///
    /// - Parameters:
    ///   - instrument: Whose trades are summed.
    ///   - side: Of the takers.
    /// - Returns: What happened, and which command brought about which order.
    /// - Throws: `CodecError` where the state cannot be read.
    func original(
        watching instrument: InstrumentID,
        _ side: Side
    ) throws(CodecError) -> (outcome: Outcome, names: OrderNames) {
        var names = OrderNames()
        let outcome = try run(&names, watching: instrument, side) { command, _ in command }
        return (outcome, names)
    }

    /// The run without one command.
    func outcome(
        without omitted: Sequence,
        names original: OrderNames
    ) throws(CodecError) -> Outcome {
        var names = OrderNames()
        return try run(&names) { command, names in
            guard command.sequence != omitted else {
                // Its place and its time stay.
                return SequencedCommand(
                    sequence: command.sequence,
                    time: command.time,
                    command: .advanceTime
                )
            }
            return names.translated(command, from: original)
        }
    }

    private func run(
        _ names: inout OrderNames,
        watching instrument: InstrumentID? = nil,
        _ side: Side = .buy,
        _ change: (SequencedCommand, OrderNames) -> SequencedCommand
    ) throws(CodecError) -> Outcome {
        var engine = try Engine(snapshot: base)
        var events = EventBuffer()
        var outcome = Outcome()
        for original in commands {
            let command = change(original, names)
            events.removeAll()
            engine.apply(command, into: &events)
            var own: OrderID?
            for index in 0..<events.count {
                names.note(events[index], of: command, own: &own)
                switch events[index] {
                case .liquidationStarted(let start):
                    outcome.closes.append((command.sequence, start))
                case .tradeExecuted(let trade)
                where trade.instrument == instrument && trade.takerSide == side
                    && trade.taker == own:
                    outcome.taken[command.sequence, default: .zero] += trade.quantity
                default: break
                }
            }
        }
        return outcome
    }
}

/// Which command brought about which order, so that two runs can be compared.
struct OrderNames {
    private enum Conditional: Hashable {
        /// By a command of the run.
        case placed(Sequence)
        /// Before the run.
        case known(ConditionalOrderID)
    }

    private enum Origin: Hashable {
        case command(Sequence)
        case released(Conditional)
    }

    // For look-up only; never iterated.
    private var orders: [Origin: OrderID] = [:]
    private var origins: [OrderID: Origin] = [:]
    private var conditionals: [Sequence: ConditionalOrderID] = [:]
    private var placings: [ConditionalOrderID: Sequence] = [:]

    /// Takes in what a command did; `own` is the order that it placed or amended itself.
    mutating func note(_ event: Event, of command: SequencedCommand, own: inout OrderID?) {
        switch event {
        case .conditionalOrderAccepted(let accepted):
            conditionals[command.sequence] = accepted.id
            placings[accepted.id] = command.sequence
        case .conditionalOrderTriggered(let triggered):
            let conditional =
                placings[triggered.id].map(Conditional.placed) ?? .known(triggered.id)
            name(triggered.order, .released(conditional))
        case .orderAccepted(let accepted) where accepted.origin == .client:
            // What a stop became was named when it triggered, just before.
            guard origins[accepted.order] == nil, case .placeOrder = command.command else { return }
            name(accepted.order, .command(command.sequence))
            own = accepted.order
        case .orderAmended(let amended): own = amended.order
        default: break
        }
    }

    private mutating func name(_ order: OrderID, _ origin: Origin) {
        orders[origin] = order
        origins[order] = origin
    }

    /// A command of another run, with the orders that it names as they are called in this one.
    func translated(_ command: SequencedCommand, from other: OrderNames) -> SequencedCommand {
        var translated = command
        switch command.command {
        case .cancelOrder(var target):
            target.order = order(target.order, of: other)
            translated.command = .cancelOrder(target)
        case .amendOrder(var amendment):
            amendment.target.order = order(amendment.target.order, of: other)
            translated.command = .amendOrder(amendment)
        case .cancelConditionalOrder(var target):
            if let placing = other.placings[target.order] {
                target.order = conditionals[placing] ?? ConditionalOrderID(rawValue: .max)
            }
            translated.command = .cancelConditionalOrder(target)
        default: break
        }
        return translated
    }

    private func order(_ order: OrderID, of other: OrderNames) -> OrderID {
        guard let origin = other.origins[order] else { return order }
        return orders[origin] ?? OrderID(rawValue: .max)
    }
}
