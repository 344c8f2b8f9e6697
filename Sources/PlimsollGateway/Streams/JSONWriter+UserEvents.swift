import PlimsollEngine
import PlimsollModel
import PlimsollProjections

/// What the encoders of user events must know besides the event.
struct UserEventContext {
    var directory: VenueDirectory
    /// Mark prices by instrument, as of the event.
    var marks: [Price]
    /// Venue time of the command behind the event, told as `E` and `T`; see the market events.
    var time: Timestamp

    func mark(_ instrument: InstrumentID) -> Price {
        marks.indices.contains(instrument.index) ? marks[instrument.index] : .zero
    }
}

extension JSONWriter {
    /// Writes the event; nothing for an instrument that is not known.
    mutating func userEvent(_ event: UserEvent, in context: UserEventContext) {
        switch event {
        case .order(let report):
            guard let instrument = context.directory[report.order.terms.instrument] else { return }
            orderTradeUpdate(report, of: instrument, at: context.time)
        case .account(let report): accountUpdate(report, in: context)
        case .marginCall(let report): marginCall(report, in: context)
        case .leverage(let id, let leverage):
            guard let instrument = context.directory[id] else { return }
            leverageUpdate(leverage, of: instrument, at: context.time)
        case .conditional(let record):
            guard let instrument = context.directory[record.order.instrument] else { return }
            algoUpdate(record, of: instrument, at: context.time)
        }
    }

    mutating func listenKeyExpired(_ listenKey: String, at time: Timestamp) {
        beginObject()
        field("e", "listenKeyExpired")
        field("E", time)
        field("listenKey", listenKey)
        endObject()
    }

    // MARK: Orders

    /// Spec: STRM-011.
    private mutating func orderTradeUpdate(
        _ report: OrderChange,
        of instrument: Instrument,
        at time: Timestamp
    ) {
        let order = report.order
        let step = OrderStep(report)
        beginObject()
        field("e", "ORDER_TRADE_UPDATE")
        field("E", time)
        field("T", time)
        beginObject("o")
        field("s", instrument.symbol)
        clientOrderID(of: order, at: time)
        field("S", order.terms.side.dialectName)
        field("o", step.orderType)
        field("f", order.terms.timeInForce.dialectName)
        field("q", order.quantity, decimals: instrument.quantityDecimals)
        field("p", order.price, decimals: instrument.priceDecimals)
        field(
            "ap",
            average: order.averagePrice(in: instrument.rules.contract),
            decimalsMin: instrument.priceDecimals
        )
        field("sp", order.trigger?.triggerPrice ?? .zero, decimals: instrument.priceDecimals)
        field("x", step.execution)
        field("X", step.status)
        field("i", order.terms.order)
        field("l", step.lastQuantity, decimals: instrument.quantityDecimals)
        field("z", order.filled, decimals: instrument.quantityDecimals)
        field("L", step.lastPrice, decimals: instrument.priceDecimals)
        if let fee = step.fee {
            field("n", fee)
            field("N", instrument.settleAsset)
        }
        field("T", time)
        field("t", step.trade)
        field("b", report.bidValue)
        field("a", report.askValue)
        field("m", step.isMaker)
        field("R", order.terms.reduceOnly)
        field("wt", (order.trigger?.source ?? .lastPrice).dialectName)
        field("ot", order.trigger?.type.dialectName ?? step.orderType)
        field("ps", order.terms.positionSide.dialectName)
        field("cp", order.trigger?.closePosition ?? false)
        if let trigger = order.trigger, trigger.type == .trailingStopMarket {
            field("AP", trigger.activationPrice, decimals: instrument.priceDecimals)
            percentage("cr", trigger.callbackRate)
        }
        field("rp", step.realizedPnL)
        field("pP", order.trigger?.priceProtect ?? false)
        field("si", 0)
        field("ss", 0)
        field("V", order.terms.selfTradePrevention.dialectName)
        field("pm", order.terms.priceMatch.dialectName)
        field("gtd", order.terms.goodTillDate)
        field("er", step.expiryReason)
        endObject()
        endObject()
    }

    /// The fill of an order in short, sent before its full report.
    mutating func tradeLite(
        _ fill: OrderFilled,
        of order: UserAccount.Order,
        instrument: Instrument,
        at time: Timestamp
    ) {
        beginObject()
        field("e", "TRADE_LITE")
        field("E", time)
        field("T", time)
        field("s", instrument.symbol)
        field("q", order.quantity, decimals: instrument.quantityDecimals)
        field("p", order.price, decimals: instrument.priceDecimals)
        field("m", fill.isMaker)
        clientOrderID(of: order, at: time)
        field("S", fill.side.dialectName)
        field("L", fill.price, decimals: instrument.priceDecimals)
        field("l", fill.quantity, decimals: instrument.quantityDecimals)
        field("t", fill.trade)
        field("i", fill.order)
        endObject()
    }

