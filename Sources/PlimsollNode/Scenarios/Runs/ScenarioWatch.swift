public import PlimsollModel
internal import PlimsollProjections
internal import Synchronization

/// Measures the scenario that a running venue plays.
public final class ScenarioWatch: Sendable {
    public let scenario: Scenario
    /// Since when it counts: the venue may have played for a while before a restart.
    public let since: Timestamp
    private let node: VenueNode
    private let meter: Mutex<ScenarioMeter>

    /// Watches a venue from its next command on.
    public init(_ scenario: Scenario, of node: VenueNode) {
        self.scenario = scenario
        self.node = node
        let roles = node.roles
        let (since, meter) = node.read { venue in
            (venue.time, ScenarioMeter(scenario.rules, roles: roles, after: venue))
        }
        self.since = since
        self.meter = Mutex(meter)
        node.addListener { [weak self] batch in
            self?.meter.withLock { $0.note(batch) }
        }
    }

    /// What the venue has come to so far.
    public func metrics() -> [Metric] {
        let meter = meter.withLock { $0 }
        let roles = node.roles
        return node.read { venue in
            RunMetrics(scenario, meter, venue, roles: roles, traffic: []).list
        }
    }

    /// The thresholds with what they stand at so far; what only a whole run can tell has none.
    public func thresholds() -> [(threshold: Threshold, value: Amount?)] {
        let metrics = metrics()
        return scenario.thresholds.map { threshold in
            let isLive = !Self.untold.contains { threshold.metric.hasSuffix($0) }
            let value = metrics.first { isLive && $0.name == threshold.metric }?.value
            return (threshold, value)
        }
    }

    /// Looked at between the steps of a headless run, or known after two of them.
    private static let untold = [".crossedBooks", ".emptyBooks", ".outageCost"]
}
