import BigInt
import PlimsollModel

func magnitude(_ number: BigInt) -> BigInt { number < 0 ? -number : number }

/// Spec page: Margin.
extension ReferenceVenue {
    /// MARG-002.
    func marginRate(_ leverage: UInt16) -> BigInt {
        Ratio(one, over: BigInt(leverage)).rounded(.nearest)
    }

    /// MARG-003.
    func initialMargin(_ notional: BigInt, _ leverage: UInt16) -> BigInt {
        Ratio(notional * marginRate(leverage), over: one).rounded(.awayFromZero)
    }

    /// POS-011: what a signed quantity is worth at a price, signed.
    func value(_ quantity: BigInt, _ price: BigInt, _ instrument: InstrumentID) -> BigInt {
        let contract = instruments[instrument.index].contract
        if contract.kind == .linear { return quantity * price }
        if quantity.isZero { return 0 }
        let exact = Ratio(-quantity * contract.multiplier.big * one, over: price)
        return exact.rounded(.nearest)
    }

    func markValue(of stake: ReferenceStake) -> BigInt {
        value(stake.quantity, instruments[stake.instrument.index].markPrice, stake.instrument)
    }

    /// With the sign of the position, at the mark price.
    func notional(of stake: ReferenceStake) -> BigInt {
        let size = magnitude(markValue(of: stake))
        return stake.quantity < 0 ? -size : size
    }

    /// POS-003.
    func unrealized(of stake: ReferenceStake) -> BigInt { markValue(of: stake) - stake.entryValue }

    /// MARG-005.
    func tier(_ notional: BigInt, _ instrument: InstrumentID) -> MarginTier {
        let reached = instruments[instrument.index].tiers.last { $0.notionalFloor.big <= notional }
        guard let reached else { preconditionFailure("the first tier starts at zero") }
        return reached
    }

    /// MARG-006, LIQ-019.
    func maintenance(of stake: ReferenceStake) -> BigInt {
        let size = magnitude(notional(of: stake))
        let tier = tier(size, stake.instrument)
        let margin =
            Ratio(size * tier.maintenanceRate.big, over: one).rounded(.awayFromZero)
            - tier.deduction.big
        let instrument = instruments[stake.instrument.index]
        guard instrument.liquidation.includesCloseFee else { return margin }
        // LIQ-019.
        return margin
            + Ratio(size * instrument.fees.taker.big, over: one).rounded(.awayFromZero)
    }

    func openOrders(of stake: ReferenceStake) -> [ReferenceOrder] {
        orders.filter {
            $0.account == stake.account && $0.instrument == stake.instrument
                && $0.positionSide == stake.side
        }
    }

    /// MARG-004: what the exposure would be after everything on one side has filled.
    func largestExposure(of stake: ReferenceStake) -> BigInt {
        largestExposure(of: stake, adding: 0, .buy)
    }

    func largestExposure(
        of stake: ReferenceStake,
        adding value: BigInt,
        _ side: Side
    ) -> BigInt {
        var bids = side == .buy ? value : 0
        var asks = side == .sell ? value : 0
        for order in openOrders(of: stake) where !order.reduceOnly {
            let value = orderValue(order)
            if order.side == .buy { bids += value } else { asks += value }
        }
        let position = notional(of: stake)
        return max(magnitude(position + bids), magnitude(position - asks))
    }

    func orderValue(_ order: ReferenceOrder) -> BigInt {
        magnitude(value(order.remaining, order.marginPrice, order.instrument))
    }

    func requiredMargin(of stake: ReferenceStake) -> BigInt {
        initialMargin(largestExposure(of: stake), leverage(stake))
    }

    /// MARG-007.
    func notionalCap(_ instrument: InstrumentID, _ leverage: UInt16) -> BigInt {
        let tiers = instruments[instrument.index].tiers
        return tiers.last { $0.leverageMax >= leverage }?.notionalCap.big ?? 0
    }

    // MARK: The cross account of an asset

    func stakes(_ account: AccountID, _ asset: AssetID) -> [ReferenceStake] {
        stakes.filter { $0.account == account && settleAsset(of: $0) == asset }
            .sorted(by: isBefore)
    }

    /// BAL-001: open cross positions.
    func crossPositions(_ account: AccountID, _ asset: AssetID) -> [ReferenceStake] {
        stakes(account, asset).filter { !isIsolated($0) && $0.isOpen }
    }

    func crossMarginBalance(_ account: AccountID, _ asset: AssetID) -> BigInt {
        var balance = balance(.wallet(account), asset)
        for stake in crossPositions(account, asset) { balance += unrealized(of: stake) }
        return balance
    }

    func crossMaintenance(_ account: AccountID, _ asset: AssetID) -> BigInt {
        var sum = BigInt(0)
        for stake in crossPositions(account, asset) { sum += maintenance(of: stake) }
        return sum
    }

    private func isolatedOrderMargin(_ account: AccountID, _ asset: AssetID) -> BigInt {
        var sum = BigInt(0)
        for stake in stakes(account, asset) where isIsolated(stake) {
            sum += requiredMargin(of: stake)
            sum -= initialMargin(magnitude(notional(of: stake)), leverage(stake))
        }
        return sum
    }

    /// BAL-002.
    func available(_ account: AccountID, _ asset: AssetID) -> BigInt {
        var free = crossMarginBalance(account, asset) - isolatedOrderMargin(account, asset)
        for stake in stakes(account, asset) where !isIsolated(stake) {
            free -= requiredMargin(of: stake)
        }
        return max(0, free)
    }

    /// BAL-003.
    func withdrawable(_ account: AccountID, _ asset: AssetID) -> BigInt {
        let cash =
            balance(.wallet(account), asset) - isolatedOrderMargin(account, asset)
            - crossMaintenance(account, asset)
        return max(0, min(cash, available(account, asset)))
    }
}
