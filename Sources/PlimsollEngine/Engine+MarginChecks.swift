import PlimsollModel

/// What a scope has and what its positions ask for.
struct ScopeMargin {
    /// With the unrealised profit.
    var balance: Amount
    var maintenance: Amount
    /// Whether prices that stand still for want of an index are part of it.
    var isFrozen: Bool

    /// Whether a scope with open positions is to be liquidated, but for frozen prices.
    func isUsedUp(_ boundary: LiquidationBoundary) -> Bool {
        switch boundary {
        case .atMaintenance: balance <= maintenance
        case .belowMaintenance: balance < maintenance
        }
    }
}

/// Margin is watched and called for; what falls to its maintenance is liquidated.
///
/// Spec: LIQ-010, LIQ-011, LIQ-018, INDX-003.
extension Engine {
    /// Of an isolated position, or of the whole cross account that a position belongs to.
    func scopeMargin(of slot: Int32) -> ScopeMargin {
        let state = positions[Int(slot)]
        switch state.marginMode {
        case .isolated:
            return ScopeMargin(
                balance: ledger.isolatedWallet(slot) + unrealizedPnL(of: state),
                maintenance: maintenanceMargin(of: state),
                isFrozen: isFrozen(state)
            )
        case .cross:
            let column = instruments[state.instrument.index].column
            return crossSummary(of: state.account, column).margin
        }
    }

    /// Whether a forced close under way is over before the position is gone: its scope is safe, and
    /// the rules do not send the whole of it.
    ///
    /// Spec: LIQ-021.
    func mayStopClosing(_ slot: Int32) -> Bool {
        let state = positions[Int(slot)]
        guard state.isOpen else { return true }
        return instruments[state.instrument.index].liquidation.step != .whole
            && !isLiquidatable(slot)
    }

    /// Whether the scope of a position has open positions and too little behind them.
    func isLiquidatable(_ slot: Int32) -> Bool {
        let state = positions[Int(slot)]
        let margin = scopeMargin(of: slot)
        guard margin.balance <= margin.maintenance, !margin.isFrozen else { return false }
        var ruling: Int32? = state.isOpen ? slot : nil
        if state.marginMode == .cross {
            let column = instruments[state.instrument.index].column
            ruling = largestCrossPosition(state.account, column)
        }
        guard let ruling else { return false }
        let instrument = positions[Int(ruling)].instrument
        return margin.isUsedUp(instruments[instrument.index].liquidation.boundary)
    }

    /// Checks the scopes that this command touched, and those that their liquidation touches.
    mutating func checkTouchedMargins(_ events: inout EventBuffer) {
        var index = 0
        while index < checks.count {
            checking = checks[index]
            checkScope(of: checking.slot, &events)
            index += 1
        }
        while checks.count > 0 { _ = checks.removeLast() }
    }

    /// Checks every open position of an instrument whose mark price changed.
    ///
    /// The scopes in danger are taken in the order of their accounts, so that who is liquidated
    /// first does not depend on who opened first.
    mutating func checkMargins(
        of id: InstrumentID,
        cause: LiquidationCause = .markPrice,
        _ events: inout EventBuffer
    ) {
        candidates.removeAll(keepingCapacity: true)
        for index in 0..<openPositions[id.index].count {
            let slot = openPositions[id.index][index]
            guard needsAttention(slot) else { continue }
            // Fewer than 2²⁴ accounts, three sides and slots of 31 bits fit one word.
            let account = UInt64(positions[Int(slot)].account.rawValue)
            let side = UInt64(positions[Int(slot)].side.rawValue)
            candidates.append(account << 34 | side << 32 | UInt64(slot))
        }
        guard !candidates.isEmpty else { return }
        candidates.sort()
        for candidate in candidates {
            checks.append(
                MarginCheck(
                    slot: Int32(truncatingIfNeeded: candidate),
                    cause: cause,
                    flow: flow
                )
            )
        }
        checkTouchedMargins(&events)
    }

