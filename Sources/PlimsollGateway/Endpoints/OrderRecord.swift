import PlimsollModel
import PlimsollProjections

/// An order as the dialect shows it.
struct OrderRecord: Sendable {
    var id: OrderID
    var clientOrderID: ClientOrderID
    var contract: ContractTerms
    var side: Side
    var type: OrderType
    var timeInForce: TimeInForce
    var origin: OrderOrigin
    var reduceOnly: Bool
    var positionSide: PositionSide
    var selfTradePrevention: SelfTradePrevention
    var priceMatch: PriceMatch
    var goodTillDate: Timestamp
    /// Whether it stands for a position that was closed against a bankrupt one.
    var isDeleveraging = false
    var price: Price
    var quantity: Quantity
    var filled = Quantity.zero
    var filledValue = Amount.zero
    var status = OrderStatus.new
    var createTime: Timestamp
    var updateTime: Timestamp
    /// The conditional order that became it, if one did.
    var trigger: NewConditionalOrder?

    init(
        _ order: OrderProjection,
        _ contract: ContractTerms,
        trigger: NewConditionalOrder? = nil
    ) {
        self.trigger = trigger
        id = order.id
        clientOrderID = order.clientOrderID
        self.contract = contract
        side = order.side
        type = order.accepted.type
        timeInForce = order.accepted.timeInForce
        origin = order.accepted.origin
        reduceOnly = order.accepted.reduceOnly
        positionSide = order.positionSide
        selfTradePrevention = order.accepted.selfTradePrevention
        priceMatch = order.accepted.priceMatch
        goodTillDate = order.accepted.goodTillDate
        isDeleveraging = order.isDeleveraging
        price = order.price
        quantity = order.quantity
        filled = order.filled
        filledValue = order.filledValue
        status = order.status
        createTime = order.createTime
        updateTime = order.updateTime
    }

    /// An order that was only tried out: nothing is behind it, not even a number.
    init(triedOut order: NewOrder, at time: Timestamp, _ contract: ContractTerms) {
        id = .none
        clientOrderID = order.clientOrderID
        self.contract = contract
        side = order.side
        type = order.type
        timeInForce = order.timeInForce
        origin = .client
        reduceOnly = order.reduceOnly
        positionSide = order.positionSide
        selfTradePrevention = order.selfTradePrevention
        priceMatch = order.priceMatch
        goodTillDate = order.goodTillDate
        price = order.price
        quantity = order.quantity
        createTime = time
        updateTime = time
    }

    /// What became of an order by the command that placed it, from that command's own events.
    ///
    /// Fails where the events hold no acceptance, which a command that was not refused never lacks.
    init?(placedBy events: [Event], at time: Timestamp, _ contract: ContractTerms) {
        var record: OrderRecord?
        for event in events {
            switch event {
            // The first acceptance is the placed order's; a liquidation may accept others after it.
            case .orderAccepted(let accepted) where record == nil:
                record = OrderRecord(accepted, at: time, contract)
            case .orderFilled(let fill) where fill.order == record?.id:
                record?.add(fill)
            case .orderClosed(let closing) where closing.order == record?.id:
                record?.close(closing.reason)
            default: continue
            }
        }
        guard let record else { return nil }
        self = record
    }

    private init(_ accepted: OrderAccepted, at time: Timestamp, _ contract: ContractTerms) {
        id = accepted.order
        clientOrderID = accepted.clientOrderID
        self.contract = contract
        side = accepted.side
        type = accepted.type
        timeInForce = accepted.timeInForce
        origin = accepted.origin
        reduceOnly = accepted.reduceOnly
        positionSide = accepted.positionSide
        selfTradePrevention = accepted.selfTradePrevention
        priceMatch = accepted.priceMatch
        goodTillDate = accepted.goodTillDate
        price = accepted.price
        quantity = accepted.quantity
        createTime = time
        updateTime = time
    }

    /// Of the fills; zero before the first.
    var averagePrice: Price {
        contract.averagePrice(of: filled, worth: filledValue)
    }

    var isOpen: Bool { status == .new || status == .partiallyFilled }

    /// As a client sees the order that it has only been acknowledged for.
    var acknowledged: OrderRecord {
        var record = self
        record.filled = .zero
        record.filledValue = .zero
        record.status = .new
        return record
    }

    private mutating func add(_ fill: OrderFilled) {
        filled += fill.quantity
        filledValue += contract.tradedValue(of: fill.quantity, at: fill.price)
        status = fill.remaining.isZero ? .filled : .partiallyFilled
    }

