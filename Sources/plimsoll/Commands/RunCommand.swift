import ArgumentParser
import Foundation
import PlimsollModel
import PlimsollNode

/// `plimsoll run`: plays a scenario without a server, as fast as possible.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Play a scenario as fast as possible and hold it to its thresholds.",
        discussion: """
            The same scenario and seed give the same digest on every machine. Exit code 10 when a \
            threshold fails. `plimsoll verify RUN.json` plays a record again.

            plimsoll run flash-crash --out run.json
            """
    )

    @Argument(help: "The name of a scenario that ships, or a file.")
    var scenario: String?

    @Flag(help: "List the scenarios that ship.")
    var list = false

    @Option(help: "Instead of the scenario's own.")
    var seed: UInt64?

    @Option(help: "Where the record of the run is written.")
    var out: String?

    @Flag(help: "Print the record of the run, or the list, as one JSON document.")
    var json = false

    func validate() throws {
        guard list != (scenario != nil) else {
            throw ValidationError("Name a scenario, or ask for the list with --list.")
        }
    }

    func run() throws {
        guard let name = scenario else { return try showList() }
        let scenario: Scenario
        let file: String
        do {
            (scenario, file) = try ScenarioGallery.load(name)
        } catch {
            throw CommandFailure(scenario: error)
        }
        let began = ContinuousClock.now
        let outcome: ScenarioOutcome
        do {
            outcome = try ScenarioRun.play(scenario, seed: seed) { share in
                Console.remarkInPlace("\(scenario.name) \(Figures.percent(share, signed: false))")
            }
        } catch {
            throw CommandFailure(error)
        }
        Console.remarkInPlace("")
        let record = RunRecord(scenario, file: file, outcome)
        if let out { try write(record, to: out) }
        if json {
            try Console.say(json: record)
        } else {
            let summary = RunSummary(
                scenario: scenario,
                outcome: outcome,
                took: ContinuousClock.now - began,
                paint: Paint(isOn: Console.hasColor)
            )
            for line in summary.lines { Console.say(line) }
        }
        guard outcome.areThresholdsMet else { throw ExitCode(ExitStatus.ruleFailed.rawValue) }
    }

    private func write(_ record: RunRecord, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try encoder.encode(record).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure(
                .failed,
                "\(path) cannot be written: \(error.localizedDescription)"
            )
        }
    }

    private func showList() throws {
        let entries = ScenarioGallery.entries()
        if json {
            struct Row: Encodable {
                let name, title, about, file: String
                let durationMilliseconds: Int64
            }
            try Console.say(
                json: entries.map {
                    Row(
                        name: $0.name,
                        title: $0.title,
                        about: $0.about,
                        file: $0.file,
                        durationMilliseconds: $0.duration
                    )
                }
            )
            return
        }
        let width = entries.map(\.name.count).max() ?? 0
        for entry in entries {
            Console.say(
                entry.name.padding(toLength: width + 2, withPad: " ", startingAt: 0)
                    + entry.title
            )
        }
    }
}
