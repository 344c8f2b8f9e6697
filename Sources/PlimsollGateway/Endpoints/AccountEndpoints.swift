import PlimsollModel
import PlimsollProjections

// What an account may ask about its money and its positions; all figures from `AccountReport`.
extension Gateway {
    func accountV2(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try report(account) { (report, venue) throws(DialectError) in
            json.beginObject()
            json.accountFlags()
            json.field("feeBurn", false)
            json.totals(report, in: Self.totalsAsset(of: venue))
            json.beginArray("assets")
            for balance in report.balances {
                json.beginObject()
                json.accountAsset(balance)
                json.field("marginAvailable", true)
                json.field("updateTime", report.updateTime)
                json.endObject()
            }
            json.endArray()
            json.beginArray("positions")
            for position in report.positions { json.accountPositionV2(position) }
            json.endArray()
            json.endObject()
        }
    }

    func accountConfig(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        json.beginObject()
        json.accountFlags()
        json.field("dualSidePosition", try isHedge(account))
        json.endObject()
    }

    func accountV3(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try report(account) { (report, venue) throws(DialectError) in
            json.beginObject()
            json.totals(report, in: Self.totalsAsset(of: venue))
            json.beginArray("assets")
            for balance in report.balances {
                json.beginObject()
                json.accountAsset(balance)
                json.field("updateTime", report.updateTime)
                json.endObject()
            }
            json.endArray()
            json.beginArray("positions")
            for position in report.positions where position.isInUse {
                json.accountPositionV3(position)
            }
            json.endArray()
            json.endObject()
        }
    }

    /// The dialect's totals are of USDT alone; where nothing settles in it, of the first asset that
    /// anything settles in.
    static func totalsAsset(of venue: borrowing VenueProjections) -> AssetID? {
        let assets = settleAssets(of: venue)
        let tether = Symbol("USDT")
        return assets.first { venue.assets[$0.index] == tether } ?? assets.first
    }

    /// `/v2/balance` and `/v3/balance` have one shape.
    func balance(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try report(account) { (report, _) throws(DialectError) in
            json.beginArray()
            for balance in report.balances {
                json.beginObject()
                json.field("accountAlias", "P\(account)")
                json.field("asset", balance.name)
                json.field("balance", balance.wallet)
                json.field("crossWalletBalance", balance.crossWallet)
                json.field("crossUnPnl", balance.crossUnrealizedPnL)
                json.field("availableBalance", balance.available)
                json.field("maxWithdrawAmount", balance.maxWithdraw)
                json.field("marginAvailable", true)
                json.field("updateTime", report.updateTime)
                json.endObject()
            }
            json.endArray()
        }
    }

    func positionRiskV2(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try eachPosition(call, account, &json) { position, _, _, json in
            json.beginObject()
            json.field("symbol", position.contract.symbol)
            json.position(position)
            json.field("leverage", "\(position.leverage)")
            json.field("maxNotionalValue", wholeUnits: position.notionalMax)
            json.field("marginType", position.isIsolated ? "isolated" : "cross")
            json.field("isAutoAddMargin", "false")
            json.endObject()
        }
    }

    func positionRiskV3(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter
    ) throws(DialectError) {
        try eachPosition(call, account, &json) { position, settleAsset, venue, json in
            guard position.isInUse else { return }
            let light =
                position.quantity.isZero
                ? nil
                : lights.of(position.instrument, in: venue).light(of: account, position.side)
            json.beginObject()
            json.field("symbol", position.contract.symbol)
            json.position(position)
            json.field("marginAsset", settleAsset)
            json.field("initialMargin", position.initialMargin)
            json.field("maintMargin", position.maintenanceMargin)
            json.field("positionInitialMargin", position.positionInitialMargin)
            json.field("openOrderInitialMargin", position.orderInitialMargin)
            json.field("adl", light ?? 0)
            json.field("bidNotional", position.bidNotional)
            json.field("askNotional", position.askNotional)
            json.endObject()
        }
    }

    /// A list with one element for the instrument that `symbol` names, else for all.
    private func eachPosition(
        _ call: Call,
        _ account: AccountID,
        _ json: inout JSONWriter,
        _ write: (
            AccountReport.Position, Symbol, borrowing VenueProjections, inout JSONWriter
        ) -> Void
    ) throws(DialectError) {
        let symbol = try call.parameters.optionalSymbol()
        try report(account) { (report, venue) throws(DialectError) in
            if let symbol, venue.marketIndex(symbol) == nil { throw DialectError.symbolInvalid }
            let assets = venue.assets
            json.beginArray()
            for position in report.positions
            where symbol == nil || position.contract.symbol == symbol {
                write(position, assets[position.contract.settleAsset.index], venue, &json)
            }
            json.endArray()
        }
    }
}

extension JSONWriter {
    fileprivate mutating func accountFlags() {
        field("feeTier", 0)
        field("canTrade", true)
        field("canDeposit", true)
        field("canWithdraw", true)
        field("updateTime", 0)
        field("multiAssetsMargin", false)
        field("tradeGroupId", -1)
    }

