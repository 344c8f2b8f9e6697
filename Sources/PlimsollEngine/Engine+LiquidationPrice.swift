public import PlimsollModel

/// The mark price at which each scope would be liquidated.
///
/// Spec: LIQ-001, LIQ-004.
extension Engine {
    /// The mark price that liquidates an account's open position; `nil` where there is no such
    /// position, or no price that does it.
    ///
    /// A cross long and short position of one instrument have it in common.
    public func liquidationPrice(
        of account: AccountID,
        in instrument: InstrumentID,
        side: PositionSide = .both
    ) -> Price? {
        guard account.index < accounts.count, instrument.index < instruments.count,
            let slot = position(of: account, in: instrument, side: side),
            positions[Int(slot)].isOpen
        else { return nil }
        return liquidationPrice(of: slot)
    }

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
        scope.balance = summary.marginBalance - summary.maintenanceMargin
        var own = firstSlot(of: state.account, in: state.instrument)
        while own >= 0 {
            let part = positions[Int(own)]
            if part.isOpen {
                scope.balance += maintenanceMargin(of: part) - unrealizedPnL(of: part)
            }
            if part.isOpen, own != slot {
                scope.long += max(part.quantity, .zero)
                scope.short += max(-part.quantity, .zero)
                scope.entryValue += part.entryValue
            }
            own = nextSlot(own)
        }
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
