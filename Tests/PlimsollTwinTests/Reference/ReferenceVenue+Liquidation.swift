import BigInt
import PlimsollModel

/// Spec page: Liquidation.
extension ReferenceVenue {
    // MARK: Watching

    /// LIQ-010: scopes that a mark price put in danger, in the order of their accounts.
    mutating func checkMargins(of id: InstrumentID) {
        touched += stakes.indices.filter { stakes[$0].instrument == id && needsALook(stakes[$0]) }
            .sorted { stakes[$0].account < stakes[$1].account }
        checkTouched()
    }

    private func needsALook(_ stake: ReferenceStake) -> Bool {
        guard accounts[stake.account.index] == .trader, stake.isOpen else { return false }
        if stake.isIsolated {
            return stake.isCalled
                || isAtCall(stake.wallet + unrealized(of: stake), maintenance(of: stake))
        }
        let asset = settleAsset(of: stake)
        return crossCalls.contains(ReferenceScope(account: stake.account, asset: asset))
            || isAtCall(
                crossMarginBalance(stake.account, asset),
                crossMaintenance(stake.account, asset)
            )
    }

    /// LIQ-011: a margin ratio of 80 % or more.
    private func isAtCall(_ balance: BigInt, _ maintenance: BigInt) -> Bool {
        maintenance * 100 >= balance * 80
    }

    /// Looks at what the command touched, and at what the forced closes touch in turn.
    mutating func checkTouched() {
        while let place = touched.first {
            touched.removeFirst()
            let stake = stakes[place]
            guard accounts[stake.account.index] == .trader,
                instruments[stake.instrument.index].markPrice > 0
            else { continue }
            if stake.isIsolated { checkIsolated(place) }
            checkCross(stake.account, settleAsset(of: stake), place)
        }
    }

    private mutating func checkIsolated(_ place: Int) {
        let stake = stakes[place]
        let balance = stake.wallet + unrealized(of: stake)
        let maintenance = maintenance(of: stake)
        if stake.isOpen, balance <= maintenance {
            liquidate(place, balance, maintenance)
            stakes[place].isCalled = false
            return
        }
        let isCalled = stake.isOpen && isAtCall(balance, maintenance)
        if isCalled != stake.isCalled {
            stakes[place].isCalled = isCalled
            tellCall(stake, isCalled, balance, maintenance)
        }
    }

    private mutating func checkCross(_ account: AccountID, _ asset: AssetID, _ place: Int) {
        let scope = ReferenceScope(account: account, asset: asset)
        let balance = crossMarginBalance(account, asset)
        let maintenance = crossMaintenance(account, asset)
        let isOpen = !crossPositions(account, asset).isEmpty
        if isOpen, balance <= maintenance {
            // LIQ-017.
            while let largest = largestCrossPosition(account, asset) {
                let balance = crossMarginBalance(account, asset)
                let maintenance = crossMaintenance(account, asset)
                guard balance <= maintenance else { break }
                liquidate(largest, balance, maintenance)
            }
            crossCalls.removeAll { $0 == scope }
            return
        }
        let hasIsolated = stakes(account, asset).contains { $0.isIsolated && $0.isOpen }
        if !isOpen, !hasIsolated { _ = cover(.wallet(account), asset, nil) }
        let isCalled = isOpen && isAtCall(balance, maintenance)
        guard isCalled != crossCalls.contains(scope) else { return }
        crossCalls.removeAll { $0 == scope }
        if isCalled { crossCalls.append(scope) }
        let named = largestCrossPosition(account, asset) ?? place
        tellCall(stakes[named], isCalled, balance, maintenance, scope: .cross)
    }

    private func largestCrossPosition(_ account: AccountID, _ asset: AssetID) -> Int? {
        let open = crossPositions(account, asset)
        guard let most = open.map({ maintenance(of: $0) }).max(),
            let largest = open.first(where: { maintenance(of: $0) == most })
        else { return nil }
        return find(account, largest.instrument)
    }

