import PlimsollModel
import PlimsollProjections

// Who stands on which side and by how much the contract stands above its index, period by period. The
// read models keep a sample every five minutes of venue time; nothing here is estimated.
extension Gateway {
    static let positioningPeriods = [
        CandleInterval.fiveMinutes, .fifteenMinutes, .thirtyMinutes, .oneHour, .twoHours,
        .fourHours, .sixHours, .twelveHours, .oneDay,
    ]

    func openInterestHistory(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try eachSample(of: call.parameters.symbol(), call, &json) { sample, contract, json in
            json.field("symbol", contract.symbol)
            json.field("sumOpenInterest", sample.openInterest, decimals: 8)
            json.field("sumOpenInterestValue", sample.openInterestValue)
            // Of coins in the world, of which the venue knows nothing.
            json.field("CMCCirculatingSupply", "0")
        }
    }

    func allAccountRatio(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try sides(call, &json) { ($0.all.longAccounts, $0.all.shortAccounts) }
    }

    func topAccountRatio(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try sides(call, &json) { ($0.top.longAccounts, $0.top.shortAccounts) }
    }

    func topPositionRatio(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try sides(call, &json) { ($0.top.longQuantity.units, $0.top.shortQuantity.units) }
    }

    private func sides<Count: BinaryInteger>(
        _ call: Call,
        _ json: inout JSONWriter,
        _ count: (PositioningSample) -> (long: Count, short: Count)
    ) throws(DialectError) {
        try eachSample(of: call.parameters.symbol(), call, &json) { sample, contract, json in
            let (long, short) = count(sample)
            json.field("symbol", contract.symbol)
            json.sides(long: Int128(long), short: Int128(short))
        }
    }

    func basis(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let pair = try call.parameters.symbol("pair")
        guard try call.parameters.isPerpetual() else { return try emptyList(of: pair, &json) }
        try eachSample(of: pair, call, &json) { sample, contract, json in
            let basis = sample.last - sample.index
            json.field("pair", contract.symbol)
            json.field("contractType", "PERPETUAL")
            json.field("indexPrice", sample.index, decimals: 8)
            json.field("futuresPrice", sample.last, decimals: contract.priceScale)
            json.field("basis", basis, decimals: 8)
            json.key("basisRate")
            json.ratio(Int128(basis.units), to: Int128(sample.index.units))
            // Of contracts that end; a perpetual one has none.
            json.field("annualizedBasisRate", "")
        }
    }

    /// What takers bought and sold in the periods that have ended.
    func takerRatio(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let range = try PeriodRange(call.parameters)
        let symbol = try call.parameters.symbol()
        let (candles, decimals) = try market(symbol) { market, time in
            let candles = market.candles(
                interval: range.period,
                from: range.window.start,
                to: range.window.end,
                // One more, for the period that has not ended.
                limit: range.limit + 1,
                now: time
            )
            return (
                candles.filter { $0.closeTime < time }, market.rules.contract.quantityScale
            )
        }
        json.beginArray()
        for candle in range.window.latest(range.limit, of: candles) {
            let sold = candle.volume - candle.takerBuyVolume
            json.beginObject()
            json.key("buySellRatio")
            json.ratio(Int128(candle.takerBuyVolume.units), to: Int128(sold.units))
            json.field("buyVol", candle.takerBuyVolume, decimals: decimals)
            json.field("sellVol", sold, decimals: decimals)
            json.field("timestamp", candle.openTime)
            json.endObject()
        }
        json.endArray()
    }

    /// Perpetual contracts are never delivered.
    func deliveryPrices(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        try emptyList(of: call.parameters.symbol("pair"), &json)
    }

    /// The samples at the ends of the periods that a request asks for, each an object with its time.
    private func eachSample(
        of symbol: Symbol,
        _ call: Call,
        _ json: inout JSONWriter,
        _ write: (PositioningSample, ContractTerms, inout JSONWriter) -> Void
    ) throws(DialectError) {
        let range = try PeriodRange(call.parameters)
        let (samples, contract) = try market(symbol) { market, _ in
            let matching = market.positioning.filter { sample in
                range.window.contains(sample.time)
                    && range.period.openTime(of: sample.time) == sample.time
            }
            return (matching, market.rules.contract)
        }
        json.beginArray()
        for sample in range.window.latest(range.limit, of: samples) {
            json.beginObject()
            write(sample, contract, &json)
            json.field("timestamp", sample.time)
            json.endObject()
        }
        json.endArray()
    }
}

/// Which periods a request asks for.
private struct PeriodRange {
    var period: CandleInterval
    var window: TimeWindow
    var limit: Int

    init(_ parameters: RequestParameters) throws(DialectError) {
        guard let text = parameters.text("period"), let period = CandleInterval(rawValue: text),
            Gateway.positioningPeriods.contains(period)
        else { throw .valueInvalid("period") }
        self.period = period
        window = try TimeWindow(parameters)
        limit = min(try parameters.limit(default: 30, max: 500), 500)
    }
}

extension JSONWriter {
    /// Two shares of a whole, and the one over the other.
    fileprivate mutating func sides(long: Int128, short: Int128) {
        key("longShortRatio")
        ratio(long, to: short)
        key("longAccount")
        ratio(long, to: long + short)
        key("shortAccount")
        ratio(short, to: long + short)
    }

    /// A quotient with four decimals, rounded half up; zero where there is nothing to divide by.
    fileprivate mutating func ratio(_ value: Int128, to other: Int128) {
        let units =
            other == 0 ? 0 : multiplyDivide(value, by: 10_000, over: other, rounding: .halfUp)
        decimal(units: units, scale: 4, decimalsMin: 4, decimalsMax: 4)
    }
}
