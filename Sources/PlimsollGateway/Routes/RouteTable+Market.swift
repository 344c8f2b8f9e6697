import HTTPTypes

// What anybody may ask about the markets.
extension RouteTable {
    private static func candles(
        _ name: String,
        _ handler: RouteHandler,
        of subject: [RouteParameter] = [.symbol.required]
    ) -> Route {
        Route(
            .get,
            "/fapi/v1/" + name,
            .none,
            weight: .byLimit(
                default: 500,
                steps: [(99, 1), (499, 2), (1000, 5), (1500, 10)]
            ),
            parameters: subject + [.interval.required, .startTime, .endTime, .limit],
            handler
        )
    }

    private static let depthWeight = depthWeight(default: 500)

    private static func depthWeight(default limit: Int) -> RouteWeight {
        .byLimit(default: limit, steps: [(50, 2), (100, 5), (500, 10), (1000, 20)])
    }

    /// Time, contracts, books, trades, candles and tickers.
    static let market: [Route] = [
        Route(
            .get,
            "/fapi/v1/ping",
            .none,
            .answer(Gateway.ping)
        ),
        Route(
            .get,
            "/fapi/v1/time",
            .none,
            .answer(Gateway.time)
        ),
        Route(
            .get,
            "/fapi/v1/exchangeInfo",
            .none,
            .answer(Gateway.exchangeInfo)
        ),
        Route(
            .get,
            "/fapi/v1/depth",
            .none,
            weight: depthWeight,
            parameters: [.symbol.required, .limit],
            .answer(Gateway.depth)
        ),
        Route(
            .get,
            "/fapi/v1/rpiDepth",
            .none,
            weight: depthWeight(default: 1000),
            parameters: [.symbol.required, .limit],
            .answer(Gateway.retailDepth)
        ),
        candles("klines", .answer(Gateway.klines)),
        candles(
            "continuousKlines",
            .answer(Gateway.continuousKlines),
            of: [.pair.required, .contractType.required]
        ),
        candles("markPriceKlines", .answer(Gateway.markPriceKlines)),
        candles("premiumIndexKlines", .answer(Gateway.premiumIndexKlines)),
        candles("indexPriceKlines", .answer(Gateway.indexPriceKlines), of: [.pair.required]),
        Route(
            .get,
            "/fapi/v1/trades",
            .none,
            weight: .fixed(5),
            parameters: [.symbol.required, .limit],
            .answer(Gateway.trades)
        ),
        Route(
            .get,
            "/fapi/v1/historicalTrades",
            .key,
            weight: .fixed(200),
            parameters: [.symbol.required, .limit, .fromID],
            .account(Gateway.historicalTrades)
        ),
        Route(
            .get,
            "/fapi/v1/aggTrades",
            .none,
            weight: .fixed(20),
            parameters: [.symbol.required, .fromID, .startTime, .endTime, .limit],
            .answer(Gateway.aggTrades)
        ),
        Route(
            .get,
            "/fapi/v1/ticker/24hr",
            .none,
            weight: .bySymbol(with: 1, without: 40),
            parameters: [.symbol],
            .answer(Gateway.ticker24h)
        ),
        Route(
            .get,
            "/fapi/v1/ticker/price",
            .none,
            weight: .bySymbol(with: 1, without: 2),
            parameters: [.symbol],
            .answer(Gateway.tickerPrice)
        ),
        Route(
            .get,
            "/fapi/v2/ticker/price",
            .none,
            weight: .bySymbol(with: 1, without: 2),
            parameters: [.symbol],
            .answer(Gateway.tickerPrice)
        ),
        Route(
            .get,
            "/fapi/v1/ticker/bookTicker",
            .none,
            weight: .bySymbol(with: 2, without: 5),
            parameters: [.symbol],
            .answer(Gateway.bookTicker)
        ),
    ]

