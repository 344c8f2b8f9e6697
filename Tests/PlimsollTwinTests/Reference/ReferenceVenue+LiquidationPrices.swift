import BigInt
import PlimsollModel

/// Spec page: Liquidation, prices.
extension ReferenceVenue {
    /// LIQ-002, LIQ-003.
    func bankruptcyPrice(of stake: ReferenceStake) -> BigInt {
        let direction: Ratio.Direction = stake.quantity > 0 ? .awayFromZero : .towardsZero
        var left = Ratio(stake.wallet, over: 1)
        var from = stake.entryValue
        if !isIsolated(stake) {
            let asset = settleAsset(of: stake)
            left = Ratio(
                crossMarginBalance(stake.account, asset) * maintenance(of: stake),
                over: crossMaintenance(stake.account, asset)
            )
            from = markValue(of: stake)
        }
        // The price at which the position is worth `from − left`.
        let worth = Ratio(from * left.denominator - left.numerator, over: left.denominator)
        let contract = instruments[stake.instrument.index].contract
        if contract.kind == .linear {
            let price = Ratio(worth.numerator, over: worth.denominator * stake.quantity)
            return max(0, min(BigInt(Int64.max), price.rounded(direction)))
        }
        guard let limits = instruments[stake.instrument.index].limits else { return 0 }
        // worth = −quantity × multiplier ÷ price; with another sign than that no price will do.
        guard !worth.numerator.isZero, (worth.numerator < 0) == (stake.quantity > 0) else {
            return limits.priceMax.big
        }
        let scaled = -stake.quantity * contract.multiplier.big * one * worth.denominator
        let price = Ratio(scaled, over: worth.numerator).rounded(direction)
        return max(limits.priceMin.big, min(limits.priceMax.big, price))
    }

    /// LIQ-001, LIQ-004: zero where no positive price liquidates.
    ///
    /// `positions` are all of the scope's in the instrument, `money` is the scope's wallet and what its
    /// other positions add, their maintenance taken off.
    func liquidationPrice(_ positions: [ReferenceStake], money: BigInt) -> BigInt {
        guard let instrument = positions.first?.instrument else { return 0 }
        let tiers = instruments[instrument.index].tiers
        var choices: [[Int]] = [[]]
        for _ in positions {
            choices = choices.flatMap { choice in tiers.indices.map { choice + [$0] } }
        }
        var answers: [Ratio] = []
        for choice in choices {
            let price = solved(positions, choice.map { tiers[$0] }, money)
            guard let price, price.numerator > 0 else { continue }
            let fits = zip(positions, choice).allSatisfy { stake, index in
                isWithin(index, of: tiers, stake, price)
            }
            if fits { answers.append(price) }
        }
        // Of two the one nearer to the mark price, of equally near ones the lower.
        let mark = instruments[instrument.index].markPrice
        func distance(_ price: Ratio) -> Ratio {
            Ratio(magnitude(price.numerator - mark * price.denominator), over: price.denominator)
        }
        var best: Ratio?
        for answer in answers {
            guard let held = best else {
                best = answer
                continue
            }
            let isNearer = !(distance(held) <= distance(answer))
            let isAsNear = distance(held) <= distance(answer) && distance(answer) <= distance(held)
            if isNearer || isAsNear && answer <= held { best = answer }
        }
        return best.map { $0.rounded(.nearest) } ?? 0
    }

    /// Where margin balance and maintenance meet if each position is in its tier.
    private func solved(
        _ positions: [ReferenceStake],
        _ tiers: [MarginTier],
        _ money: BigInt
    ) -> Ratio? {
        var fixed = money
        var slope = BigInt(0)
        guard let contract = positions.first.map({ instruments[$0.instrument.index].contract })
        else { return nil }
        for (stake, tier) in zip(positions, tiers) {
            fixed += tier.deduction.big - stake.entryValue
            // LIQ-019: the fee of closing may be part of the maintenance margin.
            let rules = instruments[stake.instrument.index]
            let fee = rules.liquidation.includesCloseFee ? rules.fees.taker.big : 0
            let burden = magnitude(stake.quantity) * (tier.maintenanceRate.big + fee)
            let sign = contract.kind == .linear ? -stake.quantity : stake.quantity
            slope += burden + sign * one
        }
        if slope.isZero { return nil }
        if contract.kind == .linear { return Ratio(fixed * one, over: slope) }
        return fixed.isZero ? nil : Ratio(slope * contract.multiplier.big, over: fixed)
    }

    private func isWithin(
        _ index: Int,
        of tiers: [MarginTier],
        _ stake: ReferenceStake,
        _ price: Ratio
    ) -> Bool {
        let contract = instruments[stake.instrument.index].contract
        let size = magnitude(stake.quantity)
        var notional = Ratio(price.numerator * size, over: price.denominator)
        if contract.kind == .inverse {
            let worth = size * contract.multiplier.big * one
            notional = Ratio(worth * price.denominator, over: price.numerator)
        }
        guard Ratio(tiers[index].notionalFloor.big, over: 1) <= notional else { return false }
        return index + 1 == tiers.count
            || notional <= Ratio(tiers[index + 1].notionalFloor.big, over: 1)
    }
}
