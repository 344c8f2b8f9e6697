import BigInt
import PlimsollModel

/// What a source of an index told last, and when.
struct ReferenceSource {
    var price: BigInt
    var time: Int64
}

/// Spec page: Prices, the index.
extension ReferenceVenue {
    /// INDX-001.
    mutating func updateIndexPrice(
        _ id: InstrumentID,
        _ price: BigInt,
        _ source: UInt8
    ) throws(Refused) {
        guard id.index < instruments.count else { throw Refused(.unknownInstrument) }
        let instrument = instruments[id.index]
        guard instrument.isTrading, let limits = instrument.limits else {
            throw Refused(.tradingNotOpen)
        }
        guard instrument.indexTerms.weight(of: Int(source)) > 0 else {
            throw Refused(.unknownIndexSource)
        }
        guard price > 0 else { throw Refused(.priceNotPositive) }
        guard price <= limits.priceMax.big else { throw Refused(.priceAboveMax) }
        // POS-020.
        if instrument.contract.kind == .inverse, price < limits.priceMin.big {
            throw Refused(.priceBelowMin)
        }
        if instrument.index.isZero { startClocks(id) }
        instruments[id.index].sources[Int(source)] = ReferenceSource(price: price, time: time)
        if instrument.indexTerms.sourceCount > 1 {
            events.append(
                .indexSourceUpdated(
                    IndexSourceUpdated(instrument: id, source: source, price: Price(price))
                )
            )
        }
        instruments[id.index].index = indexPrice(of: instruments[id.index])
        if instrument.isStale { tellStale(id, false) }
        remark(id)
    }

    private mutating func startClocks(_ id: InstrumentID) {
        let instrument = instruments[id.index]
        let mark = instrument.mark
        let funding = instrument.funding?.intervalMilliseconds ?? 1
        instruments[id.index].nextMark = nextMultiple(of: mark.intervalMilliseconds, after: time)
        instruments[id.index].nextSample = nextMultiple(
            of: mark.sampleIntervalMilliseconds,
            after: time
        )
        instruments[id.index].nextFunding = nextMultiple(of: funding, after: time)
    }

    /// INDX-001, INDX-002.
    private func indexPrice(of instrument: ReferenceInstrument) -> BigInt {
        let terms = instrument.indexTerms
        var live: [(price: BigInt, weight: BigInt)] = []
        for (number, source) in instrument.sources.enumerated() {
            guard let source else { continue }
            let silence = time - source.time
            if terms.staleAfterMilliseconds > 0, silence > terms.staleAfterMilliseconds { continue }
            live.append((source.price, BigInt(terms.weight(of: number))))
        }
        let prices = live.map(\.price).sorted()
        let middle = prices.count / 2
        let median =
            prices.count % 2 == 1
            ? prices[middle] : Ratio(prices[middle - 1] + prices[middle], over: 2).rounded(.nearest)
        let most = terms.deviationMax.big
        let close = live.filter {
            most.isZero || magnitude($0.price - median) * one <= most * median
        }
        if live.count - close.count > 1 { return median }
        var sum = BigInt(0)
        var weights = BigInt(0)
        for source in close {
            sum += source.price * source.weight
            weights += source.weight
        }
        return weights.isZero ? median : Ratio(sum, over: weights).rounded(.nearest)
    }

    /// INDX-003: the first millisecond at which all sources have been silent for too long.
    func turnsStale(_ id: InstrumentID) -> Int64? {
        let instrument = instruments[id.index]
        let allowed = instrument.indexTerms.staleAfterMilliseconds
        guard allowed > 0, !instrument.isStale, instrument.index > 0 else { return nil }
        return instrument.sources.compactMap { $0?.time }.max().map { $0 + allowed + 1 }
    }

    mutating func tellStale(_ id: InstrumentID, _ isStale: Bool) {
        instruments[id.index].isStale = isStale
        events.append(.indexStaleChanged(IndexStaleChanged(instrument: id, isStale: isStale)))
    }

    /// INDX-003: whether a cross account holds a position whose index is stale.
    func isFrozen(_ account: AccountID, _ asset: AssetID) -> Bool {
        crossPositions(account, asset).contains { instruments[$0.instrument.index].isStale }
    }

    /// INDX-004.
    func checkPricesKnown(_ account: AccountID, _ asset: AssetID) throws(Refused) {
        guard !isFrozen(account, asset) else { throw Refused(.indexStale) }
    }
}
