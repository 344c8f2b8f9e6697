import HTTPTypes

// The whole surface of the venue: whatever is not in this table does not exist.
extension RouteTable {
    static let venue = RouteTable(
        market + account + settings + orders + conditionals + auxiliary + control
    )

    private static let candleWeight = RouteWeight.byLimit(
        default: 500,
        steps: [(99, 1), (499, 2), (1000, 5), (1500, 10)]
    )

    private static let market: [Route] = [
        Route(.get, "/fapi/v1/ping", .none, .answer(Gateway.ping)),
        Route(.get, "/fapi/v1/time", .none, .answer(Gateway.time)),
        Route(.get, "/fapi/v1/exchangeInfo", .none, .answer(Gateway.exchangeInfo)),
        Route(
            .get,
            "/fapi/v1/depth",
            .none,
            weight: .byLimit(default: 500, steps: [(50, 2), (100, 5), (500, 10), (1000, 20)]),
            mandatory: ["symbol"],
            .answer(Gateway.depth)
        ),
        Route(
            .get,
            "/fapi/v1/klines",
            .none,
            weight: candleWeight,
            mandatory: ["symbol", "interval"],
            .answer(Gateway.klines)
        ),
        Route(
            .get,
            "/fapi/v1/markPriceKlines",
            .none,
            weight: candleWeight,
            mandatory: ["symbol", "interval"],
            .answer(Gateway.markPriceKlines)
        ),
        Route(
            .get,
            "/fapi/v1/indexPriceKlines",
            .none,
            weight: candleWeight,
            mandatory: ["pair", "interval"],
            .answer(Gateway.indexPriceKlines)
        ),
        Route(
            .get,
            "/fapi/v1/trades",
            .none,
            weight: .fixed(5),
            mandatory: ["symbol"],
            .answer(Gateway.trades)
        ),
        Route(
            .get,
            "/fapi/v1/aggTrades",
            .none,
            weight: .fixed(20),
            mandatory: ["symbol"],
            .answer(Gateway.aggTrades)
        ),
        Route(.get, "/fapi/v1/fundingRate", .none, .answer(Gateway.fundingRate)),
        Route(
            .get,
            "/fapi/v1/fundingInfo",
            .none,
            weight: .fixed(0),
            .answer(Gateway.fundingInfo)
        ),
        Route(
            .get,
            "/fapi/v1/premiumIndex",
            .none,
            weight: .bySymbol(with: 1, without: 10),
            .answer(Gateway.premiumIndex)
        ),
        Route(
            .get,
            "/fapi/v1/constituents",
            .none,
            weight: .fixed(2),
            mandatory: ["symbol"],
            .answer(Gateway.constituents)
        ),
        Route(.get, "/fapi/v1/insuranceBalance", .none, .answer(Gateway.insuranceBalance)),
        Route(
            .get,
            "/fapi/v1/openInterest",
            .none,
            mandatory: ["symbol"],
            .answer(Gateway.openInterest)
        ),
        Route(
            .get,
            "/fapi/v1/ticker/24hr",
            .none,
            weight: .bySymbol(with: 1, without: 40),
            .answer(Gateway.ticker24h)
        ),
        Route(
            .get,
            "/fapi/v1/ticker/price",
            .none,
            weight: .bySymbol(with: 1, without: 2),
            .answer(Gateway.tickerPrice)
        ),
        Route(
            .get,
            "/fapi/v2/ticker/price",
            .none,
            weight: .bySymbol(with: 1, without: 2),
            .answer(Gateway.tickerPrice)
        ),
        Route(
            .get,
            "/fapi/v1/ticker/bookTicker",
            .none,
            weight: .bySymbol(with: 2, without: 5),
            .answer(Gateway.bookTicker)
        ),
    ]

