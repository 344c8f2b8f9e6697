import PlimsollModel

/// The index price, from its sources, and their silence.
///
/// Spec: INDX-001 to INDX-003.
extension Engine {
    mutating func updateIndexPrice(
        _ id: InstrumentID,
        _ price: Price,
        _ source: UInt8,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        guard id.index < instruments.count else { throw EngineRefusal(.unknownInstrument) }
        guard instruments[id.index].isTrading else { throw EngineRefusal(.tradingNotOpen) }
        guard instruments[id.index].index.weight(of: Int(source)) > 0 else {
            throw EngineRefusal(.unknownIndexSource)
        }
        guard price > .zero else { throw EngineRefusal(.priceNotPositive) }
        guard price >= instruments[id.index].markMin else { throw EngineRefusal(.priceBelowMin) }
        guard price <= instruments[id.index].limits.priceMax else {
            throw EngineRefusal(.priceAboveMax)
        }
        hear(source, price, id, &events)
        let isFirst = instruments[id.index].indexPrice.isZero
        instruments[id.index].indexPrice = reckonedIndexPrice(id)
        if isFirst { startClocks(id) }
        refreshMark(id, at: time, &events)
        fireTriggers(&events)
        checkMargins(of: id, &events)
    }

    /// Keeps what a source says, which ends the silence of the index.
    private mutating func hear(
        _ source: UInt8,
        _ price: Price,
        _ id: InstrumentID,
        _ events: inout EventBuffer
    ) {
        let terms = instruments[id.index].index
        let place = id.index * IndexTerms.sourceCountMax + Int(source)
        indexSources[place] = IndexSource(price: price, heard: time)
        if terms.sourceCount > 1 {
            events.append(
                .indexSourceUpdated(
                    IndexSourceUpdated(instrument: id, source: source, price: price)
                )
            )
        }
        if instruments[id.index].isStale {
            instruments[id.index].isStale = false
            events.append(
                .indexStaleChanged(IndexStaleChanged(instrument: id, isStale: false))
            )
        }
        guard terms.staleAfterMilliseconds > 0 else { return }
        // Silent for longer than the limit: the first millisecond beyond it.
        let staleAt = time.advanced(byMilliseconds: terms.staleAfterMilliseconds + 1)
        instruments[id.index].staleAt = staleAt
        nextDue = min(nextDue, staleAt)
    }

    /// From the sources that are not silent; at least one has just spoken.
    private mutating func reckonedIndexPrice(_ id: InstrumentID) -> Price {
        let terms = instruments[id.index].index
        while indexQuotes.count > 0 { _ = indexQuotes.removeLast() }
        for source in 0..<IndexTerms.sourceCountMax where terms.weight(of: source) > 0 {
            let state = indexSources[id.index * IndexTerms.sourceCountMax + source]
            let silence = time.milliseconds - state.heard.milliseconds
            guard !state.price.isZero,
                terms.staleAfterMilliseconds == 0 || silence <= terms.staleAfterMilliseconds
            else { continue }
            indexQuotes.append(IndexQuote(price: state.price, weight: terms.weight(of: source)))
        }
        return indexQuotes.withSpan(0..<indexQuotes.count) {
            indexPrice(of: $0, deviationMax: terms.deviationMax)
        }
    }

    /// Finds the indexes whose last source has been silent for too long.
    ///
    /// From then on no sample is taken. The instants before are made up for first.
    mutating func findStaleIndexes(at instant: Timestamp, _ events: inout EventBuffer) {
        for index in 0..<instruments.count where instruments[index].staleAt <= instant {
            let id = InstrumentID(rawValue: UInt16(index))
            takeSamples(id, upTo: instruments[index].staleAt.advanced(byMilliseconds: -1))
            instruments[index].isStale = true
            instruments[index].staleAt = Timestamp(milliseconds: .max)
            events.append(
                .indexStaleChanged(IndexStaleChanged(instrument: id, isStale: true))
            )
        }
    }

    /// Whether what a position is worth is not known well enough to act on it.
    func isFrozen(_ state: PositionState) -> Bool {
        state.isOpen && instruments[state.instrument.index].isStale
    }
}
