import PlimsollModel

/// One side of a trade on its way into an account.
struct Fill {
    /// The order after the fill.
    var order: OrderState
    var trade: TradeID
    var price: Price
    var quantity: Quantity
    var feeRate: Rate
    var isMaker: Bool

    init(
        order: OrderState,
        _ trade: TradeID,
        _ price: Price,
        _ quantity: Quantity,
        _ feeRate: Rate,
        isMaker: Bool
    ) {
        self.order = order
        self.trade = trade
        self.price = price
        self.quantity = quantity
        self.feeRate = feeRate
        self.isMaker = isMaker
    }

    var signedQuantity: Quantity { order.side == .buy ? quantity : -quantity }
}

/// Fills become positions and money.
///
/// Spec: POS-001 to POS-005, FEE-001, FEE-002.
extension Engine {
    mutating func settle(_ fill: Fill, _ events: inout EventBuffer) {
        let slot = fill.order.position
        let state = positions[Int(slot)]
        let valuation = instruments[state.instrument.index].contract.valuation
        let notional = valuation.notional(of: fill.quantity, at: fill.price)
        let fold = foldFill(
            quantity: state.quantity,
            entryValue: state.entryValue,
            fillQuantity: fill.signedQuantity,
            price: fill.price,
            valuation: valuation
        )
        // The market of a recording and the venue itself trade free of charge: their fees would
        // be invented money.
        let isCharged = accounts[state.account.index].kind.isMargined
        let fee =
            isCharged
            ? tradingFee(on: notional, rate: fill.feeRate)
            : .zero
        events.append(
            .orderFilled(
                OrderFilled(
                    order: fill.order.id,
                    trade: fill.trade,
                    account: state.account,
                    instrument: state.instrument,
                    side: fill.order.side,
                    isMaker: fill.isMaker,
                    price: fill.price,
                    quantity: fill.quantity,
                    remaining: fill.order.remaining,
                    fee: fee,
                    realizedPnL: fold.realizedPnL
                )
            )
        )
        if fill.order.origin == .liquidation {
            liquidation?.add(fill, value: notional, fee: fee, realizedPnL: fold.realizedPnL)
        }
        settle(
            fold,
            at: slot,
            price: fill.price,
            fee: fee,
            isLiquidation: fill.order.origin == .liquidation,
            &events
        )
        if fill.order.origin == .liquidation {
            chargeLiquidationFee(slot, on: notional, &events)
        }
        if isCharged {
            checks.append(MarginCheck(slot: slot, cause: .trade, flow: flow))
        }
    }

    /// Puts a folded position in place and moves the money that goes with it.
    ///
    /// In a liquidation the scope's own money pays, and what an isolated position leaves is settled
    /// by the liquidation itself.
    mutating func settle(
        _ fold: PositionFold,
        at slot: Int32,
        price: Price,
        fee: Amount,
        isLiquidation: Bool,
        _ events: inout EventBuffer
    ) {
        let before = positions[Int(slot)]
        let column = instruments[before.instrument.index].column
        let isIsolated = before.marginMode == .isolated
        let purse: Purse = isIsolated ? .isolated(slot) : .wallet(before.account)
        let opened = fold.quantity.magnitude - (before.quantity.magnitude - fold.closed)
        positions[Int(slot)].quantity = fold.quantity
        positions[Int(slot)].entryValue = fold.entryValue
        positions[Int(slot)].realizedPnL += fold.realizedPnL
        keepOpenList(slot, wasOpen: before.isOpen)
        instruments[before.instrument.index].count(
            from: (before.quantity, before.entryValue),
            to: (fold.quantity, fold.entryValue)
        )

        let walletBefore = ledger.isolatedWallet(slot)
        move(
            fold.realizedPnL,
            from: .wallet(.positionClearing),
            to: purse,
            column,
            .realizedPnL,
            before.instrument,
            &events
        )
        if before.account == .insuranceFund {
            keepFundSolvent(column, before.instrument, &events)
            noteInventory(before.instrument)
        }
        if isIsolated {
            if fold.closed > .zero, !isLiquidation {
                releaseMargin(slot, before, fold.closed, walletBefore, column, &events)
            }
            if opened > .zero {
                let margin = initialMargin(
                    of: instruments[before.instrument.index].notional(of: opened, at: price),
                    rate: before.marginRate
                )
                move(
                    margin,
                    from: .wallet(before.account),
                    to: purse,
                    column,
                    .marginTransfer,
                    before.instrument,
                    &events
                )
            }
        }
        chargeFee(fee, slot, column, isLiquidation: isLiquidation, &events)
        keepCosts(slot, before, fold, opened, fee)
        announcePosition(slot, &events)
        let flipped = before.isOpen && (before.quantity < .zero) != (fold.quantity < .zero)
        if positions[Int(slot)].reduceOnlyCount > 0, fold.quantity.isZero || flipped {
            closeOrders(of: slot, .reduceOnly, onlyReduceOnly: true, &events)
        }
    }

