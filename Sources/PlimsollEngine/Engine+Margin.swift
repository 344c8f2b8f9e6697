import PlimsollModel

/// What stands behind an account's cross positions in one settle asset.
struct CrossSummary {
    var wallet = Amount.zero
    var unrealizedPnL = Amount.zero
    /// Of cross positions and the open orders beside them.
    var initialMargin = Amount.zero
    var maintenanceMargin = Amount.zero
    /// Of open orders in isolated instruments.
    var isolatedOrderMargin = Amount.zero
    var openPositionCount = 0
    /// Whether an open cross position is in an instrument whose index is stale.
    var isFrozen = false

    var marginBalance: Amount { wallet + unrealizedPnL }

    var margin: ScopeMargin {
        ScopeMargin(balance: marginBalance, maintenance: maintenanceMargin, isFrozen: isFrozen)
    }

    var available: Amount {
        availableBalance(
            crossWallet: wallet,
            crossUnrealizedPnL: unrealizedPnL,
            crossInitialMargin: initialMargin,
            isolatedOrderMargin: isolatedOrderMargin
        )
    }

    var maxWithdraw: Amount {
        maxWithdrawAmount(
            crossWallet: wallet,
            crossUnrealizedPnL: unrealizedPnL,
            crossInitialMargin: initialMargin,
            isolatedOrderMargin: isolatedOrderMargin,
            crossMaintenanceMargin: maintenanceMargin
        )
    }
}

/// Margin as the engine reckons it, all of it from the pure formulas.
extension Engine {
    func unrealizedPnL(of state: PositionState) -> Amount {
        PlimsollEngine.unrealizedPnL(
            quantity: state.quantity,
            entryValue: state.entryValue,
            at: instruments[state.instrument.index].markPrice,
            valuation: instruments[state.instrument.index].contract.valuation
        )
    }

    /// At the mark price, signed.
    func value(of state: PositionState) -> Amount {
        instruments[state.instrument.index].value(
            of: state.quantity,
            at: instruments[state.instrument.index].markPrice
        )
    }

    /// At the mark price, with the sign of the quantity.
    func notional(of state: PositionState) -> Amount {
        instruments[state.instrument.index].contract.valuation.notional(
            of: state.quantity,
            at: instruments[state.instrument.index].markPrice
        )
    }

    /// Of the tier, and of the close where the terms count that in.
    ///
    /// Spec: LIQ-019.
    func maintenanceMargin(of state: PositionState) -> Amount {
        maintenanceMargin(of: state, at: instruments[state.instrument.index].markPrice)
    }

    /// As it would be at a mark price.
    func maintenanceMargin(of state: PositionState, at mark: Price) -> Amount {
        let notional = instruments[state.instrument.index].contract.valuation.notional(
            of: state.quantity,
            at: mark
        ).magnitude
        let maintenance = tiers.withSpan(tierRange(state.instrument)) {
            PlimsollEngine.maintenanceMargin(of: notional, in: $0)
        }
        let instrument = state.instrument.index
        guard instruments[instrument].liquidation.includesCloseFee else { return maintenance }
        return maintenance + notional.times(instruments[instrument].fees.taker, rounding: .up)
    }

    /// The largest position that the open orders could lead to, at the mark and margin prices.
    func largestExposure(of state: PositionState) -> Amount {
        let notional = notional(of: state)
        return max((notional + state.bidValue).magnitude, (notional - state.askValue).magnitude)
    }

    /// Of position and open orders together.
    func requiredMargin(of state: PositionState) -> Amount {
        PlimsollEngine.requiredMargin(
            positionNotional: notional(of: state),
            bidValue: state.bidValue,
            askValue: state.askValue,
            rate: state.marginRate
        )
    }

    /// Spec: BAL-001.
    func crossSummary(of account: AccountID, _ column: Int) -> CrossSummary {
        var summary = CrossSummary()
        summary.wallet = ledger.wallet(account, column)
        var slot = accounts[account.index].firstPosition
        while slot >= 0 {
            let state = positions[Int(slot)]
            slot = state.nextOfAccount
            guard instruments[state.instrument.index].column == column,
                state.isOpen || state.openOrderCount > 0
            else { continue }
            switch state.marginMode {
            case .cross:
                summary.initialMargin += requiredMargin(of: state)
                guard state.isOpen else { continue }
                summary.unrealizedPnL += unrealizedPnL(of: state)
                summary.maintenanceMargin += maintenanceMargin(of: state)
                summary.openPositionCount += 1
                summary.isFrozen = summary.isFrozen || isFrozen(state)
            case .isolated:
                let positionMargin = initialMargin(
                    of: notional(of: state).magnitude,
                    rate: state.marginRate
                )
                summary.isolatedOrderMargin += requiredMargin(of: state) - positionMargin
            }
        }
        return summary
    }

    /// The largest notional that a leverage is offered for.
    ///
    /// Spec: MARG-007.
    func notionalCap(of instrument: InstrumentID, at leverage: UInt16) -> Amount {
        var cap = Amount.zero
        for index in tierRange(instrument) where tiers[index].leverageMax >= leverage {
            cap = max(cap, tiers[index].notionalCap)
        }
        return cap
    }

    /// What may be taken out of an isolated position.
    ///
    ///     min(wallet − maintenance, wallet + unrealised − initial margin)
    ///
    /// Spec: MARG-012.
    func removableMargin(of slot: Int32) -> Amount {
        let state = positions[Int(slot)]
        let wallet = ledger.isolatedWallet(slot)
        let initial = initialMargin(of: notional(of: state).magnitude, rate: state.marginRate)
        return max(
            .zero,
            min(
                wallet - maintenanceMargin(of: state),
                wallet + unrealizedPnL(of: state) - initial
            )
        )
    }

    /// Moves money and tells of it; a negative amount moves it the other way, nothing tells nothing.
    ///
    /// Spec: LEDG-002.
    mutating func move(
        _ amount: Amount,
        from: Purse,
        to: Purse,
        _ column: Int,
        _ reason: TransferReason,
        _ instrument: InstrumentID?,
        _ events: inout EventBuffer
    ) {
        guard !amount.isZero else { return }
        let (payer, payee) = amount > .zero ? (from, to) : (to, from)
        ledger.transfer(from: payer, to: payee, column, amount.magnitude)
        events.append(
            .moneyMoved(
                MoneyMoved(
                    asset: ledger.assets[column],
                    from: pocket(payer),
                    to: pocket(payee),
                    reason: reason,
                    instrument: instrument,
                    amount: amount.magnitude,
                    fromBalance: ledger.balance(payer, column),
                    toBalance: ledger.balance(payee, column)
                )
            )
        )
    }

    private func pocket(_ purse: Purse) -> Pocket {
        switch purse {
        case .wallet(let account):
            return .wallet(account)
        case .isolated(let slot):
            let state = positions[Int(slot)]
            return .isolated(state.account, state.instrument, state.side)
        }
    }
}
