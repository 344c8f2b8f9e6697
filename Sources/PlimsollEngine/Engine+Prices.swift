import PlimsollModel

/// Index and mark prices.
///
/// Spec: MARK-001 to MARK-005.
extension Engine {
    mutating func updateIndexPrice(
        _ id: InstrumentID,
        _ price: Price,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        guard id.index < instruments.count else { throw EngineRefusal(.unknownInstrument) }
        guard instruments[id.index].isTrading else { throw EngineRefusal(.tradingNotOpen) }
        guard price > .zero else { throw EngineRefusal(.priceNotPositive) }
        guard price <= instruments[id.index].limits.priceMax else {
            throw EngineRefusal(.priceAboveMax)
        }
        let isFirst = instruments[id.index].indexPrice.isZero
        instruments[id.index].indexPrice = price
        if isFirst { startClocks(id) }
        refreshMark(id, at: time, &events)
        fireTriggers(&events)
        checkMargins(of: id, &events)
    }

    mutating func setFundingRate(
        _ id: InstrumentID,
        _ rate: Rate,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        guard id.index < instruments.count else { throw EngineRefusal(.unknownInstrument) }
        guard rate < .one, rate > -.one else { throw EngineRefusal(.rateOutOfRange) }
        instruments[id.index].fundingRate = rate
        guard !instruments[id.index].indexPrice.isZero else { return }
        refreshMark(id, at: time, &events)
        fireTriggers(&events)
        checkMargins(of: id, &events)
    }

    /// The first index price begins an instrument's time.
    private mutating func startClocks(_ id: InstrumentID) {
        let state = instruments[id.index]
        instruments[id.index].nextMark = boundary(after: time, state.mark.intervalMilliseconds)
        instruments[id.index].nextSample = boundary(
            after: time,
            state.mark.sampleIntervalMilliseconds
        )
        instruments[id.index].nextFunding = boundary(
            after: time,
            state.funding.intervalMilliseconds
        )
        refreshNextDue()
    }

    /// Adds a sample of `mid − index` for each sampling instant that passed.
    mutating func sampleBasis(_ id: InstrumentID, upTo time: Timestamp) {
        let index = id.index
        guard instruments[index].nextSample <= time else { return }
        let interval = instruments[index].mark.sampleIntervalMilliseconds
        let passed =
            (time.milliseconds - instruments[index].nextSample.milliseconds) / interval + 1
        instruments[index].nextSample.milliseconds += passed * interval
        // A one-sided book says nothing about the basis.
        let basis = midPrice(id).map { $0.units - instruments[index].indexPrice.units } ?? 0
        let sampleCount = Int(instruments[index].mark.sampleCount)
        for _ in 0..<min(Int(passed), sampleCount) {
            let place = index * Self.basisSampleMax + instruments[index].basisNext
            if instruments[index].basisCount == sampleCount {
                instruments[index].basisSum -= basisSamples[place]
            } else {
                instruments[index].basisCount += 1
            }
            basisSamples[place] = basis
            instruments[index].basisSum += basis
            instruments[index].basisNext = (instruments[index].basisNext + 1) % sampleCount
        }
    }

    private func midPrice(_ id: InstrumentID) -> Price? {
        guard let bid = books[id.index].bestBid, let ask = books[id.index].bestAsk else {
            return nil
        }
        let sum =
            instruments[id.index].price(at: bid).units + instruments[id.index].price(at: ask).units
        return Price(units: sum / 2)
    }

    /// The mark price from the three inputs of this instant, told with them.
    ///
    /// With a one-sided book the index stands in for the average basis price; before the first
    /// trade it stands in for the last price.
    mutating func refreshMark(
        _ id: InstrumentID,
        at instant: Timestamp,
        _ events: inout EventBuffer
    ) {
        let state = instruments[id.index]
        let fundingBasis = fundingBasisPrice(
            index: state.indexPrice,
            fundingRate: state.fundingRate,
            timeToFunding: max(0, state.nextFunding.milliseconds - instant.milliseconds),
            interval: state.funding.intervalMilliseconds
        )
        var averageBasis = state.indexPrice
        if state.basisCount > 0, midPrice(id) != nil {
            averageBasis += Price(
                units: Int64(
                    divide(
                        Int128(state.basisSum),
                        by: Int128(state.basisCount),
                        rounding: .halfUp
                    )
                )
            )
        }
        let last = state.lastPrice.isZero ? state.indexPrice : state.lastPrice
        let mark = max(
            median(fundingBasis, averageBasis, last),
            Price(units: 1)
        )
        instruments[id.index].markPrice = mark
        note(id, .markPrice)
        if state.lastPrice.isZero { note(id, .lastPrice) }
        events.append(
            .pricesUpdated(
                PricesUpdated(
                    instrument: id,
                    mark: mark,
                    index: state.indexPrice,
                    fundingBasisPrice: fundingBasis,
                    averageBasisPrice: averageBasis,
                    last: state.lastPrice,
                    fundingRate: state.fundingRate,
                    nextFundingTime: state.nextFunding
                )
            )
        )
    }
}
