import ArgumentParser
import Foundation
import Logging
import PlimsollAgents
import PlimsollModel
import PlimsollNode

/// `plimsoll market`: the simulated market, looked at from outside.
struct MarketCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "market",
        abstract: "Examine the simulated market.",
        subcommands: [Check.self]
    )

    /// Runs it and compares it with recorded markets.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the simulated market with recorded ones.",
            discussion: """
                Runs the market of plimsoll up on a venue in memory, from a Monday at midnight, and \
                measures what returns, spreads and funding look like. Each property stands beside \
                the range that recordings give; what falls outside is marked and ends with exit \
                code 1.
                """
        )

        @Option(help: "Name or file of the rules.")
        var profile = "binance-usdm"

        @Option(help: "Seed of the market.")
        var seed: UInt64 = 1

        @Option(help: "Simulated hours.")
        var hours = 24

        @Flag(help: "Print one JSON document.")
        var json = false

        func validate() throws {
            guard (2...1_000).contains(hours) else {
                throw ValidationError("Give 2 to 1000 hours: less says nothing.")
            }
        }

        func run() throws {
            let rules: VenueRules
            let survey: MarketSurvey
            do {
                rules = try ProfileLoader.load(profile)
            } catch {
                throw CommandFailure(error)
            }
            do {
                survey = try MarketSurvey(
                    rules: rules,
                    composition: .standard,
                    seed: seed,
                    minutes: hours * 60,
                    log: Logger(label: "market") { _ in SwiftLogNoOpLogHandler() },
                    progress: { hour in
                        Console.remarkInPlace("simulated \(hour) of \(hours) hours")
                    }
                )
            } catch {
                throw CommandFailure(.failed, error.description)
            }
            Console.remarkInPlace("")
            let check = MarketCheck(survey)
            if json { try Console.say(json: check) } else { MarketReport(check).print() }
            if let broken = check.brokenInvariants.first {
                throw CommandFailure(.failed, "the books do not balance: \(broken)")
            }
            guard check.failures.isEmpty else { throw ExitCode(ExitStatus.failed.rawValue) }
        }
    }
}

/// A check as text, an instrument at a time.
private struct MarketReport {
    let check: MarketCheck

    init(_ check: MarketCheck) { self.check = check }

    func print() {
        let paint = Paint(isOn: Console.hasColor)
        Console.say(
            "The \(check.market) market, seed \(check.seed), \(check.minutes / 60) hours"
        )
        var names: [String] = []
        for finding in check.findings where !names.contains(finding.instrument) {
            names.append(finding.instrument)
        }
        for name in names {
            Console.say()
            Console.say(paint.bold(name))
            for finding in check.findings where finding.instrument == name {
                let mark = finding.holds ? paint.green("✓") : paint.red("✗")
                let range = "\(text(finding.expectedMin)) to \(text(finding.expectedMax))"
                Console.say(
                    "  \(mark) \(padded(finding.property, 52)) \(padded(text(finding.measured), 11))"
                        + paint.dim(" \(range)")
                )
            }
            for note in check.notes where note.instrument == name {
                Console.say("    \(padded(note.property, 52)) \(text(note.measured))")
            }
        }
        Console.say()
        let held = check.findings.count - check.failures.count
        Console.say("\(held) of \(check.findings.count) properties as recorded")
        for basis in Set(check.findings.map(\.basis)).sorted() {
            Console.say(paint.dim("recorded: \(basis)"))
        }
        Console.say(paint.dim(Plimsoll.disclaimer))
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Four significant digits.
    private func text(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        var decimals = 0
        var scaled = abs(value)
        while scaled < 1_000, decimals < 9 {
            scaled *= 10
            decimals += 1
        }
        return String(format: "%.\(decimals)f", value)
    }
}
