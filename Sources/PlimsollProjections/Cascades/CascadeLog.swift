public import PlimsollModel

/// The newest cascades of a venue.
public struct CascadeLog: Sendable {
    public static let cascadeCountMax = 200
    /// Of all cascades together; the oldest make room.
    public static let closeCountMax = 20_000

    /// By their first close, newest last.
    public internal(set) var cascades: [Cascade] = []
    // The prices before the newest, by instrument.
    var pricesBefore: [CascadePrices?] = []
    // When the newest of all closes began.
    var newest = Timestamp.zero

    init() {}

    public func cascade(_ id: LiquidationID) -> Cascade? { cascades.last { $0.id == id } }

    /// The cascade that a forced close belongs to.
    public func cascade(with liquidation: LiquidationID) -> Cascade? {
        cascades.last { $0.holds(liquidation) }
    }

    /// Takes in that new prices follow others.
    mutating func follow(
        _ prices: CascadePrices,
        of instrument: InstrumentID,
        after: CascadePrices?
    ) {
        while pricesBefore.count <= instrument.index { pricesBefore.append(nil) }
        pricesBefore[instrument.index] = after
        if let place = openCascade(of: instrument, at: prices.time) {
            cascades[place].follow(prices)
        }
    }

    mutating func add(_ close: CascadeClose, _ prices: CascadePrices) {
        let place = place(of: close) ?? begin(with: close)
        cascades[place].add(close)
        newest = max(newest, close.time)
        if cascades[place].instrument == close.instrument { cascades[place].follow(prices) }
    }

    private func place(of close: CascadeClose) -> Int? {
        if close.parent != .none,
            let place = cascades.lastIndex(where: { $0.holds(close.parent) })
        {
            return place
        }
        return openCascade(of: close.instrument, at: close.time)
    }

    private func openCascade(of instrument: InstrumentID, at time: Timestamp) -> Int? {
        // Prices come often and cascades do not.
        guard time.milliseconds - newest.milliseconds <= Cascade.pauseMilliseconds else {
            return nil
        }
        return cascades.lastIndex { $0.instrument == instrument && $0.isOpen(at: time) }
    }

    private mutating func begin(with close: CascadeClose) -> Int {
        let before =
            close.instrument.index < pricesBefore.count
            ? pricesBefore[close.instrument.index] : nil
        cascades.append(Cascade(close, before: before))
        var kept = cascades.reduce(0) { $0 + $1.closes.count }
        while cascades.count > Self.cascadeCountMax || kept > Self.closeCountMax,
            cascades.count > 1
        {
            kept -= cascades.removeFirst().closes.count
        }
        return cascades.count - 1
    }
}

extension VenueProjections {
    mutating func addToCascade(_ receipt: LiquidationReceipt) {
        let market = markets[receipt.instrument.index]
        let last = market.lastPrice ?? .zero
        cascades.add(
            CascadeClose(receipt, lastBefore: lastPriceAtStart, lastAfter: last),
            CascadePrices(
                time: receipt.finishTime,
                mark: receipt.started.markPrice,
                index: market.prices?.index ?? .zero,
                last: last
            )
        )
    }

    /// Called before the market takes them in.
    mutating func followCascade(_ prices: PricesUpdated, at time: Timestamp) {
        let market = markets[prices.instrument.index]
        let last = market.lastPrice ?? .zero
        cascades.follow(
            CascadePrices(time: time, mark: prices.mark, index: prices.index, last: last),
            of: prices.instrument,
            after: market.prices.map {
                CascadePrices(
                    time: market.pricesTime,
                    mark: $0.mark,
                    index: $0.index,
                    last: $0.last
                )
            }
        )
    }
}
