import PlimsollModel
import PlimsollProjections

/// Joins the trades of one taker's order at one price, with the numbers that the venue's own record
/// of aggregates gives them.
///
/// Spec: STRM-006.
struct TradeAggregator: Sendable {
    private var lastID: UInt64
    private var lastTaker: OrderID
    private var lastPrice: Price
    private var current: AggregateTrade?

    /// Continues after the newest aggregate on record.
    init(after newest: AggregateTrade?) {
        lastID = newest?.id ?? 0
        lastTaker = newest?.taker ?? .none
        lastPrice = newest?.price ?? .zero
    }

    /// Adds a trade; gives the aggregate that it ended, if any.
    mutating func observe(_ trade: TradeExecuted, at time: Timestamp) -> AggregateTrade? {
        let continues = trade.taker == lastTaker && trade.price == lastPrice
        if continues, var aggregate = current {
            aggregate.quantity += trade.quantity
            aggregate.last = trade.trade
            current = aggregate
            return nil
        }
        let ended = current
        if !continues { lastID += 1 }
        lastTaker = trade.taker
        lastPrice = trade.price
        current = AggregateTrade(
            id: lastID,
            price: trade.price,
            quantity: trade.quantity,
            first: trade.trade,
            last: trade.trade,
            time: time,
            isBuyerMaker: trade.takerSide == .sell,
            taker: trade.taker
        )
        return ended
    }

    /// The end of a command: no other can add to the aggregate, since an order takes only while it
    /// is being placed.
    mutating func finish() -> AggregateTrade? {
        defer { current = nil }
        return current
    }
}

/// The candles of one instrument and interval that a stream has not told yet.
///
/// Spec: STRM-007.
struct CandleFeed: Sendable {
    struct Update: Equatable, Sendable {
        var candle: Candle
        var isClosed: Bool
    }

    /// How many candles a step tells at most: a venue that runs far ahead of the wall clock closes
    /// many between two steps.
    static let candleCountMax = 1000

    let interval: CandleInterval
    private var told: Update?
    private var pending: [Update] = []

    init(interval: CandleInterval) { self.interval = interval }

    mutating func read(_ market: borrowing MarketProjection, at time: Timestamp) {
        let candles = candles(of: market, at: time)
        for candle in candles {
            let update = Update(candle: candle, isClosed: time > candle.closeTime)
            guard update != told else { continue }
            told = update
            pending.append(update)
        }
    }

    mutating func take() -> [Update] {
        defer { pending.removeAll(keepingCapacity: true) }
        return pending
    }

    /// The candle told last and all that opened since.
    private func candles(of market: borrowing MarketProjection, at time: Timestamp) -> [Candle] {
        guard let told else {
            return market.candles(interval: interval, limit: 1, now: time)
        }
        return market.candles(
            interval: interval,
            from: told.candle.openTime,
            limit: Self.candleCountMax,
            now: time
        )
    }
}

/// The day's figures of one instrument, told when a trade or a minute has changed them.
struct TickerFeed: Sendable {
    private var told: Ticker24h?
    private(set) var latest: Ticker24h?
    private var isPending = false

    mutating func read(_ market: borrowing MarketProjection, at time: Timestamp) {
        let ticker = market.ticker(at: time)
        // Before the first trade there is no price to tell.
        guard !ticker.last.isZero else { return }
        latest = ticker
        guard told.map({ !ticker.tellsTheSame(as: $0) }) ?? true else { return }
        told = ticker
        isPending = true
    }

    mutating func take() -> Ticker24h? {
        guard isPending else { return nil }
        isPending = false
        return latest
    }
}

extension Ticker24h {
    /// Whether two tickers differ only in the moment they were taken.
    fileprivate func tellsTheSame(as other: Ticker24h) -> Bool {
        var other = other
        other.closeTime = closeTime
        return self == other
    }
}

/// The latest mark price of one instrument.
struct MarkPriceFeed: Sendable {
    private(set) var latest: PricesUpdated?

    mutating func read(_ market: borrowing MarketProjection) { latest = market.prices }
}

/// A position closed by force, as the market learns of it.
struct ForcedOrder: Equatable, Sendable {
    var instrument: InstrumentID
    var side: Side
    var price: Price
    var averagePrice: Price
    var quantity: Quantity
    /// Of the last fill, or what the fund took.
    var lastQuantity: Quantity
    var filledQuantity: Quantity
    var time: Timestamp
}

/// Follows the orders of liquidations and tells each of their fills.
struct LiquidationWatch: Sendable {
    private struct Open {
        var liquidation: LiquidationStarted
        var order: OrderAccepted?
        var filled = Quantity.zero
        var value = Amount.zero
    }

    private var open: [Open] = []

    /// Gives the forced order as it stands after the event, where that closed something.
    mutating func observe(
        _ event: Event,
        in directory: VenueDirectory,
        at time: Timestamp
    ) -> ForcedOrder? {
        switch event {
        case .liquidationStarted(let started): open.append(Open(liquidation: started))
        case .orderAccepted(let accepted) where accepted.origin == .liquidation:
            guard let index = index(accepted.account, accepted.instrument, accepted.positionSide)
            else { return nil }
            open[index].order = accepted
            open[index].filled = .zero
            open[index].value = .zero
        case .orderFilled(let fill) where !open.isEmpty:
            guard
                let index = open.lastIndex(where: { $0.order?.order == fill.order }),
                let order = open[index].order,
                let contract = directory[fill.instrument]?.rules.contract
            else { return nil }
            open[index].filled += fill.quantity
            open[index].value += contract.tradedValue(of: fill.quantity, at: fill.price)
            return ForcedOrder(
                instrument: fill.instrument,
                side: fill.side,
                price: order.price,
                averagePrice: contract.averagePrice(
                    of: open[index].filled,
                    worth: open[index].value
                ),
                quantity: order.quantity,
                lastQuantity: fill.quantity,
                filledQuantity: open[index].filled,
                time: time
            )
        case .positionTakenOver(let takeover):
            return outsideBook(takeover.quantity, at: takeover.price, takeover.instrument, time)
        case .deleveraged(let deleveraging):
            return outsideBook(
                deleveraging.quantity,
                at: deleveraging.price,
                deleveraging.instrument,
                time
            )
        case .liquidationFinished(let finished):
            open.removeAll { $0.liquidation.liquidation == finished.liquidation }
        default: break
        }
        return nil
    }

    /// What left a position at once and without the book, by the sign of the position.
    private func outsideBook(
        _ quantity: Quantity,
        at price: Price,
        _ instrument: InstrumentID,
        _ time: Timestamp
    ) -> ForcedOrder {
        ForcedOrder(
            instrument: instrument,
            side: quantity > .zero ? .sell : .buy,
            price: price,
            averagePrice: price,
            quantity: quantity.magnitude,
            lastQuantity: quantity.magnitude,
            filledQuantity: quantity.magnitude,
            time: time
        )
    }

    private func index(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide
    ) -> Int? {
        open.lastIndex {
            $0.liquidation.account == account && $0.liquidation.instrument == instrument
                && $0.liquidation.side == side
        }
    }
}
