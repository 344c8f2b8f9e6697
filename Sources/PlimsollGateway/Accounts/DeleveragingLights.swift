import PlimsollEngine
import PlimsollModel
import PlimsollProjections

/// In which fifth of the queue each position of an instrument stands that would be closed against a
/// bankrupt one: 4 for the first fifth, 0 for the last.
///
/// The queue is weighted by quantity and ranked by the rule of the instrument, as the engine ranks it.
///
/// Spec: VEN-081.
struct DeleveragingLights: Sendable {
    private struct Entry {
        var account: AccountID
        var side: PositionSide
        var size: Quantity
        var notional: Amount
        var score: DeleveragingScore

        func precedes(_ other: Entry) -> Bool {
            if score != other.score { return score > other.score }
            if notional != other.notional { return notional > other.notional }
            return (account, side.rawValue) < (other.account, other.side.rawValue)
        }
    }

    private struct Holder: Hashable {
        var account: AccountID
        var side: PositionSide
    }

    private var lights: [Holder: Int] = [:]

    /// Looks at the open positions of all accounts in an instrument.
    init(_ instrument: InstrumentID, in venue: borrowing VenueProjections) {
        let rules = venue.markets[instrument.index].rules
        let rank = rules.liquidation.rank
        var queues: [[Entry]] = [[], []]
        for id in venue.accountIDs {
            guard let holder = venue.account(id), holder.kind.isMargined else { continue }
            for position in holder.positions
            where position.instrument == instrument && !position.isFlat {
                let entry = Self.entry(of: position, held: holder, rank: rank, in: venue)
                queues[position.quantity > .zero ? 0 : 1].append(entry)
            }
        }
        for queue in queues {
            let ranked = queue.sorted { $0.precedes($1) }
            let percentiles = deleveragingPercentiles(queue: ranked.map(\.size))
            for (entry, percentile) in zip(ranked, percentiles) {
                lights[Holder(account: entry.account, side: entry.side)] = (100 - percentile) / 20
            }
        }
    }

    /// `nil` where there is no open position.
    func light(of account: AccountID, _ side: PositionSide) -> Int? {
        lights[Holder(account: account, side: side)]
    }

    /// What stands behind a position, and behind it alone.
    private static func entry(
        of position: PositionProjection,
        held holder: AccountProjection,
        rank: DeleveragingRank,
        in venue: borrowing VenueProjections
    ) -> Entry {
        let market = venue.markets[position.instrument.index]
        let mark = market.prices?.mark ?? .zero
        let risk = PositionRisk(position, market.rules, mark)
        let scope =
            position.marginMode == .isolated
            ? (balance: position.isolatedWallet + risk.unrealizedPnL, maintenance: risk.maintenance)
            : crossScope(of: holder, settling: market.rules.contract.settleAsset, in: venue)
        let behind =
            scope.maintenance > .zero
            ? scope.balance.share(risk.maintenance, of: scope.maintenance, rounding: .down)
            : scope.balance
        let score = DeleveragingScore(
            rank,
            markValue: risk.value,
            entryValue: position.entryValue,
            marginBalance: scope.balance,
            marginBehind: behind,
            marginRate: initialMarginRate(leverage: position.leverage)
        )
        return Entry(
            account: holder.id,
            side: position.side,
            size: position.quantity.magnitude,
            notional: rank == .account ? .zero : risk.notional,
            score: score
        )
    }

    static func crossScope(
        of holder: AccountProjection,
        settling asset: AssetID,
        in venue: borrowing VenueProjections
    ) -> (balance: Amount, maintenance: Amount) {
        var balance = holder.wallet(asset)
        var maintenance = Amount.zero
        for position in holder.positions where position.marginMode == .cross && !position.isFlat {
            let market = venue.markets[position.instrument.index]
            guard market.rules.contract.settleAsset == asset else { continue }
            let risk = PositionRisk(position, market.rules, market.prices?.mark ?? .zero)
            balance += risk.unrealizedPnL
            maintenance += risk.maintenance
        }
        return (balance, maintenance)
    }
}

/// What a position is worth and asks for at a mark price.
struct PositionRisk {
    var value: Amount
    var notional: Amount
    var unrealizedPnL: Amount
    var maintenance: Amount

    init(_ position: PositionProjection, _ rules: InstrumentRules, _ mark: Price) {
        value =
            mark.isZero ? .zero : rules.contract.valuation.value(of: position.quantity, at: mark)
        notional = value.magnitude
        unrealizedPnL = mark.isZero ? .zero : value - position.entryValue
        maintenance =
            position.isFlat || rules.tiers.isEmpty
            ? .zero : rules.maintenanceMargin(of: notional)
    }
}
