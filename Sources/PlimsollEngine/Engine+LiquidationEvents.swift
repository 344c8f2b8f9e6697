import PlimsollModel

/// A forced close is told with every number that a receipt needs.
///
/// Spec: LIQ-001.
extension Engine {
    func announceStart(
        _ slot: Int32,
        _ bankruptcy: Price,
        _ cause: LiquidationCause,
        _ parent: ForcedFlow,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        guard let id = liquidation?.id else { return }
        let margin = scopeMargin(of: slot)
        let isIsolated = state.marginMode == .isolated
        let wallet =
            isIsolated
            ? ledger.isolatedWallet(slot)
            : ledger.wallet(state.account, instruments[state.instrument.index].column)
        let notional = notional(of: state).magnitude
        let tier = tiers.withSpan(tierRange(state.instrument)) {
            marginTier(for: notional, in: $0)
        }
        let price = liquidationPrice(of: slot)
        events.append(
            .liquidationStarted(
                LiquidationStarted(
                    liquidation: id,
                    account: state.account,
                    instrument: state.instrument,
                    scope: state.marginMode,
                    leverage: state.leverage,
                    quantity: state.quantity,
                    entryValue: state.entryValue,
                    walletBalance: wallet,
                    marginBalance: margin.balance,
                    maintenanceMargin: margin.maintenance,
                    maintenanceRate: tier.maintenanceRate,
                    deduction: tier.deduction,
                    markPrice: instruments[state.instrument.index].markPrice,
                    liquidationPrice: price ?? .zero,
                    bankruptcyPrice: bankruptcy,
                    side: state.side,
                    cause: cause,
                    generation: parent.nextGeneration,
                    parent: parent.liquidation,
                    undisturbedMark: pressures[state.instrument.index].undisturbedMark
                )
            )
        )
    }

    func announceFinish(
        _ state: PositionState,
        _ sums: LiquidationSums,
        _ events: inout EventBuffer
    ) {
        events.append(
            .liquidationFinished(
                LiquidationFinished(
                    liquidation: sums.id,
                    account: state.account,
                    instrument: state.instrument,
                    filledQuantity: sums.filledQuantity,
                    filledValue: sums.filledValue,
                    realizedPnL: sums.realizedPnL,
                    tradingFee: sums.tradingFee,
                    liquidationFee: sums.liquidationFee,
                    insurancePaid: sums.insurancePaid,
                    returned: sums.returned,
                    side: state.side
                )
            )
        )
    }
}
