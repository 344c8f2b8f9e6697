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

/// A scope that falls to its maintenance margin is closed.
///
/// Spec: LIQ-012 to LIQ-017.
extension Engine {
    /// Closes cross positions, the one with the most maintenance first, until the rest is covered.
    mutating func liquidateCross(
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
    mutating func liquidate(
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
}
