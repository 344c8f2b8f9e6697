import PlimsollModel
import PlimsollProjections

// What a market tells of itself beside its prices: who stands where, and at which price he is closed.
extension Gateway {
    static let mapLevelCountMax = 2000
    static let reportFundingCountMax = 200

    /// The market of a symbol, or -1121.
    private func instrument(
        _ symbol: Symbol?,
        in venue: borrowing VenueProjections
    ) throws(DialectError) -> InstrumentID {
        guard let symbol, let instrument = venue.marketIndex(symbol) else {
            throw .symbolInvalid
        }
        return instrument
    }

    /// At which mark prices how much would be liquidated.
    ///
    /// The engine's thread waits only while the positions are read.
    func liquidationMap(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let symbol = try call.parameters.symbol()
        let levelCount = try call.parameters.integer("levels", in: 1...2000) ?? 200
        let percent = try call.parameters.integer("range", in: 1...100) ?? 20
        let listsPositions = try call.parameters.bool("positions") ?? false
        var map = try read { (venue) throws(DialectError) in
            LiquidationMap(try self.instrument(symbol, in: venue), in: venue)
        }
        map.solve()
        json.beginObject()
        json.field("symbol", map.contract.symbol)
        json.field("sequence", map.sequence)
        json.field("time", map.time)
        json.field("markPrice", map.markPrice, decimals: 8)
        json.field("lastPrice", map.lastPrice, decimals: map.contract.priceScale)
        let levels = map.levels(range: Rate(units: percent * 1_000_000), count: Int(levelCount))
        json.field("levelWidth", levels.width, decimals: map.contract.priceScale)
        json.beginArray("levels")
        for level in levels.filled {
            json.beginObject()
            json.field("price", level.price, decimals: map.contract.priceScale)
            json.sides(level.sides, map.contract)
            json.endObject()
        }
        json.endArray()
        for (name, sides) in [
            ("below" as StaticString, levels.below), ("above", levels.above),
            ("never", levels.never),
        ] {
            json.beginObject(name)
            json.sides(sides, map.contract)
            json.endObject()
        }
        if listsPositions {
            json.beginArray("positions")
            for position in map.positions { json.position(position, map) }
            json.endArray()
        }
        json.endObject()
    }

