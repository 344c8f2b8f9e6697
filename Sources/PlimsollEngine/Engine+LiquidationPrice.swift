import PlimsollModel

/// The mark price at which each scope would be liquidated.
///
/// Spec: LIQ-001, LIQ-004.
extension Engine {
    /// What the liquidation price of an open position is reckoned from.
    ///
    /// Other instruments' mark prices are taken to stand still.
    func liquidationScope(of slot: Int32) -> LiquidationScope {
        let state = positions[Int(slot)]
        let instrument = instruments[state.instrument.index]
        var scope = LiquidationScope(
            valuation: instrument.contract.valuation,
            long: max(state.quantity, .zero),
            short: max(-state.quantity, .zero),
            entryValue: state.entryValue,
            balance: ledger.isolatedWallet(slot),
            closeFee: instrument.liquidation.includesCloseFee ? instrument.fees.taker : .zero
        )
        guard state.marginMode == .cross else { return scope }
        let summary = crossSummary(of: state.account, instrument.column)
        scope.balance =
            summary.marginBalance - summary.maintenanceMargin
            - (unrealizedPnL(of: state) - maintenanceMargin(of: state))
        return scope
    }

    /// The mark price at which an open position is liquidated; `nil` where none does.
    func liquidationPrice(of slot: Int32) -> Price? {
        let id = positions[Int(slot)].instrument
        let scope = liquidationScope(of: slot)
        return tiers.withSpan(tierRange(id)) {
            scope.liquidationPrice(tiers: $0, near: instruments[id.index].markPrice)
        }
    }
}
