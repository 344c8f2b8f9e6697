import HTTPTypes
import PlimsollModel

// Orders and orders that wait for a price.
extension RouteTable {
    private static let orderTerms: [RouteParameter] = [
        .symbol.required, .side.required, .orderType.required, .positionSide, .timeInForce,
        .reduceOnly, .quantity, .price, .newClientOrderID, .answerType, .priceMatch,
        .selfTradePrevention, .goodTillDate,
    ]

    private static let conditionalTerms: [RouteParameter] = [
        .conditionalKind.required, .symbol.required, .side.required,
        RouteParameter("type", .choice(ConditionalType.allCases.map(\.dialectName))).required,
        .positionSide, .timeInForce, .quantity, .price, RouteParameter("triggerPrice", .decimal),
        .workingType, .priceMatch, RouteParameter("closePosition", .flag),
        RouteParameter("priceProtect", .flag), .reduceOnly,
        RouteParameter("activatePrice", .decimal), RouteParameter("callbackRate", .decimal),
        .clientConditionalID, .selfTradePrevention, .goodTillDate,
    ]

    static let orders: [Route] = [
        Route(
            .post,
            "/fapi/v1/order",
            .trade,
            parameters: orderTerms,
            countsOrders: true,
            .accountAction(Gateway.placeOrder)
        ),
        Route(
            .post,
            "/fapi/v1/order/test",
            .trade,
            parameters: orderTerms,
            .account(Gateway.testOrder)
        ),
        Route(
            .put,
            "/fapi/v1/order",
            .trade,
            parameters: [
                .symbol.required, .side.required, .quantity.required, .price, .orderID,
                .originalClientOrderID, .priceMatch, .positionSide,
                RouteParameter("modifyId", .text),
            ],
            countsOrders: true,
            .accountAction(Gateway.amendOrder)
        ),
        Route(
            .delete,
            "/fapi/v1/order",
            .trade,
            parameters: [.symbol.required, .orderID, .originalClientOrderID],
            countsOrders: true,
            .accountAction(Gateway.cancelOrder)
        ),
        Route(
            .get,
            "/fapi/v1/order",
            .userData,
            parameters: [.symbol.required, .orderID, .originalClientOrderID],
            .account(Gateway.order)
        ),
        Route(
            .get,
            "/fapi/v1/openOrder",
            .userData,
            parameters: [.symbol.required, .orderID, .originalClientOrderID],
            .account(Gateway.openOrder)
        ),
        Route(
            .get,
            "/fapi/v1/openOrders",
            .userData,
            weight: .bySymbol(with: 1, without: 40),
            parameters: [.symbol],
            .account(Gateway.openOrders)
        ),
        Route(
            .get,
            "/fapi/v1/allOrders",
            .userData,
            weight: .fixed(5),
            parameters: [.symbol, .orderID, .startTime, .endTime, .limit],
            .account(Gateway.allOrders)
        ),
        Route(
            .get,
            "/fapi/v1/orderAmendment",
            .userData,
            parameters: [
                .symbol.required, .orderID, .originalClientOrderID, .startTime, .endTime, .limit,
            ],
            .account(Gateway.orderAmendments)
        ),
        Route(
            .delete,
            "/fapi/v1/allOpenOrders",
            .trade,
            parameters: [.symbol.required],
            countsOrders: true,
            .accountAction(Gateway.cancelAllOrders)
        ),
        Route(
            .post,
            "/fapi/v1/countdownCancelAll",
            .trade,
            weight: .fixed(10),
            parameters: [.symbol.required, RouteParameter("countdownTime", .time).required],
            .accountAction(Gateway.countdownCancelAll)
        ),
        Route(
            .post,
            "/fapi/v1/batchOrders",
            .trade,
            weight: .fixed(5),
            parameters: [RouteParameter("batchOrders", .text).required],
            countsOrders: true,
            .accountAction(Gateway.placeBatch)
        ),
        Route(
            .put,
            "/fapi/v1/batchOrders",
            .trade,
            weight: .fixed(5),
            parameters: [RouteParameter("batchOrders", .text).required],
            countsOrders: true,
            .accountAction(Gateway.amendBatch)
        ),
        Route(
            .delete,
            "/fapi/v1/batchOrders",
            .trade,
            parameters: [
                .symbol.required, RouteParameter("orderIdList", .text),
                RouteParameter("origClientOrderIdList", .text),
            ],
            countsOrders: true,
            .accountAction(Gateway.cancelBatch)
        ),
    ]

    static let conditionals: [Route] = [
        Route(
            .post,
            "/fapi/v1/algoOrder",
            .trade,
            parameters: conditionalTerms,
            countsOrders: true,
            .accountAction(Gateway.placeConditional)
        ),
        Route(
            .delete,
            "/fapi/v1/algoOrder",
            .trade,
            parameters: [.conditionalID, .clientConditionalID, .symbol],
            countsOrders: true,
            .accountAction(Gateway.cancelConditional)
        ),
        Route(
            .get,
            "/fapi/v1/algoOrder",
            .userData,
            parameters: [.conditionalID, .clientConditionalID, .symbol],
            .account(Gateway.conditional)
        ),
        Route(
            .get,
            "/fapi/v1/openAlgoOrders",
            .userData,
            weight: .bySymbol(with: 1, without: 40),
            parameters: [.conditionalKind, .symbol, .conditionalID],
            .account(Gateway.openConditionals)
        ),
        Route(
            .get,
            "/fapi/v1/allAlgoOrders",
            .userData,
            weight: .fixed(5),
            parameters: [.symbol.required, .conditionalID, .startTime, .endTime, .limit],
            .account(Gateway.allConditionals)
        ),
        Route(
            .delete,
            "/fapi/v1/algoOpenOrders",
            .trade,
            parameters: [.symbol.required],
            countsOrders: true,
            .accountAction(Gateway.cancelAllConditionals)
        ),
    ]
}