    private func needsAttention(_ slot: Int32) -> Bool {
        let place = Int(slot)
        let account = positions[place].account
        guard accounts[account.index].kind.isMargined else { return false }
        let isCalled =
            switch positions[place].marginMode {
            case .isolated: positions[place].isMarginCalled
            case .cross:
                accounts[account.index].isMarginCalled(
                    instruments[positions[place].instrument.index].column
                )
            }
        return isCalled || !isClearOfMarginCall(slot) && isMarginCall(scopeMargin(of: slot))
    }

    /// Whether the margin ratio is at or above 80 %.
    func isMarginCall(_ margin: ScopeMargin) -> Bool {
        margin.maintenance.units * 10 >= margin.balance.units * 8
    }

    private mutating func checkScope(of slot: Int32, _ events: inout EventBuffer) {
        let state = positions[Int(slot)]
        guard accounts[state.account.index].kind.isMargined,
            !instruments[state.instrument.index].markPrice.isZero
        else { return }
        if state.marginMode == .isolated { checkIsolated(slot, &events) }
        checkCross(slot, &events)
    }

    private mutating func checkIsolated(_ slot: Int32, _ events: inout EventBuffer) {
        if isLiquidatable(slot) {
            liquidate(slot, &events)
            // What a step left open is called anew where it must be.
            positions[Int(slot)].isMarginCalled = false
        }
        let state = positions[Int(slot)]
        let margin = scopeMargin(of: slot)
        guard !margin.isFrozen else { return }
        let isCalled = state.isOpen && isMarginCall(margin)
        guard isCalled != state.isMarginCalled else { return }
        positions[Int(slot)].isMarginCalled = isCalled
        announceMarginCall(slot, scope: .isolated, isCalled, margin, &events)
    }

    private mutating func checkCross(_ slot: Int32, _ events: inout EventBuffer) {
        let account = positions[Int(slot)].account
        let column = instruments[positions[Int(slot)].instrument.index].column
        if let largest = largestCrossPosition(account, column), isLiquidatable(largest) {
            liquidateCross(account, column, &events)
            accounts[account.index].setMarginCalled(false, column)
        }
        let summary = crossSummary(of: account, column)
        let isOpen = summary.openPositionCount > 0
        if !isOpen, summary.wallet < .zero, !hasIsolatedPosition(account, column) {
            // Nothing is left that could win the loss back.
            coverDeficit(.wallet(account), column, nil, &events)
        }
        let margin = summary.margin
        guard !margin.isFrozen else { return }
        let isCalled = isOpen && isMarginCall(margin)
        guard isCalled != accounts[account.index].isMarginCalled(column) else { return }
        accounts[account.index].setMarginCalled(isCalled, column)
        announceMarginCall(
            largestCrossPosition(account, column) ?? slot,
            scope: .cross,
            isCalled,
            margin,
            &events
        )
    }

    private func announceMarginCall(
        _ slot: Int32,
        scope: MarginMode,
        _ isCalled: Bool,
        _ margin: ScopeMargin,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        events.append(
            .marginCallChanged(
                MarginCallChanged(
                    account: state.account,
                    instrument: state.instrument,
                    scope: scope,
                    isCalled: isCalled,
                    marginBalance: margin.balance,
                    maintenanceMargin: margin.maintenance,
                    side: state.side
                )
            )
        )
    }

    private func hasIsolatedPosition(_ account: AccountID, _ column: Int) -> Bool {
        var slot = accounts[account.index].firstPosition
        while slot >= 0 {
            let state = positions[Int(slot)]
            if state.marginMode == .isolated, state.isOpen,
                instruments[state.instrument.index].column == column
            {
                return true
            }
            slot = state.nextOfAccount
        }
        return false
    }

    /// The open cross position with the most maintenance margin; the first instrument of equals.
    func largestCrossPosition(_ account: AccountID, _ column: Int) -> Int32? {
        var largest: Int32?
        var most = Amount.zero
        var slot = accounts[account.index].firstPosition
        while slot >= 0 {
            let state = positions[Int(slot)]
            if state.marginMode == .cross, state.isOpen,
                instruments[state.instrument.index].column == column
            {
                let maintenance = maintenanceMargin(of: state)
                if largest == nil || maintenance > most {
                    largest = slot
                    most = maintenance
                }
            }
            slot = state.nextOfAccount
        }
        return largest
    }
}