    /// The sums that stand before the lists: those of one asset, as the dialect has them in
    /// single-asset mode.
    fileprivate mutating func totals(_ report: AccountReport, in asset: AssetID?) {
        let balance = asset.flatMap { report.balance($0) }
        field("totalInitialMargin", balance?.initialMargin ?? .zero)
        field("totalMaintMargin", balance?.maintenanceMargin ?? .zero)
        field("totalWalletBalance", balance?.wallet ?? .zero)
        field("totalUnrealizedProfit", balance?.unrealizedPnL ?? .zero)
        field("totalMarginBalance", balance?.marginBalance ?? .zero)
        field("totalPositionInitialMargin", balance?.positionInitialMargin ?? .zero)
        field("totalOpenOrderInitialMargin", balance?.orderInitialMargin ?? .zero)
        field("totalCrossWalletBalance", balance?.crossWallet ?? .zero)
        field("totalCrossUnPnl", balance?.crossUnrealizedPnL ?? .zero)
        field("availableBalance", balance?.available ?? .zero)
        field("maxWithdrawAmount", balance?.maxWithdraw ?? .zero)
    }

    fileprivate mutating func accountAsset(_ balance: AccountReport.Balance) {
        field("asset", balance.name)
        field("walletBalance", balance.wallet)
        field("unrealizedProfit", balance.unrealizedPnL)
        field("marginBalance", balance.marginBalance)
        field("maintMargin", balance.maintenanceMargin)
        field("initialMargin", balance.initialMargin)
        field("positionInitialMargin", balance.positionInitialMargin)
        field("openOrderInitialMargin", balance.orderInitialMargin)
        field("crossWalletBalance", balance.crossWallet)
        field("crossUnPnl", balance.crossUnrealizedPnL)
        field("availableBalance", balance.available)
        field("maxWithdrawAmount", balance.maxWithdraw)
    }

    fileprivate mutating func accountPositionV2(_ position: AccountReport.Position) {
        beginObject()
        field("symbol", position.contract.symbol)
        field("initialMargin", position.initialMargin)
        field("maintMargin", position.maintenanceMargin)
        field("unrealizedProfit", position.unrealizedPnL)
        field("positionInitialMargin", position.positionInitialMargin)
        field("openOrderInitialMargin", position.orderInitialMargin)
        field("leverage", "\(position.leverage)")
        field("isolated", position.isIsolated)
        field(
            "entryPrice",
            average: position.entryPrice,
            decimalsMin: position.contract.priceScale
        )
        field(
            "breakEvenPrice",
            average: position.breakEvenPrice,
            decimalsMin: position.contract.priceScale
        )
        field("maxNotional", wholeUnits: position.notionalMax)
        field("bidNotional", position.bidNotional)
        field("askNotional", position.askNotional)
        field("positionSide", position.side.dialectName)
        field("positionAmt", position.quantity, decimals: position.contract.quantityScale)
        field("notional", position.notional)
        field("isolatedWallet", position.isolatedWallet)
        field("updateTime", position.updateTime)
        endObject()
    }

    fileprivate mutating func accountPositionV3(_ position: AccountReport.Position) {
        beginObject()
        field("symbol", position.contract.symbol)
        field("positionSide", position.side.dialectName)
        field("positionAmt", position.quantity, decimals: position.contract.quantityScale)
        field("unrealizedProfit", position.unrealizedPnL)
        field("isolatedMargin", position.isolatedMargin)
        field("notional", position.notional)
        field("isolatedWallet", position.isolatedWallet)
        field("initialMargin", position.initialMargin)
        field("maintMargin", position.maintenanceMargin)
        field("updateTime", position.updateTime)
        endObject()
    }

    /// What both versions of position risk share.
    fileprivate mutating func position(_ position: AccountReport.Position) {
        let priceDecimals = position.contract.priceScale
        field("positionSide", position.side.dialectName)
        field("positionAmt", position.quantity, decimals: position.contract.quantityScale)
        field("entryPrice", average: position.entryPrice, decimalsMin: priceDecimals)
        field("breakEvenPrice", average: position.breakEvenPrice, decimalsMin: priceDecimals)
        field("markPrice", position.markPrice, decimals: 8)
        field("unRealizedProfit", position.unrealizedPnL)
        // "0" where no price liquidates, as at Binance.
        if let price = position.liquidationPrice {
            field("liquidationPrice", price, decimals: 8)
        } else {
            field("liquidationPrice", "0")
        }
        field("isolatedMargin", position.isolatedMargin)
        field("notional", position.notional)
        field("isolatedWallet", position.isolatedWallet)
        field("updateTime", position.updateTime)
    }

    /// A cap in whole units, without decimals.
    mutating func field(_ name: StaticString, wholeUnits value: Amount) {
        key(name)
        decimal(units: value.units, scale: Amount.scale, decimalsMin: 0, decimalsMax: 0)
    }
}
