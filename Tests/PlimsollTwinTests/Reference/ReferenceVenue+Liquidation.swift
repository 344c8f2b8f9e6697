import BigInt
import PlimsollModel

/// Spec page: Liquidation, step by step.
extension ReferenceVenue {
    /// One step of a scope that is to be liquidated, on the position that is named.
    ///
    /// LIQ-020 to LIQ-023.
    mutating func liquidate(_ place: Int) {
        if liquidation?.place != place {
            finishLiquidation()
            beginLiquidation(place)
        }
        let stake = stakes[place]
        let bankruptcy = bankruptcyPrice(of: stake)
        let isFilled = sellIntoBook(place, stepQuantity(stake), bankruptcy)
        if goesOn(place), stakes[place].isOpen, !isFilled {
            takeOver(place, bankruptcy)
        }
    }

    /// LIQ-010: whether the scope of a position is to be liquidated.
    func isInDanger(_ place: Int) -> Bool {
        let stake = stakes[place]
        let terms = instruments[stake.instrument.index].liquidation
        if isIsolated(stake) {
            return stake.isOpen
                && isUsedUp(
                    stake.wallet + unrealized(of: stake),
                    maintenance(of: stake),
                    terms.boundary
                )
        }
        let asset = settleAsset(of: stake)
        guard let largest = largestCrossPosition(stake.account, asset) else { return false }
        return isUsedUp(
            crossMarginBalance(stake.account, asset),
            crossMaintenance(stake.account, asset),
            instruments[stakes[largest].instrument.index].liquidation.boundary
        )
    }

    private func isUsedUp(
        _ balance: BigInt,
        _ maintenance: BigInt,
        _ boundary: LiquidationBoundary
    ) -> Bool {
        boundary == .atMaintenance ? balance <= maintenance : balance < maintenance
    }

    /// LIQ-020.
    private func stepQuantity(_ stake: ReferenceStake) -> BigInt {
        let instrument = instruments[stake.instrument.index]
        let step = instrument.contract.stepSize.big
        let size = magnitude(stake.quantity)
        let mark = instrument.markPrice
        let notional = magnitude(notional(of: stake))
        let reached = instrument.tiers.lastIndex { $0.notionalFloor.big <= notional } ?? 0
        switch instrument.liquidation.step {
        case .whole: return size
        case .share:
            let share = Ratio(size * instrument.liquidation.stepShare.big, over: one * step)
            return min(size, max(1, share.rounded(.awayFromZero)) * step)
        case .lowerTier, .twoTiers:
            if reached == 0 { return size }
            let down = instrument.liquidation.step == .twoTiers ? 2 : 1
            let cap = instrument.tiers[max(0, reached - down)].notionalCap.big
            func isWithin(_ steps: BigInt) -> Bool {
                magnitude(value(size - steps * step, mark, stake.instrument)) <= cap
            }
            // About the share of the notional above the cap; then exactly.
            var steps = max(1, (notional - cap) * size / (notional * step))
            while !isWithin(steps) { steps += 1 }
            while steps > 1, isWithin(steps - 1) { steps -= 1 }
            return min(size, steps * step)
        }
    }

    /// LIQ-021: the limit is the last tick that is the bankruptcy price or better.
    private mutating func sellIntoBook(
        _ place: Int,
        _ quantity: BigInt,
        _ bankruptcy: BigInt
    ) -> Bool {
        let stake = stakes[place]
        let instrument = instruments[stake.instrument.index]
        let tick = instrument.contract.tickSize.big
        let highest = instrument.limits?.priceMax.big ?? 0
        let side: Side = stake.quantity > 0 ? .sell : .buy
        let ticks = Ratio(min(bankruptcy, highest), over: tick)
        let limit = ticks.rounded(side == .sell ? .awayFromZero : .towardsZero) * tick
        var order = ReferenceOrder(
            account: stake.account,
            instrument: stake.instrument,
            positionSide: stake.side,
            side: side,
            type: .limit,
            timeInForce: .immediateOrCancel,
            reduceOnly: true,
            origin: .liquidation,
            price: limit,
            quantity: quantity,
            remaining: quantity,
            selfTradePrevention: .expireMaker
        )
        accept(&order, limit)
        if side == .buy || bankruptcy <= highest { match(&order, limit) }
        if order.remaining > 0 { tellClosed(order, .unfilledRemainder) }
        return order.remaining.isZero
    }

    /// LIQ-021: the fee of one fill; returns whether the scope is still to be liquidated.
    mutating func isStillInDanger(after trade: TradeExecuted) -> Bool {
        guard let place = liquidation?.place else { return false }
        let stake = stakes[place]
        let asset = settleAsset(of: stake)
        let filled = magnitude(value(trade.quantity.big, trade.price.big, stake.instrument))
        let rate = instruments[stake.instrument.index].fees.liquidation.big
        let full = Ratio(filled * rate, over: one * one).rounded(.nearest) * one
        var left = crossMarginBalance(stake.account, asset)
        if isIsolated(stake) { left = min(stake.wallet, stake.wallet + unrealized(of: stake)) }
        let fee = min(full, max(0, left))
        liquidation?.liquidationFee += fee
        move(
            fee,
            asset,
            from: isIsolated(stake) ? stake.pocket : .wallet(stake.account),
            to: .wallet(.insuranceFund),
            .liquidationFee,
            stake.instrument
        )
        return goesOn(place)
    }

