import PlimsollModel
import PlimsollProjections

// What trades here and by which rules: every filter is the engine's own.
extension Gateway {
    func exchangeInfo(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try read { (venue) throws(DialectError) in
            json.beginObject()
            json.field("timezone", "UTC")
            json.field("serverTime", serverTime(call))
            json.field("futuresType", "U_MARGINED")
            json.rateLimits()
            json.beginArray("exchangeFilters")
            json.endArray()
            json.beginArray("assets")
            for asset in Self.settleAssets(of: venue) {
                json.beginObject()
                json.field("asset", venue.assets[asset.index])
                json.field("marginAvailable", true)
                json.field("autoAssetExchange", "0")
                json.endObject()
            }
            json.endArray()
            json.beginArray("symbols")
            for market in venue.markets { json.symbolInfo(market, assets: venue.assets) }
            json.endArray()
            json.endObject()
        }
    }

    /// The assets that something settles in, each once.
    static func settleAssets(of venue: borrowing VenueProjections) -> [AssetID] {
        var assets: [AssetID] = []
        for index in venue.markets.indices {
            let asset = venue.markets[index].rules.contract.settleAsset
            if !assets.contains(asset), asset.index < venue.assets.count { assets.append(asset) }
        }
        return assets
    }

    /// The lists that clients load besides the futures' own: there is no spot or inverse market here.
    func emptyExchangeInfo(_ call: Call, _ json: inout JSONWriter) {
        json.beginObject()
        json.field("timezone", "UTC")
        json.field("serverTime", serverTime(call))
        for name in ["rateLimits", "exchangeFilters", "symbols"] {
            json.key(name)
            json.beginArray()
            json.endArray()
        }
        json.endObject()
    }

    func emptyList(_ call: Call, _ json: inout JSONWriter) {
        json.beginArray()
        json.endArray()
    }
}

extension JSONWriter {
    fileprivate mutating func rateLimits() {
        beginArray("rateLimits")
        rateLimit("REQUEST_WEIGHT", "MINUTE", 1, RequestCounts.weightPerMinute)
        rateLimit("ORDERS", "MINUTE", 1, RequestCounts.ordersPerMinute)
        rateLimit("ORDERS", "SECOND", 10, RequestCounts.ordersPerTenSeconds)
        endArray()
    }

    mutating func rateLimit(
        _ type: String,
        _ interval: String,
        _ number: Int,
        _ limit: Int
    ) {
        beginObject()
        field("rateLimitType", type)
        field("interval", interval)
        field("intervalNum", number)
        field("limit", limit)
        endObject()
    }

    fileprivate mutating func symbolInfo(_ market: MarketProjection, assets: [Symbol]) {
        let rules = market.rules
        let contract = rules.contract
        guard contract.baseAsset.index < assets.count, contract.settleAsset.index < assets.count
        else { return }
        let settleAsset = assets[contract.settleAsset.index]
        beginObject()
        field("symbol", contract.symbol)
        field("pair", contract.symbol)
        field("contractType", "PERPETUAL")
        // Binance's constant for "never"; freqtrade takes any other as a delisting.
        field("deliveryDate", 4_133_404_800_000)
        field("onboardDate", 0)
        field("status", market.isTrading ? "TRADING" : "PENDING_TRADING")
        // Placeholders at Binance too: the brackets tell the margins.
        field("maintMarginPercent", "2.5000")
        field("requiredMarginPercent", "5.0000")
        field("baseAsset", assets[contract.baseAsset.index])
        // An inverse contract is counted in dollars, which nobody holds here.
        field("quoteAsset", contract.kind == .linear ? "\(settleAsset)" : "USD")
        field("marginAsset", settleAsset)
        if contract.kind == .inverse {
            key("contractSize")
            decimal(
                units: Int128(contract.multiplier.units),
                scale: Price.scale,
                decimalsMin: 0,
                decimalsMax: Price.scale,
                isQuoted: false
            )
        }
        field("pricePrecision", contract.priceDecimals)
        field("quantityPrecision", contract.quantityDecimals)
        field("baseAssetPrecision", 8)
        field("quotePrecision", 8)
        field("underlyingType", "COIN")
        beginArray("underlyingSubType")
        endArray()
        field("settlePlan", 0)
        field("triggerProtect", rules.triggers.protect, decimals: 4)
        field("liquidationFee", rules.fees.liquidation, decimals: 6)
        field("marketTakeBound", rules.limits.marketTakeBound, decimals: 2)
        filters(rules)
        texts(
            "orderTypes",
            [
                "LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET",
                "TRAILING_STOP_MARKET",
            ]
        )
        texts("timeInForce", ["GTC", "IOC", "FOK", "GTX", "GTD"])
        endObject()
    }

    private mutating func filters(_ rules: InstrumentRules) {
        let price = rules.contract.priceScale
        let quantity = rules.contract.quantityScale
        beginArray("filters")
        beginObject()
        field("filterType", "PRICE_FILTER")
        field("minPrice", rules.limits.priceMin, decimals: price)
        field("maxPrice", rules.limits.priceMax, decimals: price)
        field("tickSize", rules.contract.tickSize, decimals: price)
        endObject()
        lotSize("LOT_SIZE", max: rules.limits.quantityMax, rules, decimals: quantity)
        lotSize("MARKET_LOT_SIZE", max: rules.limits.marketQuantityMax, rules, decimals: quantity)
        beginObject()
        field("filterType", "MAX_NUM_ORDERS")
        field("limit", rules.limits.openOrderCountMax)
        endObject()
        beginObject()
        field("filterType", "MAX_NUM_ALGO_ORDERS")
        field("limit", rules.triggers.countMax)
        endObject()
        beginObject()
        field("filterType", "MIN_NOTIONAL")
        key("notional")
        average(rules.limits.notionalMin, decimalsMin: 0)
        endObject()
        beginObject()
        field("filterType", "PERCENT_PRICE")
        field("multiplierUp", Rate.one + rules.limits.priceBand, decimals: 4)
        field("multiplierDown", Rate.one - rules.limits.priceBand, decimals: 4)
        field("multiplierDecimal", "4")
        endObject()
        endArray()
    }

    private mutating func lotSize(
        _ name: String,
        max quantityMax: Quantity,
        _ rules: InstrumentRules,
        decimals: Int
    ) {
        beginObject()
        field("filterType", name)
        field("minQty", rules.limits.quantityMin, decimals: decimals)
        field("maxQty", quantityMax, decimals: decimals)
        field("stepSize", rules.contract.stepSize, decimals: decimals)
        endObject()
    }

    fileprivate mutating func texts(_ name: StaticString, _ texts: [String]) {
        beginArray(name)
        for text in texts { string(text) }
        endArray()
    }
}
