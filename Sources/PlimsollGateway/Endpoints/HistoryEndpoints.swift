import PlimsollModel
import PlimsollProjections

// What happened to an account: fills, income, closed orders are in `OrderEndpoints`.
extension Gateway {
    func userTrades(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let limit = try call.parameters.limit(default: 500, max: 1000)
        let fromID = try call.parameters.integer("fromId")
        let orderID = try call.parameters.integer("orderId")
        let window = try TimeWindow(call.parameters)
        try read { (venue) throws(DialectError) in
            guard let market = venue.market(symbol) else { throw DialectError.symbolInvalid }
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            let contract = market.rules.contract
            let settleAsset = venue.assets[contract.settleAsset.index]
            let fills = holder.fills.filter { fill in
                fill.instrument == market.id && window.contains(fill.time)
                    && (fromID.map { fill.trade.rawValue >= UInt64($0) } ?? true)
                    && (orderID.map { fill.order.rawValue == UInt64($0) } ?? true)
            }
            json.beginArray()
            for fill in fromID == nil ? window.latest(limit, of: fills) : fills.prefix(limit) {
                json.fill(fill, contract, settleAsset)
            }
            json.endArray()
        }
    }

    func income(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        let type = try Self.incomeType(call.parameters)
        let limit = try call.parameters.limit(default: 100, max: 1000)
        let window = try TimeWindow(call.parameters)
        try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account) else { throw DialectError.keyUnknown }
            var instrument: InstrumentID?
            if let symbol {
                guard let id = venue.marketIndex(symbol) else { throw DialectError.symbolInvalid }
                instrument = id
            }
            let rows = holder.income.filter { row in
                window.contains(row.time) && (instrument == nil || row.instrument == instrument)
                    && row.kind.incomeType != nil && (type == nil || row.kind.incomeType == type)
            }
            json.beginArray()
            for row in window.latest(limit, of: rows) {
                json.beginObject()
                if let id = row.instrument {
                    json.field("symbol", venue.markets[id.index].symbol)
                } else {
                    json.field("symbol", "")
                }
                json.field("incomeType", row.kind.incomeType ?? "")
                json.field("income", row.amount)
                json.field("asset", venue.assets[row.asset.index])
                json.field("info", row.kind.incomeInfo)
                json.field("time", row.time)
                json.field("tranId", row.transaction)
                json.field("tradeId", row.trade.map { "\($0)" } ?? "")
                json.endObject()
            }
            json.endArray()
        }
    }

    /// Money that the account moved into and out of isolated positions, and what trades moved.
    func marginHistory(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let type = try call.parameters.integer("type", in: 1...2)
        let limit = try call.parameters.limit(default: 500, max: 1000)
        let window = try TimeWindow(call.parameters)
        try read { (venue) throws(DialectError) in
            guard let instrument = venue.marketIndex(symbol) else { throw .symbolInvalid }
            guard let holder = venue.account(account) else { throw .keyUnknown }
            let moves = holder.marginMoves.filter { move in
                move.instrument == instrument && window.contains(move.time)
                    && (type.map { ($0 == 1) == (move.amount > .zero) } ?? true)
            }
            json.beginArray()
            for move in window.latest(limit, of: moves) {
                json.beginObject()
                json.field("symbol", symbol)
                json.field("type", move.amount > .zero ? 1 : 2)
                json.field("deltaType", move.isByHand ? "USER_ADJUST" : "TRADE")
                json.field("amount", move.amount.magnitude)
                json.field("asset", venue.assets[move.asset.index])
                json.field("time", move.time)
                json.field("positionSide", move.side.dialectName)
                json.endObject()
            }
            json.endArray()
        }
    }

    /// The changes of one order, or of all of an instrument's, newest first.
    func orderAmendments(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let (instrument, contract) = try contract(call.parameters.symbol())
        let target = try call.parameters.orderTarget()
        let limit = min(try call.parameters.limit(default: 50, max: 100), 100)
        let window = try TimeWindow(call.parameters)
        try read { (venue) throws(DialectError) in
            guard let holder = venue.account(account) else { throw .keyUnknown }
            let amendments = holder.amendments.filter { amendment in
                amendment.instrument == instrument && window.contains(amendment.time)
                    && (target.map { $0.isMeant(by: amendment) } ?? true)
            }
            json.beginArray()
            for amendment in window.latest(limit, of: amendments).reversed() {
                json.amendment(amendment, contract)
            }
            json.endArray()
        }
    }

    static let incomeTypes = [
        "TRANSFER", "WELCOME_BONUS", "REALIZED_PNL", "FUNDING_FEE", "COMMISSION",
        "INSURANCE_CLEAR", "REFERRAL_KICKBACK", "COMMISSION_REBATE", "API_REBATE",
        "CONTEST_REWARD", "CROSS_COLLATERAL_TRANSFER", "OPTIONS_PREMIUM_FEE",
        "OPTIONS_SETTLE_PROFIT", "INTERNAL_TRANSFER", "AUTO_EXCHANGE",
        "DELIVERED_SETTELMENT", "COIN_SWAP_DEPOSIT", "COIN_SWAP_WITHDRAW",
        "POSITION_LIMIT_INCREASE_FEE", "STRATEGY_UMFUTURES_TRANSFER",
        "FEE_RETURN", "BFUSD_REWARD",
    ]

    private static func incomeType(
        _ parameters: RequestParameters
    ) throws(DialectError) -> String? {
        guard let type = parameters.text("incomeType") else { return nil }
        guard incomeTypes.contains(type) else { throw .valueInvalid("incomeType") }
        return type
    }
}

