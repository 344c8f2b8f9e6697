import PlimsollModel
import PlimsollProjections

// What the dialect has several answers to and this venue one: no discounts, one asset behind a
// position, no trading halts by behaviour, no composite indexes, no hours of trade.
extension Gateway {
    func feeBurn(_ call: Call, _ account: AccountID, _ json: inout JSONWriter) {
        json.beginObject()
        json.field("feeBurn", false)
        json.endObject()
    }

    func setFeeBurn(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        guard let isWanted = try call.parameters.bool("feeBurn") else {
            throw .parameterMissing("feeBurn")
        }
        guard !isWanted else {
            throw DialectError(-1130, "feeBurn: there is no discount on fees here.")
        }
        json.success()
    }

    func multiAssetsMargin(_ call: Call, _ account: AccountID, _ json: inout JSONWriter) {
        json.beginObject()
        json.field("multiAssetsMargin", false)
        json.endObject()
    }

    func setMultiAssetsMargin(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        guard let isWanted = try call.parameters.bool("multiAssetsMargin") else {
            throw .parameterMissing("multiAssetsMargin")
        }
        guard isWanted else { throw .assetModeUnchanged }
        throw DialectError(-1130, "multiAssetsMargin: this venue has the single-asset mode only.")
    }

    /// Nobody is held back here for how he trades.
    func apiTradingStatus(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        if let symbol = try call.parameters.optionalSymbol() { _ = try contract(symbol) }
        json.beginObject()
        json.beginObject("indicators")
        json.endObject()
        json.field("updateTime", WallClock.now)
        json.endObject()
    }

    func orderRateLimits(_ call: Call, _ account: AccountID, _ json: inout JSONWriter) {
        json.beginArray()
        json.rateLimit("ORDERS", "SECOND", 10, RequestCounts.ordersPerTenSeconds)
        json.rateLimit("ORDERS", "MINUTE", 1, RequestCounts.ordersPerMinute)
        json.endArray()
    }

    /// Indexes of several contracts and of assets as collateral: there are none.
    func noIndex(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        guard call.parameters["symbol"] == nil else { throw .symbolInvalid }
        json.beginArray()
        json.endArray()
    }

    /// What trades here trades at all hours; markets with sessions have none.
    func tradingSchedule(_ call: Call, _ json: inout JSONWriter) {
        json.beginObject()
        json.field("updateTime", WallClock.now)
        json.beginObject("marketSchedules")
        for market in ["EQUITY", "COMMODITY", "KR_EQUITY", "HK_EQUITY", "CN_EQUITY", "FX"] {
            json.key(market)
            json.beginObject()
            json.beginArray("sessions")
            json.endArray()
            json.endObject()
        }
        json.endObject()
        json.endObject()
    }
}
