import BigInt
import PlimsollModel

/// Spec page: Liquidation, the insurance fund.
extension ReferenceVenue {
    /// LIQ-022, LIQ-023: all that is left of a position leaves at one price.
    mutating func takeOver(_ place: Int, _ bankruptcy: BigInt) {
        if !mayTakeOver(stakes[place]) { deleverage(place, bankruptcy) }
        let stake = stakes[place]
        guard stake.isOpen, let id = liquidation?.id else { return }
        let fund = stakeForTrading(.insuranceFund, stake.instrument, .both)
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
                    realizedPnL: Amount(realized),
                    side: stake.side
                )
            )
        )
        settle(place, -stake.quantity, bankruptcy, fee: 0, isForced: true)
        settle(fund, stake.quantity, bankruptcy, fee: 0, isForced: true)
    }

    private func mayTakeOver(_ stake: ReferenceStake) -> Bool {
        let asset = settleAsset(of: stake)
        let money = balance(.wallet(.insuranceFund), asset)
        let held = self.stake(.insuranceFund, stake.instrument, .both).quantity
        if magnitude(held + stake.quantity) < magnitude(held) { return true }
        guard money > 0 else { return false }
        let ratio = instruments[stake.instrument.index].liquidation.takeoverRatio.big
        if ratio < 0 { return true }
        var sum = BigInt(0)
        for index in instruments.indices {
            let id = InstrumentID(rawValue: UInt16(index))
            guard instruments[index].contract.settleAsset == asset else { continue }
            var net = self.stake(.insuranceFund, id, .both).quantity
            if id == stake.instrument { net += stake.quantity }
            sum += magnitude(value(net, instruments[index].markPrice, id))
        }
        return sum * one <= ratio * money
    }

    /// LIQ-024: the fund brings a pocket back to zero as far as it can; returns what it paid.
    mutating func cover(
        _ pocket: Pocket,
        _ asset: AssetID,
        _ instrument: InstrumentID?
    ) -> BigInt {
        let missing = max(0, -balance(pocket, asset))
        let paid = min(missing, max(0, balance(.wallet(.insuranceFund), asset)))
        move(paid, asset, from: .wallet(.insuranceFund), to: pocket, .insurance, instrument)
        recordDeficit(missing - paid, pocket, asset, instrument)
        return paid
    }

    /// LIQ-024: what the fund itself lost beyond its money.
    mutating func coverFund(_ asset: AssetID, _ instrument: InstrumentID?) {
        let missing = max(0, -balance(.wallet(.insuranceFund), asset))
        recordDeficit(missing, .wallet(.insuranceFund), asset, instrument)
    }

    private mutating func recordDeficit(
        _ amount: BigInt,
        _ pocket: Pocket,
        _ asset: AssetID,
        _ instrument: InstrumentID?
    ) {
        if amount.isZero { return }
        move(amount, asset, from: .wallet(.uncoveredLoss), to: pocket, .deficit, instrument)
        events.append(
            .deficitRecorded(
                DeficitRecorded(
                    asset: asset,
                    amount: Amount(amount),
                    total: Amount(-balance(.wallet(.uncoveredLoss), asset))
                )
            )
        )
    }

    // MARK: Inventory

    /// LIQ-026.
    mutating func workOffInventory() {
        let changed = instruments.indices.map { InstrumentID(rawValue: UInt16($0)) }
            .filter { fundChanged.contains($0) }
        fundChanged = []
        for id in changed { renewFundOrder(id) }
    }

    private mutating func renewFundOrder(_ id: InstrumentID) {
        let held = stake(.insuranceFund, id, .both)
        let before = orders.first { $0.account == .insuranceFund && $0.instrument == id }
        guard held.isOpen, let price = inventoryPrice(held) else {
            if let before { close(before, .replaced) }
            return
        }
        let size = magnitude(held.quantity)
        if let before {
            if before.price == price, before.remaining == size { return }
            close(before, .replaced)
        }
        var order = ReferenceOrder(
            account: .insuranceFund,
            instrument: id,
            side: held.quantity > 0 ? .sell : .buy,
            type: .limit,
            timeInForce: .goodTillCancelled,
            reduceOnly: true,
            origin: .insuranceFund,
            price: price,
            quantity: size,
            remaining: size,
            selfTradePrevention: .expireMaker
        )
        let room = room(id)
        order.quantity = min(size, room / stepSize(id) * stepSize(id))
        order.remaining = order.quantity
        guard order.quantity > 0 else { return }
        accept(&order, price)
        match(&order, price)
        finish(order)
    }

    private func stepSize(_ id: InstrumentID) -> BigInt {
        instruments[id.index].contract.stepSize.big
    }

    /// The entry price, rounded to the fund's favour, within the price limits.
    private func inventoryPrice(_ held: ReferenceStake) -> BigInt? {
        let instrument = instruments[held.instrument.index]
        guard let limits = instrument.limits else { return nil }
        let tick = instrument.contract.tickSize.big
        var ticks = Ratio(held.entryValue, over: held.quantity * tick)
        if instrument.contract.kind == .inverse {
            if held.entryValue.isZero { return nil }
            let scaled = -held.quantity * instrument.contract.multiplier.big * one
            ticks = Ratio(scaled, over: held.entryValue * tick)
        }
        if held.quantity > 0 {
            let price = max(ticks.rounded(.awayFromZero) * tick, limits.priceMin.big)
            return price <= limits.priceMax.big ? price : nil
        }
        let price = min(ticks.rounded(.towardsZero) * tick, limits.priceMax.big)
        return price >= limits.priceMin.big ? price : nil
    }
}