    /// LIQ-021: under *whole* a forced close goes on though the scope is safe.
    private func goesOn(_ place: Int) -> Bool {
        instruments[stakes[place].instrument.index].liquidation.step == .whole
            || isInDanger(place)
    }

    // MARK: Beginning and end

    /// LIQ-012.
    private mutating func beginLiquidation(_ place: Int) {
        let stake = stakes[place]
        lastLiquidation += 1
        liquidation = ReferenceLiquidation(
            id: LiquidationID(rawValue: lastLiquidation),
            place: place
        )
        tellStart(stake)
        let venue = self
        closeOrders(.liquidation) {
            venue.isOfScope(stake, $0.account, $0.instrument, $0.positionSide)
        }
        endConditionals(.liquidation) {
            venue.isOfScope(stake, $0.order.account, $0.order.instrument, $0.order.positionSide)
        }
    }

    /// Whether what an account has in an instrument belongs to the scope that the position is in.
    private func isOfScope(
        _ stake: ReferenceStake,
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide
    ) -> Bool {
        guard account == stake.account else { return false }
        if isIsolated(stake) { return instrument == stake.instrument && side == stake.side }
        let asset = instruments[instrument.index].contract.settleAsset
        return asset == settleAsset(of: stake) && !settings(account, instrument).isIsolated
    }

    /// LIQ-025.
    mutating func finishLiquidation() {
        guard let place = liquidation?.place else { return }
        let stake = stakes[place]
        let asset = settleAsset(of: stake)
        if isIsolated(stake), !stake.isOpen {
            let paid = cover(stake.pocket, asset, stake.instrument)
            liquidation?.insurancePaid += paid
            let left = stakes[place].wallet
            move(
                left,
                asset,
                from: stake.pocket,
                to: .wallet(stake.account),
                .marginTransfer,
                stake.instrument
            )
            liquidation?.returned = left
        }
        if !isIsolated(stake), crossPositions(stake.account, asset).isEmpty {
            let paid = cover(.wallet(stake.account), asset, stake.instrument)
            liquidation?.insurancePaid += paid
        }
        tellFinish(stake)
        liquidation = nil
    }

    // MARK: Telling

    mutating func tellCall(
        _ stake: ReferenceStake,
        _ isCalled: Bool,
        _ balance: BigInt,
        _ maintenance: BigInt,
        scope: MarginMode = .isolated
    ) {
        events.append(
            .marginCallChanged(
                MarginCallChanged(
                    account: stake.account,
                    instrument: stake.instrument,
                    scope: scope,
                    isCalled: isCalled,
                    marginBalance: Amount(balance),
                    maintenanceMargin: Amount(maintenance),
                    side: stake.side
                )
            )
        )
    }

    private mutating func tellStart(
        _ stake: ReferenceStake
    ) {
        guard let id = liquidation?.id else { return }
        let asset = settleAsset(of: stake)
        let isAlone = isIsolated(stake)
        let balance =
            isAlone
            ? stake.wallet + unrealized(of: stake) : crossMarginBalance(stake.account, asset)
        let total =
            isAlone ? maintenance(of: stake) : crossMaintenance(stake.account, asset)
        let bankruptcy = bankruptcyPrice(of: stake)
        let wallet =
            isIsolated(stake)
            ? stake.wallet : self.balance(.wallet(stake.account), settleAsset(of: stake))
        // What the other cross positions add, their maintenance taken off.
        var joint = [stake]
        if !isAlone {
            joint = crossPositions(stake.account, settleAsset(of: stake))
                .filter { $0.instrument == stake.instrument }
        }
        var money = balance - total
        for stake in joint { money += maintenance(of: stake) - unrealized(of: stake) }
        let tier = tier(magnitude(notional(of: stake)), stake.instrument)
        events.append(
            .liquidationStarted(
                LiquidationStarted(
                    liquidation: id,
                    account: stake.account,
                    instrument: stake.instrument,
                    scope: isIsolated(stake) ? .isolated : .cross,
                    leverage: leverage(stake),
                    quantity: Quantity(stake.quantity),
                    entryValue: Amount(stake.entryValue),
                    walletBalance: Amount(wallet),
                    marginBalance: Amount(balance),
                    maintenanceMargin: Amount(total),
                    maintenanceRate: tier.maintenanceRate,
                    deduction: tier.deduction,
                    markPrice: Price(instruments[stake.instrument.index].markPrice),
                    liquidationPrice: Price(
                        liquidationPrice(joint, money: money)
                    ),
                    bankruptcyPrice: Price(bankruptcy),
                    side: stake.side
                )
            )
        )
    }

    private mutating func tellFinish(_ stake: ReferenceStake) {
        guard let sums = liquidation else { return }
        events.append(
            .liquidationFinished(
                LiquidationFinished(
                    liquidation: sums.id,
                    account: stake.account,
                    instrument: stake.instrument,
                    filledQuantity: Quantity(sums.filledQuantity),
                    filledValue: Amount(sums.filledValue),
                    realizedPnL: Amount(sums.realized),
                    tradingFee: Amount(sums.tradingFee),
                    liquidationFee: Amount(sums.liquidationFee),
                    insurancePaid: Amount(sums.insurancePaid),
                    returned: Amount(sums.returned),
                    side: stake.side
                )
            )
        )
    }
}