    private static let account: [Route] = [
        Route(
            .get,
            "/fapi/v2/account",
            .userData,
            weight: .fixed(5),
            .account(Gateway.accountV2)
        ),
        Route(
            .get,
            "/fapi/v3/account",
            .userData,
            weight: .fixed(5),
            .account(Gateway.accountV3)
        ),
        Route(
            .get,
            "/fapi/v1/accountConfig",
            .userData,
            weight: .fixed(5),
            .account(Gateway.accountConfig)
        ),
        Route(.get, "/fapi/v2/balance", .userData, weight: .fixed(5), .account(Gateway.balance)),
        Route(.get, "/fapi/v3/balance", .userData, weight: .fixed(5), .account(Gateway.balance)),
        Route(
            .get,
            "/fapi/v2/positionRisk",
            .userData,
            weight: .fixed(5),
            .account(Gateway.positionRiskV2)
        ),
        Route(
            .get,
            "/fapi/v3/positionRisk",
            .userData,
            weight: .fixed(5),
            .account(Gateway.positionRiskV3)
        ),
        Route(.get, "/fapi/v1/income", .userData, weight: .fixed(30), .account(Gateway.income)),
        Route(
            .get,
            "/fapi/v1/adlQuantile",
            .userData,
            weight: .fixed(5),
            .account(Gateway.adlQuantile)
        ),
        Route(
            .get,
            "/fapi/v1/forceOrders",
            .userData,
            weight: .bySymbol(with: 20, without: 50),
            .account(Gateway.forceOrders)
        ),
        Route(
            .get,
            "/fapi/v1/userTrades",
            .userData,
            weight: .fixed(5),
            mandatory: ["symbol"],
            .account(Gateway.userTrades)
        ),
        Route(
            .get,
            "/fapi/v1/commissionRate",
            .userData,
            weight: .fixed(20),
            mandatory: ["symbol"],
            .account(Gateway.commissionRate)
        ),
    ]

    private static let settings: [Route] = [
        Route(.get, "/fapi/v1/leverageBracket", .userData, .account(Gateway.leverageBracket)),
        Route(
            .get,
            "/fapi/v1/symbolConfig",
            .userData,
            weight: .fixed(5),
            .account(Gateway.symbolConfig)
        ),
        Route(
            .get,
            "/fapi/v1/multiAssetsMargin",
            .userData,
            weight: .fixed(30),
            .account(Gateway.multiAssetsMargin)
        ),
        Route(
            .get,
            "/fapi/v1/positionSide/dual",
            .userData,
            weight: .fixed(30),
            .account(Gateway.positionMode)
        ),
        Route(
            .post,
            "/fapi/v1/positionSide/dual",
            .trade,
            mandatory: ["dualSidePosition"],
            .accountAction(Gateway.setPositionMode)
        ),
        Route(
            .post,
            "/fapi/v1/leverage",
            .trade,
            mandatory: ["symbol", "leverage"],
            .accountAction(Gateway.setLeverage)
        ),
        Route(
            .post,
            "/fapi/v1/marginType",
            .trade,
            mandatory: ["symbol", "marginType"],
            .accountAction(Gateway.setMarginType)
        ),
        Route(
            .post,
            "/fapi/v1/positionMargin",
            .trade,
            mandatory: ["symbol", "amount", "type"],
            .accountAction(Gateway.adjustPositionMargin)
        ),
        Route(.post, "/fapi/v1/listenKey", .key, .account(Gateway.createListenKey)),
        Route(.put, "/fapi/v1/listenKey", .key, .account(Gateway.keepListenKey)),
        Route(.delete, "/fapi/v1/listenKey", .key, .account(Gateway.closeListenKey)),
    ]

    private static let orders: [Route] = [
        Route(
            .post,
            "/fapi/v1/order",
            .trade,
            mandatory: ["symbol", "side", "type"],
            countsOrders: true,
            .accountAction(Gateway.placeOrder)
        ),
        Route(
            .put,
            "/fapi/v1/order",
            .trade,
            mandatory: ["symbol", "side", "quantity"],
            countsOrders: true,
            .accountAction(Gateway.amendOrder)
        ),
        Route(
            .delete,
            "/fapi/v1/order",
            .trade,
            mandatory: ["symbol"],
            countsOrders: true,
            .accountAction(Gateway.cancelOrder)
        ),
        Route(
            .get,
            "/fapi/v1/order",
            .userData,
            mandatory: ["symbol"],
            .account(Gateway.order)
        ),
        Route(
            .get,
            "/fapi/v1/openOrder",
            .userData,
            mandatory: ["symbol"],
            .account(Gateway.openOrder)
        ),
        Route(
            .get,
            "/fapi/v1/openOrders",
            .userData,
            weight: .bySymbol(with: 1, without: 40),
            .account(Gateway.openOrders)
        ),
        Route(
            .get,
            "/fapi/v1/allOrders",
            .userData,
            weight: .fixed(5),
            mandatory: ["symbol"],
            .account(Gateway.allOrders)
        ),
        Route(
            .delete,
            "/fapi/v1/allOpenOrders",
            .trade,
            mandatory: ["symbol"],
            countsOrders: true,
            .accountAction(Gateway.cancelAllOrders)
        ),
        Route(
            .post,
            "/fapi/v1/countdownCancelAll",
            .trade,
            weight: .fixed(10),
            mandatory: ["symbol", "countdownTime"],
            .accountAction(Gateway.countdownCancelAll)
        ),
        Route(
            .post,
            "/fapi/v1/batchOrders",
            .trade,
            weight: .fixed(5),
            mandatory: ["batchOrders"],
            countsOrders: true,
            .accountAction(Gateway.placeBatch)
        ),
        Route(
            .delete,
            "/fapi/v1/batchOrders",
            .trade,
            mandatory: ["symbol"],
            countsOrders: true,
            .accountAction(Gateway.cancelBatch)
        ),
    ]