    // MARK: Enforcing

    private mutating func liquidate(_ place: Int, _ balance: BigInt, _ maintenance: BigInt) {
        let stake = stakes[place]
        let asset = settleAsset(of: stake)
        let bankruptcy = bankruptcyPrice(stake, balance, maintenance)
        lastLiquidation += 1
        liquidation = ReferenceLiquidation(id: LiquidationID(rawValue: lastLiquidation))
        tellStart(stake, balance, maintenance, bankruptcy)
        // LIQ-012.
        let scope = stakes(stake.account, asset)
            .filter { stake.isIsolated ? $0.instrument == stake.instrument : !$0.isIsolated }
            .map(\.instrument)
        closeOrders(.liquidation) { order in
            order.account == stake.account && scope.contains(order.instrument)
        }
        sellIntoBook(place, bankruptcy)
        takeOver(place, bankruptcy)
        chargeLiquidationFee(place)
        // LIQ-016.
        let own = Pocket.isolated(stake.account, stake.instrument)
        if stake.isIsolated {
            let paid = cover(own, asset, stake.instrument)
            liquidation?.insurancePaid = paid
            let left = stakes[place].wallet
            move(
                left,
                asset,
                from: own,
                to: .wallet(stake.account),
                .marginTransfer,
                stake.instrument
            )
            liquidation?.returned = left
        } else if crossPositions(stake.account, asset).isEmpty {
            let paid = cover(.wallet(stake.account), asset, stake.instrument)
            liquidation?.insurancePaid = paid
        }
        tellFinish(stake)
        liquidation = nil
    }

    /// LIQ-002, LIQ-003.
    private func bankruptcyPrice(
        _ stake: ReferenceStake,
        _ balance: BigInt,
        _ totalMaintenance: BigInt
    ) -> BigInt {
        let direction: Ratio.Direction = stake.quantity > 0 ? .awayFromZero : .towardsZero
        if stake.isIsolated {
            let price = Ratio(stake.entryValue - stake.wallet, over: stake.quantity)
            return max(0, price.rounded(direction))
        }
        // mark − balance × own maintenance ÷ all maintenance ÷ quantity, over one denominator.
        let price = Ratio(
            notional(of: stake) * totalMaintenance - balance * maintenance(of: stake),
            over: totalMaintenance * stake.quantity
        )
        return max(0, price.rounded(direction))
    }

    /// LIQ-013: the limit is the last tick that is the bankruptcy price or better.
    private mutating func sellIntoBook(_ place: Int, _ bankruptcy: BigInt) {
        let stake = stakes[place]
        let instrument = instruments[stake.instrument.index]
        let tick = instrument.contract.tickSize.big
        let highest = instrument.limits?.priceMax.big ?? 0
        let side: Side = stake.quantity > 0 ? .sell : .buy
        let ticks = Ratio(min(bankruptcy, highest), over: tick)
        let limit = ticks.rounded(side == .sell ? .awayFromZero : .towardsZero) * tick
        var order = ReferenceOrder(
            id: .none,
            account: stake.account,
            instrument: stake.instrument,
            side: side,
            type: .limit,
            timeInForce: .immediateOrCancel,
            reduceOnly: true,
            isLiquidation: true,
            price: limit,
            marginPrice: 0,
            quantity: magnitude(stake.quantity),
            remaining: magnitude(stake.quantity),
            name: .none
        )
        accept(&order, limit)
        if side == .buy || bankruptcy <= highest { match(&order, limit) }
        if order.remaining > 0 { tellClosed(order, .unfilledRemainder) }
    }

