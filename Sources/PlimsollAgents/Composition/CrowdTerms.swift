public import PlimsollModel

/// Who trades small accounts at high leverage, one instrument each.
public struct CrowdTerms: Codable, Equatable, Sendable {
    public var count = 480
    public var deposit = Choices<Amount>([
        .init(Amount(200), weight: 6), .init(Amount(500), weight: 6),
        .init(Amount(2_000), weight: 4), .init(Amount(10_000), weight: 1),
    ])
    public var leverage = Choices<Int>([
        .init(5, weight: 2), .init(10, weight: 4), .init(20, weight: 6), .init(50, weight: 6),
        .init(100, weight: 5), .init(125, weight: 4),
    ])
    /// How many of them keep a position's margin apart.
    public var isolatedShare = Rate(units: 60_000_000)
    /// The part of its money that a trader puts behind a position.
    public var marginShare = Choices<Rate>(
        Rate(units: 20_000_000),
        Rate(units: 40_000_000),
        Rate(units: 80_000_000)
    )
    /// The most that a position is worth when it is opened: who has more uses less leverage.
    public var notionalMax = Amount(60_000)
    /// How many of them place a stop.
    public var stopShare = Rate(units: 50_000_000)
    /// From the entry, in parts of the distance to bankruptcy.
    public var stopDistance = Choices<Rate>(
        Rate(units: 25_000_000),
        Rate(units: 50_000_000),
        Rate(units: 75_000_000)
    )
    public var holdingMinutes = Choices<Int>(5, 15, 45, 180)
    /// Between two positions.
    public var pauseMinutes = Choices<Int>(1, 5, 20, 60)
    /// How many positions are longs where the price says nothing.
    public var longShare = Rate(units: 52_000_000)
    /// How much the price of the last quarter of an hour decides the side.
    public var herding = Rate(units: 30_000_000)
    /// Whether one who lost its money comes back with as much as it began with.
    public var reentry = Rate(units: 90_000_000)

    public init() {}

    /// What the trader at a place begins with.
    func deposit(of index: Int) -> Amount {
        var state = UInt64(index)
        return deposit.value(at: RandomStream.splitmix(&state))
    }

    var fault: String? {
        guard count > 0 else { return nil }
        let isDrawable =
            deposit.isDrawable && leverage.isDrawable && marginShare.isDrawable
            && stopDistance.isDrawable && holdingMinutes.isDrawable && pauseMinutes.isDrawable
        if !isDrawable { return "a distribution of the leveraged crowd has no weight" }
        if leverage.choices.contains(where: { !(1...1_000).contains($0.value) }) {
            return "a leverage of the crowd is not between 1 and 1000"
        }
        let shares =
            [isolatedShare, stopShare, longShare, herding, reentry]
            + (marginShare.choices + stopDistance.choices).map(\.value)
        if shares.contains(where: { $0 < .zero || $0 > .one }) {
            return "a share of the leveraged crowd is not between 0 and 1"
        }
        let minutes = (holdingMinutes.choices + pauseMinutes.choices).map(\.value)
        if minutes.contains(where: { !(0...TermBounds.minutesMax).contains($0) }) {
            return "the leveraged crowd holds or pauses for no time between 0 and a year"
        }
        return deposit.choices.lazy
            .compactMap { TermBounds.fault(ofDeposit: $0.value, of: "the leveraged crowd") }.first
            ?? TermBounds.fault("the largest position of the leveraged crowd", notionalMax)
    }
}
