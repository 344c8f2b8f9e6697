import PlimsollModel
import PlimsollProjections

// What a ticket and a position list show before anything else: what can be lost.
extension Gateway {
    /// What an order would do to the account; nothing is sent.
    func previewOrder(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let preview = try read { (venue) throws(DialectError) in
            guard let instrument = venue.marketIndex(symbol) else {
                throw DialectError.symbolInvalid
            }
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            let question = try PreviewQuestion(
                call.parameters,
                venue.markets[instrument.index].rules.contract
            )
            return try OrderPreview(question, of: holder, in: instrument, venue: venue)
        }
        preview.write(into: &json)
    }

    /// The account's open positions with their distance from the end, and the account as a whole.
    func positionRisks(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let (report, risks, venueTime) = try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            let report = AccountReport(of: holder, in: venue)
            let risks = report.positions.compactMap { position in
                PositionStanding(
                    of: position,
                    in: report,
                    held: holder,
                    market: venue.markets[position.instrument.index]
                )
            }
            return (report, risks, holder.updateTime)
        }
        json.beginObject()
        json.field("account", account)
        json.field("updateTime", venueTime)
        json.field("hedgeMode", report.isHedge)
        json.beginArray("balances")
        for balance in report.balances {
            json.beginObject()
            json.field("asset", balance.name)
            json.field("wallet", balance.wallet)
            json.field("equity", balance.marginBalance)
            json.field("available", balance.available)
            json.field("unrealizedPnL", balance.unrealizedPnL)
            json.field("initialMargin", balance.initialMargin)
            json.field("maintenanceMargin", balance.maintenanceMargin)
            json.field("leverage", report.accountLeverage(balance.asset), decimals: 4)
            json.field(
                "marginRatio",
                PositionStanding.share(
                    balance.crossMaintenanceMargin,
                    of: balance.crossMarginBalance
                ),
                decimals: 8
            )
            json.endObject()
        }
        json.endArray()
        json.beginArray("positions")
        for risk in risks {
            json.beginObject()
            json.field("symbol", risk.position.contract.symbol)
            json.risk(risk)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
