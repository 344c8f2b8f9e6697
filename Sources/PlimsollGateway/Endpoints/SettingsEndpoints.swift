import PlimsollModel
import PlimsollProjections

// How an account trades: leverage, margin mode, isolated margin, and the listen key of its stream.
extension Gateway {
    func setLeverage(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let text = try call.parameters.required("leverage")
        let shown = String(decoding: text.prefix(20), as: UTF8.self)
        guard let number = RequestParameters.integer(text), let leverage = UInt16(exactly: number)
        else { throw .leverageInvalid(shown) }
        let instrument = try contract(symbol).instrument
        do {
            try await submit(.setLeverage(account, instrument, leverage), for: call)
        } catch {
            // Only the door knows how the number was written.
            throw error.code == -4028 ? .leverageInvalid(shown) : error
        }
        let notionalMax = try read { (venue) throws(DialectError) in
            venue.markets[instrument.index].rules.notionalMax(atLeverage: leverage)
        }
        json.beginObject()
        json.field("leverage", leverage)
        json.field("maxNotionalValue", wholeUnits: notionalMax)
        json.field("symbol", symbol)
        json.endObject()
    }

    func setMarginType(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let mode: MarginMode
        switch call.parameters.text("marginType") {
        case "ISOLATED": mode = .isolated
        // CROSSED is the documented name; some clients send the shorter one.
        case "CROSSED", "CROSS": mode = .cross
        default: throw .marginTypeInvalid
        }
        let instrument = try contract(symbol).instrument
        try await submit(.setMarginMode(account, instrument, mode), for: call)
        json.success()
    }

    func adjustPositionMargin(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) async throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let side = try call.parameters.positionSide()
        guard let amount = try call.parameters.amount("amount") else {
            throw .parameterMissing("amount")
        }
        let type = try call.parameters.requiredInteger("type", in: 1...2)
        let instrument = try contract(symbol).instrument
        try await submit(
            .adjustIsolatedMargin(
                account,
                instrument,
                type == 1 ? amount : -amount,
                side: side
            ),
            for: call
        )
        json.beginObject()
        json.key("amount")
        json.decimal(
            units: amount.units,
            scale: Amount.scale,
            decimalsMin: 1,
            decimalsMax: JSONWriter.moneyDecimals,
            isQuoted: false
        )
        json.field("code", 200)
        json.field("msg", "Successfully modify position margin.")
        json.field("type", type)
        json.endObject()
    }

    func symbolConfig(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        try report(account) { (report, venue) throws(DialectError) in
            if let symbol, venue.marketIndex(symbol) == nil { throw DialectError.symbolInvalid }
            json.beginArray()
            // Both sides of an instrument have the same settings.
            for position in report.positions
            where position.side != .short
                && (symbol == nil || position.contract.symbol == symbol)
            {
                json.beginObject()
                json.field("symbol", position.contract.symbol)
                json.field("marginType", position.isIsolated ? "ISOLATED" : "CROSSED")
                json.field("isAutoAddMargin", false)
                json.field("leverage", position.leverage)
                json.field("maxNotionalValue", wholeUnits: position.notionalMax)
                json.endObject()
            }
            json.endArray()
        }
    }

    func leverageBracket(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        try read { (venue) throws(DialectError) in
            if let symbol, venue.marketIndex(symbol) == nil { throw DialectError.symbolInvalid }
            json.beginArray()
            for market in venue.markets where symbol == nil || market.symbol == symbol {
                json.brackets(of: market)
            }
            json.endArray()
        }
    }

    func commissionRate(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        try read { (venue) throws(DialectError) in
            guard let market = venue.market(symbol) else { throw DialectError.symbolInvalid }
            json.beginObject()
            json.field("symbol", symbol)
            json.field("makerCommissionRate", market.rules.fees.maker, decimals: 6)
            json.field("takerCommissionRate", market.rules.fees.taker, decimals: 6)
            // There are no orders of the kind that this third rate is for.
            json.field("rpiCommissionRate", market.rules.fees.maker, decimals: 6)
            json.endObject()
        }
    }

    // MARK: Listen keys

    func createListenKey(_ call: Call, _ account: AccountID, _ json: inout JSONWriter) {
        json.beginObject()
        let key = streams.listenKeys.create(
            for: account,
            at: call.received,
            until: call.credential?.bounds.expiry
        )
        json.field("listenKey", key)
        json.endObject()
    }

    func keepListenKey(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        guard
            let key = streams.listenKeys.keepAlive(
                account,
                at: call.received,
                until: call.credential?.bounds.expiry
            )
        else {
            throw .listenKeyUnknown
        }
        json.beginObject()
        json.field("listenKey", key)
        json.endObject()
    }

    func closeListenKey(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        guard streams.listenKeys.close(account, at: call.received) else {
            throw .listenKeyUnknown
        }
        json.beginObject()
        json.endObject()
    }
}

extension JSONWriter {
    /// Says that a change was made.
    mutating func success(_ message: String = "success") {
        beginObject()
        field("code", 200)
        field("msg", message)
        endObject()
    }

    /// Leverage brackets; their figures are JSON numbers, unlike most of the dialect.
    fileprivate mutating func brackets(of market: MarketProjection) {
        beginObject()
        field("symbol", market.symbol)
        key("notionalCoef")
        decimal(units: 10, scale: 1, decimalsMin: 1, decimalsMax: 1, isQuoted: false)
        beginArray("brackets")
        for (index, tier) in market.rules.tiers.enumerated() {
            beginObject()
            field("bracket", index + 1)
            field("initialLeverage", tier.leverageMax)
            plainField("notionalCap", tier.notionalCap)
            plainField("notionalFloor", tier.notionalFloor)
            key("maintMarginRatio")
            plainNumber(tier.maintenanceRate)
            plainField("cum", tier.deduction)
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func plainField(_ name: StaticString, _ value: Amount) {
        key(name)
        decimal(
            units: value.units,
            scale: Amount.scale,
            decimalsMin: 0,
            decimalsMax: Self.moneyDecimals,
            isQuoted: false
        )
    }
}
