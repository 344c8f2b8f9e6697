import PlimsollModel
import PlimsollProjections

/// A conditional order as the dialect shows it, with the order that it became.
struct ConditionalRecord: Equatable, Sendable {
    enum Status: String, Sendable {
        case waiting = "NEW"
        case triggered = "TRIGGERED"
        /// The order that it became has ended.
        case finished = "FINISHED"
        case cancelled = "CANCELED"
        case rejected = "REJECTED"
        case expired = "EXPIRED"
    }

    /// What is shown of the order that it became.
    struct Child: Equatable, Sendable {
        var id: OrderID
        var filled = Quantity.zero
        var filledValue = Amount.zero
    }

    var id: ConditionalOrderID
    var order: NewConditionalOrder
    var status = Status.waiting
    var child: Child?
    /// Why it ended without becoming an order; empty where there is nothing to say.
    var remark = ""
    var createTime: Timestamp
    var updateTime: Timestamp
    var triggerTime: Timestamp?

    init(_ accepted: ConditionalOrderAccepted, at time: Timestamp) {
        id = accepted.id
        order = accepted.order
        createTime = time
        updateTime = time
    }

    /// - Parameters:
    ///   - conditional: Of the account that holds it.
    ///   - account: Knows the order that it became, unless that ended long ago.
    init(_ conditional: ConditionalOrderProjection, of account: AccountProjection) {
        id = conditional.id
        order = conditional.order
        createTime = conditional.createTime
        updateTime = conditional.updateTime
        triggerTime = conditional.triggerTime
        switch conditional.status {
        case .waiting: status = .waiting
        case .triggered: status = .triggered
        case .cancelled: status = .cancelled
        case .rejected: status = .rejected
        case .expired: status = .expired
        }
        remark = conditional.refusal?.remark ?? ""
        guard let number = conditional.child else { return }
        var child = Child(id: number)
        // An order that is not found any more is no longer open either.
        let placed = account.order(number)
        if let placed {
            child.filled = placed.filled
            child.filledValue = placed.filledValue
            updateTime = max(updateTime, placed.updateTime)
        }
        if placed?.isOpen != true { status = .finished }
        self.child = child
    }

    /// Of the fills of the order that it became; zero before the first.
    func averagePrice(in contract: ContractTerms) -> Price {
        guard let child else { return .zero }
        return contract.averagePrice(of: child.filled, worth: child.filledValue)
    }

    mutating func trigger(_ triggered: ConditionalOrderTriggered, at time: Timestamp) {
        status = .triggered
        child = Child(id: triggered.order)
        triggerTime = time
        updateTime = time
    }

    mutating func close(_ closed: ConditionalOrderClosed, at time: Timestamp) {
        updateTime = time
        switch closed.reason {
        case .cancelledByClient, .liquidation: status = .cancelled
        case .rejected:
            status = .rejected
            remark = closed.refusal?.remark ?? ""
        case .priceProtected:
            status = .expired
            remark = "Mark and last price are too far apart."
        case .noPosition:
            status = .expired
            remark = "There is no position to close."
        }
    }
}

extension RejectReason {
    /// The reason in the dialect's words, without the limits that only the refused request knew.
    fileprivate var remark: String {
        switch self {
        case .notionalBelowMin: "Order's notional is too small."
        case .priceAboveBand, .priceBelowBand: "Limit price is too far from the mark price."
        default: DialectError(Refusal(self)).message
        }
    }
}

extension JSONWriter {
    /// How much is told of the order that a conditional order became.
    enum ChildDetail {
        case none
        case number
        case all
    }

    mutating func conditional(
        _ record: ConditionalRecord,
        _ contract: ContractTerms,
        child detail: ChildDetail = .none
    ) {
        let order = record.order
        let priceDecimals = contract.priceScale
        beginObject()
        field("algoId", record.id)
        field("clientAlgoId", order.clientOrderID)
        field("algoType", "CONDITIONAL")
        field("orderType", order.type.dialectName)
        field("symbol", contract.symbol)
        field("side", order.side.dialectName)
        field("positionSide", order.positionSide.dialectName)
        field("timeInForce", order.timeInForce.dialectName)
        field("quantity", order.quantity, decimals: contract.quantityScale)
        field("algoStatus", record.status.rawValue)
        if detail != .none { children(record, contract, isWhole: detail == .all) }
        field("triggerPrice", order.triggerPrice, decimals: priceDecimals)
        field("price", order.price, decimals: priceDecimals)
        key("icebergQuantity")
        null()
        field("selfTradePreventionMode", order.selfTradePrevention.dialectName)
        field("workingType", order.source.dialectName)
        field("priceMatch", order.priceMatch.dialectName)
        field("closePosition", order.closePosition)
        field("priceProtect", order.priceProtect)
        field("reduceOnly", order.reduceOnly)
        if order.type == .trailingStopMarket {
            field("activatePrice", order.activationPrice, decimals: priceDecimals)
            percentage("callbackRate", order.callbackRate)
        }
        field("createTime", record.createTime)
        field("updateTime", record.updateTime)
        key("triggerTime")
        integer(record.triggerTime?.milliseconds ?? 0)
        field("goodTillDate", order.goodTillDate)
        endObject()
    }

    /// A rate in per cent.
    mutating func percentage(_ name: StaticString, _ rate: Rate) {
        key(name)
        // Rates count 10⁻⁸; in per cent they count 10⁻⁶.
        decimal(units: Int128(rate.units), scale: 6, decimalsMin: 1, decimalsMax: 2)
    }

    private mutating func children(
        _ record: ConditionalRecord,
        _ contract: ContractTerms,
        isWhole: Bool
    ) {
        field("actualOrderId", record.child.map { "\($0.id)" } ?? "")
        guard isWhole else { return }
        field(
            "actualPrice",
            average: record.averagePrice(in: contract),
            decimalsMin: contract.priceScale
        )
        field("actualQty", record.child?.filled ?? .zero, decimals: contract.quantityScale)
        field("actualType", record.child == nil ? "" : record.order.type.childDialectName)
    }
}

extension ConditionalType {
    var dialectName: String {
        switch self {
        case .stop: "STOP"
        case .stopMarket: "STOP_MARKET"
        case .takeProfit: "TAKE_PROFIT"
        case .takeProfitMarket: "TAKE_PROFIT_MARKET"
        case .trailingStopMarket: "TRAILING_STOP_MARKET"
        }
    }

    /// The type of the order that it becomes.
    var childDialectName: String {
        (isMarket ? OrderType.market : OrderType.limit).dialectName
    }
}

extension TriggerSource {
    var dialectName: String {
        switch self {
        case .lastPrice: "CONTRACT_PRICE"
        case .markPrice: "MARK_PRICE"
        }
    }
}