    /// Returns the closed part's share of an isolated wallet, as far as the loss left it.
    ///
    /// What the wallet cannot bear of a loss that the trader chose to take comes out of the cross
    /// wallet, as far as there is something in it. Otherwise a trader could sell to himself at a bad
    /// price and leave the loss to the fund. The fund pays what is then missing of a position that is
    /// gone.
    ///
    /// Spec: POS-004, POS-022.
    private mutating func releaseMargin(
        _ slot: Int32,
        _ before: PositionState,
        _ closed: Quantity,
        _ walletBefore: Amount,
        _ column: Int,
        _ events: inout EventBuffer
    ) {
        let rest = before.quantity.magnitude - closed
        let kept =
            rest.isZero
            ? .zero
            : walletBefore.share(rest, of: before.quantity.magnitude, rounding: .up)
        let surplus = ledger.isolatedWallet(slot) - kept
        if surplus > .zero {
            move(
                surplus,
                from: .isolated(slot),
                to: .wallet(before.account),
                column,
                .marginTransfer,
                before.instrument,
                &events
            )
            return
        }
        let wallet = ledger.isolatedWallet(slot)
        if wallet < .zero {
            // Of a part only its own loss: the rest may well be worth what funding took.
            let missing = rest.isZero ? -wallet : min(-wallet, max(.zero, walletBefore - wallet))
            move(
                min(missing, max(.zero, ledger.wallet(before.account, column))),
                from: .wallet(before.account),
                to: .isolated(slot),
                column,
                .marginTransfer,
                before.instrument,
                &events
            )
        }
        if rest.isZero {
            coverDeficit(.isolated(slot), column, before.instrument, &events)
        }
    }

    /// A fee comes out of the cross wallet; where that cannot pay it, or in a forced close of an
    /// isolated position, out of the position's own wallet.
    private mutating func chargeFee(
        _ fee: Amount,
        _ slot: Int32,
        _ column: Int,
        isLiquidation: Bool,
        _ events: inout EventBuffer
    ) {
        let state = positions[Int(slot)]
        let isIsolated = state.marginMode == .isolated
        let walletPays =
            !isIsolated || (!isLiquidation && ledger.wallet(state.account, column) >= fee)
            || (!isLiquidation && !state.isOpen)
        move(
            fee,
            from: walletPays ? .wallet(state.account) : .isolated(slot),
            to: .wallet(.feeRevenue),
            column,
            .tradingFee,
            state.instrument,
            &events
        )
    }

    /// Fees and funding stay with the part of the position that is still open.
    private mutating func keepCosts(
        _ slot: Int32,
        _ before: PositionState,
        _ fold: PositionFold,
        _ opened: Quantity,
        _ fee: Amount
    ) {
        let rest = before.quantity.magnitude - fold.closed
        let fill = fold.closed + opened
        var feesPaid = Amount.zero
        var fundingReceived = Amount.zero
        if !rest.isZero {
            let whole = before.quantity.magnitude
            feesPaid = before.feesPaid.share(rest, of: whole, rounding: .halfUp)
            fundingReceived = before.fundingReceived.share(rest, of: whole, rounding: .halfUp)
        }
        if !opened.isZero { feesPaid += fee.share(opened, of: fill, rounding: .halfUp) }
        positions[Int(slot)].feesPaid = feesPaid
        positions[Int(slot)].fundingReceived = fundingReceived
    }

    /// Keeps the list of open positions of an instrument: the last takes a closed one's place.
    private mutating func keepOpenList(_ slot: Int32, wasOpen: Bool) {
        let state = positions[Int(slot)]
        guard state.isOpen != wasOpen else { return }
        let index = state.instrument.index
        if state.isOpen {
            positions[Int(slot)].openIndex = Int32(openPositions[index].count)
            openPositions[index].append(slot)
        } else {
            let last = openPositions[index].removeLast()
            if last != slot {
                openPositions[index][Int(state.openIndex)] = last
                positions[Int(last)].openIndex = state.openIndex
            }
            positions[Int(slot)].openIndex = -1
        }
    }

    func announcePosition(_ slot: Int32, _ events: inout EventBuffer) {
        let state = positions[Int(slot)]
        events.append(
            .positionChanged(
                PositionChanged(
                    account: state.account,
                    instrument: state.instrument,
                    quantity: state.quantity,
                    entryValue: state.entryValue,
                    realizedPnL: state.realizedPnL,
                    feesPaid: state.feesPaid,
                    fundingReceived: state.fundingReceived,
                    side: state.side
                )
            )
        )
    }
}
