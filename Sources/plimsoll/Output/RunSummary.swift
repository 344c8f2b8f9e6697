import Foundation
import PlimsollModel
import PlimsollNode

/// What a run came to, for people: the thresholds first, then every number.
struct RunSummary {
    let scenario: Scenario
    let outcome: ScenarioOutcome
    let took: Duration
    let paint: Paint

    private static let nameWidth = 34

    var lines: [String] {
        var lines = ["", paint.bold("  \(scenario.name)") + ": \(scenario.title)"]
        lines.append(
            paint.dim(
                "  seed \(outcome.seed), \(Self.text(ofMilliseconds: scenario.duration)) of venue "
                    + "time in \(took.formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1))))"
            )
        )
        lines.append("")
        let width = outcome.results.map { $0.threshold.description.count }.max() ?? 0
        for result in outcome.results {
            let rule = Self.padded(result.threshold.description, to: width)
            let value = text(of: result)
            lines.append(
                result.isMet
                    ? paint.green("  ✓ \(rule)") + "  \(value)"
                    : paint.red("  ✗ \(rule)  \(value)")
            )
        }
        lines += outageLines
        var group: String?
        for metric in outcome.metrics {
            let place = Self.group(of: metric.name)
            if place != group {
                lines.append("")
                group = place
            }
            lines.append(
                "    " + paint.dim(Self.padded(metric.name, to: Self.nameWidth, with: "."))
                    + " \(Self.text(of: metric))"
            )
        }
        lines.append("")
        lines.append("  sequence \(outcome.sequence), digest \(outcome.digest)")
        return lines
    }

    /// What a door that failed has cost each bot, in words.
    private var outageLines: [String] {
        let costs = scenario.script.bots.compactMap { bot in
            outcome.metric("bot.\(bot.name).outageCost").map { (bot.name, $0) }
        }
        guard !costs.isEmpty else { return [] }
        let width = costs.map(\.0.count).max() ?? 0
        return ["", paint.bold("  What the failing door cost")]
            + costs.map { name, cost in
                func metric(_ kind: String) -> Amount {
                    outcome.metric("bot.\(name).\(kind)") ?? .zero
                }
                let profit = metric("profit")
                let unconfirmed = Figures.grouped(metric("unconfirmed").description)
                let requests = Figures.grouped(metric("requests").description)
                return "    \(Self.padded(name, to: width))  \(Figures.money(cost)): it made "
                    + "\(Figures.money(profit)), with an open door "
                    + "\(Figures.money(profit + cost)); \(unconfirmed) of \(requests) requests "
                    + "unconfirmed"
            }
    }

    private func text(of result: ThresholdResult) -> String {
        outcome.metrics.first { $0.name == result.threshold.metric }.map(Self.text) ?? ""
    }

    /// Metrics of one bot, of one instrument or of the venue stand together.
    private static func group(of name: String) -> String {
        let parts = name.split(separator: ".")
        guard let first = parts.first, parts.count > 1 else { return "" }
        if first == "bot" { return parts.prefix(2).joined(separator: ".") }
        let isSymbol = first.allSatisfy { $0.isUppercase || $0.isNumber }
        return isSymbol || first == "bankruptcy" ? String(first) : ""
    }

    private static func text(of metric: Metric) -> String {
        switch metric.unit {
        case .count: Figures.grouped(metric.value.description)
        case .money: Figures.money(metric.value)
        case .price: Figures.grouped(metric.value.description)
        case .share: Figures.money(Amount(units: metric.value.units * 100)) + " %"
        }
    }

    private static func padded(_ text: String, to width: Int, with pad: String = " ") -> String {
        text.padding(toLength: max(width, text.count), withPad: pad, startingAt: 0)
    }

    private static func text(ofMilliseconds milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"),
            (seconds % 60, "s"),
        ]
        let shown = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return shown.isEmpty ? "0 s" : shown.joined(separator: " ")
    }
}