extension TransferReason {
    /// The dialect's name of an income; `nil` for movements that are none, such as those between an
    /// account's own pockets.
    var incomeType: String? {
        switch self {
        case .deposit, .withdrawal, .accountTransfer: "TRANSFER"
        case .realizedPnL: "REALIZED_PNL"
        case .tradingFee: "COMMISSION"
        case .funding: "FUNDING_FEE"
        case .liquidationFee, .insurance, .liquidationRemainder, .deficit: "INSURANCE_CLEAR"
        case .marginTransfer, .rounding: nil
        }
    }

    var incomeInfo: String {
        switch self {
        case .deposit: "DEPOSIT"
        case .withdrawal: "WITHDRAW"
        case .liquidationFee: "LIQUIDATION_FEE"
        case .insurance: "INSURANCE"
        case .liquidationRemainder: "LIQUIDATION_REMAINDER"
        case .accountTransfer: "ACCOUNT_TRANSFER"
        case .deficit: "DEFICIT"
        case .realizedPnL, .tradingFee, .funding, .marginTransfer, .rounding: incomeType ?? ""
        }
    }
}

extension OrderTarget {
    fileprivate func isMeant(by amendment: AmendmentProjection) -> Bool {
        switch self {
        case .number(let id): amendment.order == id
        case .name(let name): amendment.clientOrderID == name
        }
    }
}

extension JSONWriter {
    fileprivate mutating func amendment(
        _ amendment: AmendmentProjection,
        _ contract: ContractTerms
    ) {
        beginObject()
        field("amendmentId", amendment.id)
        field("symbol", contract.symbol)
        field("pair", contract.symbol)
        field("orderId", amendment.order)
        field("clientOrderId", amendment.clientOrderID)
        field("time", amendment.time)
        beginObject("amendment")
        beginObject("price")
        field("before", amendment.priceBefore, decimals: contract.priceScale)
        field("after", amendment.priceAfter, decimals: contract.priceScale)
        endObject()
        beginObject("origQty")
        field("before", amendment.quantityBefore, decimals: contract.quantityScale)
        field("after", amendment.quantityAfter, decimals: contract.quantityScale)
        endObject()
        field("count", amendment.count)
        endObject()
        endObject()
    }

    fileprivate mutating func fill(
        _ fill: FillProjection,
        _ contract: ContractTerms,
        _ settleAsset: Symbol
    ) {
        beginObject()
        field("symbol", contract.symbol)
        field("id", fill.trade)
        field("orderId", fill.order)
        field("side", fill.side.dialectName)
        field("price", fill.price, decimals: contract.priceScale)
        field("qty", fill.quantity, decimals: contract.quantityScale)
        field("realizedPnl", fill.realizedPnL)
        traded(fill, contract)
        field("commission", fill.fee)
        field("commissionAsset", settleAsset)
        field("marginAsset", settleAsset)
        field("time", fill.time)
        field("positionSide", fill.positionSide.dialectName)
        field("buyer", fill.side == .buy)
        field("maker", fill.isMaker)
        field("pair", contract.symbol)
        endObject()
    }

    /// In quote units and in coins; an inverse contract counts quote units.
    private mutating func traded(_ fill: FillProjection, _ contract: ContractTerms) {
        let value = contract.tradedValue(of: fill.quantity, at: fill.price)
        switch contract.kind {
        case .linear:
            field("quoteQty", value)
            field("baseQty", fill.quantity, decimals: contract.quantityScale)
        case .inverse:
            field("quoteQty", Amount(contract.multiplier, times: fill.quantity))
            field("baseQty", value)
        }
    }
}
