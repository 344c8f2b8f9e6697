import PlimsollEngine
import PlimsollModel

/// Liquidation and order margin as other venues reckon them.
extension FormulaChecks {
    static let otherLiquidations: [String: FormulaCheck] = [
        "LIQ_ISOLATED_TAKER_FEE": liquidationTakerFee,
        "LIQ_PHEMEX_ISOLATED_LONG": liquidationPhemex,
        "LIQ_BYBIT_ISOLATED": liquidationBybit,
        "LIQ_HYPERLIQUID_ISOLATED": liquidationHyperliquid,
        "BANKRUPTCY_CROSS_LONG": bankruptcyCrossLong,
        "TWO_WAY_FEE_LINEAR": twoWayFee,
        "OKX_OLD_PARTIAL": partialClose,
        "AVAILABLE_CROSS": availableCross,
        "CROSS_RISK_WITH_FEES": crossRisk,
    ]

    @Sendable
    private static func liquidationTakerFee(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let position = try inputs.position()
        let price = liquidationPriceWithCloseFee(
            quantity: position.quantity,
            entryValue: position.entryValue,
            margin: try inputs.collateral(),
            maintenanceRate: try inputs.rate("mmr"),
            takerFee: try inputs.rate("taker_fee")
        )
        return ["liquidation_price": .fixed(price ?? .zero)]
    }

    @Sendable
    private static func liquidationPhemex(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let quantity = try inputs.quantity("size")
        guard quantity > .zero else { throw .refused }
        try inputs.requireLong()
        let price = liquidationPriceWithCloseFee(
            quantity: quantity,
            entryValue: try inputs.amount("open_value"),
            margin: try inputs.amount("assigned_balance"),
            maintenanceAmount: try inputs.amount("maint_amount", default: .zero),
            maintenanceRate: try inputs.rate("mmr"),
            takerFee: try inputs.rate("taker_fee")
        )
        return ["liquidation_price": .fixed(price ?? .zero)]
    }

    @Sendable
    private static func liquidationBybit(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let position = try inputs.position()
        let price = Bybit.liquidationPrice(
            quantity: position.quantity,
            entryValue: position.entryValue,
            leverage: try inputs.leverage(),
            maintenanceRate: try inputs.rate("mmr"),
            deduction: try inputs.amount("maint_amount", default: .zero),
            extraMargin: try inputs.amount("extra_margin", default: .zero)
        )
        return ["liquidation_price": .fixed(price)]
    }

    @Sendable
    private static func liquidationHyperliquid(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let price = Hyperliquid.liquidationPrice(
            quantity: try inputs.position().quantity,
            entryPrice: try inputs.positivePrice("entry_price"),
            margin: try inputs.collateral(),
            leverageMax: try inputs.leverage("max_leverage")
        )
        guard let price else { throw .outOfRange("collateral") }
        return ["liquidation_price": .fixed(price)]
    }

    @Sendable
    private static func bankruptcyCrossLong(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let quantity = try inputs.quantity("qty")
        guard quantity > .zero else { throw .refused }
        let price = bankruptcyPrice(
            quantity: quantity,
            entryValue: Amount(try inputs.price("entry_price"), times: quantity),
            walletBalance: try inputs.amount("position_margin")
                + inputs.amount("wallet_balance"),
            rounding: .up
        )
        return ["bankruptcy_price": .fixed(price)]
    }

    @Sendable
    private static func twoWayFee(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let fee = Bybit.twoWayFee(
            side: try inputs.side(),
            value: Amount(try inputs.price("price"), times: try inputs.quantity("qty")),
            leverage: try inputs.leverage(),
            rate: try inputs.rate("fee_rate")
        )
        return ["fee": .amount(fee)]
    }

    @Sendable
    private static func partialClose(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let closed = OKX.partialClose(
            held: try inputs.quantity("held"),
            firstTierMax: try inputs.quantity("tier1_max")
        )
        return ["close_contracts": .fixed(closed)]
    }

    @Sendable
    private static func availableCross(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let available = BingX.available(
            balance: try inputs.amount("balance"),
            positionMargin: try inputs.amount("position_margin_total"),
            frozen: try inputs.amount("frozen", default: .zero),
            crossUnrealizedPnL: try inputs.amount("upnl_cross")
        )
        return ["available": .amount(available)]
    }

    @Sendable
    private static func crossRisk(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let risk = BingX.crossRisk(
            maintenanceMargin: try inputs.amount("maintenance_margin"),
            closingFees: try inputs.amount("close_fees"),
            balance: try inputs.amount("balance"),
            isolatedMargin: try inputs.amount("isolated_margin", default: .zero),
            frozen: try inputs.amount("frozen", default: .zero),
            crossUnrealizedPnL: try inputs.amount("upnl_cross")
        )
        return ["risk": risk.map { .quotient($0) } ?? .undefined]
    }
}

extension VectorInputs {
    /// The margin given, or what the position takes at its leverage.
    fileprivate func collateral() throws(ConformanceProblem) -> Amount {
        guard !has("collateral") else { return try amount("collateral") }
        let value = try exact("qty") * exact("entry_price")
        return try amount(value / ExactNumber(units: Int128(leverage()), scale: 0), "leverage")
    }
}
