public import PlimsollModel

/// A run of the venue told in a file: who trades under which rules, what happens to the world and at
/// the door, what scripted participants do, and what must come of it.
public struct Scenario: Sendable {
    /// Of the file, without its ending.
    public var name: String
    public var title: String
    public var about: String
    /// The file as it was read, so that a record of a run can be played again.
    public var text: String
    public var rules: VenueRules
    public var market: MarketChoice
    public var script: ScenarioScript
    public var seed: UInt64
    public var start: Timestamp
    /// Of venue time, in milliseconds.
    public var duration: Int64
    public var thresholds: [Threshold]
    public var bankruptcy: BankruptcyTerms?
    /// What the settle asset is worth in dollars at the end, where it has lost its peg.
    public var peg: Rate?

    /// What a node needs to play it, in memory, with the scenario's seed or another.
    public func configuration(seed: UInt64? = nil) -> NodeConfiguration {
        var script = script
        script.faults.seed = seed ?? self.seed
        return NodeConfiguration(
            rules: rules,
            seed: seed ?? self.seed,
            market: market,
            startTime: start,
            script: script
        )
    }
}

/// What happens at fixed times of a run, beside the market.
public struct ScenarioScript: Hashable, Sendable {
    /// A change of the rules while the venue runs.
    public struct Change: Hashable, Sendable {
        /// Milliseconds after the start.
        public var after: Int64
        public var change: RuleChange
    }

    /// Of the scenario.
    public var name: String
    public var bots: [BotTerms]
    public var changes: [Change]
    public var faults: FaultPlan

    /// Faults between clients and the venue.
    public var doorFaults: [DoorFault] {
        faults.faults.compactMap { if case .door(let fault) = $0 { fault } else { nil } }
    }

    /// The same with a door that never fails.
    public var withOpenDoor: ScenarioScript {
        var script = self
        script.faults.faults.removeAll { if case .door = $0 { true } else { false } }
        return script
    }
}
