import ArgumentParser
import PlimsollEngine
import PlimsollModel
import PlimsollNode

/// Measures speed; a result prints the workload and whether every fill was right.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the speed of the engine.",
        subcommands: [Match.self, Venue.self, Cascade.self, Tape.self, Market.self]
    )

    struct Options: ParsableArguments {
        @Option(help: "An LVFLOW01 file.")
        var flow: String

        @Option(help: "How often the flow is run; the best and the median count.")
        var rounds = 5
    }

    /// The book alone.
    struct Match: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Match the flow with the order book alone."
        )

        @OptionGroup var options: Options

        func run() throws {
            let flow = try Flow(path: options.flow)
            var times: [Duration] = []
            var outcome = FlowOutcome()
            for _ in 0..<max(1, options.rounds) {
                var replay = BookReplay()
                let clock = ContinuousClock()
                let start = clock.now
                outcome = flow.match(into: &replay)
                times.append(clock.now - start)
            }
            try report("match", flow, outcome, times)
        }
    }

    /// The whole venue command: admission, matching, ledger, tiers, margin and events.
    struct Venue: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the flow through the whole engine: admission, margin, ledger, events."
        )

        @OptionGroup var options: Options

        func run() throws {
            let flow = try Flow(path: options.flow)
            let profile = try ProfileLoader.load("binance-usdm")
            guard var rules = profile.instruments.first else {
                throw FlowError(message: "the profile lists no instrument")
            }
            rules.openToFlow()
            let venue = FlowVenue(flow: flow, rules: rules, assets: profile.assets)
            var times: [Duration] = []
            var outcome = FlowOutcome()
            var digest = Digest()
            for _ in 0..<max(1, options.rounds) {
                var engine = Engine()
                var events = EventBuffer()
                for command in venue.opening {
                    events.removeAll()
                    engine.apply(command, into: &events)
                }
                outcome = FlowOutcome()
                let clock = ContinuousClock()
                let start = clock.now
                let commands = venue.commands.span
                for index in commands.indices {
                    events.removeAll()
                    engine.apply(commands[index], into: &events)
                    outcome.count(events)
                }
                times.append(clock.now - start)
                digest = engine.digest
            }
            try report("venue", flow, outcome, times, digest: digest)
        }
    }
}

extension InstrumentRules {
    /// Keeps the profile's tiers and fees, and makes room for the flow's prices and counts, so that
    /// every order is admitted and the fills can be compared.
    fileprivate mutating func openToFlow() {
        contract.tickSize = Price(units: FlowVenue.unitsPerTick)
        contract.stepSize = Quantity(units: FlowVenue.unitsPerLot)
        limits.priceMin = Price(1)
        limits.priceMax = Price(1_000_000)
        limits.quantityMin = contract.stepSize
        limits.quantityMax = Quantity(1000)
        limits.marketQuantityMax = Quantity(1000)
        limits.notionalMin = .zero
        limits.priceBand = Rate(units: 50_000_000)
        limits.marketTakeBound = Rate(units: 50_000_000)
        limits.openOrderCountMax = 100_000
    }
}

extension FlowOutcome {
    /// Reads fills and refusals off one command's events, in ticks and lots of the flow.
    fileprivate mutating func count(_ events: borrowing EventBuffer) {
        for index in 0..<events.count {
            switch events[index] {
            case .tradeExecuted(let trade):
                fill(
                    maker: trade.maker,
                    taker: trade.taker,
                    tick: Int32(trade.price.units / FlowVenue.unitsPerTick),
                    Quantity(units: trade.quantity.units / FlowVenue.unitsPerLot)
                )
            case .refused: rejects += 1
            default: break
            }
        }
    }
}

/// Prints one JSON document; fails where a fill differs from the reference.
private func report(
    _ name: String,
    _ flow: Flow,
    _ outcome: FlowOutcome,
    _ times: [Duration],
    digest: Digest? = nil
) throws {
    let sorted = times.sorted()
    func perSecond(_ time: Duration) -> Int {
        let nanoseconds =
            time.components.attoseconds / 1_000_000_000
            + time.components.seconds * 1_000_000_000
        return Int(Int128(flow.records.count) * 1_000_000_000 / Int128(max(1, nanoseconds)))
    }
    let hash = String(outcome.hash, radix: 16)
    print(
        """
        {"bench":"\(name)","commands":\(flow.records.count),"rounds":\(times.count),\
        "commandsPerSecondBest":\(perSecond(sorted[0])),\
        "commandsPerSecondMedian":\(perSecond(sorted[sorted.count / 2])),\
        "fills":\(outcome.fills),"volume":\(outcome.volume),"rejects":\(outcome.rejects),\
        "fillHash":"\(hash)","fillHashMatches":\(outcome == flow.expected)\
        \(digest.map { ",\"digest\":\"\($0)\"" } ?? "")}
        """
    )
    guard outcome == flow.expected else {
        throw FlowError(
            message: "the fills differ from the reference: expected \(flow.expected)"
        )
    }
}
