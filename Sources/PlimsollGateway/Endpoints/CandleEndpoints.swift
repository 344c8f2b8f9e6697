import PlimsollModel
import PlimsollProjections

// Candles of trades and of the prices that nobody trades at.
extension Gateway {
    func klines(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try tradeCandles(of: call.parameters.symbol(), call, &json)
    }

    /// The candles of the only contract that a pair has: the perpetual one.
    func continuousKlines(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let pair = try call.parameters.symbol("pair")
        guard try call.parameters.isPerpetual() else { return try emptyList(of: pair, &json) }
        try tradeCandles(of: pair, call, &json)
    }

    func markPriceKlines(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try candles(of: .mark, call.parameters.symbol(), call, &json)
    }

    func indexPriceKlines(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try candles(of: .index, call.parameters.symbol("pair"), call, &json)
    }

    func premiumIndexKlines(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try candles(of: .premium, call.parameters.symbol(), call, &json)
    }

    private func tradeCandles(
        of symbol: Symbol,
        _ call: Call,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let range = try CandleRange(call.parameters)
        let (candles, contract) = try market(symbol) { market, time in
            let candles = market.candles(
                interval: range.interval,
                from: range.from,
                to: range.to,
                limit: range.limit,
                now: time
            )
            return (candles, market.rules.contract)
        }
        json.candles(candles, price: contract.priceScale, quantity: contract.quantityScale)
    }

    private func candles(
        of reference: ReferencePrice,
        _ symbol: Symbol,
        _ call: Call,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let range = try CandleRange(call.parameters)
        let candles = try market(symbol) { market, time in
            market.candles(
                of: reference,
                interval: range.interval,
                from: range.from,
                to: range.to,
                limit: range.limit,
                now: time
            )
        }
        json.candles(candles, price: 8, quantity: 0)
    }

    /// Nothing, of an instrument that there is.
    func emptyList(of symbol: Symbol, _ json: inout JSONWriter) throws(DialectError) {
        _ = try contract(symbol)
        json.beginArray()
        json.endArray()
    }
}

extension RequestParameters {
    static let contractTypes = [
        "PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER", "TRADIFI_PERPETUAL",
    ]

    /// Whether `contractType` names the kind that trades here; of the others there is nothing to tell.
    func isPerpetual() throws(DialectError) -> Bool {
        guard let type = text("contractType"), Self.contractTypes.contains(type) else {
            throw .valueInvalid("contractType")
        }
        return type == "PERPETUAL"
    }
}

/// Which candles a request asks for.
private struct CandleRange {
    var interval: CandleInterval
    var from: Timestamp?
    var to: Timestamp?
    var limit: Int

    init(_ parameters: RequestParameters) throws(DialectError) {
        guard let text = parameters.text("interval"), let interval = CandleInterval(rawValue: text)
        else { throw .intervalInvalid }
        self.interval = interval
        from = try parameters.timestamp("startTime")
        to = try parameters.timestamp("endTime")
        limit = try parameters.limit(default: 500, max: 1500)
    }
}

extension JSONWriter {
    /// Candles as the twelve-element lists of the dialect.
    fileprivate mutating func candles(
        _ candles: [Candle],
        price priceDecimals: Int,
        quantity quantityDecimals: Int
    ) {
        beginArray()
        for candle in candles {
            beginArray()
            integer(candle.openTime.milliseconds)
            number(candle.open, decimals: priceDecimals)
            number(candle.high, decimals: priceDecimals)
            number(candle.low, decimals: priceDecimals)
            number(candle.close, decimals: priceDecimals)
            number(candle.volume, decimals: quantityDecimals)
            integer(candle.closeTime.milliseconds)
            money(candle.quoteVolume)
            integer(candle.tradeCount)
            number(candle.takerBuyVolume, decimals: quantityDecimals)
            money(candle.takerBuyQuoteVolume)
            string("0")
            endArray()
        }
        endArray()
    }
}
