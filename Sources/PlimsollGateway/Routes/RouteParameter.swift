import PlimsollProjections

/// A parameter that a route reads, as the reference and the description of the control API name it.
struct RouteParameter: Sendable {
    let name: String
    let schema: JSONSchema
    private(set) var isRequired = false

    init(_ name: String, _ schema: JSONSchema) {
        self.name = name
        self.schema = schema
    }

    /// The same, where a request without it is refused.
    var required: RouteParameter {
        var parameter = self
        parameter.isRequired = true
        return parameter
    }

    /// Whether it stands in the path and not behind it.
    func isPart(of path: String) -> Bool { path.hasSuffix("{\(name)}") }
}

// What several routes read.
extension RouteParameter {
    static let symbol = RouteParameter("symbol", .text)
    static let pair = RouteParameter("pair", .text)
    static let interval = RouteParameter(
        "interval",
        .choice(CandleInterval.allCases.map(\.rawValue))
    )
    static let contractType = RouteParameter(
        "contractType",
        .choice(RequestParameters.contractTypes)
    )
    static let period = RouteParameter(
        "period",
        .choice(Gateway.positioningPeriods.map(\.rawValue))
    )
    static let limit = RouteParameter("limit", .bounded(1...Int64.max))
    static let startTime = RouteParameter("startTime", .bounded(0...Int64.max))
    static let endTime = RouteParameter("endTime", .bounded(0...Int64.max))
    static let before = RouteParameter(
        "before",
        JSONSchema.bounded(1...Int64.max).about("Documents with lower numbers only")
    )
    static let fromID = RouteParameter("fromId", .bounded(0...Int64.max))

    static let orderID = RouteParameter("orderId", .bounded(0...Int64.max))
    static let originalClientOrderID = RouteParameter("origClientOrderId", .text)
    static let side = RouteParameter("side", .choice(["BUY", "SELL"]))
    static let positionSide = RouteParameter("positionSide", .choice(["BOTH", "LONG", "SHORT"]))
    static let orderType = RouteParameter("type", .choice(["LIMIT", "MARKET"]))
    static let timeInForce = RouteParameter(
        "timeInForce",
        .choice(["GTC", "IOC", "FOK", "GTX", "GTD"])
    )
    static let quantity = RouteParameter("quantity", .decimal)
    static let price = RouteParameter("price", .decimal)
    static let reduceOnly = RouteParameter("reduceOnly", .flag)
    static let newClientOrderID = RouteParameter("newClientOrderId", .text)
    static let answerType = RouteParameter("newOrderRespType", .choice(["ACK", "RESULT"]))
    static let priceMatch = RouteParameter(
        "priceMatch",
        .choice([
            "NONE", "OPPONENT", "OPPONENT_5", "OPPONENT_10", "OPPONENT_20", "QUEUE", "QUEUE_5",
            "QUEUE_10", "QUEUE_20",
        ])
    )
    static let selfTradePrevention = RouteParameter(
        "selfTradePreventionMode",
        .choice(["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"])
    )
    static let goodTillDate = RouteParameter("goodTillDate", .bounded(0...Int64.max))
    static let workingType = RouteParameter(
        "workingType",
        .choice(["CONTRACT_PRICE", "MARK_PRICE"])
    )

    static let conditionalID = RouteParameter("algoId", .bounded(0...Int64.max))
    static let clientConditionalID = RouteParameter("clientAlgoId", .text)
    static let conditionalKind = RouteParameter("algoType", .choice(["CONDITIONAL"]))

    static let account = RouteParameter("account", .bounded(0...Int64(UInt32.max)))
    /// Of a receipt.
    static let id = RouteParameter("id", .bounded(0...Int64.max))
}
