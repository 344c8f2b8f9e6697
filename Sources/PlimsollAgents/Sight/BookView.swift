import PlimsollModel

/// The book as everybody sees it, kept from the level changes.
struct BookView: Sendable {
    struct Level: Sendable {
        var price: Price
        var quantity: Quantity
    }

    /// Best first.
    private(set) var bids: [Level] = []
    private(set) var asks: [Level] = []

    mutating func take(_ change: LevelChanged) {
        switch change.side {
        case .buy: Self.take(change, into: &bids) { $0 > $1 }
        case .sell: Self.take(change, into: &asks) { $0 < $1 }
        }
    }

    private static func take(
        _ change: LevelChanged,
        into levels: inout [Level],
        isBetter: (Price, Price) -> Bool
    ) {
        let index =
            levels.firstIndex { !isBetter($0.price, change.price) } ?? levels.endIndex
        let isKnown = index < levels.endIndex && levels[index].price == change.price
        switch (isKnown, change.quantity > .zero) {
        case (true, true): levels[index].quantity = change.quantity
        case (true, false): levels.remove(at: index)
        case (false, true):
            levels.insert(Level(price: change.price, quantity: change.quantity), at: index)
        case (false, false): break
        }
    }
}
