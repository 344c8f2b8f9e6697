internal import PlimsollModel
internal import PlimsollProjections

/// Plays a scenario's script: its changes of the rules and its bots, which reach the venue through a
/// door that fails as the script says.
struct ScriptSource: CommandSource {
    private let start: Timestamp
    private var changes: ArraySlice<ScenarioScript.Change>
    private var bots: [ScriptedTrader]
    /// When each bot looks again, in milliseconds after the start.
    private var looks: [Int64]
    private var door: FaultBoard
    private var gauge = StressGauge()
    /// By instrument; zero where none is known.
    private var marks: [Price]
    /// What each bot sees of them.
    private var views: [[Price]]

    init(_ script: ScenarioScript, accounts: [AccountID], rules: VenueRules, start: Timestamp) {
        self.start = start
        changes = script.changes.sorted { $0.after < $1.after }[...]
        bots = zip(script.bots, accounts).map { terms, account in
            ScriptedTrader(terms, account: account, rules: rules)
        }
        looks = script.bots.map(\.interval)
        door = FaultBoard(script.faults, from: start)
        marks = rules.instruments.map { _ in .zero }
        views = bots.map { [marks] _ in marks }
    }

    /// Goes on after a restart: what was due while the venue stood still comes first.
    ///
    /// - Parameters:
    ///   - projections: How everybody stands.
    ///   - last: When the venue stopped.
    ///   - time: When it goes on.
    mutating func resume(
        _ projections: VenueProjections,
        last: Timestamp,
        at time: Timestamp
    ) {
        // A change of that very instant may be missing; made twice it does no harm.
        let stopped = last.milliseconds - start.milliseconds
        changes = changes.drop { $0.after < stopped }
        let elapsed = time.milliseconds - start.milliseconds
        for place in bots.indices {
            let interval = bots[place].terms.interval
            looks[place] = (max(0, elapsed) / interval + 1) * interval
            if let account = projections.account(bots[place].account) {
                bots[place].resume(account)
            }
        }
        marks = projections.markets.map { $0.prices?.mark ?? .zero }
        views = bots.map { [marks] _ in marks }
    }

    /// Of each bot so far.
    var traffic: [BotTraffic] { bots.map(\.traffic) }

    var nextTime: Timestamp? {
        guard let due = ([changes.first?.after] + looks).compactMap({ $0 }).min() else {
            return nil
        }
        return start.advanced(byMilliseconds: due)
    }

    mutating func step() -> [Command] {
        guard let time = nextTime else { return [] }
        let elapsed = time.milliseconds - start.milliseconds
        var commands: [Command] = []
        while let change = changes.first, change.after <= elapsed {
            commands.append(.changeRules(change.change))
            changes.removeFirst()
        }
        for place in bots.indices where looks[place] <= elapsed {
            looks[place] = elapsed + bots[place].terms.interval
            look(place, at: time, elapsed, &commands)
        }
        return commands
    }

    private mutating func look(
        _ place: Int,
        at time: Timestamp,
        _ elapsed: Int64,
        _ commands: inout [Command]
    ) {
        let stress = gauge.stress(at: time)
        let stream = [DoorStream(account: bots[place].account)]
        let isBlind = door.strikes(.streamDrop, stream, at: time, under: stress)
        let isShut = door.holds(.maintenance, at: time)
        if !isBlind, !isShut { views[place] = marks }
        commands += bots[place].act(at: elapsed, marks: views[place]) { request in
            door.verdict(on: request, at: time, under: stress)
        }
    }

    mutating func observe(_ events: ArraySlice<Event>, at header: EventHeader) {
        for event in events {
            if case .pricesUpdated(let prices) = event {
                marks[prices.instrument.index] = prices.mark
            }
            for place in bots.indices { bots[place].observe(event) }
        }
        // The gauge reads what was published; the digest plays no part in it.
        gauge.observe(PublishedCommand(header: header, digest: Digest(), events: events))
    }
}
