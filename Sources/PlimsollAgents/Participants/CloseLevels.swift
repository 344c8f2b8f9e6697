import PlimsollModel

/// At which prices others would have to close: guessed from public trades, each of which is taken for
/// a position at one of the usual leverages, or of positions that are known.
struct CloseLevels: Sendable {
    /// Of the price that it began with: a twentieth of a per cent.
    private static let bucketsPerReference: Int128 = 2_000
    private static let bucketCount = 6_000
    /// Leverages that people use, each with its part of a hundred trades.
    private static let leverages: [(leverage: Int64, share: Int64)] = [
        (10, 25), (25, 25), (50, 30), (100, 20),
    ]
    /// What keeps a position open until then, in 10⁻⁸.
    private static let maintenance: Int64 = 500_000

    private let reference: Int128
    /// Longs and shorts that would be closed in each bucket, in 10⁻⁸ quote units.
    private var longs: [Int64]
    private var shorts: [Int64]

    init(reference: Price) {
        self.reference = Int128(max(1, reference.units))
        longs = [Int64](repeating: 0, count: Self.bucketCount)
        shorts = longs
    }

    private func bucket(_ price: Price) -> Int {
        let place = Int128(max(0, price.units)) * Self.bucketsPerReference / reference
        return Int(min(place, Int128(Self.bucketCount - 1)))
    }

    /// A trade of somebody who takes.
    mutating func take(_ side: Side, _ notional: Price, at price: Price) {
        for (leverage, share) in Self.leverages {
            let part = Price(units: notional.units / 100 * share)
            add(side, part, closedAt: Self.closing(side, entry: price, leverage: leverage))
        }
    }

    /// A position that is known.
    mutating func add(_ side: Side, _ notional: Price, closedAt price: Price) {
        let place = bucket(price)
        if side == .buy { longs[place] += notional.units } else { shorts[place] += notional.units }
    }

    /// Where a position with its own margin is closed, nearly.
    static func closing(_ side: Side, entry: Price, leverage: Int64) -> Price {
        let distance = max(0, Rate.unitsPerOne / max(1, leverage) - maintenance)
        let level = Rate(units: Rate.unitsPerOne - side.sign * distance)
        return entry.times(level, rounding: .down)
    }

    /// Those whose price has come are closed.
    mutating func pass(from old: Price, to new: Price) {
        let (before, after) = (bucket(old), bucket(new))
        if after < before {
            for place in after..<before { longs[place] = 0 }
        } else if after > before {
            for place in before..<after { shorts[place] = 0 }
        }
    }

    /// Positions end by themselves, too.
    mutating func fade() {
        for place in 0..<Self.bucketCount {
            longs[place] -= longs[place] / 8
            shorts[place] -= shorts[place] / 8
        }
    }

    mutating func clear() {
        for place in 0..<Self.bucketCount {
            longs[place] = 0
            shorts[place] = 0
        }
    }

    /// What a move between two prices would close: longs on the way down, shorts on the way up.
    func closed(from price: Price, to target: Price) -> Price {
        let (from, to) = (bucket(price), bucket(target))
        let sum =
            to < from
            ? longs[to..<from].reduce(0, +)
            : shorts[min(from + 1, to)..<max(to, from + 1)].reduce(0, +)
        return Price(units: sum)
    }
}
