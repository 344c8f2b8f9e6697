import PlimsollModel
import PlimsollProjections

/// What a venue decided in a step, in words short enough for a file.
enum FlowDecisions {
    /// Trades in order, as `buyer seller quantity price`.
    static func trades(of venue: borrowing FlowVenue) -> [String] {
        var trades: [String] = []
        var buyer = ""
        var seller = ""
        for event in venue.events {
            switch event {
            case .orderFilled(let fill):
                // Both sides of a trade are told one after the other.
                if fill.side == .buy {
                    buyer = venue.name(fill.account)
                } else {
                    seller = venue.name(fill.account)
                }
                if !buyer.isEmpty, !seller.isEmpty {
                    trades.append("\(buyer) \(seller) \(fill.quantity) \(fill.price)")
                    (buyer, seller) = ("", "")
                }
            default: continue
            }
        }
        return trades
    }

    /// What happened beside ordinary trading, in order.
    static func list(of venue: borrowing FlowVenue) -> [String] {
        var decisions: [String] = []
        var forced: Set<OrderID> = []
        for event in venue.events {
            switch event {
            case .liquidationStarted(let start):
                decisions.append(
                    "liquidate \(venue.name(start.account)) \(start.quantity)"
                        + place(start.instrument, venue)
                )
            case .orderAccepted(let order) where order.origin == .liquidation:
                forced.insert(order.order)
            case .orderAccepted(let order) where order.origin == .insuranceFund:
                decisions.append("fund offers \(order.side) \(order.quantity) @ \(order.price)")
            case .tradeExecuted(let trade)
            where forced.contains(trade.taker) || forced.contains(trade.maker):
                decisions.append("fill \(trade.quantity) @ \(trade.price)")
            case .positionTakenOver(let takeover):
                decisions.append("fund takes \(takeover.quantity) @ \(takeover.price)")
            case .deleveraged(let closing):
                let counterparty = venue.name(closing.counterparty)
                decisions.append(
                    "deleverage \(counterparty) \(-closing.quantity) @ \(closing.price)"
                )
            case .deficitRecorded(let deficit): decisions.append("deficit \(deficit.amount)")
            case .liquidationFinished(let finish):
                decisions.append("finished \(venue.name(finish.account))")
            case .conditionalOrderTriggered(let triggered):
                let name = stopName(triggered.account, triggered.id, venue)
                decisions.append("trigger \(name) @ \(triggered.price)")
            case .conditionalOrderClosed(let closed):
                let name = stopName(closed.account, closed.id, venue)
                let why = closed.refusal.map { "\($0)" } ?? "\(closed.reason)"
                decisions.append("stop \(name) ends: \(why)")
            case .indexStaleChanged(let change):
                decisions.append(change.isStale ? "index stale" : "index live")
            case .selfTradePrevented(let prevented):
                decisions.append(
                    "self-trade prevented: maker \(prevented.makerPrevented),"
                        + " taker \(prevented.takerPrevented)"
                )
            case .fundingSettled(let settled): decisions.append("funding \(settled.rate)")
            default: continue
            }
        }
        return decisions
    }

    /// Which of two positions side by side this is.
    static func side(of position: PositionProjection) -> PositionSide { position.side }

    /// The instrument, where a venue has more than one.
    private static func place(
        _ instrument: InstrumentID,
        _ venue: borrowing FlowVenue
    ) -> String {
        venue.rules.instruments.count == 1 ? "" : " \(venue.symbol(instrument))"
    }

    /// The client's name of a conditional order, or the venue's number.
    private static func stopName(
        _ account: AccountID,
        _ id: ConditionalOrderID,
        _ venue: borrowing FlowVenue
    ) -> String {
        let name = venue.projections.account(account)?.conditional(id)?.order.clientOrderID
        return name.map { "\($0)" }.flatMap { $0.isEmpty ? nil : $0 } ?? "\(id)"
    }
}