    /// Index, funding, insurance and open interest.
    static let statistics: [Route] = [
        Route(
            .get,
            "/fapi/v1/premiumIndex",
            .none,
            weight: .bySymbol(with: 1, without: 10),
            parameters: [.symbol],
            .answer(Gateway.premiumIndex)
        ),
        Route(
            .get,
            "/fapi/v1/fundingRate",
            .none,
            parameters: [.symbol, .startTime, .endTime, .limit],
            .answer(Gateway.fundingRate)
        ),
        Route(
            .get,
            "/fapi/v1/fundingInfo",
            .none,
            weight: .fixed(0),
            .answer(Gateway.fundingInfo)
        ),
        Route(
            .get,
            "/fapi/v1/constituents",
            .none,
            weight: .fixed(2),
            parameters: [.symbol.required],
            .answer(Gateway.constituents)
        ),
        Route(
            .get,
            "/fapi/v1/insuranceBalance",
            .none,
            parameters: [.symbol],
            .answer(Gateway.insuranceBalance)
        ),
        Route(
            .get,
            "/fapi/v1/openInterest",
            .none,
            parameters: [.symbol.required],
            .answer(Gateway.openInterest)
        ),
        Route(
            .get,
            "/fapi/v1/symbolAdlRisk",
            .none,
            parameters: [.symbol],
            .answer(Gateway.deleveragingRisk)
        ),
        Route(
            .get,
            "/fapi/v1/indexInfo",
            .none,
            parameters: [.symbol],
            .answer(Gateway.noIndex)
        ),
        Route(
            .get,
            "/fapi/v1/assetIndex",
            .none,
            weight: .bySymbol(with: 1, without: 10),
            parameters: [.symbol],
            .answer(Gateway.noIndex)
        ),
        Route(
            .get,
            "/fapi/v1/tradingSchedule",
            .none,
            weight: .fixed(5),
            .answer(Gateway.tradingSchedule)
        ),
    ]

    /// Who stands on which side, period by period.
    static let positioning: [Route] = [
        period("openInterestHist", .answer(Gateway.openInterestHistory)),
        period("globalLongShortAccountRatio", .answer(Gateway.allAccountRatio)),
        period("topLongShortAccountRatio", .account(Gateway.topAccountRatio), .key),
        period("topLongShortPositionRatio", .account(Gateway.topPositionRatio), .key),
        period("takerlongshortRatio", .answer(Gateway.takerRatio)),
        period("basis", .answer(Gateway.basis), of: [.pair.required, .contractType.required]),
        Route(
            .get,
            "/futures/data/delivery-price",
            .none,
            weight: .fixed(0),
            parameters: [.pair.required],
            .answer(Gateway.deliveryPrices)
        ),
    ]

    private static func period(
        _ name: String,
        _ handler: RouteHandler,
        _ security: RouteSecurity = .none,
        of subject: [RouteParameter] = [.symbol.required]
    ) -> Route {
        Route(
            .get,
            "/futures/data/" + name,
            security,
            weight: .fixed(0),
            parameters: subject + [.period.required, .limit, .startTime, .endTime],
            handler
        )
    }

    /// What clients of several markets load besides the futures: there is nothing behind it.
    static let auxiliary: [Route] = [
        Route(
            .get,
            "/api/v3/ping",
            .none,
            .answer(Gateway.ping)
        ),
        Route(
            .get,
            "/api/v3/time",
            .none,
            .answer(Gateway.time)
        ),
        Route(
            .get,
            "/api/v3/exchangeInfo",
            .none,
            .answer(Gateway.emptyExchangeInfo)
        ),
        Route(
            .get,
            "/dapi/v1/exchangeInfo",
            .none,
            .answer(Gateway.emptyExchangeInfo)
        ),
        Route(
            .get,
            "/sapi/v1/capital/config/getall",
            .none,
            .answer(Gateway.emptyList)
        ),
        Route(
            .get,
            "/sapi/v1/margin/allPairs",
            .none,
            .answer(Gateway.emptyList)
        ),
        Route(
            .get,
            "/sapi/v1/margin/isolated/allPairs",
            .none,
            .answer(Gateway.emptyList)
        ),
    ]
}