    /// A forced close carries the name by which clients know one.
    private mutating func clientOrderID(of order: UserAccount.Order, at time: Timestamp) {
        if order.isDeleveraging {
            field("c", "adl_autoclose")
        } else if order.terms.origin == .liquidation, order.terms.clientOrderID.isEmpty {
            field("c", "autoclose-\(time.milliseconds)")
        } else {
            field("c", order.terms.clientOrderID)
        }
    }

    /// Spec: STRM-015.
    private mutating func algoUpdate(
        _ record: ConditionalRecord,
        of instrument: Instrument,
        at time: Timestamp
    ) {
        let order = record.order
        let child = record.child
        beginObject()
        field("e", "ALGO_UPDATE")
        field("E", time)
        field("T", time)
        beginObject("o")
        field("caid", order.clientOrderID)
        field("aid", record.id)
        field("at", "CONDITIONAL")
        field("o", order.type.dialectName)
        field("s", instrument.symbol)
        field("S", order.side.dialectName)
        field("ps", order.positionSide.dialectName)
        field("f", order.timeInForce.dialectName)
        field("q", order.quantity, decimals: instrument.quantityDecimals)
        field("X", record.status.rawValue)
        field("ai", child.map { "\($0.id)" } ?? "")
        field(
            "ap",
            average: record.averagePrice(in: instrument.rules.contract),
            decimalsMin: instrument.priceDecimals
        )
        field("aq", child?.filled ?? .zero, decimals: instrument.quantityDecimals)
        field("act", child == nil ? "0" : order.type.childDialectName)
        field("tp", order.triggerPrice, decimals: instrument.priceDecimals)
        field("p", order.price, decimals: instrument.priceDecimals)
        field("V", order.selfTradePrevention.dialectName)
        field("wt", order.source.dialectName)
        field("pm", order.priceMatch.dialectName)
        field("cp", order.closePosition)
        field("pP", order.priceProtect)
        field("R", order.reduceOnly)
        key("tt")
        integer(record.triggerTime?.milliseconds ?? 0)
        field("gtd", order.goodTillDate)
        field("rm", record.remark)
        endObject()
        endObject()
    }

    // MARK: Account

    /// Spec: STRM-012.
    private mutating func accountUpdate(_ report: AccountChange, in context: UserEventContext) {
        beginObject()
        field("e", "ACCOUNT_UPDATE")
        field("E", context.time)
        field("T", context.time)
        beginObject("a")
        field("m", report.reason.rawValue)
        beginArray("B")
        for balance in report.balances {
            guard let asset = context.directory.asset(balance.asset) else { continue }
            beginObject()
            field("a", asset)
            field("wb", balance.wallet)
            field("cw", balance.crossWallet)
            field("bc", balance.change)
            endObject()
        }
        endArray()
        beginArray("P")
        for row in report.positions { positionRow(row, in: context) }
        endArray()
        endObject()
        endObject()
    }

    private mutating func positionRow(
        _ row: AccountChange.PositionRow,
        in context: UserEventContext
    ) {
        guard let instrument = context.directory[row.instrument] else { return }
        let position = row.position
        beginObject()
        field("s", instrument.symbol)
        field("pa", position.quantity, decimals: instrument.quantityDecimals)
        field(
            "ep",
            average: instrument.rules.contract.averagePrice(
                of: position.quantity,
                worth: position.entryValue
            ),
            decimalsMin: instrument.priceDecimals
        )
        field(
            "bep",
            average: breakEvenPrice(
                quantity: position.quantity,
                entryValue: position.entryValue,
                feesPaid: position.feesPaid,
                fundingReceived: position.fundingReceived,
                valuation: instrument.rules.contract.valuation
            ),
            decimalsMin: instrument.priceDecimals
        )
        field("cr", position.realizedPnL)
        let contract = instrument.rules.contract
        field("up", position.unrealizedPnL(at: context.mark(row.instrument), in: contract))
        field("mt", position.marginMode == .cross ? "cross" : "isolated")
        field("iw", position.isolatedWallet)
        field("ps", row.side.dialectName)
        endObject()
    }

    private mutating func marginCall(_ report: MarginCallNotice, in context: UserEventContext) {
        beginObject()
        field("e", "MARGIN_CALL")
        field("E", context.time)
        if report.scope == .cross { field("cw", report.crossWallet) }
        beginArray("p")
        for row in report.positions { marginCallRow(row, in: context) }
        endArray()
        endObject()
    }