    /// LIQ-014.
    private mutating func takeOver(_ place: Int, _ bankruptcy: BigInt) {
        let stake = stakes[place]
        guard stake.isOpen, let id = liquidation?.id else { return }
        let fund = stakeForTrading(.insuranceFund, stake.instrument)
        let realized = realizedProfit(of: stake, -stake.quantity, bankruptcy)
        liquidation?.realized += realized
        events.append(
            .positionTakenOver(
                PositionTakenOver(
                    liquidation: id,
                    account: stake.account,
                    instrument: stake.instrument,
                    quantity: Quantity(stake.quantity),
                    price: Price(bankruptcy),
                    realizedPnL: Amount(realized)
                )
            )
        )
        settle(place, -stake.quantity, bankruptcy, fee: 0, isForced: true)
        settle(fund, stake.quantity, bankruptcy, fee: 0, isForced: true)
    }

    /// LIQ-015.
    private mutating func chargeLiquidationFee(_ place: Int) {
        let stake = stakes[place]
        let asset = settleAsset(of: stake)
        guard let filled = liquidation?.filledValue else { return }
        let rate = instruments[stake.instrument.index].fees.liquidation.big
        let left = stake.isIsolated ? stake.wallet : crossMarginBalance(stake.account, asset)
        let full = Ratio(filled * rate, over: one * one).rounded(.nearest) * one
        let fee = min(full, max(0, left))
        liquidation?.liquidationFee = fee
        move(
            fee,
            asset,
            from: stake.isIsolated
                ? .isolated(stake.account, stake.instrument) : .wallet(stake.account),
            to: .wallet(.insuranceFund),
            .liquidationFee,
            stake.instrument
        )
    }

    /// LIQ-001: zero where no positive price liquidates.
    private func liquidationPrice(
        _ stake: ReferenceStake,
        wallet: BigInt,
        others: BigInt
    ) -> BigInt {
        let size = magnitude(stake.quantity)
        let tiers = instruments[stake.instrument.index].tiers
        for (index, tier) in tiers.enumerated() {
            let slope = size * tier.maintenanceRate.big - stake.quantity * one
            if slope.isZero { continue }
            let price = Ratio(
                (wallet + others + tier.deduction.big - stake.entryValue) * one,
                over: slope
            )
            let notional = Ratio(price.numerator * size, over: price.denominator)
            let floor = Ratio(tier.notionalFloor.big, over: 1)
            let isBelowNext =
                index + 1 == tiers.count
                || notional <= Ratio(tiers[index + 1].notionalFloor.big, over: 1)
            guard price.numerator > 0, floor <= notional, isBelowNext else { continue }
            return price.rounded(.nearest)
        }
        return 0
    }

    // MARK: Telling

    private mutating func tellCall(
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
                    maintenanceMargin: Amount(maintenance)
                )
            )
        )
    }

    private mutating func tellStart(
        _ stake: ReferenceStake,
        _ balance: BigInt,
        _ total: BigInt,
        _ bankruptcy: BigInt
    ) {
        guard let id = liquidation?.id else { return }
        let wallet =
            stake.isIsolated
            ? stake.wallet : self.balance(.wallet(stake.account), settleAsset(of: stake))
        let own = maintenance(of: stake)
        // What the other cross positions add, their maintenance taken off.
        let others = (balance - wallet - unrealized(of: stake)) - (total - own)
        let tier = tier(magnitude(notional(of: stake)), stake.instrument)
        events.append(
            .liquidationStarted(
                LiquidationStarted(
                    liquidation: id,
                    account: stake.account,
                    instrument: stake.instrument,
                    scope: stake.isIsolated ? .isolated : .cross,
                    leverage: stake.leverage,
                    quantity: Quantity(stake.quantity),
                    entryValue: Amount(stake.entryValue),
                    walletBalance: Amount(wallet),
                    marginBalance: Amount(balance),
                    maintenanceMargin: Amount(total),
                    maintenanceRate: tier.maintenanceRate,
                    deduction: tier.deduction,
                    markPrice: Price(instruments[stake.instrument.index].markPrice),
                    liquidationPrice: Price(
                        liquidationPrice(stake, wallet: wallet, others: others)
                    ),
                    bankruptcyPrice: Price(bankruptcy)
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
                    returned: Amount(sums.returned)
                )
            )
        )
    }
}