    private mutating func close(_ reason: OrderCloseReason) {
        switch reason {
        case .selfTradePrevention: status = .expiredInMatch
        case .unfilledRemainder, .fillOrKill, .reduceOnly, .expired: status = .expired
        case .cancelledByClient, .liquidation, .amendedBelowFilled, .amendedIntoCross,
            .countdown, .deleveraging, .replaced:
            status = .cancelled
        }
    }
}

extension JSONWriter {
    /// The answer to placing, amending and cancelling.
    ///
    /// - Parameters:
    ///   - order: After the command.
    ///   - more: Writes what one endpoint adds.
    mutating func acknowledgement(
        _ order: OrderRecord,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        beginObject()
        shared(order)
        field("cumQty", order.filled, decimals: order.contract.quantityScale)
        more(&self)
        endObject()
    }

    /// An order as it is looked up.
    ///
    /// - Parameters:
    ///   - order: As it stands.
    ///   - more: Writes what one endpoint adds.
    mutating func order(
        _ order: OrderRecord,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        beginObject()
        shared(order)
        field("time", order.createTime)
        more(&self)
        endObject()
    }

    private mutating func shared(_ order: OrderRecord) {
        let priceDecimals = order.contract.priceScale
        let quantityDecimals = order.contract.quantityScale
        field("orderId", order.id)
        field("symbol", order.contract.symbol)
        field("status", order.status.dialectName)
        field("clientOrderId", order)
        field("price", order.price, decimals: priceDecimals)
        field("avgPrice", average: order.averagePrice, decimalsMin: priceDecimals)
        field("origQty", order.quantity, decimals: quantityDecimals)
        field("executedQty", order.filled, decimals: quantityDecimals)
        cumulated(order)
        field("timeInForce", order.timeInForce.dialectName)
        field("type", order.type.dialectName)
        field("reduceOnly", order.reduceOnly)
        field("closePosition", order.trigger?.closePosition ?? false)
        field("side", order.side.dialectName)
        field("positionSide", order.positionSide.dialectName)
        field("stopPrice", order.trigger?.triggerPrice ?? .zero, decimals: priceDecimals)
        field("workingType", (order.trigger?.source ?? .lastPrice).dialectName)
        field("priceProtect", order.trigger?.priceProtect ?? false)
        field("origType", order.trigger?.type.dialectName ?? order.type.dialectName)
        if let trigger = order.trigger, trigger.type == .trailingStopMarket {
            field("activatePrice", trigger.activationPrice, decimals: priceDecimals)
            percentage("priceRate", trigger.callbackRate)
        }
        field("priceMatch", order.priceMatch.dialectName)
        field("selfTradePreventionMode", order.selfTradePrevention.dialectName)
        field("goodTillDate", order.goodTillDate)
        field("updateTime", order.updateTime)
    }

    /// What was filled in quote units; of an inverse contract in coins as well.
    private mutating func cumulated(_ order: OrderRecord) {
        switch order.contract.kind {
        case .linear: field("cumQuote", order.filledValue)
        case .inverse:
            field("cumQuote", Amount(order.contract.multiplier, times: order.filled))
            field("cumBase", order.filledValue)
        }
    }

    private mutating func field(_ name: StaticString, _ order: OrderRecord) {
        switch order.origin {
        case .liquidation where order.isDeleveraging: field(name, "adl_autoclose")
        case .client: field(name, order.clientOrderID)
        // The venue's own orders carry no name; clients know a forced close by this one.
        case .liquidation: field(name, "autoclose-\(order.createTime)")
        case .insuranceFund: field(name, "insurance-\(order.createTime)")
        }
    }
}

// The dialect's words for the vocabulary.

extension Side {
    var dialectName: String { self == .buy ? "BUY" : "SELL" }
}

extension OrderType {
    var dialectName: String {
        switch self {
        case .limit: "LIMIT"
        case .market: "MARKET"
        }
    }
}

extension TimeInForce {
    var dialectName: String {
        switch self {
        case .goodTillCancelled: "GTC"
        case .immediateOrCancel: "IOC"
        case .fillOrKill: "FOK"
        case .goodTillCrossing: "GTX"
        case .goodTillDate: "GTD"
        }
    }
}

extension OrderStatus {
    var dialectName: String {
        switch self {
        case .new: "NEW"
        case .partiallyFilled: "PARTIALLY_FILLED"
        case .filled: "FILLED"
        case .cancelled: "CANCELED"
        case .expired: "EXPIRED"
        case .expiredInMatch: "EXPIRED_IN_MATCH"
        }
    }
}
