public import PlimsollModel

public struct BookLevel: BitwiseCopyable, Hashable, Sendable {
    public var price: Price
    public var quantity: Quantity

    public init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// The price levels of one order book.
public struct BookProjection: Sendable {
    /// The number of the last change.
    public internal(set) var lastUpdate: UInt64 = 0

    // Best level last: levels are born and die at the best price, so most changes shift nothing.
    private(set) var bidLevels: [BookLevel] = []
    private(set) var askLevels: [BookLevel] = []

    init() {}

    init(lastUpdate: UInt64, bidLevels: [BookLevel], askLevels: [BookLevel]) {
        self.lastUpdate = lastUpdate
        self.bidLevels = bidLevels
        self.askLevels = askLevels
    }

    public var bestBid: BookLevel? { bidLevels.last }
    public var bestAsk: BookLevel? { askLevels.last }
    public var bidCount: Int { bidLevels.count }
    public var askCount: Int { askLevels.count }

    /// The best `limit` bids, highest first.
    public func bids(limit: Int = .max) -> [BookLevel] { bidLevels.suffix(limit).reversed() }

    /// The best `limit` asks, lowest first.
    public func asks(limit: Int = .max) -> [BookLevel] { askLevels.suffix(limit).reversed() }

    /// What stands at a price; zero where nothing does.
    public func quantity(_ side: Side, at price: Price) -> Quantity {
        let levels = side == .buy ? bidLevels : askLevels
        let position = Self.position(of: price, on: side, in: levels)
        guard position < levels.count, levels[position].price == price else { return .zero }
        return levels[position].quantity
    }

    mutating func apply(_ change: LevelChanged) {
        lastUpdate = change.update
        switch change.side {
        case .buy: Self.apply(change, to: &bidLevels)
        case .sell: Self.apply(change, to: &askLevels)
        }
    }

    private static func apply(_ change: LevelChanged, to levels: inout [BookLevel]) {
        let position = position(of: change.price, on: change.side, in: levels)
        let isKnown = position < levels.count && levels[position].price == change.price
        switch (isKnown, change.quantity.isZero) {
        case (true, true): levels.remove(at: position)
        case (true, false): levels[position].quantity = change.quantity
        case (false, false):
            levels.insert(
                BookLevel(price: change.price, quantity: change.quantity),
                at: position
            )
        case (false, true): break
        }
    }

    /// Where a price stands or would stand: behind all that are worse.
    private static func position(
        of price: Price,
        on side: Side,
        in levels: [BookLevel]
    ) -> Int {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = low + (high - low) / 2
            let isWorse =
                side == .buy ? levels[middle].price < price : levels[middle].price > price
            if isWorse { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