    /// Open interest, who is long and who is short, forced closes, funding and premium.
    func marketReport(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let symbol = Symbol(call.pathArgument)
        let limit = try call.parameters.limit(default: 20, max: Self.reportFundingCountMax)
        try read { (venue) throws(DialectError) in
            let instrument = try self.instrument(symbol, in: venue)
            let market = venue.markets[instrument.index]
            let contract = market.rules.contract
            let mark = market.prices?.mark ?? .zero
            json.beginObject()
            json.field("symbol", contract.symbol)
            json.field("sequence", venue.sequence)
            json.field("time", venue.time)
            json.field("trading", market.isTrading)
            json.prices(of: market)
            json.field("openInterest", market.openInterest, decimals: contract.quantityScale)
            json.field(
                "openInterestValue",
                mark.isZero ? .zero : contract.tradedValue(of: market.openInterest, at: mark)
            )
            json.standing(StandingAccounts(instrument, in: venue), contract)
            json.liquidations(of: market, at: venue.time)
            json.beginArray("funding")
            for settlement in market.fundingHistory.suffix(limit) {
                json.beginObject()
                json.field("time", settlement.time)
                json.field("rate", settlement.rate, decimals: 8)
                json.field("markPrice", settlement.mark, decimals: 8)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }
}

/// How many accounts hold an instrument, and how much they hold together; the venue's own count too.
private struct StandingAccounts {
    var longCount = 0
    var shortCount = 0
    var long = Quantity.zero
    var short = Quantity.zero

    init(_ instrument: InstrumentID, in venue: borrowing VenueProjections) {
        count(venue.insuranceInventory, of: instrument)
        for id in venue.accountIDs {
            if let account = venue.account(id) { count(account.positions, of: instrument) }
        }
    }

    private mutating func count(_ positions: [PositionProjection], of instrument: InstrumentID) {
        for position in positions where position.instrument == instrument {
            if position.quantity > .zero {
                longCount += 1
                long += position.quantity
            } else if position.quantity < .zero {
                shortCount += 1
                short -= position.quantity
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func sides(_ sides: LiquidationMap.Sides, _ contract: ContractTerms) {
        for (name, sum) in [("longs" as StaticString, sides.longs), ("shorts", sides.shorts)] {
            beginObject(name)
            field("positions", sum.count)
            field("quantity", sum.quantity, decimals: contract.quantityScale)
            field("notional", sum.notional)
            endObject()
        }
    }

    fileprivate mutating func position(
        _ position: LiquidationMap.Position,
        _ map: LiquidationMap
    ) {
        beginObject()
        field("account", position.account)
        field("positionSide", position.side.dialectName)
        field("marginMode", position.marginMode == .cross ? "cross" : "isolated")
        field("leverage", position.leverage)
        field("quantity", position.quantity, decimals: map.contract.quantityScale)
        key("liquidationPrice")
        if let price = position.price { number(price, decimals: 8) } else { null() }
        field("notional", map.worth(position, at: position.price ?? map.markPrice))
        endObject()
    }

    fileprivate mutating func prices(of market: MarketProjection) {
        let prices = market.prices
        let mark = prices?.mark ?? .zero
        let index = prices?.index ?? .zero
        field("markPrice", mark, decimals: 8)
        field("indexPrice", index, decimals: 8)
        field(
            "lastPrice",
            market.lastPrice ?? .zero,
            decimals: market.rules.contract.priceScale
        )
        // How far the mark price stands from the index, of the index.
        let premium =
            index.isZero
            ? 0
            : multiplyDivide(
                Int128(mark.units - index.units),
                by: Int128(Rate.unitsPerOne),
                over: Int128(index.units),
                rounding: .halfUp
            )
        field("premium", Rate(units: Int64(clamping: premium)), decimals: 8)
        field("fundingRate", prices?.fundingRate ?? .zero, decimals: 8)
        field("estimatedFundingRate", prices?.estimatedFundingRate ?? .zero, decimals: 8)
        field("nextFundingTime", prices?.nextFundingTime ?? .zero)
    }

    fileprivate mutating func standing(_ accounts: StandingAccounts, _ contract: ContractTerms) {
        for (name, count, quantity) in [
            ("longs" as StaticString, accounts.longCount, accounts.long),
            ("shorts", accounts.shortCount, accounts.short),
        ] {
            beginObject(name)
            field("accounts", count)
            field("quantity", quantity, decimals: contract.quantityScale)
            endObject()
        }
    }

    /// Of the last hour and the last day, and minute by minute.
    fileprivate mutating func liquidations(of market: MarketProjection, at time: Timestamp) {
        let contract = market.rules.contract
        beginObject("liquidations")
        for (name, minutes) in [("hour" as StaticString, 60), ("day", 1440)] {
            let start = CandleInterval.oneMinute.openTime(of: time)
                .advanced(byMilliseconds: -Int64(minutes - 1) * 60_000)
            let sum = market.liquidations(since: start)
            beginObject(name)
            side("longs", sum.longs, contract)
            side("shorts", sum.shorts, contract)
            endObject()
        }
        beginArray("minutes")
        for minute in market.liquidationMinutes {
            beginObject()
            field("time", minute.openTime)
            side("longs", minute.longs, contract)
            side("shorts", minute.shorts, contract)
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func side(
        _ name: StaticString,
        _ side: LiquidationMinute.Side,
        _ contract: ContractTerms
    ) {
        beginObject(name)
        field("count", side.count)
        field("quantity", side.quantity, decimals: contract.quantityScale)
        field("notional", side.notional)
        endObject()
    }
}
