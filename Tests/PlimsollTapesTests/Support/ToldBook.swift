import PlimsollModel

/// The book as the venue tells it, level by level.
struct ToldBook {
    private var levels: [Side: [Price: Quantity]] = [.buy: [:], .sell: [:]]
    private var bests: [Side: Price] = [:]

    mutating func take(_ event: LevelChanged) {
        levels[event.side]?[event.price] = event.quantity.isZero ? nil : event.quantity
        let isBetter =
            bests[event.side].map {
                event.side == .buy ? event.price > $0 : event.price < $0
            } ?? true
        if event.quantity.isZero {
            if bests[event.side] == event.price {
                let prices = levels[event.side].map { Array($0.keys) } ?? []
                bests[event.side] = event.side == .buy ? prices.max() : prices.min()
            }
        } else if isBetter {
            bests[event.side] = event.price
        }
    }

    /// `price quantity`, best first.
    func side(_ side: Side) -> [String] {
        let sorted = (levels[side] ?? [:]).sorted {
            side == .buy ? $0.key > $1.key : $0.key < $1.key
        }
        return sorted.map { "\($0.key) \($0.value)" }
    }

    func best(_ side: Side) -> String? {
        bests[side].flatMap { price in levels[side]?[price].map { "\(price) \($0)" } }
    }

    /// Bids and asks.
    var levelCounts: [Int] { [levels[.buy]?.count ?? 0, levels[.sell]?.count ?? 0] }
}
