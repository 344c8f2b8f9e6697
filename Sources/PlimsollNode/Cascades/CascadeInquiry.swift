internal import PlimsollEngine
internal import PlimsollJournal
public import PlimsollModel
public import PlimsollProjections

/// Without which command a cascade would not have happened.
///
/// The journal is replayed from before the cascade, once as it was and once without each of the
/// commands that come into question: those whose orders took most from the book on the side that
/// moved the price, and the one in which the first forced close began. Everybody else does what he
/// did, so an answer says what hung on the command, not what people would have done without it.
public struct CascadeInquiry: Sendable {
    /// A command that comes into question, and what would have been without it.
    public struct Suspect: Sendable {
        public var command: SequencedCommand
        /// What its order took from the book; zero where it placed none.
        public var taken: Quantity
        /// Forced closes in the commands of the cascade without it.
        public var closeCount: Int
        /// Whether the first close of the cascade would not have been among them.
        public var preventsFirst: Bool
    }

    /// Commands before the cascade that are looked at.
    public static let windowMax: UInt64 = 20_000
    /// Venue time before the cascade that is looked at.
    public static let windowMilliseconds: Int64 = 60_000
    public static let suspectCountMax = 8
    /// Commands that are replayed to get to the window; more take too long to wait for.
    public static let approachMax: UInt64 = 5_000_000

    public let first: CascadeClose
    /// Forced closes in the commands of the cascade, as it was.
    public let closeCount: Int
    /// The commands that were left out, those that leave the fewest closes first.
    public let suspects: [Suspect]

    /// Asks the journal of a venue that may be running.
    ///
    /// - Throws: `NodeError`: why there is no answer.
    public init(into cascade: Cascade, directory: String) throws(NodeError) {
        let (start, end) = (cascade.startSequence, cascade.lastSequence)
        let replay = try Self.replay(directory: directory, from: start, to: end)
        guard let first = cascade.closes.first else {
            throw .unreadableState("the cascade has no close")
        }
        do {
            let (original, names) = try replay.original(
                watching: first.instrument,
                first.quantity > .zero ? .sell : .buy
            )
            let closes = Self.closes(of: original, from: start, to: end)
            guard closes.contains(where: { $0.liquidation == first.liquidation }) else {
                throw NodeError.unreadableState(
                    "the journal holds no liquidation \(first.liquidation)"
                )
            }
            self.first = first
            closeCount = closes.count
            var suspects: [Suspect] = []
            for command in Self.suspects(original, replay.commands, upTo: start) {
                let outcome = try replay.outcome(without: command.sequence, names: names)
                let closes = Self.closes(of: outcome, from: start, to: end)
                suspects.append(
                    Suspect(
                        command: command,
                        taken: original.taken[command.sequence] ?? .zero,
                        closeCount: closes.count,
                        preventsFirst: !closes.contains { Self.isSame($0, first) }
                    )
                )
            }
            self.suspects = suspects.sorted {
                ($0.closeCount, $0.command.sequence) < ($1.closeCount, $1.command.sequence)
            }
        } catch let error as NodeError {
            throw error
        } catch {
            throw .unreadableState("\(error)")
        }
    }

    /// The commands of the window and of the cascade, and the state before them.
    private static func replay(
        directory: String,
        from start: Sequence,
        to end: Sequence
    ) throws(NodeError) -> CounterfactualReplay {
        let before = start.rawValue - min(start.rawValue, windowMax + 1)
        do {
            let reader = try JournalReader(directory: directory)
            let snapshot = try reader.snapshot(upTo: Sequence(rawValue: before))
            let base = snapshot?.sequence ?? .zero
            guard before - base.rawValue <= approachMax else {
                throw NodeError.configuration(
                    "the newest snapshot before the cascade is \(before - base.rawValue) commands"
                        + " away; at most \(approachMax) are replayed"
                )
            }
            var engine = Engine()
            if let snapshot { engine = try Engine(snapshot: snapshot.engine) }
            var events = EventBuffer()
            var commands: [SequencedCommand] = []
            try reader.read(after: base, upTo: end) { command in
                if command.sequence.rawValue > before {
                    commands.append(command)
                } else {
                    events.removeAll()
                    engine.apply(command, into: &events)
                }
            }
            return CounterfactualReplay(base: engine.snapshot(), commands: commands)
        } catch let error as NodeError {
            throw error
        } catch let error as JournalError {
            throw .journal(error)
        } catch {
            throw .unreadableState("\(error)")
        }
    }

    /// Those that took most, and the one in which the cascade began unless only time passed there.
    private static func suspects(
        _ original: CounterfactualReplay.Outcome,
        _ commands: [SequencedCommand],
        upTo start: Sequence
    ) -> [SequencedCommand] {
        guard let begin = commands.first(where: { $0.sequence == start }) else { return [] }
        let earliest = begin.time.advanced(byMilliseconds: -windowMilliseconds)
        let takers = commands.filter {
            $0.sequence <= start && $0.time >= earliest
                && original.taken[$0.sequence] != nil
        }
        func taken(_ command: SequencedCommand) -> Quantity {
            original.taken[command.sequence] ?? .zero
        }
        var suspects = Array(
            takers.sorted { (taken($1), $0.sequence) < (taken($0), $1.sequence) }
                .prefix(suspectCountMax)
        )
        if case .advanceTime = begin.command { return suspects }
        if !suspects.contains(where: { $0.sequence == start }) { suspects.append(begin) }
        return suspects
    }

    private static func closes(
        of outcome: CounterfactualReplay.Outcome,
        from start: Sequence,
        to end: Sequence
    ) -> [LiquidationStarted] {
        outcome.closes.filter { $0.sequence >= start && $0.sequence <= end }.map(\.start)
    }

    private static func isSame(_ close: LiquidationStarted, _ other: CascadeClose) -> Bool {
        close.account == other.account && close.instrument == other.instrument
            && close.side == other.side
    }
}
