import PlimsollModel

/// What brought a forced close about, and whether another one stands behind it.
///
/// Spec: LIQ-040 to LIQ-043.
extension Engine {
    // MARK: Pressure on prices

    /// Follows a trade that a forced close stands behind, or that may end the pressure of one.
    ///
    /// - Parameters:
    ///   - id: Whose last price the trade has just set; its book is still as before the trade.
    ///   - side: The taker's.
    ///   - before: The last price before.
    mutating func followPressure(
        _ id: InstrumentID,
        _ side: Side,
        from before: Price
    ) {
        let index = instruments[id.index].indexPrice.units
        easePressure(id)
        if flow.isForced {
            var pressure = pressures[id.index]
            if !pressure.isActive || pressure.side != side {
                pressure.isActive = true
                pressure.side = side
                pressure.lastBasis = before.isZero ? 0 : before.units - index
                pressure.midBasis = midPrice(id).map { $0.units - index } ?? pressure.lastBasis
            }
            pressure.flow = flow
            let mark = instruments[id.index].mark
            pressure.until = time.advanced(
                byMilliseconds: mark.sampleIntervalMilliseconds * Int64(mark.sampleCount)
            )
            pressures[id.index] = pressure
        }
    }

    /// Ends the pressure where the last price is back, or the forced trades are long past.
    mutating func easePressure(_ id: InstrumentID) {
        let pressure = pressures[id.index]
        guard pressure.isActive else { return }
        let instrument = instruments[id.index]
        let basis = instrument.lastPrice.units - instrument.indexPrice.units
        let isBack = pressure.undisturbed(basis, before: pressure.lastBasis) == basis
        if isBack || time > pressure.until { pressures[id.index].isActive = false }
    }

    /// Takes in that a sample of the basis replaced another.
    ///
    /// - Returns: How far forced trades moved it.
    mutating func samplePressure(_ id: InstrumentID, _ basis: Int64) -> Int64 {
        easePressure(id)
        let pressure = pressures[id.index]
        return pressure.undisturbed(basis, before: pressure.midBasis) - basis
    }

    /// The last price as it would be without forced trades.
    func undisturbedLast(_ id: InstrumentID) -> Price {
        let instrument = instruments[id.index]
        let pressure = pressures[id.index]
        guard pressure.isActive else { return instrument.lastPrice }
        let basis = instrument.lastPrice.units - instrument.indexPrice.units
        let undisturbed = pressure.undisturbed(basis, before: pressure.lastBasis)
        return Price(units: instrument.indexPrice.units + undisturbed)
    }

    /// Whether forced trades hold the mark price away from where it would be.
    func isMarkDisturbed(_ id: InstrumentID) -> Bool {
        pressures[id.index].undisturbedMark != instruments[id.index].markPrice
    }

    // MARK: Causes

    /// What a forced close that is about to begin follows from.
    ///
    /// A forced close stands behind it where its scope would be safe at the mark prices without forced
    /// trades, or where it was touched by a forced trade or by a deleveraging.
    func origin(of slot: Int32) -> (cause: LiquidationCause, parent: ForcedFlow) {
        let state = positions[Int(slot)]
        let boundary = instruments[state.instrument.index].liquidation.boundary
        var cause = checking.cause
        if cause == .funding {
            var margin = scopeMargin(of: slot)
            margin.balance += lastFundingPaid(slot)
            if margin.isUsedUp(boundary) { cause = .markPrice }
        }
        if let (margin, flow) = undisturbedMargin(of: slot), !margin.isUsedUp(boundary) {
            return (cause, flow)
        }
        return (cause, checking.flow)
    }

    /// What a scope would have at the mark prices without forced trades, and whose trades moved the
    /// price that costs it most; `nil` where no price of its positions is moved against it.
    private func undisturbedMargin(of slot: Int32) -> (ScopeMargin, ForcedFlow)? {
        let state = positions[Int(slot)]
        let column = instruments[state.instrument.index].column
        let isIsolated = state.marginMode == .isolated
        var margin = ScopeMargin(
            balance: isIsolated
                ? ledger.isolatedWallet(slot) : ledger.wallet(state.account, column),
            maintenance: .zero,
            isFrozen: false
        )
        var most = Amount.zero
        var flow = ForcedFlow.none
        var next = isIsolated ? slot : accounts[state.account.index].firstPosition
        while next >= 0 {
            let part = positions[Int(next)]
            let instrument = instruments[part.instrument.index]
            if part.isOpen,
                isIsolated || (part.marginMode == .cross && instrument.column == column)
            {
                let mark = pressures[part.instrument.index].undisturbedMark
                let value = instrument.value(of: part.quantity, at: mark)
                margin.balance += value - part.entryValue
                margin.maintenance += maintenanceMargin(of: part, at: mark)
                let harm = value - self.value(of: part)
                if harm > most {
                    most = harm
                    flow = pressures[part.instrument.index].flow
                }
            }
            next = isIsolated ? -1 : part.nextOfAccount
        }
        return flow.isForced ? (margin, flow) : nil
    }

    /// What the scope's positions in an instrument paid at the settlement that was just made.
    private func lastFundingPaid(_ slot: Int32) -> Amount {
        let state = positions[Int(slot)]
        let rate = instruments[state.instrument.index].fundingRate
        guard state.marginMode == .cross else {
            return -fundingPayment(notional: fundingNotional(of: state), rate: rate)
        }
        var paid = Amount.zero
        var next = firstSlot(of: state.account, in: checkedInstrument)
        while next >= 0 {
            let part = positions[Int(next)]
            let rate = instruments[part.instrument.index].fundingRate
            paid -= fundingPayment(notional: fundingNotional(of: part), rate: rate)
            next = nextSlot(next)
        }
        return paid
    }

    /// Of the position that the check under way is about.
    private var checkedInstrument: InstrumentID { positions[Int(checking.slot)].instrument }
}
