import PlimsollModel

/// How an account trades an instrument: leverage, margin mode and position mode.
///
/// Leverage and margin mode belong to the instrument: what is asked of one of its positions is asked
/// of all.
///
/// Spec: MARG-010 to MARG-012, POS-021.
extension Engine {
    mutating func setLeverage(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ leverage: UInt16,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        let leverageMax = tiers[tierRange(instrument).lowerBound].leverageMax
        guard (1...leverageMax).contains(leverage) else {
            throw EngineRefusal(.leverageOutOfRange)
        }
        try checkLeverage(leverage, account, instrument)
        var slot = firstSlot(of: account, in: instrument)
        if slot < 0 { slot = addPosition(account, instrument) }
        let first = slot
        while slot >= 0 {
            positions[Int(slot)].leverage = leverage
            positions[Int(slot)].marginRate = initialMarginRate(leverage: leverage)
            slot = nextSlot(slot)
        }
        announceSettings(first, &events)
    }

    private func checkLeverage(
        _ leverage: UInt16,
        _ account: AccountID,
        _ instrument: InstrumentID
    ) throws(EngineRefusal) {
        let rate = initialMarginRate(leverage: leverage)
        let cap = notionalCap(of: instrument, at: leverage)
        var more = Amount.zero
        var isIsolatedOpen = false
        var slot = firstSlot(of: account, in: instrument)
        guard slot >= 0 else { return }
        let isLowered = rate > positions[Int(slot)].marginRate
        while slot >= 0 {
            let state = positions[Int(slot)]
            slot = nextSlot(slot)
            let exposure = largestExposure(of: state)
            guard exposure <= cap else { throw EngineRefusal(.exceedsMaximumPosition) }
            more +=
                initialMargin(of: exposure, rate: rate)
                - initialMargin(of: exposure, rate: state.marginRate)
            isIsolatedOpen = isIsolatedOpen || (state.marginMode == .isolated && state.isOpen)
        }
        guard isLowered else { return }
        guard !isIsolatedOpen else { throw EngineRefusal(.leverageReductionIsolatedPosition) }
        let column = instruments[instrument.index].column
        guard more <= crossSummary(of: account, column).available else {
            throw EngineRefusal(.leverageReductionInsufficientMargin)
        }
    }

    mutating func setMarginMode(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ mode: MarginMode,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        var slot = firstSlot(of: account, in: instrument)
        let current = slot < 0 ? .cross : positions[Int(slot)].marginMode
        guard mode != current else { throw EngineRefusal(.marginModeUnchanged) }
        var hasOrders = false
        var isOpen = false
        while slot >= 0 {
            hasOrders = hasOrders || positions[Int(slot)].hasOrders
            isOpen = isOpen || positions[Int(slot)].isOpen
            slot = nextSlot(slot)
        }
        guard !hasOrders else { throw EngineRefusal(.marginModeOpenOrders) }
        guard !isOpen else { throw EngineRefusal(.marginModeOpenPosition) }
        slot = firstSlot(of: account, in: instrument)
        if slot < 0 { slot = addPosition(account, instrument) }
        let first = slot
        while slot >= 0 {
            positions[Int(slot)].marginMode = mode
            slot = nextSlot(slot)
        }
        announceSettings(first, &events)
    }

    /// Spec: POS-021.
    mutating func setPositionMode(
        _ account: AccountID,
        isHedge: Bool,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        guard account.index < accounts.count, !account.isSystem else {
            throw EngineRefusal(.unknownAccount)
        }
        guard accounts[account.index].isHedge != isHedge else {
            throw EngineRefusal(.positionModeUnchanged)
        }
        var hasOrders = false
        var isOpen = false
        var slot = accounts[account.index].firstPosition
        while slot >= 0 {
            hasOrders = hasOrders || positions[Int(slot)].hasOrders
            isOpen = isOpen || positions[Int(slot)].isOpen
            slot = positions[Int(slot)].nextOfAccount
        }
        guard !hasOrders else { throw EngineRefusal(.positionModeOpenOrders) }
        guard !isOpen else { throw EngineRefusal(.positionModeOpenPosition) }
        accounts[account.index].isHedge = isHedge
        events.append(
            .positionModeChanged(PositionModeChanged(account: account, isHedge: isHedge))
        )
    }

    mutating func adjustIsolatedMargin(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ amount: Amount,
        _ side: PositionSide,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        try checkSide(side, of: account)
        guard !amount.isZero else { throw EngineRefusal(.amountNotPositive) }
        guard let slot = position(of: account, in: instrument, side: side) else {
            throw EngineRefusal(.isolatedMarginNoPosition)
        }
        let state = positions[Int(slot)]
        guard state.marginMode == .isolated else { throw EngineRefusal(.notIsolatedPosition) }
        guard state.isOpen else { throw EngineRefusal(.isolatedMarginNoPosition) }
        let column = instruments[instrument.index].column
        if amount > .zero {
            let summary = crossSummary(of: account, column)
            guard amount <= summary.maxWithdraw else { throw EngineRefusal(.insufficientBalance) }
        } else {
            guard !isFrozen(state) else { throw EngineRefusal(.indexStale) }
            // Bounded before it is negated: the most negative number has no opposite.
            guard amount >= -Self.balanceMax, -amount <= removableMargin(of: slot) else {
                throw EngineRefusal(.isolatedMarginRemovalTooLarge)
            }
        }
        move(
            amount,
            from: .wallet(account),
            to: .isolated(slot),
            column,
            .marginTransfer,
            instrument,
            &events
        )
        checks.append(MarginCheck(slot: slot, cause: .account, flow: flow))
    }

    /// Told once for all positions of the account in the instrument.
    func announceSettings(_ slot: Int32, _ events: inout EventBuffer) {
        let state = positions[Int(slot)]
        events.append(
            .settingsChanged(
                SettingsChanged(
                    account: state.account,
                    instrument: state.instrument,
                    leverage: state.leverage,
                    marginMode: state.marginMode
                )
            )
        )
    }
}
