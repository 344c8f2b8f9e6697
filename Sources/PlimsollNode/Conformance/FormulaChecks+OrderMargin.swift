import PlimsollEngine
import PlimsollModel

extension FormulaChecks {
    @Sendable
    static func orderInitialMargin(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let value = Amount(try inputs.price("order_price"), times: try inputs.quantity("qty"))
        return ["initial_margin": .amount(try margin(of: value, inputs))]
    }

    @Sendable
    static func openLoss(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let loss = orderOpenLoss(
            side: try inputs.side(),
            quantity: try inputs.quantity("qty"),
            orderPrice: try inputs.price("order_price"),
            markPrice: try inputs.price("mark_price")
        )
        return ["open_loss": .amount(loss)]
    }

    @Sendable
    static func oneWayRequirement(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let margin = requiredMargin(
            positionNotional: try inputs.amount("position_notional"),
            bidValue: try inputs.amount("bid_value"),
            askValue: try inputs.amount("ask_value"),
            rate: initialMarginRate(leverage: try inputs.leverage())
        )
        return ["margin_required": .amount(margin)]
    }

    @Sendable
    static func openingTest(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let opening = openingQuantity(
            of: try inputs.quantity("new_qty"),
            position: try inputs.quantity("position_qty"),
            openOpposite: try inputs.quantity("open_opposite_qty")
        )
        return ["opening": .flag(opening > .zero)]
    }

    @Sendable
    static func available(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let balance = availableBalance(
            crossWallet: try inputs.amount("cross_wallet"),
            crossUnrealizedPnL: try inputs.amount("cross_upnl"),
            crossInitialMargin: try inputs.amount("initial_margin_total"),
            isolatedOrderMargin: try inputs.amount("isolated_order_margin", default: .zero)
        )
        return ["available": .amount(balance)]
    }

    @Sendable
    static func maxWithdraw(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let amount = maxWithdrawAmount(
            crossWallet: try inputs.amount("cross_wallet"),
            crossUnrealizedPnL: try inputs.amount("cross_upnl"),
            crossInitialMargin: try inputs.amount("initial_margin_total"),
            isolatedOrderMargin: try inputs.amount("isolated_order_margin", default: .zero),
            crossMaintenanceMargin: try inputs.amount("cross_mm", default: .zero)
        )
        return ["max_withdraw": .amount(amount)]
    }
}
