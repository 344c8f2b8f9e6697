import PlimsollModel
import PlimsollProjections

// The insurance fund, what it holds, and who was closed against whom when it could not hold more.
extension Gateway {
    static let fundPointCountMax = 1440

    /// Balance, recorded deficit, inventory, and the newest minutes of the balance.
    func insuranceFund(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let name = try call.parameters.optionalSymbol("asset")
        let limit = try call.parameters.limit(default: 500, max: Self.fundPointCountMax)
        try read { (venue) throws(DialectError) in
            let assets = Self.settleAssets(of: venue).filter {
                name == nil || venue.assets[$0.index] == name
            }
            guard name == nil || !assets.isEmpty else { throw DialectError.valueInvalid("asset") }
            json.beginObject()
            json.beginArray("funds")
            for asset in assets { json.fund(asset, in: venue, limit: limit) }
            json.endArray()
            json.endObject()
        }
    }

    func deleveragings(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let account = try call.parameters.integer("account", in: 0...Int64(UInt32.max))
            .map { AccountID(rawValue: UInt32($0)) }
        let liquidation = try call.parameters.integer("liquidation")
            .map { LiquidationID(rawValue: UInt64($0)) }
        let page = try DocumentPage(
            call.parameters,
            of: VenueProjections.deleveragingReceiptCountMax
        )
        let receipts = try read { (venue) throws(DialectError) in
            page.newest(of: venue.deleveragingReceipts, numbered: \.id) { receipt in
                (account == nil || receipt.account == account)
                    && (liquidation == nil || receipt.liquidation == liquidation)
            }
        }
        json.beginArray()
        for receipt in receipts { json.raw(receipt.json().utf8) }
        json.endArray()
    }

    func deleveraging(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        guard let number = RequestParameters.integer(call.pathArgument.utf8) else {
            throw .valueInvalid("id")
        }
        let receipt = try read { (venue) throws(DialectError) in
            venue.deleveragingReceipt(UInt64(number))
        }
        guard let receipt else {
            throw DialectError(-1000, "there is no deleveraging \(number)", status: 404)
        }
        json.raw(receipt.json().utf8)
    }
}

extension JSONWriter {
    fileprivate mutating func fund(
        _ asset: AssetID,
        in venue: borrowing VenueProjections,
        limit: Int
    ) {
        let fund = venue.insuranceFund(asset)
        beginObject()
        field("asset", venue.assets[asset.index])
        field("balance", fund.balance)
        field("deficit", fund.deficit)
        field("updateTime", fund.updateTime)
        beginArray("inventory")
        for position in venue.insuranceInventory {
            let market = venue.markets[position.instrument.index]
            let contract = market.rules.contract
            guard contract.settleAsset == asset else { continue }
            let mark = market.prices?.mark ?? .zero
            let value =
                mark.isZero ? .zero : contract.valuation.value(of: position.quantity, at: mark)
            beginObject()
            field("symbol", contract.symbol)
            field("quantity", position.quantity, decimals: contract.quantityScale)
            field(
                "entryPrice",
                average: position.entryPrice(in: contract),
                decimalsMin: contract.priceScale
            )
            field("markPrice", mark, decimals: 8)
            field("unrealizedPnL", mark.isZero ? .zero : value - position.entryValue)
            endObject()
        }
        endArray()
        beginArray("balances")
        for point in fund.points.suffix(limit) {
            beginArray()
            integer(point.time.milliseconds)
            money(point.balance)
            endArray()
        }
        endArray()
        endObject()
    }
}
