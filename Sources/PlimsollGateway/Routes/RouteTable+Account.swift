import HTTPTypes

// What an account may ask about itself, and how it sets itself up.
extension RouteTable {
    static let account: [Route] = [
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
        Route(
            .get,
            "/fapi/v2/balance",
            .userData,
            weight: .fixed(5),
            .account(Gateway.balance)
        ),
        Route(
            .get,
            "/fapi/v3/balance",
            .userData,
            weight: .fixed(5),
            .account(Gateway.balance)
        ),
        Route(
            .get,
            "/fapi/v2/positionRisk",
            .userData,
            weight: .fixed(5),
            parameters: [.symbol],
            .account(Gateway.positionRiskV2)
        ),
        Route(
            .get,
            "/fapi/v3/positionRisk",
            .userData,
            weight: .fixed(5),
            parameters: [.symbol],
            .account(Gateway.positionRiskV3)
        ),
        Route(
            .get,
            "/fapi/v1/income",
            .userData,
            weight: .fixed(30),
            parameters: [
                .symbol, RouteParameter("incomeType", .choice(Gateway.incomeTypes)), .startTime,
                .endTime, .limit,
            ],
            .account(Gateway.income)
        ),
        Route(
            .get,
            "/fapi/v1/positionMargin/history",
            .trade,
            parameters: [
                .symbol.required, RouteParameter("type", .bounded(1...2)), .startTime, .endTime,
                .limit,
            ],
            .account(Gateway.marginHistory)
        ),
        Route(
            .get,
            "/fapi/v1/apiTradingStatus",
            .userData,
            weight: .bySymbol(with: 1, without: 10),
            parameters: [.symbol],
            .account(Gateway.apiTradingStatus)
        ),
        Route(
            .get,
            "/fapi/v1/rateLimit/order",
            .userData,
            .account(Gateway.orderRateLimits)
        ),
        Route(
            .get,
            "/fapi/v1/adlQuantile",
            .userData,
            weight: .fixed(5),
            parameters: [.symbol],
            .account(Gateway.adlQuantile)
        ),
        Route(
            .get,
            "/fapi/v1/forceOrders",
            .userData,
            weight: .bySymbol(with: 20, without: 50),
            parameters: [
                .symbol, RouteParameter("autoCloseType", .choice(["LIQUIDATION", "ADL"])),
                .startTime, .endTime, .limit,
            ],
            .account(Gateway.forceOrders)
        ),
        Route(
            .get,
            "/fapi/v1/userTrades",
            .userData,
            weight: .fixed(5),
            parameters: [.symbol.required, .orderID, .fromID, .startTime, .endTime, .limit],
            .account(Gateway.userTrades)
        ),
        Route(
            .get,
            "/fapi/v1/commissionRate",
            .userData,
            weight: .fixed(20),
            parameters: [.symbol.required],
            .account(Gateway.commissionRate)
        ),
    ]

    static let settings: [Route] = [
        Route(
            .get,
            "/fapi/v1/leverageBracket",
            .userData,
            parameters: [.symbol],
            .account(Gateway.leverageBracket)
        ),
        Route(
            .get,
            "/fapi/v1/symbolConfig",
            .userData,
            weight: .fixed(5),
            parameters: [.symbol],
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
            .post,
            "/fapi/v1/multiAssetsMargin",
            .trade,
            parameters: [RouteParameter("multiAssetsMargin", .flag).required],
            .account(Gateway.setMultiAssetsMargin)
        ),
        Route(
            .get,
            "/fapi/v1/feeBurn",
            .userData,
            weight: .fixed(30),
            .account(Gateway.feeBurn)
        ),
        Route(
            .post,
            "/fapi/v1/feeBurn",
            .trade,
            parameters: [RouteParameter("feeBurn", .flag).required],
            .account(Gateway.setFeeBurn)
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
            parameters: [RouteParameter("dualSidePosition", .flag).required],
            .accountAction(Gateway.setPositionMode)
        ),
        Route(
            .post,
            "/fapi/v1/leverage",
            .trade,
            parameters: [.symbol.required, RouteParameter("leverage", .bounded(1...125)).required],
            .accountAction(Gateway.setLeverage)
        ),
        Route(
            .post,
            "/fapi/v1/marginType",
            .trade,
            parameters: [
                .symbol.required,
                RouteParameter("marginType", .choice(["ISOLATED", "CROSSED"])).required,
            ],
            .accountAction(Gateway.setMarginType)
        ),
        Route(
            .post,
            "/fapi/v1/positionMargin",
            .trade,
            parameters: [
                .symbol.required, RouteParameter("amount", .decimal).required,
                RouteParameter("type", .bounded(1...2)).required, .positionSide,
            ],
            .accountAction(Gateway.adjustPositionMargin)
        ),
        Route(
            .post,
            "/fapi/v1/listenKey",
            .key,
            .account(Gateway.createListenKey)
        ),
        Route(
            .put,
            "/fapi/v1/listenKey",
            .key,
            .account(Gateway.keepListenKey)
        ),
        Route(
            .delete,
            "/fapi/v1/listenKey",
            .key,
            .account(Gateway.closeListenKey)
        ),
    ]
}
