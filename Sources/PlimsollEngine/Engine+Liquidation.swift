import PlimsollModel

/// The sums of a forced close under way.
struct LiquidationSums {
    var id: LiquidationID
    var filledQuantity = Quantity.zero
    var filledValue = Amount.zero
    var realizedPnL = Amount.zero
    var tradingFee = Amount.zero
    var liquidationFee = Amount.zero
    var insurancePaid = Amount.zero
    var returned = Amount.zero

    mutating func add(_ fill: Fill, fee: Amount, realizedPnL: Amount) {
        filledQuantity += fill.quantity
        filledValue += Amount(fill.price, times: fill.quantity)
        tradingFee += fee
        self.realizedPnL += realizedPnL
    }
}

/// Margin is watched, called for, and in the end enforced.
///
/// Spec: LIQ-010 to LIQ-018.
extension Engine {
    // MARK: Watching

    /// Checks the scopes that this command touched, and those that their liquidation touches.
    mutating func checkTouchedMargins(_ events: inout EventBuffer) {
        var index = 0
        while index < checks.count {
            checkScope(of: checks[index], &events)
            index += 1
        }
        while checks.count > 0 { _ = checks.removeLast() }
    }

    /// Checks every open position of an instrument whose mark price changed.
    ///
    /// The scopes in danger are taken in the order of their accounts, so that who is liquidated
    /// first does not depend on who opened first.
    mutating func checkMargins(of id: InstrumentID, _ events: inout EventBuffer) {
        candidates.removeAll(keepingCapacity: true)
        for index in 0..<openPositions[id.index].count {
            let slot = openPositions[id.index][index]
            guard needsAttention(slot) else { continue }
            let account = positions[Int(slot)].account
            candidates.append(UInt64(account.rawValue) << 32 | UInt64(slot))
        }
        guard !candidates.isEmpty else { return }
        candidates.sort()
        for candidate in candidates { checks.append(Int32(truncatingIfNeeded: candidate)) }
        checkTouchedMargins(&events)
    }

    private func needsAttention(_ slot: Int32) -> Bool {
        let state = positions[Int(slot)]
        guard accounts[state.account.index].kind.isMargined else { return false }
        switch state.marginMode {
        case .isolated:
            let balance = ledger.isolatedWallet(slot) + unrealizedPnL(of: state)
            let maintenance = maintenanceMargin(of: state)
            return state.isMarginCalled || isMarginCall(balance, maintenance)
        case .cross:
            let column = instruments[state.instrument.index].column
            let summary = crossSummary(of: state.account, column)
            return accounts[state.account.index].isMarginCalled(column)
                || isMarginCall(summary.marginBalance, summary.maintenanceMargin)
        }
    }

    /// Whether the margin ratio is at or above 80 %.
    private func isMarginCall(_ balance: Amount, _ maintenance: Amount) -> Bool {
        maintenance.units * 10 >= balance.units * 8
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
        let state = positions[Int(slot)]
        let balance = ledger.isolatedWallet(slot) + unrealizedPnL(of: state)
        let maintenance = maintenanceMargin(of: state)
        if state.isOpen, balance <= maintenance {
            liquidate(slot, balance, maintenance, &events)
            positions[Int(slot)].isMarginCalled = false
            return
        }
        let isCalled = state.isOpen && isMarginCall(balance, maintenance)
        guard isCalled != state.isMarginCalled else { return }
        positions[Int(slot)].isMarginCalled = isCalled
        announceMarginCall(
            slot,
            scope: .isolated,
            isCalled,
            balance,
            maintenance,
            &events
        )
    }

    private mutating func checkCross(_ slot: Int32, _ events: inout EventBuffer) {
        let account = positions[Int(slot)].account
        let column = instruments[positions[Int(slot)].instrument.index].column
        let summary = crossSummary(of: account, column)
        let isOpen = summary.openPositionCount > 0
        if isOpen, summary.marginBalance <= summary.maintenanceMargin {
            liquidateCross(account, column, &events)
            accounts[account.index].setMarginCalled(false, column)
            return
        }
        if !isOpen, summary.wallet < .zero, !hasIsolatedPosition(account, column) {
            // Nothing is left that could win the loss back.
            coverDeficit(.wallet(account), column, nil, &events)
        }
        let isCalled =
            isOpen && isMarginCall(summary.marginBalance, summary.maintenanceMargin)
        guard isCalled != accounts[account.index].isMarginCalled(column) else { return }
        accounts[account.index].setMarginCalled(isCalled, column)
        announceMarginCall(
            largestCrossPosition(account, column) ?? slot,
            scope: .cross,
            isCalled,
            summary.marginBalance,
            summary.maintenanceMargin,
            &events
        )
    }

