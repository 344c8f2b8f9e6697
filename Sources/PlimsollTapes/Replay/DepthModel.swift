public import PlimsollModel

/// How much stands in the book around a recorded price where no book was recorded.
///
/// Candles and trades do not record a book. This model stands one that is thin at the touch and thick
/// behind it, sized by what was traded in the time before, so that an order that is large against the
/// recorded market moves the price and one that is small does not.
public struct DepthModel: Hashable, Sendable {
    /// Price levels behind the touch on each side, 1 to 40.
    public var levelCount: Int
    /// What stands at the touch, as a share of what is traded in a minute.
    public var touchShare: Rate
    /// What stands at each level behind it, as such a share.
    public var levelShare: Rate
    /// How far the last level is from the touch, as a share of the price.
    public var reach: Rate

    public init(levelCount: Int, touchShare: Rate, levelShare: Rate, reach: Rate) {
        precondition((1...40).contains(levelCount), "a book has 1 to 40 levels behind the touch")
        precondition(
            touchShare > .zero && touchShare <= .one && levelShare > .zero && levelShare <= .one,
            "a level is a share of the volume"
        )
        precondition(reach >= .zero && reach < .one, "the book stays within the price")
        self.levelCount = levelCount
        self.touchShare = touchShare
        self.levelShare = levelShare
        self.reach = reach
    }

    /// A two-hundredth of a minute's volume at the touch, and nine levels of six times that over 0.3 % of
    /// the price, so that about a quarter of a minute's volume stands on each side.
    public static let standard = DepthModel(
        levelCount: 9,
        touchShare: Rate(units: 500_000),
        levelShare: Rate(units: 3_000_000),
        reach: Rate(units: 300_000)
    )
}
