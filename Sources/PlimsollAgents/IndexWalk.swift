import PlimsollModel

/// The index price of an instrument that nobody recorded: a random walk with a slow pull back to
/// where it began, and bursts.
///
/// One step is a quarter of a second. A calm step moves the price by 0.006 % (one standard
/// deviation); in a burst, about every five minutes and some ten seconds long, four times as much.
/// Together that makes about 0.1 % a minute and 4.5 % a day, as of a large coin. The pull has a time
/// constant of three days and keeps the walk mostly within ten percent; beyond a quarter and four
/// times the start it is stopped.
struct IndexWalk: Sendable {
    /// Finer than the tick, so that small moves add up.
    private(set) var price: Price
    private(set) var burstStepsLeft = 0
    private let start: Price
    private let floor: Price
    private let ceiling: Price

    private static let calmDeviation: Int64 = 6_000
    private static let burstFactor: Int64 = 4
    /// One step in so many begins a burst.
    private static let burstOdds = 1_200
    private static let pullSteps: Int64 = 1 << 20

    init(start: Price, scale: InstrumentScale) {
        self.start = start
        price = start
        // A ladder needs room on both sides.
        let least = Price(units: scale.priceMin.units.clampedProduct(2))
        floor = min(start, max(Price(units: start.units / 4), min(least, scale.priceMax)))
        ceiling = max(
            start,
            min(
                Price(units: start.units.clampedProduct(4)),
                Price(units: scale.priceMax.units / 2)
            )
        )
    }

    var isBursting: Bool { burstStepsLeft > 0 }

    mutating func step(_ random: inout RandomStream) {
        if isBursting {
            burstStepsLeft -= 1
        } else if random.happens(1, in: Self.burstOdds) {
            burstStepsLeft = 20 + random.below(60)
        }
        let deviation = isBursting ? Self.calmDeviation * Self.burstFactor : Self.calmDeviation
        let move = multiplyDivide(
            Int128(price.units) * Int128(deviation),
            by: Int128(random.bell()),
            over: Int128(RandomStream.bellDeviation) * Int128(Rate.unitsPerOne),
            rounding: .halfUp
        )
        let pull = Int128((start.units - price.units) / Self.pullSteps)
        let moved = Int128(price.units) + move + pull
        price = Price(
            units: Int64(min(max(moved, Int128(floor.units)), Int128(ceiling.units)))
        )
    }
}

extension Int64 {
    /// The product with a positive factor, or the largest number where it would be larger.
    func clampedProduct(_ factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
