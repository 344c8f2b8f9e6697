import PlimsollEngine
import PlimsollModel

extension FormulaChecks {
    @Sendable
    static func liquidationOneWay(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        try liquidation(inputs, tiers: inputs.singleTier())
    }

    @Sendable
    static func liquidationTiered(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        try liquidation(inputs, tiers: inputs.tiers())
    }

    private static func liquidation(
        _ inputs: VectorInputs,
        tiers: [MarginTier]
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let position = try inputs.position()
        let price = liquidationPrice(
            quantity: position.quantity,
            entryValue: position.entryValue,
            walletBalance: try wallet(inputs),
            otherMaintenance: try inputs.amount("tmm_other", default: .zero),
            otherUnrealizedPnL: try inputs.amount("upnl_other", default: .zero),
            tiers: tiers.span
        )
        // Where no price liquidates the position the venue reports zero.
        return ["liquidation_price": .fixed(price ?? .zero)]
    }

    /// The wallet given, or what the position takes at its leverage.
    private static func wallet(_ inputs: VectorInputs) throws(ConformanceProblem) -> Amount {
        guard !inputs.has("wallet_balance") else { return try inputs.amount("wallet_balance") }
        let value = try inputs.exact("qty") * inputs.exact("entry_price")
        return try inputs.amount(
            value / ExactNumber(units: Int128(inputs.leverage()), scale: 0),
            "leverage"
        )
    }

    /// One coin, with what its leverage asks for behind it.
    @Sendable
    static func bankruptcyLinear(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let entry = try inputs.price("entry_price")
        let one = Quantity(1)
        let isLong = try inputs.side() == .buy
        let value = Amount(entry, times: one)
        let wallet = try inputs.amount(
            inputs.exact("entry_price")
                / ExactNumber(units: Int128(inputs.leverage()), scale: 0),
            "leverage"
        )
        let price = bankruptcyPrice(
            quantity: isLong ? one : -one,
            entryValue: isLong ? value : -value,
            walletBalance: wallet,
            rounding: .halfUp
        )
        guard inputs.has("tick") else { return ["bankruptcy_price": .fixed(price)] }
        // The close of a long must not cost more than the wallet: up to the tick; a short's, down.
        let tick = try inputs.price("tick")
        let ticks = divide(
            Int128(price.units),
            by: Int128(tick.units),
            rounding: isLong ? .up : .down
        )
        return ["bankruptcy_price": .fixed(Price(units: Int64(ticks) * tick.units))]
    }
}
