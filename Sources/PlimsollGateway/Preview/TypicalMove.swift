import PlimsollModel
import PlimsollProjections

/// How far the mark price typically moves in a span of time.
///
///     move(n minutes) = √(n × mean of the squared one-minute returns)
///
/// over the newest minutes, at most a day of them. Exact integers: a return counts 10⁻⁸, its square
/// 10⁻¹⁶, whose root counts 10⁻⁸ again, cut off.
struct TypicalMove: Sendable {
    static let minuteCountMin = 3

    /// One-minute returns that it is reckoned from.
    let minuteCount: Int
    private let meanSquare: Int128

    /// `nil` where the market is too young.
    init?(of market: MarketProjection) {
        let closes = market.candles(of: .mark, interval: .oneMinute, limit: 1441).map(\.close.units)
        let returns = zip(closes.dropFirst(), closes).map { after, before in
            divide(
                Int128(after - before) * Int128(Rate.unitsPerOne),
                by: Int128(before),
                rounding: .halfUp
            )
        }
        guard returns.count >= Self.minuteCountMin else { return nil }
        minuteCount = returns.count
        meanSquare = returns.reduce(0) { $0 + $1 * $1 } / Int128(returns.count)
        guard meanSquare > 0 else { return nil }
    }

    func move(minutes: Int) -> Rate {
        Rate(units: Int64(clamping: Self.root(meanSquare * Int128(minutes))))
    }

    var hourly: Rate { move(minutes: 60) }

    /// Newton's method, from above.
    private static func root(_ value: Int128) -> Int128 {
        guard value > 1 else { return value }
        var guess = Int128(1) << ((128 - value.leadingZeroBitCount + 1) / 2)
        while true {
            let next = (guess + value / guess) / 2
            guard next < guess else { return guess }
            guess = next
        }
    }
}
