import PlimsollModel
import PlimsollProjections

/// The changes of one book that a depth stream has not told yet.
///
/// Each stream has a chain of its own: an event says with `previous` which event of the same stream
/// came before it, so that a client notices a loss. Quantities are absolute and zero deletes, so the
/// last change of a price stands for all of them.
///
/// Spec: STRM-005.
struct DepthChain: Sendable {
    /// What one event tells.
    struct Change: Equatable, Sendable {
        /// The first and the last update of the book in this event: `U` and `u`.
        var first: UInt64
        var last: UInt64
        /// The last update of the stream's event before this one: `pu`.
        var previous: UInt64
        /// Highest first.
        var bids: [BookLevel]
        /// Lowest first.
        var asks: [BookLevel]
        /// Of the last change.
        var time: Timestamp
    }

    private var told: UInt64
    private var seen: UInt64
    private var bids: [Price: Quantity] = [:]
    private var asks: [Price: Quantity] = [:]
    private var time = Timestamp.zero

    /// A chain that begins after the update `last` of the book.
    init(after last: UInt64) {
        told = last
        seen = last
    }

    var isEmpty: Bool { seen == told }

    mutating func observe(_ change: LevelChanged, at time: Timestamp) {
        // The chain may have begun in the midst of a batch that already stands in the book.
        guard change.update > seen else { return }
        seen = change.update
        self.time = time
        switch change.side {
        case .buy: bids[change.price] = change.quantity
        case .sell: asks[change.price] = change.quantity
        }
    }

    /// The changes since the last call; `nil` where there are none.
    mutating func take() -> Change? {
        guard !isEmpty else { return nil }
        let change = Change(
            first: told + 1,
            last: seen,
            previous: told,
            bids: Self.levels(bids).sorted { $0.price > $1.price },
            asks: Self.levels(asks).sorted { $0.price < $1.price },
            time: time
        )
        told = seen
        bids.removeAll(keepingCapacity: true)
        asks.removeAll(keepingCapacity: true)
        return change
    }

    private static func levels(_ changes: [Price: Quantity]) -> [BookLevel] {
        changes.map { BookLevel(price: $0.key, quantity: $0.value) }
    }
}

/// The best levels of one book, told whole whenever the book has changed.
struct BookTop: Sendable {
    let levelCount: Int
    private var told: UInt64
    private var pending: DepthChain.Change?

    init(levelCount: Int) {
        self.levelCount = levelCount
        told = 0
    }

    mutating func read(_ market: borrowing MarketProjection, at time: Timestamp) {
        let last = market.book.lastUpdate
        guard last > told else { return }
        pending = DepthChain.Change(
            first: told + 1,
            last: last,
            previous: told,
            bids: market.book.bids(limit: levelCount),
            asks: market.book.asks(limit: levelCount),
            time: time
        )
        told = last
    }

    mutating func take() -> DepthChain.Change? {
        defer { pending = nil }
        return pending
    }
}

/// The best bid and ask of one book, told whenever one of them has changed.
struct BestPrices: Sendable {
    struct Quote: Equatable, Sendable {
        var bid: BookLevel?
        var ask: BookLevel?
    }

    struct Change: Equatable, Sendable {
        var quote: Quote
        var update: UInt64
        var time: Timestamp
    }

    // An empty book is nothing to tell of.
    private var told = Quote()
    private var pending: Change?

    mutating func read(_ market: borrowing MarketProjection, at time: Timestamp) {
        let quote = Quote(bid: market.book.bestBid, ask: market.book.bestAsk)
        guard quote != told else { return }
        told = quote
        pending = Change(quote: quote, update: market.book.lastUpdate, time: time)
    }

    mutating func take() -> Change? {
        defer { pending = nil }
        return pending
    }
}
