import PlimsollModel
import PlimsollNode
import PlimsollProjections

// Forced closes that belong together: which follows from which, and what it came to.
extension Gateway {
    /// The newest cascades, newest last.
    func cascades(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        let countMin = try call.parameters.integer("closesMin", in: 1...Int64.max) ?? 1
        let limit = try call.parameters.limit(default: 100, max: CascadeLog.cascadeCountMax)
        try read { (venue) throws(DialectError) in
            let instrument = symbol.map { venue.marketIndex($0) }
            if let instrument, instrument == nil { throw DialectError.symbolInvalid }
            let found = venue.cascades.cascades.filter { cascade in
                cascade.closeCount >= countMin
                    && (instrument == nil || cascade.instrument == instrument)
            }
            json.beginObject()
            json.beginArray("cascades")
            for cascade in found.suffix(limit) {
                json.beginObject()
                json.summary(of: cascade, in: venue)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }

    /// One cascade with its closes and the path of the price.
    func cascade(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        guard let number = RequestParameters.integer(call.pathArgument.utf8) else {
            throw .valueInvalid("id")
        }
        let id = LiquidationID(rawValue: UInt64(number))
        try read { (venue) throws(DialectError) in
            guard let cascade = venue.cascades.cascade(with: id) else {
                throw DialectError.cascadeUnknown(number)
            }
            let contract = venue.markets[cascade.instrument.index].rules.contract
            json.beginObject()
            json.summary(of: cascade, in: venue)
            json.beginArray("byGeneration")
            for (generation, sums) in cascade.generations.enumerated() {
                json.beginObject()
                json.field("generation", generation)
                json.sums(sums)
                json.endObject()
            }
            json.endArray()
            json.beginArray("closes")
            for close in cascade.closes {
                json.close(close, venue.markets[close.instrument.index].rules.contract)
            }
            json.endArray()
            json.beginArray("pricePath")
            for prices in cascade.path {
                json.beginObject()
                json.field("time", prices.time)
                json.field("markPrice", prices.mark, decimals: 8)
                json.field("indexPrice", prices.index, decimals: 8)
                json.field("lastPrice", prices.last, decimals: contract.priceScale)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }
}

extension Gateway {
    /// What a cascade would have been without each of the commands that may have brought it about.
    func counterfactual(_ call: Call, _ json: inout JSONWriter) async throws(DialectError) {
        guard let number = RequestParameters.integer(call.pathArgument.utf8) else {
            throw .valueInvalid("id")
        }
        let id = LiquidationID(rawValue: UInt64(number))
        let found = try read { (venue) throws(DialectError) in
            venue.cascades.cascade(with: id).map {
                ($0, venue.markets[$0.instrument.index].rules.contract)
            }
        }
        guard let (cascade, contract) = found else { throw .cascadeUnknown(number) }
        let inquiry: CascadeInquiry
        do throws(NodeError) {
            inquiry = try await node.inquire(into: cascade)
        } catch {
            throw DialectError(-1000, "\(error)", status: 409)
        }
        json.beginObject()
        json.field("cascade", cascade.id)
        json.field("liquidation", inquiry.first.liquidation)
        json.field("account", inquiry.first.account)
        json.field("symbol", contract.symbol)
        json.field("closeCount", inquiry.closeCount)
        json.beginArray("without")
        for suspect in inquiry.suspects {
            json.beginObject()
            json.field("sequence", suspect.command.sequence)
            json.field("time", suspect.command.time)
            json.suspect(suspect.command.command)
            json.field("takenQuantity", suspect.taken, decimals: contract.quantityScale)
            json.field("closeCount", suspect.closeCount)
            json.field("preventsFirst", suspect.preventsFirst)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}

extension DialectError {
    fileprivate static func cascadeUnknown(_ number: Int64) -> DialectError {
        DialectError(-1000, "no cascade holds liquidation \(number)", status: 404)
    }
}

extension JSONWriter {
    /// What the command is, and whose.
    fileprivate mutating func suspect(_ command: Command) {
        let (name, account): (String, AccountID?) =
            switch command {
            case .placeOrder(let order): ("placeOrder", order.account)
            case .amendOrder(let amendment): ("amendOrder", amendment.target.account)
            case .updateIndexPrice: ("updateIndexPrice", nil)
            case .setFundingRate: ("setFundingRate", nil)
            case .withdraw(let change): ("withdraw", change.account)
            case .transfer(let transfer): ("transfer", transfer.from)
            case .adjustIsolatedMargin(let account, _, _, _): ("adjustIsolatedMargin", account)
            default: ("other", nil)
            }
        field("command", name)
        key("account")
        if let account { integer(account.rawValue) } else { null() }
    }

    fileprivate mutating func summary(of cascade: Cascade, in venue: borrowing VenueProjections) {
        let contract = venue.markets[cascade.instrument.index].rules.contract
        field("id", cascade.id)
        field("symbol", contract.symbol)
        field("asset", venue.assets[contract.settleAsset.index])
        field("startTime", cascade.startTime)
        field("lastTime", cascade.lastTime)
        field("startSequence", cascade.startSequence)
        field("lastSequence", cascade.lastSequence)
        field("roots", cascade.rootCount)
        field("accounts", cascade.accountCount)
        field("generations", cascade.generations.count)
        sums(cascade.total)
        field("lowestPrice", cascade.lowest, decimals: contract.priceScale)
        field("highestPrice", cascade.highest, decimals: contract.priceScale)
    }

    fileprivate mutating func sums(_ sums: CascadeGeneration) {
        field("closeCount", sums.closeCount)
        field("notional", sums.notional)
        field("filledValue", sums.filledValue)
        field("realizedPnL", sums.realizedPnL)
        field("liquidationFee", sums.liquidationFee)
        field("paidByInsuranceFund", sums.insurancePaid)
        field("deficit", sums.deficit)
    }

    fileprivate mutating func close(_ close: CascadeClose, _ contract: ContractTerms) {
        let quantity = contract.quantityScale
        let price = contract.priceScale
        beginObject()
        field("liquidation", close.liquidation)
        key("parent")
        if close.parent == .none { null() } else { integer(close.parent.rawValue) }
        field("generation", close.generation)
        field("cause", close.cause.name)
        field("account", close.account)
        field("symbol", contract.symbol)
        field("side", close.quantity < .zero ? "short" : "long")
        field("positionSide", close.side.dialectName)
        field("marginMode", close.scope == .cross ? "cross" : "isolated")
        field("leverage", close.leverage)
        field("sequence", close.sequence)
        field("time", close.time)
        field("quantity", close.quantity, decimals: quantity)
        field("quantityLeft", close.quantityLeft, decimals: quantity)
        field("notional", close.notional)
        field("markPrice", close.markPrice, decimals: 8)
        field("undisturbedMarkPrice", close.undisturbedMark, decimals: 8)
        field("liquidationPrice", close.liquidationPrice, decimals: 8)
        field("bankruptcyPrice", close.bankruptcyPrice, decimals: 8)
        field("lastPriceBefore", close.lastBefore, decimals: price)
        field("lastPriceAfter", close.lastAfter, decimals: price)
        field("filledQuantity", close.filledQuantity, decimals: quantity)
        field("filledValue", close.filledValue)
        field("takenOverQuantity", close.takenOverQuantity, decimals: quantity)
        field("deleveragedQuantity", close.deleveragedQuantity, decimals: quantity)
        field("realizedPnL", close.realizedPnL)
        field("liquidationFee", close.liquidationFee)
        field("paidByInsuranceFund", close.insurancePaid)
        field("deficit", close.deficit)
        endObject()
    }
}
