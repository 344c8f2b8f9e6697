public import PlimsollModel

/// How much stands in the book around a recorded price.
///
/// Candles do not record a book. This model stands a ladder on each side that is thin at the touch
/// and thick further away, sized by what was traded in the candle's interval, so that an order that
/// is large against the recorded market moves the price and one that is small does not.
public struct DepthModel: Hashable, Sendable {
    /// Price levels on each side, 1 to 40.
    public var levelCount: Int
    /// What stands at the touch, as a share of the candle's volume.
    public var touchShare: Rate
    /// What each level adds on the way out, as a share of the touch.
    public var growth: Rate
    /// How far the last level is from the touch, as a share of the price.
    ///
    /// Levels lie closer together near the touch.
    public var reach: Rate

    public init(levelCount: Int, touchShare: Rate, growth: Rate, reach: Rate) {
        precondition((1...40).contains(levelCount), "a ladder has 1 to 40 levels")
        precondition(
            touchShare > .zero && touchShare <= .one,
            "the touch is a share of the volume"
        )
        precondition(
            growth >= .zero && growth <= Rate(100),
            "a level adds at most a hundred touches"
        )
        precondition(reach >= .zero && reach < .one, "the ladder stays within the price")
        self.levelCount = levelCount
        self.touchShare = touchShare
        self.growth = growth
        self.reach = reach
    }

    /// Ten levels over 0.3 % of the price; 1/200 of the minute's volume at the touch and ten times
    /// that at the last level, so that about a quarter of a minute's volume stands on each side.
    public static let standard = DepthModel(
        levelCount: 10,
        touchShare: Rate(units: 500_000),
        growth: .one,
        reach: Rate(units: 300_000)
    )

    /// Two levels over 0.05 % of the price, with a twentieth of the minute's volume at the touch and
    /// twice that behind it.
    public static let shallow = DepthModel(
        levelCount: 2,
        touchShare: Rate(units: 5_000_000),
        growth: .one,
        reach: Rate(units: 50_000)
    )

    /// Ticks from the touch to level `index`, which is 0 at the touch; rising strictly.
    func distance(ofLevel index: Int, price: Price, tick: Price) -> Int64 {
        guard levelCount > 1 else { return 0 }
        let last = Int128(levelCount - 1)
        let reachTicks =
            Int128(price.units) * Int128(reach.units)
            / (Int128(Rate.unitsPerOne) * Int128(tick.units))
        return Int64(max(Int128(index), reachTicks * Int128(index * index) / (last * last)))
    }

    /// What stands at level `index`, before the rules of the instrument, in units of `touch`.
    func quantity(ofLevel index: Int, touch: Int128) -> Int128 {
        touch + touch * Int128(index) * Int128(growth.units) / Int128(Rate.unitsPerOne)
    }
}
