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

    mutating func add(_ fill: Fill, value: Amount, fee: Amount, realizedPnL: Amount) {
        filledQuantity += fill.quantity
        filledValue += value
        tradingFee += fee
        self.realizedPnL += realizedPnL
    }
}

/// A scope that falls to its maintenance margin is closed, step by step, until it is safe or gone.
///
/// Spec: LIQ-012, LIQ-017, LIQ-020 to LIQ-022, LIQ-025, LIQ-027.
extension Engine {
    /// Closes cross positions, the one with the most maintenance first, until the rest is covered.
    mutating func liquidateCross(
        _ account: AccountID,
        _ column: Int,
        _ events: inout EventBuffer
    ) {
        while let largest = largestCrossPosition(account, column), isLiquidatable(largest) {
            liquidate(largest, &events)
        }
    }

    /// Takes steps on one position until it is gone, its scope is safe or another's turn comes.
    mutating func liquidate(_ slot: Int32, _ events: inout EventBuffer) {
        let state = positions[Int(slot)]
        lastLiquidation += 1
        let id = LiquidationID(rawValue: lastLiquidation)
        liquidation = LiquidationSums(id: id)
        var bankruptcy = bankruptcyPrice(of: slot)
        let (cause, parent) = origin(of: slot)
        announceStart(slot, bankruptcy, cause, parent, &events)
        let before = flow
        flow = ForcedFlow(liquidation: id, generation: parent.nextGeneration)
        closeScopeOrders(of: slot, &events)
        repeat {
            bankruptcy = bankruptcyPrice(of: slot)
            let isFilled = sellStep(slot, bankruptcy, &events)
            if !isFilled, !mayStopClosing(slot) { letGo(slot, bankruptcy, &events) }
        } while isNext(slot)
        squareUp(slot, &events)
        if let sums = liquidation { announceFinish(state, sums, &events) }
        liquidation = nil
        flow = before
    }

    /// Whether the next step is on this position.
    private func isNext(_ slot: Int32) -> Bool {
        let state = positions[Int(slot)]
        guard state.isOpen, isLiquidatable(slot) else { return false }
        let column = instruments[state.instrument.index].column
        return state.marginMode == .isolated
            || largestCrossPosition(state.account, column) == slot
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
    private func bankruptcyPrice(of slot: Int32) -> Price {
        let state = positions[Int(slot)]
        let instrument = instruments[state.instrument.index]
        let rounding: Rounding = state.quantity > .zero ? .up : .down
        let price: Price
        switch state.marginMode {
        case .isolated:
            price = PlimsollEngine.bankruptcyPrice(
                quantity: state.quantity,
                entryValue: state.entryValue,
                walletBalance: ledger.isolatedWallet(slot),
                valuation: instrument.contract.valuation,
                rounding: rounding
            )
        case .cross:
            let margin = scopeMargin(of: slot)
            price = crossBankruptcyPrice(
                quantity: state.quantity,
                markPrice: instrument.markPrice,
                marginBalance: margin.balance,
                maintenance: maintenanceMargin(of: state),
                totalMaintenance: margin.maintenance,
                valuation: instrument.contract.valuation,
                rounding: rounding
            )
        }
        return instrument.bounded(bankruptcy: price)
    }

    /// One step into the book, at the bankruptcy price or better.
    ///
    /// - Returns: Whether the book took all of it.
    private mutating func sellStep(
        _ slot: Int32,
        _ bankruptcy: Price,
        _ events: inout EventBuffer
    ) -> Bool {
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
            quantity: tiers.withSpan(tierRange(state.instrument)) {
                liquidationStep(
                    quantity: state.quantity,
                    contract: instrument.contract,
                    markPrice: instrument.markPrice,
                    terms: instrument.liquidation,
                    tiers: $0
                )
            }
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
        guard order.remaining > .zero else { return true }
        announceClosed(order, .unfilledRemainder, &events)
        return false
    }

    /// The liquidation fee on one fill, limited to what is left.
    ///
    /// Of an isolated position the margin balance may be more than its wallet, and of a long that
    /// lost, less; the rest of it still needs both.
    mutating func chargeLiquidationFee(
        _ slot: Int32,
        on value: Amount,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        let instrument = instruments[state.instrument.index]
        let isIsolated = state.marginMode == .isolated
        var left = scopeMargin(of: slot).balance
        if isIsolated { left = min(left, ledger.isolatedWallet(slot)) }
        let fee = min(
            tradingFee(on: value, rate: instrument.fees.liquidation),
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
        liquidation?.liquidationFee += fee
    }

    /// What the book left goes to the fund, or to those who stand on the other side.
    ///
    /// Spec: LIQ-023.
    private mutating func letGo(
        _ slot: Int32,
        _ bankruptcy: Price,
        _ events: inout EventBuffer
    ) {
        if !fundMayTakeOver(slot) { deleverage(slot, bankruptcy, &events) }
        takeOver(slot, bankruptcy, &events)
    }

    /// Returns what an isolated position leaves; the fund pays what is missing.
    private mutating func squareUp(_ slot: Int32, _ events: inout EventBuffer) {
        let state = positions[Int(slot)]
        let column = instruments[state.instrument.index].column
        switch state.marginMode {
        case .isolated where state.isOpen: return
        case .isolated:
            let paid = coverDeficit(.isolated(slot), column, state.instrument, &events)
            liquidation?.insurancePaid = paid
            let left = ledger.isolatedWallet(slot)
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
}
