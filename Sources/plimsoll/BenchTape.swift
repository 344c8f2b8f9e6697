import ArgumentParser
import Foundation
import PlimsollEngine
import PlimsollModel
import PlimsollNode
import PlimsollTapes

extension BenchCommand {
    /// A recording, replayed as fast as possible.
    struct Tape: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replay a recording through the engine, as fast as possible.",
            discussion: """
                Measures the replay and the engine together, without journal, tables and doors, and \
                the reading of the file apart.
                """
        )

        @Argument(help: "A file of candles, trades or a book, or an imported tape.")
        var tape: String

        @Option(help: "The trades recorded beside a book.")
        var trades: String?

        @Option(help: "The instrument, where the file's name does not begin with it.")
        var symbol: String?

        @Option(help: "Name or file of the rules.")
        var profile = "binance-usdm"

        @Option(help: "How often the tape is replayed; the best and the median count.")
        var rounds = 3

        @Option(help: "Where imported tapes are.")
        var library = TapeLibrary.standardDirectory

        func run() throws {
            let clock = ContinuousClock()
            let start = clock.now
            let shelf = TapeShelf(library: TapeLibrary(directory: library))
            let market = try shelf.market(tape, trades: trades)
            let readTime = clock.now - start
            let name = symbol ?? market.symbol ?? ""
            guard
                let rules = try ProfileLoader.load(profile).instruments
                    .first(where: { $0.contract.symbol.description == name })
            else { throw CommandFailure(.notFound, "\(profile) has no instrument \(name)") }
            var times: [Duration] = []
            var outcome = Outcome()
            for _ in 0..<max(1, rounds) {
                let start = clock.now
                outcome = try replay(market, rules)
                times.append(clock.now - start)
            }
            times.sort()
            print(
                report(
                    market,
                    outcome,
                    readTime,
                    best: times[0],
                    median: times[times.count / 2]
                )
            )
        }

        private struct Outcome {
            var commands = 0
            var trades = 0
            var refusals = 0
            var digest = Digest()
        }

        private func replay(_ market: MarketTape, _ rules: InstrumentRules) throws -> Outcome {
            var engine = Engine()
            var events = EventBuffer()
            var outcome = Outcome()
            var sequence = Sequence.zero
            func apply(_ command: Command, at time: Timestamp) {
                sequence = sequence.next
                events.removeAll()
                engine.apply(
                    SequencedCommand(sequence: sequence, time: time, command: command),
                    into: &events
                )
                outcome.commands += 1
                for index in 0..<events.count {
                    switch events[index] {
                    case .tradeExecuted: outcome.trades += 1
                    case .refused: outcome.refusals += 1
                    default: break
                    }
                }
            }
            let profile = try ProfileLoader.load(profile)
            let venue = VenueRules(
                name: "bench",
                assets: profile.assets,
                instruments: [rules]
            )
            for change in venue.changes { apply(.changeRules(change), at: .zero) }
            let maker = AccountID.firstOpened
            let taker = AccountID(rawValue: maker.rawValue + 1)
            for _ in 0..<2 { apply(.openAccount(.recordedMarket), at: .zero) }
            let place = ReplayPlace(
                instrument: InstrumentID(rawValue: 0),
                rules: rules,
                maker: maker,
                taker: taker
            )
            var source = market.replay(in: place)
            let observes = market.observes
            while let time = source.nextTime {
                for command in source.step() {
                    apply(command, at: time)
                    guard observes else { continue }
                    let header = EventHeader(sequence: sequence, time: time)
                    source.observe(events.events(in: 0..<events.count), at: header)
                }
            }
            outcome.digest = engine.digest
            return outcome
        }

        private func report(
            _ market: MarketTape,
            _ outcome: Outcome,
            _ readTime: Duration,
            best: Duration,
            median: Duration
        ) -> String {
            let recorded = market.endTime.milliseconds - market.startTime.milliseconds
            func times(_ time: Duration) -> Int64 {
                recorded * 1000 / max(1, Self.microseconds(time))
            }
            var bars = ""
            if case .candles(let tape) = market.recording {
                func rate(_ time: Duration) -> Int64 {
                    Int64(tape.candles.count) * 1_000_000 / max(1, Self.microseconds(time))
                }
                bars =
                    ",\"barsPerSecondBest\":\(rate(best)),\"barsPerSecondMedian\":\(rate(median))"
            }
            return """
                {"bench":"tape","readMilliseconds":\(Self.microseconds(readTime) / 1000),\
                "commands":\(outcome.commands),"trades":\(outcome.trades),\
                "refusals":\(outcome.refusals),"recordedMilliseconds":\(recorded),\
                "timesRealBest":\(times(best)),"timesRealMedian":\(times(median))\(bars),\
                "digest":"\(outcome.digest)"}
                """
        }

        private static func microseconds(_ time: Duration) -> Int64 {
            time.components.seconds * 1_000_000
                + time.components.attoseconds / 1_000_000_000_000
        }
    }
}
