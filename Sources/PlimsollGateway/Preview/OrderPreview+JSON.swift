import PlimsollEngine
import PlimsollModel
import PlimsollProjections

extension OrderPreview {
    func write(into json: inout JSONWriter) {
        let contract = rules.contract
        let decimals = Int(contract.priceDecimals)
        json.beginObject()
        json.field("symbol", contract.symbol)
        json.field("side", question.side == .buy ? "BUY" : "SELL")
        json.field("quantity", quantity, decimals: Int(contract.quantityDecimals))
        json.field("notional", notional)
        json.field("leverage", leverage)
        json.field("marginMode", marginMode == .isolated ? "isolated" : "cross")
        json.field("markPrice", markPrice, decimals: 8)
        json.field(optional: "hourlyMove", hourlyMove, decimals: 8)
        json.beginObject("entry")
        json.field("expectedPrice", average: averagePrice, decimalsMin: decimals)
        json.field("worstPrice", worstPrice, decimals: decimals)
        json.field("missing", missing, decimals: Int(contract.quantityDecimals))
        json.endObject()
        writeMoney(&json)
        json.key("after")
        write(outcome.risk, &json)
        json.key("stop")
        write(stop, &json)
        writeGain(&json)
        writeAccount(&json)
        writeComparison(&json)
        json.endObject()
    }

    private func writeMoney(_ json: inout JSONWriter) {
        let roundTrip = outcome.fee + closeFee
        json.field("margin", outcome.margin)
        json.field("available", available)
        json.field("leaves", available - max(outcome.margin, .zero) - outcome.fee)
        json.field(
            "affordable",
            outcome.margin <= .zero || available >= outcome.margin + outcome.fee
        )
        json.field("realizedPnL", outcome.realizedPnL)
        json.beginObject("fees")
        json.field("open", outcome.fee)
        json.field("close", closeFee)
        json.field("roundTrip", roundTrip)
        json.field(
            "roundTripOfMargin",
            PositionStanding.share(roundTrip, of: outcome.margin),
            decimals: 8
        )
        json.field("takerRate", rules.fees.taker, decimals: 8)
        json.field("makerRate", rules.fees.maker, decimals: 8)
        json.endObject()
        let limits = rules.limits
        json.beginObject("limits")
        json.field("quantityMin", limits.quantityMin, decimals: 8)
        json.field("notionalMin", limits.notionalMin, decimals: 8)
        json.field(
            "belowMinimum",
            quantity < limits.quantityMin
                || notional < Amount(limits.notionalMin, times: Quantity(1))
        )
        json.field("leverageMax", leverageMax)
        json.endObject()
    }

    private var leverageMax: UInt16 {
        rules.tiers.last { $0.notionalFloor <= notional }?.leverageMax ?? 1
    }

    private func write(_ risk: PositionStanding?, _ json: inout JSONWriter) {
        guard let risk else { return json.null() }
        json.beginObject()
        json.risk(risk)
        json.endObject()
    }

    private func write(_ stop: StopOutcome?, _ json: inout JSONWriter) {
        guard let stop else { return json.null() }
        let decimals = Int(rules.contract.priceDecimals)
        json.beginObject()
        json.field("price", stop.price, decimals: decimals)
        json.field("expectedFill", average: stop.expectedFill, decimalsMin: decimals)
        json.field("badFill", average: stop.badFill, decimalsMin: decimals)
        json.field("expectedLoss", stop.expectedLoss)
        json.field("badLoss", stop.badLoss)
        json.field("neverFires", stop.neverFires)
        json.key("leverageMax")
        if let leverageMax = stop.leverageMax { json.integer(leverageMax) } else { json.null() }
        json.endObject()
    }

    private func writeGain(_ json: inout JSONWriter) {
        json.key("gain")
        guard let price = gainPrice else { return json.null() }
        json.beginObject()
        json.field("price", price, decimals: Int(rules.contract.priceDecimals))
        json.field("isTarget", question.target != nil)
        json.field("amount", gain(at: price))
        json.field("atOneTimes", gainAtOneTimes(at: price))
        json.endObject()
    }

    private func writeAccount(_ json: inout JSONWriter) {
        let asset = rules.contract.settleAsset
        json.beginObject("account")
        json.field("equity", before.balance(asset)?.marginBalance ?? .zero)
        json.field("leverageBefore", before.accountLeverage(asset), decimals: 4)
        json.field("leverageAfter", outcome.report.accountLeverage(asset), decimals: 4)
        json.field(
            "marginShare",
            PositionStanding.share(
                outcome.margin,
                of: before.balance(asset)?.marginBalance ?? .zero
            ),
            decimals: 8
        )
        json.endObject()
    }

    private func writeComparison(_ json: inout JSONWriter) {
        json.key("comparison")
        guard let isolated, let cross else { return json.null() }
        let asset = rules.contract.settleAsset
        json.beginObject()
        json.beginObject("isolated")
        json.field(optional: "liquidationPrice", isolated.liquidationPrice, decimals: 8)
        json.field("atRisk", isolated.margin + isolated.fee)
        json.endObject()
        json.beginObject("cross")
        json.field(optional: "liquidationPrice", cross.liquidationPrice, decimals: 8)
        json.field(
            "atRisk",
            (cross.report.balance(asset)?.crossMarginBalance ?? .zero) + cross.fee
        )
        json.endObject()
        json.endObject()
    }
}

extension AccountReport {
    /// The value of all positions that settle in an asset over the account's margin balance there.
    func accountLeverage(_ asset: AssetID) -> Rate {
        let exposure = positions.filter { $0.contract.settleAsset == asset }
            .reduce(Amount.zero) { $0 + $1.notional.magnitude }
        return PositionStanding.share(exposure, of: balance(asset)?.marginBalance ?? .zero)
    }
}
