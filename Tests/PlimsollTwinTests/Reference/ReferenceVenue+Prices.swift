import BigInt
import PlimsollModel

/// Spec page: Prices.
extension ReferenceVenue {
    mutating func updateIndexPrice(_ id: InstrumentID, _ price: BigInt) throws(Refused) {
        guard id.index < instruments.count else { throw Refused(.unknownInstrument) }
        guard instruments[id.index].isTrading, let limits = instruments[id.index].limits,
            let funding = instruments[id.index].funding
        else { throw Refused(.tradingNotOpen) }
        let mark = instruments[id.index].mark
        guard price > 0 else { throw Refused(.priceNotPositive) }
        guard price <= limits.priceMax.big else { throw Refused(.priceAboveMax) }
        if instruments[id.index].index.isZero {
            instruments[id.index].nextMark = nextMultiple(
                of: mark.intervalMilliseconds,
                after: time
            )
            instruments[id.index].nextSample = nextMultiple(
                of: mark.sampleIntervalMilliseconds,
                after: time
            )
            instruments[id.index].nextFunding = nextMultiple(
                of: funding.intervalMilliseconds,
                after: time
            )
        }
        instruments[id.index].index = price
        refreshMark(id, at: time)
        releaseConditionals()
        checkMargins(of: id)
    }

    mutating func setFundingRate(_ id: InstrumentID, _ rate: BigInt) throws(Refused) {
        guard id.index < instruments.count else { throw Refused(.unknownInstrument) }
        guard magnitude(rate) < one else { throw Refused(.rateOutOfRange) }
        instruments[id.index].fundingRate = rate
        remark(id)
    }

    /// MARK-005: what the mark price is made of changed.
    mutating func remark(_ id: InstrumentID) {
        guard instruments[id.index].index > 0 else { return }
        refreshMark(id, at: time)
        releaseConditionals()
        checkMargins(of: id)
    }

    // MARK: The passing of time

    /// MARK-003: one sample for each instant that passed; only the newest are kept.
    mutating func takeSamples(_ id: InstrumentID, upTo end: Int64) {
        let terms = instruments[id.index].mark
        guard instruments[id.index].nextSample <= end else { return }
        let interval = terms.sampleIntervalMilliseconds
        let passed = (end - instruments[id.index].nextSample) / interval + 1
        instruments[id.index].nextSample += passed * interval
        let sample = mid(id).map { $0 - instruments[id.index].index } ?? 0
        let kept = Int(terms.sampleCount)
        for _ in 0..<min(Int(passed), kept) { instruments[id.index].samples.append(sample) }
        instruments[id.index].samples = Array(instruments[id.index].samples.suffix(kept))
    }

    private func mid(_ id: InstrumentID) -> BigInt? {
        let bid = orders.filter { $0.instrument == id && $0.side == .buy }.map(\.price).max()
        let ask = orders.filter { $0.instrument == id && $0.side == .sell }.map(\.price).min()
        guard let bid, let ask else { return nil }
        return Ratio(bid + ask, over: 2).rounded(.towardsZero)
    }

    /// MARK-001, MARK-002, MARK-004.
    mutating func refreshMark(_ id: InstrumentID, at instant: Int64) {
        let state = instruments[id.index]
        let interval = BigInt(state.funding?.intervalMilliseconds ?? 1)
        let left = BigInt(max(0, state.nextFunding - instant))
        let carried =
            state.index
            + Ratio(state.index * state.fundingRate * left, over: one * interval)
            .rounded(.nearest)
        var averaged = state.index
        if mid(id) != nil, !state.samples.isEmpty {
            let sum = state.samples.reduce(0, +)
            averaged += Ratio(sum, over: BigInt(state.samples.count)).rounded(.nearest)
        }
        let last = state.last.isZero ? state.index : state.last
        let mark = max([carried, averaged, last].sorted()[1], 1)
        instruments[id.index].markPrice = mark
        moves.append(ReferenceMove(instrument: id, source: .markPrice, price: mark))
        // Until the first trade the index stands in for the last price.
        if state.last.isZero {
            moves.append(ReferenceMove(instrument: id, source: .lastPrice, price: state.index))
        }
        events.append(
            .pricesUpdated(
                PricesUpdated(
                    instrument: id,
                    mark: Price(mark),
                    index: Price(state.index),
                    fundingBasisPrice: Price(carried),
                    averageBasisPrice: Price(averaged),
                    last: Price(state.last),
                    fundingRate: Rate(state.fundingRate),
                    nextFundingTime: Timestamp(milliseconds: state.nextFunding)
                )
            )
        )
    }

    /// FUND-002 to FUND-004.
    mutating func settleFunding(_ id: InstrumentID, _ due: Int64) {
        let state = instruments[id.index]
        let asset = state.contract.settleAsset
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
        let holders = stakes.indices.filter { stakes[$0].instrument == id && stakes[$0].isOpen }
        let payments = holders.map { place in
            let exact = -notional(of: stakes[place]) * state.fundingRate
            return Ratio(exact, over: one * one).rounded(.nearest) * one
        }
        for isPayersTurn in [true, false] {
            for (place, payment) in zip(holders, payments)
            where !payment.isZero && (payment < 0) == isPayersTurn {
                let stake = stakes[place]
                stakes[place].fundingReceived += payment
                move(
                    payment,
                    asset,
                    from: .wallet(.fundingClearing),
                    to: isIsolated(stake) ? stake.pocket : .wallet(stake.account),
                    .funding,
                    id
                )
                if stake.account == .insuranceFund { coverFund(asset, id) }
                tellPosition(place)
            }
        }
        move(
            balance(.wallet(.fundingClearing), asset),
            asset,
            from: .wallet(.fundingClearing),
            to: .wallet(.roundingResidue),
            .rounding,
            id
        )
    }
}
