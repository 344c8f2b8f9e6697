import BigInt
import PlimsollModel

/// Compares what two venues told of one command.
///
/// Events of one kind keep their order. The order between kinds, and between accounts within one
/// funding settlement, says nothing about the venue and is not compared; levels are compared as
/// the book that they leave.
enum EventComparison {
    static func difference(engine: [Event], twin: [Event]) -> String? {
        let told = sorted(engine)
        let expected = sorted(twin)
        for (told, expected) in zip(told, expected) where !isSame(told.event, expected.event) {
            if told.file < expected.file { return "engine alone: \(told.event)" }
            if told.file > expected.file { return "twin alone: \(expected.event)" }
            return "engine: \(told.event)\n  twin: \(expected.event)"
        }
        if told.count > expected.count {
            return "engine alone: \(told[expected.count].event)"
        }
        if expected.count > told.count {
            return "twin alone: \(expected[told.count].event)"
        }
        return nil
    }

    private static func isSame(_ told: Event, _ expected: Event) -> Bool {
        // Where there is no position it is of no account which of two reasons is told.
        if expected == .refused(Refusal(.isolatedMarginNoPosition)),
            told == .refused(Refusal(.notIsolatedPosition))
        {
            return true
        }
        guard case .deleveraged(var told) = told, case .deleveraged(let expected) = expected
        else { return told == expected }
        // A score only ranks; it is a product of two quotients, each cut off and within ±10⁹.
        let score = BigInt(expected.score)
        let distance = (BigInt(told.score) - score).magnitude
        let isBeyond = told.score.magnitude > 1 << 60 && score.magnitude > 1 << 60
        guard isBeyond || distance <= 1_000_000 + score.magnitude / 1_000_000_000 else {
            return false
        }
        told.score = expected.score
        return told == expected
    }

    private struct Filed {
        var file: UInt64
        var event: Event
    }

    private static func sorted(_ events: [Event]) -> [Filed] {
        var filed: [Filed] = []
        for event in events {
            if case .levelChanged = event { continue }
            filed.append(Filed(file: file(of: event), event: normalized(event)))
        }
        guard filed.count > 1 else { return filed }
        // Stable, so that what lies in one file stays in order.
        return filed.enumerated().sorted {
            ($0.element.file, $0.offset) < ($1.element.file, $1.offset)
        }.map(\.element)
    }

    private static func file(of event: Event) -> UInt64 {
        switch event {
        case .refused: 0
        case .orderAccepted: 1
        case .orderAmended: 2
        case .tradeExecuted: 3
        case .orderFilled: 4
        case .orderClosed: 5
        case .pricesUpdated: 6
        case .fundingSettled: 7
        case .liquidationStarted: 8
        case .positionTakenOver: 9
        case .liquidationFinished: 10
        case .marginCallChanged: 11
        case .settingsChanged: 12
        case .conditionalOrderTriggered: 15
        case .conditionalOrderClosed: 16
        case .selfTradePrevented: 17
        case .moneyMoved(let move):
            if move.reason == .funding { 1 << 60 | key(trader(of: move)) } else { 13 }
        case .positionChanged(let change):
            1 << 61 | key(.isolated(change.account, change.instrument, change.side))
        default: 14
        }
    }

    /// Funding passes through clearing, whose balance on the way depends on who comes first; the twin
    /// does not ask what a forced close follows from.
    private static func normalized(_ event: Event) -> Event {
        if case .liquidationStarted(let start) = event {
            return .liquidationStarted(start.withoutCause)
        }
        guard case .moneyMoved(var move) = event, move.reason == .funding else { return event }
        if move.from == .wallet(.fundingClearing) { move.fromBalance = .zero }
        if move.to == .wallet(.fundingClearing) { move.toBalance = .zero }
        return .moneyMoved(move)
    }

    private static func trader(of move: MoneyMoved) -> Pocket {
        move.from == .wallet(.fundingClearing) ? move.to : move.from
    }

    private static func key(_ pocket: Pocket) -> UInt64 {
        UInt64(pocket.account.rawValue) << 20 | UInt64(pocket.instrument.rawValue) << 4
            | UInt64(pocket.side.rawValue)
    }
}

extension LiquidationStarted {
    fileprivate var withoutCause: LiquidationStarted {
        var start = self
        start.cause = .markPrice
        start.generation = 0
        start.parent = .none
        start.undisturbedMark = markPrice
        return start
    }
}