    private mutating func marginCallRow(
        _ row: AccountChange.PositionRow,
        in context: UserEventContext
    ) {
        guard let instrument = context.directory[row.instrument] else { return }
        let position = row.position
        let mark = context.mark(row.instrument)
        let contract = instrument.rules.contract
        let notional = mark.isZero ? .zero : contract.tradedValue(of: position.quantity, at: mark)
        let maintenance = instrument.rules.maintenanceMargin(of: notional)
        beginObject()
        field("s", instrument.symbol)
        field("ps", row.side.dialectName)
        field("pa", position.quantity, decimals: instrument.quantityDecimals)
        field("mt", position.marginMode == .cross ? "CROSSED" : "ISOLATED")
        field("iw", position.isolatedWallet)
        field("mp", mark, decimals: Price.scale)
        field("up", position.unrealizedPnL(at: mark, in: contract))
        field("mm", maintenance)
        endObject()
    }

    private mutating func leverageUpdate(
        _ leverage: UInt16,
        of instrument: Instrument,
        at time: Timestamp
    ) {
        beginObject()
        field("e", "ACCOUNT_CONFIG_UPDATE")
        field("E", time)
        field("T", time)
        beginObject("ac")
        field("s", instrument.symbol)
        field("l", leverage)
        endObject()
        endObject()
    }
}

/// The step of an order in the dialect's words.
private struct OrderStep {
    let execution: String
    let status: String
    let orderType: String
    var lastQuantity = Quantity.zero
    var lastPrice = Price.zero
    /// Zero without a trade: clients compare it.
    var trade = TradeID(rawValue: 0)
    var fee: Amount?
    var realizedPnL = Amount.zero
    var isMaker = false
    var expiryReason = "0"

    init(_ report: OrderChange) {
        let order = report.order
        let isLiquidation = order.terms.origin == .liquidation
        orderType =
            isLiquidation ? "LIQUIDATION" : order.terms.type.dialectName
        let openStatus = order.filled.isZero ? "NEW" : "PARTIALLY_FILLED"
        switch report.execution {
        case .accepted:
            execution = "NEW"
            status = "NEW"
        case .amended:
            execution = "AMENDMENT"
            status = openStatus
        case .filled(let fill):
            execution = isLiquidation ? "CALCULATED" : "TRADE"
            status = fill.remaining.isZero ? "FILLED" : "PARTIALLY_FILLED"
            lastQuantity = fill.quantity
            lastPrice = fill.price
            trade = fill.trade
            fee = fill.fee
            realizedPnL = fill.realizedPnL
            isMaker = fill.isMaker
        case .closed(let reason):
            let isCancelled = reason.isCancellation
            execution = isCancelled ? "CANCELED" : "EXPIRED"
            status =
                reason == .selfTradePrevention
                ? "EXPIRED_IN_MATCH" : isCancelled ? "CANCELED" : "EXPIRED"
            expiryReason = reason.wireExpiryReason(order.terms.type)
        case .takenOver(let takeover):
            execution = "CALCULATED"
            status = "NEW_INSURANCE"
            lastQuantity = takeover.quantity.magnitude
            lastPrice = takeover.price
            fee = .zero
            realizedPnL = takeover.realizedPnL
        case .deleveraged(let deleveraging, let number, let result):
            execution = "CALCULATED"
            // The bankrupt's order met counterparties; the order that stands for one of them is done.
            status = order.isDeleveraging ? "FILLED" : "NEW_ADL"
            lastQuantity = deleveraging.quantity.magnitude
            lastPrice = deleveraging.price
            trade = number
            fee = .zero
            realizedPnL = result
        }
    }
}

extension OrderCloseReason {
    /// Whether the order was taken out, rather than ended by its own terms.
    fileprivate var isCancellation: Bool {
        switch self {
        case .unfilledRemainder, .fillOrKill, .reduceOnly, .expired, .selfTradePrevention: false
        case .cancelledByClient, .liquidation, .amendedBelowFilled, .amendedIntoCross,
            .countdown, .deleveraging, .replaced:
            true
        }
    }

    fileprivate func wireExpiryReason(_ type: OrderType) -> String {
        switch self {
        case .unfilledRemainder, .fillOrKill: type == .market ? "9" : "2"
        case .reduceOnly, .deleveraging: "4"
        case .liquidation: "5"
        case .expired: "8"
        case .cancelledByClient, .amendedBelowFilled, .amendedIntoCross, .selfTradePrevention,
            .countdown, .replaced:
            "0"
        }
    }
}

extension UserHoldings.Position {
    func unrealizedPnL(at mark: Price, in contract: ContractTerms) -> Amount {
        guard !quantity.isZero, !mark.isZero else { return .zero }
        return contract.valuation.value(of: quantity, at: mark) - entryValue
    }
}
