import BigInt
import PlimsollModel

/// Spec page: Prices, funding.
extension ReferenceVenue {
    // MARK: The rate

    /// FUND-008.
    mutating func setFundingRate(_ id: InstrumentID, _ rate: BigInt) throws(Refused) {
        guard id.index < instruments.count else { throw Refused(.unknownInstrument) }
        guard magnitude(rate) < one else { throw Refused(.rateOutOfRange) }
        instruments[id.index].fundingRate = rate
        instruments[id.index].isRateSet = true
        remark(id)
    }

    /// FUND-009.
    mutating func setFunding(_ id: InstrumentID, _ funding: FundingTerms) throws(Refused) {
        guard id.index < instruments.count else { throw Refused(.unknownInstrument) }
        var changed = instruments[id.index]
        changed.funding = funding
        changed.isRateSet = false
        if changed.isTrading, !isPossible(changed) { throw Refused(.impossibleRules) }
        if !changed.isTrading || funding.impactNotional.big.isZero {
            changed.fundingRate = funding.rate.big
        }
        if changed.index > 0 {
            changed.nextFunding = nextMultiple(of: funding.intervalMilliseconds, after: time)
        }
        instruments[id.index] = changed
    }

    /// FUND-006, FUND-010: what would be settled at this moment.
    func estimatedRate(_ id: InstrumentID) -> BigInt {
        let state = instruments[id.index]
        guard let funding = state.funding, !funding.impactNotional.big.isZero, !state.isRateSet
        else { return state.fundingRate }
        let count = state.premiumCount
        var premium = BigInt(0)
        if count > 0 {
            let isLinear = funding.averaging == .linear
            let weight = isLinear ? count * (count + 1) / 2 : count
            let sum = isLinear ? state.weightedPremiums : state.premiums
            premium = Ratio(sum, over: weight).rounded(.towardsZero)
        }
        let clamp = funding.clamp.big
        let ofEightHours = premium + max(-clamp, min(clamp, funding.interest.big - premium))
        let share = Ratio(ofEightHours * BigInt(funding.intervalMilliseconds), over: 28_800_000)
        let rate = share.rounded(.nearest)
        let cap = funding.cap.big.isZero ? one - 1 : funding.cap.big
        return max(-cap, min(cap, rate))
    }

    // MARK: The premium

    /// FUND-005: one premium for each instant that passed.
    mutating func samplePremium(_ id: InstrumentID, times: Int64) {
        guard let funding = instruments[id.index].funding, funding.impactNotional.big > 0 else {
            return
        }
        let premium = premium(id, funding.impactNotional.big)
        instruments[id.index].premium = premium
        let times = BigInt(times)
        let before = instruments[id.index].premiumCount
        // The numbers of these samples in the interval, summed up.
        let numbers = times * (before * 2 + times + 1) / 2
        instruments[id.index].premiumCount += times
        instruments[id.index].premiums += premium * times
        instruments[id.index].weightedPremiums += premium * numbers
    }

    private func premium(_ id: InstrumentID, _ notional: BigInt) -> BigInt {
        let index = instruments[id.index].index * one
        var distance = BigInt(0)
        if let bid = impactPrice(id, .buy, notional) { distance += max(0, bid - index) }
        if let ask = impactPrice(id, .sell, notional) { distance -= max(0, index - ask) }
        let premium = Ratio(distance * one, over: index).rounded(.towardsZero)
        return max(1 - one, min(one - 1, premium))
    }

    /// In 10⁻¹⁶; none where the side is too thin.
    private func impactPrice(_ id: InstrumentID, _ side: Side, _ notional: BigInt) -> BigInt? {
        let contract = instruments[id.index].contract
        let direction: Ratio.Direction = side == .buy ? .towardsZero : .awayFromZero
        var left = notional * one
        var base = BigInt(0)
        for level in levels(id, side) {
            var quote = level.quantity * level.price
            var held = level.quantity * one
            if contract.kind == .inverse {
                quote = level.quantity * contract.multiplier.big
                let exact = Ratio(quote * one, over: level.price)
                held = exact.rounded(side == .buy ? .awayFromZero : .towardsZero)
            }
            if quote < left {
                left -= quote
                base += held
                continue
            }
            let all = Ratio(
                notional * one * one * one * level.price,
                over: base * level.price + left * one
            )
            return all.rounded(direction)
        }
        return nil
    }

    /// The levels of a side, best first.
    private func levels(_ id: InstrumentID, _ side: Side) -> [(price: BigInt, quantity: BigInt)] {
        var levels: [(price: BigInt, quantity: BigInt)] = []
        for order in orders where order.instrument == id && order.side == side {
            if let place = levels.firstIndex(where: { $0.price == order.price }) {
                levels[place].quantity += order.remaining
            } else {
                levels.append((order.price, order.remaining))
            }
        }
        return levels.sorted { side == .buy ? $0.price > $1.price : $0.price < $1.price }
    }

    // MARK: Settling

    /// FUND-002 to FUND-004, FUND-007.
    mutating func settleFunding(_ id: InstrumentID, _ due: Int64) {
        instruments[id.index].fundingRate = estimatedRate(id)
        instruments[id.index].premiumCount = 0
        instruments[id.index].premiums = 0
        instruments[id.index].weightedPremiums = 0
        let state = instruments[id.index]
        events.append(
            .fundingSettled(
                FundingSettled(
                    instrument: id,
                    time: Timestamp(milliseconds: due),
                    rate: Rate(state.fundingRate),
                    mark: Price(state.markPrice)
                )
            )
        )
        let price = state.funding?.notional == .index ? state.index : state.markPrice
        let holders = stakes.indices.filter { stakes[$0].instrument == id && stakes[$0].isOpen }
        let payments = holders.map { place in
            let notional = magnitude(value(stakes[place].quantity, price, id))
            let signed = stakes[place].quantity < 0 ? notional : -notional
            return Ratio(signed * state.fundingRate, over: one * one).rounded(.nearest) * one
        }
        for isPayersTurn in [true, false] {
            for (place, payment) in zip(holders, payments)
            where !payment.isZero && (payment < 0) == isPayersTurn {
                receiveFunding(place, payment)
            }
        }
        let asset = state.contract.settleAsset
        move(
            balance(.wallet(.fundingClearing), asset),
            asset,
            from: .wallet(.fundingClearing),
            to: .wallet(.roundingResidue),
            .rounding,
            id
        )
    }

    private mutating func receiveFunding(_ place: Int, _ payment: BigInt) {
        let stake = stakes[place]
        let asset = settleAsset(of: stake)
        stakes[place].fundingReceived += payment
        move(
            payment,
            asset,
            from: .wallet(.fundingClearing),
            to: isIsolated(stake) ? stake.pocket : .wallet(stake.account),
            .funding,
            stake.instrument
        )
        if stake.account == .insuranceFund { coverFund(asset, stake.instrument) }
        tellPosition(place)
    }
}
