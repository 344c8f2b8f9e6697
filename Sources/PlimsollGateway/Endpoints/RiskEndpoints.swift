import PlimsollModel
import PlimsollProjections

// What an account may ask about being closed by force, and anybody about the fund that stands behind.
extension Gateway {
    static let forceOrderCountMax = 100

    /// The lights of the deleveraging indicator, for each instrument in which the account has a
    /// position.
    func adlQuantile(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        try read { (venue) throws(DialectError) in
            if let symbol, venue.marketIndex(symbol) == nil { throw DialectError.symbolInvalid }
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            if symbol == nil { json.beginArray() }
            for market in venue.markets where symbol == nil || market.symbol == symbol {
                let isOpen = holder.positions.contains {
                    $0.instrument == market.id && !$0.isFlat
                }
                // Asked for by name, an instrument without a position is told with zeros.
                guard isOpen || symbol != nil else { continue }
                json.beginObject()
                json.field("symbol", market.symbol)
                json.beginObject("adlQuantile")
                json.quantiles(of: holder, in: market.id, lights.of(market.id, in: venue))
                json.endObject()
                json.endObject()
            }
            if symbol == nil { json.endArray() }
        }
    }

    /// Forced closes of the account, its own and those against a bankrupt one.
    func forceOrders(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        let isDeleveraging: Bool?
        switch call.parameters.text("autoCloseType") {
        case nil: isDeleveraging = nil
        case "LIQUIDATION": isDeleveraging = false
        case "ADL": isDeleveraging = true
        default: throw .valueInvalid("autoCloseType")
        }
        let limit = try call.parameters.limit(default: 50, max: Self.forceOrderCountMax)
        let window = try TimeWindow(call.parameters)
        try read { (venue) throws(DialectError) in
            if let symbol, venue.marketIndex(symbol) == nil { throw DialectError.symbolInvalid }
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            let orders = holder.closedOrders.filter { order in
                order.accepted.origin == .liquidation && window.contains(order.createTime)
                    && (isDeleveraging.map { $0 == order.isDeleveraging } ?? true)
                    && (symbol.map { venue.marketIndex($0) == order.instrument } ?? true)
            }
            json.beginArray()
            for order in window.latest(limit, of: orders) {
                let contract = venue.markets[order.instrument.index].rules.contract
                json.order(OrderRecord(order, contract)) { $0.field("pair", contract.symbol) }
            }
            json.endArray()
        }
    }

    /// How near an instrument is to having winners closed: what the fund could still lose, over the
    /// open interest.
    func deleveragingRisk(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        try read { (venue) throws(DialectError) in
            if let symbol, venue.marketIndex(symbol) == nil { throw DialectError.symbolInvalid }
            if symbol == nil { json.beginArray() }
            for market in venue.markets where symbol == nil || market.symbol == symbol {
                json.beginObject()
                json.field("symbol", market.symbol)
                json.field("adlRisk", DeleveragingRisk(market, in: venue).rawValue)
                json.field("updateTime", venue.time)
                json.endObject()
            }
            if symbol == nil { json.endArray() }
        }
    }

    /// The fund of each asset with the instruments that it stands behind.
    func insuranceBalance(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        try read { (venue) throws(DialectError) in
            guard let symbol else {
                json.beginArray()
                for asset in Self.settleAssets(of: venue) {
                    json.insuranceBalance(asset, in: venue)
                }
                json.endArray()
                return
            }
            guard let market = venue.market(symbol) else { throw DialectError.symbolInvalid }
            json.insuranceBalance(market.rules.contract.settleAsset, in: venue)
        }
    }
}

extension JSONWriter {
    /// The hedge account's two sides share one light in cross margin, which the dialect marks by a
    /// member `HEDGE` in place of `BOTH`.
    fileprivate mutating func quantiles(
        of holder: AccountProjection,
        in instrument: InstrumentID,
        _ lights: DeleveragingLights
    ) {
        let long = lights.light(of: holder.id, .long) ?? 0
        let short = lights.light(of: holder.id, .short) ?? 0
        let isCross = holder.settings(instrument)?.marginMode != .isolated
        if holder.isHedge, isCross {
            field("LONG", max(long, short))
            field("SHORT", max(long, short))
            field("HEDGE", 0)
        } else {
            field("LONG", long)
            field("SHORT", short)
            field("BOTH", lights.light(of: holder.id, .both) ?? 0)
        }
    }

    fileprivate mutating func insuranceBalance(
        _ asset: AssetID,
        in venue: borrowing VenueProjections
    ) {
        let fund = venue.insuranceFund(asset)
        beginObject()
        beginArray("symbols")
        for market in venue.markets where market.rules.contract.settleAsset == asset {
            string("\(market.symbol)")
        }
        endArray()
        beginArray("assets")
        beginObject()
        field("asset", venue.assets[asset.index])
        field("marginBalance", fund.balance)
        field("updateTime", fund.updateTime)
        endObject()
        endArray()
        endObject()
    }
}
