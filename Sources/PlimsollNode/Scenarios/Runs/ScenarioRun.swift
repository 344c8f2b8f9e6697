internal import Logging
public import PlimsollModel

/// What a run of a scenario came to.
public struct ScenarioOutcome: Sendable {
    /// The digest after a command.
    public struct Checkpoint: Hashable, Sendable {
        public var sequence: Sequence
        public var digest: Digest
    }

    public var seed: UInt64
    public var sequence: Sequence
    public var digest: Digest
    /// One for every thousand commands.
    public var checkpoints: [Checkpoint]
    public var metrics: [Metric]
    public var results: [ThresholdResult]

    public var areThresholdsMet: Bool { results.allSatisfy(\.isMet) }

    public func metric(_ name: String) -> Amount? {
        metrics.first { $0.name == name }?.value
    }
}

/// Plays scenarios in memory, as fast as possible.
public enum ScenarioRun {
    static let checkpointInterval: UInt64 = 1000

    /// Plays a scenario to its end.
    ///
    /// Where bots meet a door that fails, the same is played again with an open one: what they have
    /// less is what the outage cost them.
    ///
    /// - Parameters:
    ///   - scenario: With everything that decides its outcome but the seed.
    ///   - seed: Instead of the scenario's own.
    ///   - progress: Told the share of the venue time that is over, now and then.
    /// - Returns: What it came to, whether its thresholds hold or not.
    /// - Throws: Why it could not be played; a broken law of the books among them.
    public static func play(
        _ scenario: Scenario,
        seed: UInt64? = nil,
        progress: (Rate) -> Void = { _ in }
    ) throws(NodeError) -> ScenarioOutcome {
        var outcome = try playOnce(scenario, seed: seed, progress: progress)
        guard !scenario.script.bots.isEmpty, !scenario.script.doorFaults.isEmpty else {
            return outcome
        }
        var open = scenario
        open.script = scenario.script.withOpenDoor
        let other = try playOnce(open, seed: seed, progress: progress)
        for bot in scenario.script.bots {
            let name = "bot.\(bot.name).outageCost"
            let profit = "bot.\(bot.name).profit"
            guard let place = outcome.metrics.firstIndex(where: { $0.name == name }),
                let real = outcome.metric(profit), let possible = other.metric(profit)
            else { continue }
            outcome.metrics[place].value = possible - real
        }
        outcome.results = results(of: scenario, outcome.metrics)
        return outcome
    }

    private static func playOnce(
        _ scenario: Scenario,
        seed: UInt64?,
        progress: (Rate) -> Void
    ) throws(NodeError) -> ScenarioOutcome {
        let log = Logger(label: "plimsoll.scenario") { _ in SwiftLogNoOpLogHandler() }
        var loop = try VenueLoop.open(scenario.configuration(seed: seed), log: log)
        var meter = ScenarioMeter(scenario.rules, roles: loop.roles)
        var checkpoints: [ScenarioOutcome.Checkpoint] = []
        let start = scenario.start
        let end = start.advanced(byMilliseconds: scenario.duration)
        try loop.change(.runUntil(end), wall: 0)
        var told: Int64 = 0
        while loop.isRunning {
            let turn = try loop.turn([], wall: 0)
            meter.note(turn.published)
            loop.state.read { meter.inspect($0) }
            for command in turn.published.commands
            where command.header.sequence.rawValue.isMultiple(of: checkpointInterval) {
                checkpoints.append(
                    ScenarioOutcome.Checkpoint(
                        sequence: command.header.sequence,
                        digest: command.digest
                    )
                )
            }
            let elapsed = loop.time.milliseconds - start.milliseconds
            guard elapsed - told > 60_000 else { continue }
            told = elapsed
            progress(Rate(units: Rate.unitsPerOne * elapsed / max(1, scenario.duration)))
        }
        if let broken = loop.brokenInvariants().first {
            throw .lawBroken(loop.digest.sequence, broken)
        }
        let traffic = loop.botTraffic
        let roles = loop.roles
        let metrics = loop.state.read { venue in
            RunMetrics(scenario, meter, venue, roles: roles, traffic: traffic).list
        }
        return ScenarioOutcome(
            seed: loop.seed,
            sequence: loop.digest.sequence,
            digest: loop.digest.digest,
            checkpoints: checkpoints,
            metrics: metrics,
            results: results(of: scenario, metrics)
        )
    }

    private static func results(of scenario: Scenario, _ metrics: [Metric]) -> [ThresholdResult] {
        scenario.thresholds.compactMap { threshold in
            metrics.first { $0.name == threshold.metric }.map {
                ThresholdResult(threshold: threshold, value: $0.value)
            }
        }
    }
}
