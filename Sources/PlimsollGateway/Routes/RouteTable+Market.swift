import HTTPTypes

// What anybody may ask about the markets.
extension RouteTable {
    private static let candleWeight = RouteWeight.byLimit(
        default: 500,
        steps: [(99, 1), (499, 2), (1000, 5), (1500, 10)]
    )
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
        Route(
            .get,
            "/fapi/v1/klines",
            .none,
            weight: candleWeight,
            parameters: [.symbol.required, .interval.required, .startTime, .endTime, .limit],
            .answer(Gateway.klines)
        ),
        Route(
            .get,
            "/fapi/v1/continuousKlines",
            .none,
            weight: candleWeight,
            parameters: [
                .pair.required, .contractType.required, .interval.required, .startTime, .endTime,
                .limit,
            ],
            .answer(Gateway.continuousKlines)
        ),
        Route(
            .get,
            "/fapi/v1/markPriceKlines",
            .none,
            weight: candleWeight,
            parameters: [.symbol.required, .interval.required, .startTime, .endTime, .limit],
            .answer(Gateway.markPriceKlines)
        ),
        Route(
            .get,
            "/fapi/v1/premiumIndexKlines",
            .none,
            weight: candleWeight,
            parameters: [
                .symbol.required, .interval.required, .startTime, .endTime, .limit,
            ],
            .answer(Gateway.premiumIndexKlines)
        ),
        Route(
            .get,
            "/fapi/v1/indexPriceKlines",
            .none,
            weight: candleWeight,
            parameters: [.pair.required, .interval.required, .startTime, .endTime, .limit],
            .answer(Gateway.indexPriceKlines)
        ),
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
        Route(
            .get,
            "/futures/data/openInterestHist",
            .none,
            weight: .fixed(0),
            parameters: [.symbol.required, .period.required, .limit, .startTime, .endTime],
            .answer(Gateway.openInterestHistory)
        ),
        Route(
            .get,
            "/futures/data/globalLongShortAccountRatio",
            .none,
            weight: .fixed(0),
            parameters: [.symbol.required, .period.required, .limit, .startTime, .endTime],
            .answer(Gateway.allAccountRatio)
        ),
        Route(
            .get,
            "/futures/data/topLongShortAccountRatio",
            .key,
            weight: .fixed(0),
            parameters: [.symbol.required, .period.required, .limit, .startTime, .endTime],
            .account(Gateway.topAccountRatio)
        ),
        Route(
            .get,
            "/futures/data/topLongShortPositionRatio",
            .key,
            weight: .fixed(0),
            parameters: [.symbol.required, .period.required, .limit, .startTime, .endTime],
            .account(Gateway.topPositionRatio)
        ),
        Route(
            .get,
            "/futures/data/takerlongshortRatio",
            .none,
            weight: .fixed(0),
            parameters: [.symbol.required, .period.required, .limit, .startTime, .endTime],
            .answer(Gateway.takerRatio)
        ),
        Route(
            .get,
            "/futures/data/basis",
            .none,
            weight: .fixed(0),
            parameters: [
                .pair.required, .contractType.required, .period.required, .limit, .startTime,
                .endTime,
            ],
            .answer(Gateway.basis)
        ),
        Route(
            .get,
            "/futures/data/delivery-price",
            .none,
            weight: .fixed(0),
            parameters: [.pair.required],
            .answer(Gateway.deliveryPrices)
        ),
    ]

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
