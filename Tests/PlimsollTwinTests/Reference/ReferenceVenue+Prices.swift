import BigInt
import PlimsollModel

/// Spec page: Prices.
extension ReferenceVenue {
    /// MARK-005: what the mark price is made of changed.
    mutating func remark(_ id: InstrumentID) {
        guard instruments[id.index].index > 0 else { return }
        refreshMark(id, at: time)
        releaseConditionals()
        checkMargins(of: id)
    }

    /// MARK-003: one sample for each instant that passed; only the newest are kept.
    mutating func takeSamples(_ id: InstrumentID, upTo end: Int64) {
        let terms = instruments[id.index].mark
        guard instruments[id.index].nextSample <= end else { return }
        let interval = terms.sampleIntervalMilliseconds
        let passed = (end - instruments[id.index].nextSample) / interval + 1
        instruments[id.index].nextSample += passed * interval
        if instruments[id.index].isStale { return }
        samplePremium(id, times: passed)
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

    /// MARK-001, MARK-002, MARK-004, MARK-006.
    mutating func refreshMark(_ id: InstrumentID, at instant: Int64) {
        let state = instruments[id.index]
        if state.isStale { return }
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
        var mark =
            switch state.mark.method {
            case .median: [carried, averaged, last].sorted()[1]
            case .averageBasis: averaged
            case .fundingBasis: carried
            case .lastTrade: last
            }
        let isInverse = state.contract.kind == .inverse
        mark = max(mark, isInverse ? state.limits?.priceMin.big ?? 1 : 1)
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
                    nextFundingTime: Timestamp(milliseconds: state.nextFunding),
                    estimatedFundingRate: Rate(estimatedRate(id)),
                    premium: Rate(state.premium)
                )
            )
        )
    }
}
