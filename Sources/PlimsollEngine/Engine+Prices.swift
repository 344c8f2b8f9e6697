import PlimsollModel

/// The mark price and the samples that it and the funding rate are made of.
///
/// Spec: MARK-001 to MARK-006, FUND-005.
extension Engine {
    /// The first index price begins an instrument's time.
    mutating func startClocks(_ id: InstrumentID) {
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

    /// Takes the samples of the instants that passed; those that passed together are equal.
    ///
    /// While the index is stale there is nothing to compare a book with.
    mutating func takeSamples(_ id: InstrumentID, upTo time: Timestamp) {
        let index = id.index
        guard instruments[index].nextSample <= time else { return }
        let interval = instruments[index].mark.sampleIntervalMilliseconds
        let passed =
            (time.milliseconds - instruments[index].nextSample.milliseconds) / interval + 1
        instruments[index].nextSample.milliseconds += passed * interval
        guard !instruments[index].isStale else { return }
        sampleBasis(index, times: min(Int(passed), Int(instruments[index].mark.sampleCount)))
        if instruments[index].funding.impactNotional > .zero {
            instruments[index].premium = premium(id)
            instruments[index].premiums.add(instruments[index].premium, times: passed)
        }
    }

    private mutating func sampleBasis(_ index: Int, times passed: Int) {
        let sampleCount = Int(instruments[index].mark.sampleCount)
        // A one-sided book says nothing about the basis.
        let id = InstrumentID(rawValue: UInt16(index))
        let mid = midPrice(id)
        let basis = mid.map { $0.units - instruments[index].indexPrice.units } ?? 0
        let pressure = samplePressure(id, basis)
        for _ in 0..<passed {
            let place = index * Self.basisSampleMax + instruments[index].basisNext
            if instruments[index].basisCount == sampleCount {
                instruments[index].basisSum -= Int128(basisSamples[place])
                pressures[index].sampleSum -= Int128(basisPressures[place])
            } else {
                instruments[index].basisCount += 1
            }
            basisSamples[place] = basis
            instruments[index].basisSum += Int128(basis)
            basisPressures[place] = pressure
            pressures[index].sampleSum += Int128(pressure)
            instruments[index].basisNext = (instruments[index].basisNext + 1) % sampleCount
        }
    }

    /// How far the book stands from the index, weighed by what the impact notional would pay.
    ///
    /// Spec: FUND-005.
    private func premium(_ id: InstrumentID) -> Rate {
        let units = impactPremium(
            bid: impactPrice(id, .buy, rounding: .down),
            ask: impactPrice(id, .sell, rounding: .up),
            index: instruments[id.index].indexPrice,
            partsPerOne: Rate.unitsPerOne,
            limit: Rate.unitsPerOne - 1
        )
        return Rate(units: units)
    }

    /// The average price of filling the impact notional against a side; `nil` where it is too thin.
    private func impactPrice(_ id: InstrumentID, _ side: Side, rounding: Rounding) -> Amount? {
        let instrument = instruments[id.index]
        let notional = Amount(instrument.funding.impactNotional, times: Quantity(1))
        var fill = ImpactFill(of: notional, rounding: rounding)
        var tick = books[id.index].best(side) ?? -1
        while tick >= 0 {
            let average = fill.take(
                books[id.index].level(side, at: tick).quantity,
                at: instrument.price(at: tick),
                valuation: instrument.contract.valuation
            )
            if let average { return average }
            tick = books[id.index].next(side, after: tick)
        }
        return nil
    }

    func midPrice(_ id: InstrumentID) -> Price? {
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
    /// trade it stands in for the last price. While the index is stale the mark price stands still.
    mutating func refreshMark(
        _ id: InstrumentID,
        at instant: Timestamp,
        _ events: inout EventBuffer
    ) {
        let state = instruments[id.index]
        guard !state.isStale else { return }
        let fundingBasis = fundingBasisPrice(
            index: state.indexPrice,
            fundingRate: state.fundingRate,
            timeToFunding: max(0, state.nextFunding.milliseconds - instant.milliseconds),
            interval: state.funding.intervalMilliseconds
        )
        var averageBasis = state.indexPrice
        let hasBasis = state.basisCount > 0 && midPrice(id) != nil
        if hasBasis { averageBasis += averageOf(state.basisSum, state.basisCount) }
        let last = state.lastPrice.isZero ? state.indexPrice : state.lastPrice
        let mark = max(
            PlimsollEngine.markPrice(
                state.mark.method,
                fundingBasis: fundingBasis,
                averageBasis: averageBasis,
                last: last
            ),
            state.markMin
        )
        instruments[id.index].markPrice = mark
        easePressure(id)
        pressures[id.index].undisturbedMark = mark
        if pressures[id.index].isActive || pressures[id.index].sampleSum != 0 {
            var undisturbedBasis = state.indexPrice
            if hasBasis {
                undisturbedBasis += averageOf(
                    state.basisSum + pressures[id.index].sampleSum,
                    state.basisCount
                )
            }
            pressures[id.index].undisturbedMark = max(
                PlimsollEngine.markPrice(
                    state.mark.method,
                    fundingBasis: fundingBasis,
                    averageBasis: undisturbedBasis,
                    last: state.lastPrice.isZero ? last : undisturbedLast(id)
                ),
                state.markMin
            )
        }
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
                    nextFundingTime: state.nextFunding,
                    estimatedFundingRate: state.estimatedFundingRate,
                    premium: state.premium
                )
            )
        )
    }

    /// Rounded half-up.
    private func averageOf(_ sum: Int128, _ count: Int) -> Price {
        Price(units: Int64(divide(sum, by: Int128(count), rounding: .halfUp)))
    }
}
