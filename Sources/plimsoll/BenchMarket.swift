import ArgumentParser
import Logging
import PlimsollAgents
import PlimsollModel
import PlimsollNode

extension BenchCommand {
    /// A living market, as fast as one thread takes it.
    struct Market: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a simulated market on a venue in memory, with its read models."
        )

        @Option(help: "Participants besides the user; most are of the leveraged crowd.")
        var agents = 1_000

        @Option(help: "The first of the profile.")
        var instruments = 5

        @Option(help: "Simulated minutes.")
        var minutes = 60

        @Option(help: "Seed of the market.")
        var seed: UInt64 = 1

        func run() throws {
            var rules = try ProfileLoader.load("binance-usdm")
            rules.instruments = Array(rules.instruments.prefix(instruments))
            var composition = MarketComposition.standard
            composition.instruments = rules.instruments.map {
                InstrumentCourse(symbol: $0.contract.symbol)
            }
            composition.leveragedCrowd.count = 0
            let others = composition.participants(from: .firstOpened).count
            composition.leveragedCrowd.count = max(0, agents - others)
            let clock = ContinuousClock()
            let start = clock.now
            let survey = try MarketSurvey(
                rules: rules,
                composition: composition,
                seed: seed,
                minutes: minutes,
                log: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
            )
            let taken = clock.now - start
            let milliseconds =
                Int64(taken.components.seconds) * 1_000
                + taken.components.attoseconds / 1_000_000_000_000_000
            let simulated = Int64(minutes) * 60_000
            let trades = survey.instruments.reduce(0) { $0 + $1.tradeCount }
            let liquidations = survey.instruments.reduce(0) { $0 + $1.liquidationCount }
            print(
                """
                {"bench":"market","agents":\(agents),"instruments":\(survey.instruments.count),\
                "simulatedMinutes":\(minutes),"milliseconds":\(milliseconds),\
                "timesRealTime":\(simulated / max(1, milliseconds)),\
                "commands":\(survey.commandCount),\
                "commandsPerSimulatedSecond":\(survey.commandCount / UInt64(max(1, minutes * 60))),\
                "trades":\(trades),"liquidations":\(liquidations),\
                "refusals":\(survey.refusalCount),"deposits":\(survey.depositCount),\
                "broken":\(survey.brokenInvariants.count),"digest":"\(survey.digest)"}
                """
            )
            guard survey.brokenInvariants.isEmpty else {
                throw FlowError(message: "the books do not balance: \(survey.brokenInvariants)")
            }
        }
    }
}
