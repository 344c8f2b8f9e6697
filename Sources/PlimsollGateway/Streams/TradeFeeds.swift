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

/// Puts a forced order together from the steps of a liquidation.
struct LiquidationWatch: Sendable {
    private struct Open {
        var started: LiquidationStarted
        var order = OrderID.none
        var lastQuantity = Quantity.zero
        var value = Amount.zero
        var quantity = Quantity.zero

        mutating func add(_ quantity: Quantity, at price: Price) {
            lastQuantity = quantity
            self.quantity += quantity
            value += Amount(price, times: quantity)
        }

        /// `nil` where nothing was closed.
        func forcedOrder(at time: Timestamp) -> ForcedOrder? {
            guard
                let average = quantity.isZero ? nil : value.price(per: quantity, rounding: .halfUp)
            else { return nil }
            return ForcedOrder(
                instrument: started.instrument,
                side: started.quantity > .zero ? .sell : .buy,
                price: started.bankruptcyPrice,
                averagePrice: average,
                quantity: started.quantity.magnitude,
                lastQuantity: lastQuantity,
                filledQuantity: quantity,
                time: time
            )
        }
    }

    private var open: [Open] = []

    /// Gives the forced order where the event ends a liquidation.
    mutating func observe(_ event: Event, at time: Timestamp) -> ForcedOrder? {
        switch event {
        case .liquidationStarted(let started): open.append(Open(started: started))
        case .orderAccepted(let accepted) where accepted.origin == .liquidation:
            change(accepted.account, accepted.instrument) { $0.order = accepted.order }
        case .orderFilled(let fill) where !open.isEmpty:
            change(fill.account, fill.instrument) { open in
                guard open.order == fill.order else { return }
                open.add(fill.quantity, at: fill.price)
            }
        case .positionTakenOver(let takeover):
            change(takeover.account, takeover.instrument) { open in
                open.add(takeover.quantity.magnitude, at: takeover.price)
            }
        case .liquidationFinished(let finished):
            guard
                let index = open.firstIndex(where: {
                    $0.started.liquidation == finished.liquidation
                })
            else { return nil }
            return open.remove(at: index).forcedOrder(at: time)
        default: break
        }
        return nil
    }

    private mutating func change(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ body: (inout Open) -> Void
    ) {
        for index in open.indices
        where open[index].started.account == account
            && open[index].started.instrument == instrument
        {
            body(&open[index])
        }
    }
}
