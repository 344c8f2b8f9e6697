import PlimsollModel
import PlimsollProjections

// What anybody may ask about the market. Candles, trades and funding times are venue time; the
// clock that `time` tells is the wall clock, which is what clients sign with.
extension Gateway {
    func ping(_ call: Call, _ json: inout JSONWriter) {
        json.beginObject()
        json.endObject()
    }

    func time(_ call: Call, _ json: inout JSONWriter) {
        json.beginObject()
        json.field("serverTime", serverTime(call))
        json.endObject()
    }

    func depth(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try depth(call, &json, limit: Self.depthLimit(call.parameters, default: 500))
    }

    /// The same book: there are no orders that only retail clients see.
    func retailDepth(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try depth(call, &json, limit: Self.depthLimit(call.parameters, default: 1000))
    }

    private func depth(
        _ call: Call,
        _ json: inout JSONWriter,
        limit: Int
    ) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        // Long lists are only taken out under the lock and written after it.
        let stale = staleBook(of: symbol, call)
        let (book, time, contract) = try market(symbol) { market, time in
            let shown = stale?.book ?? market.book
            let bids = shown.bids(limit: limit)
            let asks = shown.asks(limit: limit)
            let book = (update: shown.lastUpdate, bids: bids, asks: asks)
            return (book, stale?.time ?? time, market.rules.contract)
        }
        json.beginObject()
        json.field("lastUpdateId", book.update)
        json.field("E", time)
        json.field("T", time)
        json.beginArray("bids")
        for level in book.bids { json.level(level, contract) }
        json.endArray()
        json.beginArray("asks")
        for level in book.asks { json.level(level, contract) }
        json.endArray()
        json.endObject()
    }

    func trades(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let limit = try call.parameters.limit(default: 500, max: 1000)
        let (trades, contract) = try market(call.parameters.symbol()) { market, _ in
            (Array(market.trades.suffix(limit)), market.rules.contract)
        }
        json.trades(trades, contract)
    }

    /// From a trade on, as far back as trades are kept.
    func historicalTrades(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let limit = try call.parameters.limit(default: 100, max: 500)
        let fromID = try call.parameters.integer("fromId").map(UInt64.init)
        let (trades, contract) = try market(call.parameters.symbol()) { market, _ in
            let matching = market.trades.filter { trade in
                fromID.map { trade.id.rawValue >= $0 } ?? true
            }
            let page = fromID == nil ? matching.suffix(limit) : matching.prefix(limit)
            return (Array(page), market.rules.contract)
        }
        json.trades(trades, contract)
    }

    func aggTrades(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let limit = try call.parameters.limit(default: 500, max: 1000)
        let fromID = try call.parameters.integer("fromId")
        let window = try TimeWindow(call.parameters)
        let (matching, contract) = try market(symbol) { market, _ in
            let matching = market.aggregates.filter { trade in
                window.contains(trade.time) && fromID.map { trade.id >= UInt64($0) } ?? true
            }
            return (matching, market.rules.contract)
        }
        json.beginArray()
        let isForward = fromID != nil || window.start != nil
        for trade in isForward ? matching.prefix(limit) : matching.suffix(limit) {
            json.beginObject()
            json.field("a", trade.id)
            json.field("p", trade.price, decimals: contract.priceScale)
            json.field("q", trade.quantity, decimals: contract.quantityScale)
            json.field("nq", trade.quantity, decimals: contract.quantityScale)
            json.field("f", trade.first)
            json.field("l", trade.last)
            json.field("T", trade.time)
            json.field("m", trade.isBuyerMaker)
            json.endObject()
        }
        json.endArray()
    }

    func fundingRate(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let limit = try call.parameters.limit(default: 100, max: 1000)
        let window = try TimeWindow(call.parameters)
        let symbol = try call.parameters.optionalSymbol()
        try read { (venue) throws(DialectError) in
            if let symbol, venue.marketIndex(symbol) == nil { throw DialectError.symbolInvalid }
            var settlements: [FundingSettled] = []
            for market in venue.markets where symbol == nil || market.symbol == symbol {
                settlements += market.fundingHistory.filter { window.contains($0.time) }
            }
            // Markets settle at the same instants; the sort keeps their order.
            settlements.sort { ($0.time, $0.instrument) < ($1.time, $1.instrument) }
            json.beginArray()
            for settled in window.latest(limit, of: settlements) {
                let contract = venue.markets[settled.instrument.index].rules.contract
                json.beginObject()
                json.field("symbol", contract.symbol)
                json.field("fundingTime", settled.time)
                json.field("fundingRate", settled.rate, decimals: 8)
                json.field("markPrice", settled.mark, decimals: 8)
                json.endObject()
            }
            json.endArray()
        }
    }

    func fundingInfo(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try read { (venue) throws(DialectError) in
            json.beginArray()
            for market in venue.markets where market.isTrading {
                json.beginObject()
                json.field("symbol", market.symbol)
                // A rate that is set or recorded has no cap of its own; two per cent are Binance's
                // widest.
                let cap = market.rules.funding.cap
                let widest = cap.isZero ? Rate(units: 2_000_000) : cap
                json.field("adjustedFundingRateCap", widest, decimals: 8)
                json.field("adjustedFundingRateFloor", -widest, decimals: 8)
                json.field(
                    "fundingIntervalHours",
                    market.rules.funding.intervalMilliseconds / 3_600_000
                )
                json.field("disclaimer", false)
                json.endObject()
            }
            json.endArray()
        }
    }

    func premiumIndex(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try eachMarket(call, &json) { market, _, json in
            // Before the first index price there is nothing to tell; a market list is still valid.
            let prices = market.prices
            json.beginObject()
            json.field("symbol", market.symbol)
            json.field("markPrice", prices?.mark ?? .zero, decimals: 8)
            json.field("indexPrice", prices?.index ?? .zero, decimals: 8)
            json.field("estimatedSettlePrice", prices?.index ?? .zero, decimals: 8)
            // As at Binance this is the rate of the coming settlement as it stands, whatever the
            // name says; `fundingRate` lists the past ones.
            json.field("lastFundingRate", prices?.estimatedFundingRate ?? .zero, decimals: 8)
            json.field("interestRate", market.rules.funding.interest, decimals: 8)
            json.field("nextFundingTime", prices?.nextFundingTime ?? .zero)
            json.field("time", market.pricesTime)
            json.endObject()
        }
    }

    /// The sources of an index with their shares of all weights.
    func constituents(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        try market(symbol) { market, time in
            let terms = market.rules.index
            let weights = (0..<IndexTerms.sourceCountMax).map { Int128(terms.weight(of: $0)) }
            let sum = weights.reduce(0, +)
            json.beginObject()
            json.field("symbol", symbol)
            json.field("time", time)
            json.beginArray("constituents")
            for (source, weight) in weights.enumerated() where weight > 0 {
                json.beginObject()
                json.field("exchange", "source\(source)")
                json.field("symbol", symbol)
                json.field("price", market.indexSource(source)?.price ?? .zero, decimals: 8)
                json.key("weight")
                json.decimal(
                    units: weight * Int128(Rate.unitsPerOne) / sum,
                    scale: Rate.scale,
                    decimalsMin: 8,
                    decimalsMax: 8
                )
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }

    func openInterest(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        try market(symbol) { market, time in
            let decimals = market.rules.contract.quantityScale
            json.beginObject()
            json.field("openInterest", market.openInterest, decimals: decimals)
            json.field("symbol", market.symbol)
            json.field("time", time)
            json.endObject()
        }
    }

    // MARK: Tickers

    func ticker24h(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try eachMarket(call, &json) { market, time, json in
            let ticker = market.ticker(at: time)
            let price = market.rules.contract.priceScale
            let quantity = market.rules.contract.quantityScale
            json.beginObject()
            json.field("symbol", market.symbol)
            json.field("priceChange", ticker.priceChange, decimals: price)
            json.field("priceChangePercent", ticker.priceChangePercent, decimals: 3)
            json.field("weightedAvgPrice", ticker.weightedAveragePrice, decimals: price)
            json.field("lastPrice", ticker.last, decimals: price)
            json.field("lastQty", ticker.lastQuantity, decimals: quantity)
            json.field("openPrice", ticker.open, decimals: price)
            json.field("highPrice", ticker.high, decimals: price)
            json.field("lowPrice", ticker.low, decimals: price)
            json.field("volume", ticker.volume, decimals: quantity)
            json.traded(ticker, market.rules.contract)
            json.field("openTime", ticker.openTime)
            json.field("closeTime", ticker.closeTime)
            json.field("firstId", ticker.firstTrade)
            json.field("lastId", ticker.lastTrade)
            json.field("count", ticker.tradeCount)
            json.endObject()
        }
    }

    func tickerPrice(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try eachMarket(call, &json) { market, time, json in
            json.beginObject()
            json.field("symbol", market.symbol)
            json.field(
                "price",
                market.lastPrice ?? market.prices?.mark ?? .zero,
                decimals: market.rules.contract.priceScale
            )
            json.field("time", market.trades.last?.time ?? time)
            json.endObject()
        }
    }

    func bookTicker(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let stale = staleBooks(call)
        try eachMarket(call, &json) { market, time, json in
            let price = market.rules.contract.priceScale
            let quantity = market.rules.contract.quantityScale
            let stale = stale[market.symbol]
            let book = stale?.book ?? market.book
            let bid = book.bestBid
            let ask = book.bestAsk
            json.beginObject()
            json.field("symbol", market.symbol)
            json.field("bidPrice", bid?.price ?? .zero, decimals: price)
            json.field("bidQty", bid?.quantity ?? .zero, decimals: quantity)
            json.field("askPrice", ask?.price ?? .zero, decimals: price)
            json.field("askQty", ask?.quantity ?? .zero, decimals: quantity)
            json.field("time", stale?.time ?? time)
            json.field("lastUpdateId", book.lastUpdate)
            json.endObject()
        }
    }

    // MARK: Reading

    private static func depthLimit(
        _ parameters: RequestParameters,
        default defaultLimit: Int
    ) throws(DialectError) -> Int {
        guard let bytes = parameters["limit"] else { return defaultLimit }
        guard let limit = RequestParameters.integer(bytes),
            [5, 10, 20, 50, 100, 500, 1000].contains(limit)
        else {
            throw .depthLimitInvalid(String(decoding: bytes.prefix(20), as: UTF8.self))
        }
        return Int(limit)
    }

    /// What `body` takes out of one market at the venue's time, under the lock.
    func market<Result: Sendable>(
        _ symbol: Symbol,
        _ body: (MarketProjection, Timestamp) -> Result
    ) throws(DialectError) -> Result {
        try read { (venue) throws(DialectError) in
            guard let market = venue.market(symbol) else { throw DialectError.symbolInvalid }
            return body(market, venue.time)
        }
    }

    /// One object for the market that `symbol` names, else a list of all that trade.
    private func eachMarket(
        _ call: Call,
        _ json: inout JSONWriter,
        _ write: (MarketProjection, Timestamp, inout JSONWriter) -> Void
    ) throws(DialectError) {
        if let symbol = try call.parameters.optionalSymbol() {
            try market(symbol) { market, time in write(market, time, &json) }
            return
        }
        try read { (venue) throws(DialectError) in
            json.beginArray()
            for market in venue.markets where market.isTrading { write(market, venue.time, &json) }
            json.endArray()
        }
    }
}

/// `startTime` and `endTime` of a list.
struct TimeWindow: Sendable {
    var start: Timestamp?
    var end: Timestamp?

    init(_ parameters: RequestParameters) throws(DialectError) {
        start = try parameters.timestamp("startTime")
        end = try parameters.timestamp("endTime")
    }

    func contains(_ time: Timestamp) -> Bool {
        (start.map { time >= $0 } ?? true) && (end.map { time <= $0 } ?? true)
    }

    /// Oldest first: from a start the first rows, without one the last.
    func latest<Rows: BidirectionalCollection>(
        _ limit: Int,
        of rows: Rows
    ) -> Rows.SubSequence {
        start == nil ? rows.suffix(limit) : rows.prefix(limit)
    }
}

extension ContractTerms {
    var priceScale: Int { Int(priceDecimals) }
    var quantityScale: Int { Int(quantityDecimals) }
}

extension JSONWriter {
    fileprivate mutating func trades(_ trades: [MarketTrade], _ contract: ContractTerms) {
        beginArray()
        for trade in trades {
            beginObject()
            field("id", trade.id)
            field("price", trade.price, decimals: contract.priceScale)
            field("qty", trade.quantity, decimals: contract.quantityScale)
            field(
                "quoteQty",
                contract.kind == .linear
                    ? contract.tradedValue(of: trade.quantity, at: trade.price)
                    : Amount(contract.multiplier, times: trade.quantity)
            )
            field("time", trade.time)
            field("isBuyerMaker", trade.isBuyerMaker)
            field("isRPITrade", false)
            endObject()
        }
        endArray()
    }

    fileprivate mutating func level(_ level: BookLevel, _ contract: ContractTerms) {
        beginArray()
        number(level.price, decimals: contract.priceScale)
        number(level.quantity, decimals: contract.quantityScale)
        endArray()
    }

    /// What was traded in a day in quote units; of an inverse contract in coins as well.
    fileprivate mutating func traded(_ ticker: Ticker24h, _ contract: ContractTerms) {
        switch contract.kind {
        case .linear: field("quoteVolume", ticker.quoteVolume)
        case .inverse:
            field("baseVolume", ticker.quoteVolume)
            field("quoteVolume", Amount(contract.multiplier, times: ticker.volume))
        }
    }
}
