import PlimsollModel

/// The book as the venue tells it, level by level.
struct ToldBook {
    private var levels: [Side: [Price: Quantity]] = [.buy: [:], .sell: [:]]

    mutating func take(_ event: LevelChanged) {
        levels[event.side]?[event.price] = event.quantity.isZero ? nil : event.quantity
    }

    /// `price quantity`, best first.
    func side(_ side: Side) -> [String] {
        let sorted = (levels[side] ?? [:]).sorted {
            side == .buy ? $0.key > $1.key : $0.key < $1.key
        }
        return sorted.map { "\($0.key) \($0.value)" }
    }

    /// Looked for when it is asked: it changes far more often.
    func best(_ side: Side) -> String? {
        let found =
            side == .buy
            ? levels[.buy]?.max { $0.key < $1.key } : levels[.sell]?.min { $0.key < $1.key }
        return found.map { "\($0.key) \($0.value)" }
    }

    /// Bids and asks.
    var levelCounts: [Int] { [levels[.buy]?.count ?? 0, levels[.sell]?.count ?? 0] }
}
