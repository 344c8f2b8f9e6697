import PlimsollModel

/// The insurance fund takes over what nobody else would, pays what nobody else can, and works off
/// what it holds.
///
/// Spec: LIQ-023, LIQ-024, LIQ-026.
extension Engine {
    // MARK: Taking over

    /// Whether the fund can afford a position, or is rid of one by it.
    func fundMayTakeOver(_ slot: Int32) -> Bool {
        let state = positions[Int(slot)]
        let instrument = instruments[state.instrument.index]
        let ratio = instrument.liquidation.takeoverRatio
        let own = position(of: .insuranceFund, in: state.instrument)
        let held = own.map { positions[Int($0)].quantity } ?? .zero
        if (held + state.quantity).magnitude < held.magnitude { return true }
        let balance = ledger.wallet(.insuranceFund, instrument.column)
        guard balance > .zero else { return false }
        guard ratio >= .zero else { return true }
        var sum = instrument.notional(of: held + state.quantity, at: instrument.markPrice)
            .magnitude
        var other = accounts[AccountID.insuranceFund.index].firstPosition
        while other >= 0 {
            let otherState = positions[Int(other)]
            if otherState.instrument != state.instrument,
                instruments[otherState.instrument.index].column == instrument.column
            {
                sum += notional(of: otherState).magnitude
            }
            other = otherState.nextOfAccount
        }
        return sum <= balance.times(ratio, rounding: .down)
    }

    /// The fund becomes the owner of what is left of a position, at the bankruptcy price.
    mutating func takeOver(
        _ slot: Int32,
        _ bankruptcy: Price,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        guard state.isOpen, let id = liquidation?.id else { return }
        inventoryFlow = flow
        let valuation = instruments[state.instrument.index].contract.valuation
        let fund = positionForTrading(.insuranceFund, state.instrument, .both, &events)
        let fold = foldFill(
            quantity: state.quantity,
            entryValue: state.entryValue,
            fillQuantity: -state.quantity,
            price: bankruptcy,
            valuation: valuation
        )
        events.append(
            .positionTakenOver(
                PositionTakenOver(
                    liquidation: id,
                    account: state.account,
                    instrument: state.instrument,
                    quantity: state.quantity,
                    price: bankruptcy,
                    realizedPnL: fold.realizedPnL,
                    side: state.side
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
                price: bankruptcy,
                valuation: valuation
            ),
            at: fund,
            price: bankruptcy,
            fee: .zero,
            isLiquidation: true,
            &events
        )
    }

    // MARK: Paying

    /// The fund brings a purse below zero back to zero, as far as it has money.
    ///
    /// - Returns: What the fund itself paid.
    @discardableResult
    mutating func coverDeficit(
        _ purse: Purse,
        _ column: Int,
        _ instrument: InstrumentID?,
        _ events: inout EventBuffer
    ) -> Amount {
        let missing = -ledger.balance(purse, column)
        guard missing > .zero else { return .zero }
        let paid = min(missing, max(.zero, ledger.wallet(.insuranceFund, column)))
        move(
            paid,
            from: .wallet(.insuranceFund),
            to: purse,
            column,
            .insurance,
            instrument,
            &events
        )
        recordDeficit(missing - paid, of: purse, column, instrument, &events)
        return paid
    }

    /// What the fund lost on its own positions beyond its money stands in the books as a deficit.
    mutating func keepFundSolvent(
        _ column: Int,
        _ instrument: InstrumentID?,
        _ events: inout EventBuffer
    ) {
        let balance = ledger.wallet(.insuranceFund, column)
        recordDeficit(
            max(.zero, -balance),
            of: .wallet(.insuranceFund),
            column,
            instrument,
            &events
        )
    }

    private mutating func recordDeficit(
        _ amount: Amount,
        of purse: Purse,
        _ column: Int,
        _ instrument: InstrumentID?,
        _ events: inout EventBuffer
    ) {
        guard amount > .zero else { return }
        move(
            amount,
            from: .wallet(.uncoveredLoss),
            to: purse,
            column,
            .deficit,
            instrument,
            &events
        )
        events.append(
            .deficitRecorded(
                DeficitRecorded(
                    asset: ledger.assets[column],
                    amount: amount,
                    total: -ledger.wallet(.uncoveredLoss, column)
                )
            )
        )
    }

    // MARK: Working off

    /// Notes that the fund's order in an instrument must be looked at before the command ends.
    mutating func noteInventory(_ id: InstrumentID) {
        guard !inventoryChanges.contains(id) else { return }
        inventoryChanges.append(id)
    }

    /// Puts the fund's orders in line with its positions, instrument by instrument.
    ///
    /// They may trade, and that may close others by force, until nothing moves any more.
    mutating func workOffInventory(_ events: inout EventBuffer) {
        while !inventoryChanges.isEmpty {
            let changed = inventoryChanges.sorted()
            inventoryChanges.removeAll(keepingCapacity: true)
            flow = inventoryFlow
            for id in changed {
                guard let slot = position(of: .insuranceFund, in: id) else { continue }
                offerInventory(slot, &events)
            }
            flow = .none
            settleDown(&events)
        }
    }

    private mutating func offerInventory(_ slot: Int32, _ events: inout EventBuffer) {
        let wanted = inventoryOrder(of: slot)
        let resting = positions[Int(slot)].firstOrder
        if resting >= 0 {
            let order = orders[Int(resting)]
            if let wanted, order.side == wanted.side, order.tick == wanted.tick,
                order.remaining == wanted.quantity
            {
                return
            }
            close(resting, .replaced, &events)
        }
        guard var order = wanted else { return }
        let price = instruments[order.instrument.index].price(at: order.tick)
        announce(order, price: price, .none, &events)
        match(&order, limit: order.tick, &events)
        finish(order, .none, &events)
    }

    /// The order that would close the fund's position at its entry price or better.
    func inventoryOrder(of slot: Int32) -> OrderState? {
        let state = positions[Int(slot)]
        guard state.isOpen else { return nil }
        let instrument = instruments[state.instrument.index]
        let isLong = state.quantity > .zero
        let price = instrument.contract.valuation.price(
            of: state.quantity,
            worth: state.entryValue,
            rounding: isLong ? .up : .down
        )
        guard let tick = price.flatMap({ instrument.tick(for: $0, isSell: isLong) }) else {
            return nil
        }
        // ORD-013: all sums of quantities stay within what is proved not to overflow.
        var sum = instrument.openInterest + instrument.restingQuantity
        if state.firstOrder >= 0 { sum -= orders[Int(state.firstOrder)].remaining }
        let room = InstrumentState.quantitySumMax - sum
        let step = instrument.contract.stepSize.units
        let quantity = min(
            state.quantity.magnitude,
            Quantity(units: max(0, room.units) / step * step)
        )
        guard quantity > .zero else { return nil }
        var order = newOrder(
            account: state.account,
            instrument: state.instrument,
            position: slot,
            quantity: quantity
        )
        order.side = isLong ? .sell : .buy
        order.tick = tick
        order.timeInForce = .goodTillCancelled
        order.reduceOnly = true
        order.origin = .insuranceFund
        return order
    }
}

extension InstrumentState {
    /// The tick of a price or better within the price limits; `nil` where there is none.
    fileprivate func tick(for price: Price, isSell: Bool) -> Int32? {
        if isSell {
            guard price <= limits.priceMax else { return nil }
            let wanted = max(price, limits.priceMin)
            let tick = tick(of: wanted)
            return self.price(at: tick) < wanted ? tick + 1 : tick
        }
        guard price >= limits.priceMin else { return nil }
        return tick(of: min(price, limits.priceMax))
    }
}