    private func announceMarginCall(
        _ slot: Int32,
        scope: MarginMode,
        _ isCalled: Bool,
        _ balance: Amount,
        _ maintenance: Amount,
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
                    marginBalance: balance,
                    maintenanceMargin: maintenance
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
    private func largestCrossPosition(_ account: AccountID, _ column: Int) -> Int32? {
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

    // MARK: Enforcing

    /// Closes cross positions, the one with the most maintenance first, until the rest is covered.
    private mutating func liquidateCross(
        _ account: AccountID,
        _ column: Int,
        _ events: inout EventBuffer
    ) {
        while let largest = largestCrossPosition(account, column) {
            let summary = crossSummary(of: account, column)
            guard summary.marginBalance <= summary.maintenanceMargin else { return }
            liquidate(largest, summary.marginBalance, summary.maintenanceMargin, &events)
        }
    }

    /// One forced close: into the book at the bankruptcy price or better, the rest to the fund.
    private mutating func liquidate(
        _ slot: Int32,
        _ balance: Amount,
        _ maintenance: Amount,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        let bankruptcy = bankruptcyPrice(of: slot, balance, maintenance)
        lastLiquidation += 1
        liquidation = LiquidationSums(id: LiquidationID(rawValue: lastLiquidation))
        announceStart(slot, balance, maintenance, bankruptcy, &events)
        closeScopeOrders(of: slot, &events)
        closeIntoBook(slot, bankruptcy, &events)
        takeOver(slot, bankruptcy, &events)
        chargeLiquidationFee(slot, &events)
        squareUp(slot, &events)
        if let sums = liquidation { announceFinish(state, sums, &events) }
        liquidation = nil
    }

    /// Orders of the scope come out of the book before anything is sold.
    private mutating func closeScopeOrders(of slot: Int32, _ events: inout EventBuffer) {
        let state = positions[Int(slot)]
        guard state.marginMode == .cross else {
            closeOrders(of: slot, .liquidation, &events)
            closeConditionals(of: slot, .liquidation, &events)
            return
        }
        let column = instruments[state.instrument.index].column
        var other = accounts[state.account.index].firstPosition
        while other >= 0 {
            let otherState = positions[Int(other)]
            if otherState.marginMode == .cross,
                instruments[otherState.instrument.index].column == column
            {
                closeOrders(of: other, .liquidation, &events)
                closeConditionals(of: other, .liquidation, &events)
            }
            other = otherState.nextOfAccount
        }
    }

    /// Rounded so that a close at this price never costs more than stands behind the position.
    private func bankruptcyPrice(
        of slot: Int32,
        _ balance: Amount,
        _ maintenance: Amount
    ) -> Price {
        let state = positions[Int(slot)]
        let rounding: Rounding = state.quantity > .zero ? .up : .down
        switch state.marginMode {
        case .isolated:
            return PlimsollEngine.bankruptcyPrice(
                quantity: state.quantity,
                entryValue: state.entryValue,
                walletBalance: ledger.isolatedWallet(slot),
                rounding: rounding
            )
        case .cross:
            return crossBankruptcyPrice(
                quantity: state.quantity,
                markPrice: instruments[state.instrument.index].markPrice,
                marginBalance: balance,
                maintenance: maintenanceMargin(of: state),
                totalMaintenance: maintenance,
                rounding: rounding
            )
        }
    }

    private mutating func closeIntoBook(
        _ slot: Int32,
        _ bankruptcy: Price,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        let instrument = instruments[state.instrument.index]
        let side: Side = state.quantity > .zero ? .sell : .buy
        var limit = instrument.tick(of: min(bankruptcy, instrument.limits.priceMax))
        if side == .sell, instrument.price(at: limit) < bankruptcy,
            bankruptcy <= instrument.limits.priceMax
        {
            limit += 1
        }
        var order = newOrder(
            account: state.account,
            instrument: state.instrument,
            position: slot,
            quantity: state.quantity.magnitude
        )
        order.side = side
        order.reduceOnly = true
        order.origin = .liquidation
        order.tick = limit
        announce(order, price: instrument.price(at: limit), .none, &events)
        // A long worth less than the highest price there is finds no buyer at its bankruptcy.
        if side == .buy || bankruptcy <= instrument.limits.priceMax {
            match(&order, limit: limit, &events)
        }
        if order.remaining > .zero { announceClosed(order, .unfilledRemainder, &events) }
    }

    /// The liquidation fee on what went into the book, limited to what is left.
    private mutating func chargeLiquidationFee(_ slot: Int32, _ events: inout EventBuffer) {
        guard let sums = liquidation, sums.filledValue > .zero else { return }
        let state = positions[Int(slot)]
        let instrument = instruments[state.instrument.index]
        let isIsolated = state.marginMode == .isolated
        let left =
            isIsolated
            ? ledger.isolatedWallet(slot)
            : crossSummary(of: state.account, instrument.column).marginBalance
        let fee = min(
            tradingFee(on: sums.filledValue, rate: instrument.fees.liquidation),
            max(left, .zero)
        )
        move(
            fee,
            from: isIsolated ? .isolated(slot) : .wallet(state.account),
            to: .wallet(.insuranceFund),
            instrument.column,
            .liquidationFee,
            state.instrument,
            &events
        )
        liquidation?.liquidationFee = fee
    }

    /// The fund becomes the owner of what the book did not take, at the bankruptcy price.
    private mutating func takeOver(
        _ slot: Int32,
        _ bankruptcy: Price,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        guard state.isOpen, let id = liquidation?.id else { return }
        let fund = positionForTrading(.insuranceFund, state.instrument, &events)
        let fold = foldFill(
            quantity: state.quantity,
            entryValue: state.entryValue,
            fillQuantity: -state.quantity,
            price: bankruptcy
        )
        events.append(
            .positionTakenOver(
                PositionTakenOver(
                    liquidation: id,
                    account: state.account,
                    instrument: state.instrument,
                    quantity: state.quantity,
                    price: bankruptcy,
                    realizedPnL: fold.realizedPnL
                )
            )
        )
        liquidation?.realizedPnL += fold.realizedPnL
        settle(fold, at: slot, price: bankruptcy, fee: .zero, isLiquidation: true, &events)
        let fundState = positions[Int(fund)]
        settle(
            foldFill(
                quantity: fundState.quantity,
                entryValue: fundState.entryValue,
                fillQuantity: state.quantity,
                price: bankruptcy
            ),
            at: fund,
            price: bankruptcy,
            fee: .zero,
            isLiquidation: true,
            &events
        )
    }

    /// Returns what an isolated position leaves; the fund pays what is missing.
    private mutating func squareUp(_ slot: Int32, _ events: inout EventBuffer) {
        let state = positions[Int(slot)]
        let column = instruments[state.instrument.index].column
        switch state.marginMode {
        case .isolated:
            let left = ledger.isolatedWallet(slot)
            if left < .zero {
                let paid = coverDeficit(.isolated(slot), column, state.instrument, &events)
                liquidation?.insurancePaid = paid
            } else {
                move(
                    left,
                    from: .isolated(slot),
                    to: .wallet(state.account),
                    column,
                    .marginTransfer,
                    state.instrument,
                    &events
                )
                liquidation?.returned = left
            }
        case .cross:
            guard largestCrossPosition(state.account, column) == nil else { return }
            let paid = coverDeficit(
                .wallet(state.account),
                column,
                state.instrument,
                &events
            )
            liquidation?.insurancePaid = paid
        }
    }

    // MARK: Telling

    private func announceStart(
        _ slot: Int32,
        _ balance: Amount,
        _ maintenance: Amount,
        _ bankruptcy: Price,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        guard let id = liquidation?.id else { return }
        let isIsolated = state.marginMode == .isolated
        let wallet =
            isIsolated
            ? ledger.isolatedWallet(slot)
            : ledger.wallet(state.account, instruments[state.instrument.index].column)
        let notional = notional(of: state).magnitude
        let otherMaintenance = isIsolated ? .zero : maintenance - maintenanceMargin(of: state)
        let otherUnrealized =
            isIsolated ? .zero : balance - wallet - unrealizedPnL(of: state)
        let (tier, price) = tiers.withSpan(tierRange(state.instrument)) {
            (
                marginTier(for: notional, in: $0),
                liquidationPrice(
                    quantity: state.quantity,
                    entryValue: state.entryValue,
                    walletBalance: wallet,
                    otherMaintenance: otherMaintenance,
                    otherUnrealizedPnL: otherUnrealized,
                    tiers: $0
                )
            )
        }
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
                    marginBalance: balance,
                    maintenanceMargin: maintenance,
                    maintenanceRate: tier.maintenanceRate,
                    deduction: tier.deduction,
                    markPrice: instruments[state.instrument.index].markPrice,
                    liquidationPrice: price ?? .zero,
                    bankruptcyPrice: bankruptcy
                )
            )
        )
    }

    private func announceFinish(
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
                    returned: sums.returned
                )
            )
        )
    }
}