    private static let conditionals: [Route] = [
        Route(
            .post,
            "/fapi/v1/algoOrder",
            .trade,
            mandatory: ["algoType", "symbol", "side", "type"],
            countsOrders: true,
            .accountAction(Gateway.placeConditional)
        ),
        Route(
            .delete,
            "/fapi/v1/algoOrder",
            .trade,
            countsOrders: true,
            .accountAction(Gateway.cancelConditional)
        ),
        Route(.get, "/fapi/v1/algoOrder", .userData, .account(Gateway.conditional)),
        Route(
            .get,
            "/fapi/v1/openAlgoOrders",
            .userData,
            weight: .bySymbol(with: 1, without: 40),
            .account(Gateway.openConditionals)
        ),
        Route(
            .get,
            "/fapi/v1/allAlgoOrders",
            .userData,
            weight: .fixed(5),
            mandatory: ["symbol"],
            .account(Gateway.allConditionals)
        ),
        Route(
            .delete,
            "/fapi/v1/algoOpenOrders",
            .trade,
            mandatory: ["symbol"],
            countsOrders: true,
            .accountAction(Gateway.cancelAllConditionals)
        ),
    ]

    /// What clients of several markets load besides the futures: there is nothing behind it.
    private static let auxiliary: [Route] = [
        Route(.get, "/api/v3/ping", .none, .answer(Gateway.ping)),
        Route(.get, "/api/v3/time", .none, .answer(Gateway.time)),
        Route(.get, "/api/v3/exchangeInfo", .none, .answer(Gateway.emptyExchangeInfo)),
        Route(.get, "/dapi/v1/exchangeInfo", .none, .answer(Gateway.emptyExchangeInfo)),
        Route(.get, "/sapi/v1/capital/config/getall", .none, .answer(Gateway.emptyList)),
        Route(.get, "/sapi/v1/margin/allPairs", .none, .answer(Gateway.emptyList)),
        Route(.get, "/sapi/v1/margin/isolated/allPairs", .none, .answer(Gateway.emptyList)),
    ]

    private static let control: [Route] = [
        Route(.get, "/v1/clock", .none, .answer(Gateway.clock)),
        Route(.post, "/v1/clock", .none, .action(Gateway.setClock)),
        Route(.get, "/v1/digest", .none, .answer(Gateway.digest)),
        Route(.get, "/v1/status", .none, .answer(Gateway.status)),
        Route(.get, "/v1/receipts", .none, .answer(Gateway.receipts)),
        Route(.get, "/v1/receipts/*", .none, .answer(Gateway.receipt)),
        Route(.get, "/v1/deleveragings", .none, .answer(Gateway.deleveragings)),
        Route(.get, "/v1/deleveragings/*", .none, .answer(Gateway.deleveraging)),
        Route(.get, "/v1/insurance-fund", .none, .answer(Gateway.insuranceFund)),
        Route(.post, "/v1/transfers", .none, .action(Gateway.transfer)),
        Route(.post, "/v1/accounts", .none, .action(Gateway.openAccount)),
        Route(.post, "/v1/faucet", .none, .action(Gateway.faucet)),
        Route(.get, "/v1/keys", .none, .answer(Gateway.listKeys)),
        Route(.post, "/v1/keys", .none, .answer(Gateway.registerKey)),
        Route(.delete, "/v1/keys/*", .none, .answer(Gateway.revokeKey)),
        Route(.get, "/openapi.json", .none, .answer(Gateway.openAPI)),
        Route(
            .get,
            "/metrics",
            .none,
            .page(Gateway.metrics, type: "text/plain; version=0.0.4; charset=utf-8")
        ),
        Route(.get, "/", .none, .page(Gateway.frontPage, type: "text/html; charset=utf-8")),
    ]
}
