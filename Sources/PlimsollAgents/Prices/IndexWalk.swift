import PlimsollModel

/// The index price of an instrument that nobody recorded.
///
/// One step is a quarter of a second. The price moves by a share that all instruments have in common
/// and one of its own, both as wild as the hour is; it drifts as its course says, follows the shocks,
/// and gives way a little to a perpetual that trades elsewhere, as spot markets do. A slow pull back
/// to where it began, and two stops far away, keep a market alive for months.
struct IndexWalk: Sendable {
    /// In 10⁻¹⁶, so that small moves add up.
    private var fine: Int128
    private var volatility: VolatilityWalk
    private let start: Int128
    private let floor: Int128
    private let ceiling: Int128
    private let course: PriceCourse
    /// Of a step, in 10⁻⁸ of the price.
    private let deviation: Int64
    /// Parts of the common and of the own move, in 10⁻⁸.
    private let common: Int64
    private let own: Int64
    private var shocks: [ShockWalk]
    /// The one that somebody set off while the market ran.
    private var push: ShockWalk?

    /// The square root of the steps of a day.
    private static let stepsPerDayRoot: Int64 = 588
    private static let stepsPerDay: Int128 = 345_600
    /// A unit of a price in finer units.
    private static let fineness: Int128 = 100_000_000
    private static let one = Int128(Rate.unitsPerOne)

    init(
        start: Price,
        scale: InstrumentScale,
        course: PriceCourse,
        shocks: [PriceShock],
        elapsed: Int64,
        random: inout RandomStream
    ) {
        let begin = Int128(start.units) * Self.fineness
        self.start = begin
        fine = begin
        // A ladder needs room on both sides.
        let least = Int128(scale.priceMin.units.clampedProduct(2)) * Self.fineness
        let most = Int128(scale.priceMax.units / 2) * Self.fineness
        floor = min(begin, max(begin / 50, least))
        ceiling = max(begin, min(begin * 20, most))
        self.course = course
        deviation = course.dailyVolatility.units / Self.stepsPerDayRoot
        let shared = UInt64(course.correlation.units)
        let unit = UInt64(Rate.unitsPerOne)
        common = Int64(VolatilityWalk.squareRoot(shared * unit))
        own = Int64(VolatilityWalk.squareRoot((unit - shared) * unit))
        volatility = VolatilityWalk(&random)
        self.shocks = shocks.map { ShockWalk($0, elapsed: elapsed) }
    }

    var price: Price { Price(units: Int64(fine / Self.fineness)) }

    /// Lets the price follow a further shock; one that was set off before ends where it is.
    mutating func setOff(_ shock: PriceShock, elapsed: Int64) {
        push = ShockWalk(shock, elapsed: elapsed)
    }

    /// - Parameters:
    ///   - shared: The bell that all instruments share in this step.
    ///   - activity: How busy the hour is.
    ///   - premium: How far the perpetual trades above the index.
    ///   - elapsed: Milliseconds since the venue began.
    ///   - random: For its own part.
    mutating func step(
        shared: Int64,
        activity: Rate,
        premium: Rate,
        elapsed: Int64,
        _ random: inout RandomStream
    ) {
        volatility.step(&random)
        // Busy hours are wilder, though less than in proportion.
        let wild = (deviation * volatility.factor) >> 16
        let nervous =
            wild * (Rate.unitsPerOne + activity.units) / (2 * Rate.unitsPerOne)
        let bell = (shared / 8 * common + random.bell() / 8 * own) / (Rate.unitsPerOne / 8)
        var move = fine * Int128(nervous) / Self.one * Int128(bell)
        move /= Int128(RandomStream.bellDeviation)
        move += fine / Self.one * Int128(course.dailyDrift.units) / Self.stepsPerDay
        // The share of a minute, spread over its steps.
        move +=
            fine / Self.one * Int128(premium.units) / Self.one
            * Int128(course.follow.units) / 240
        if course.returnDays > 0 {
            move += (start - fine) / (Int128(course.returnDays) * Self.stepsPerDay)
        }
        fine += move
        for place in shocks.indices { fine = shocks[place].step(fine, elapsed: elapsed) }
        if var walk = push {
            fine = walk.step(fine, elapsed: elapsed)
            push = walk.isOver(at: elapsed) ? nil : walk
        }
        fine = min(max(fine, floor), ceiling)
    }
}

/// One shock on its way.
private struct ShockWalk: Sendable {
    let shock: PriceShock
    /// What the price has been multiplied with so far, in 10⁻⁸.
    private var done: Int128

    init(_ shock: PriceShock, elapsed: Int64) {
        self.shock = shock
        done = Self.multiple(shock, elapsed)
    }

    mutating func step(_ fine: Int128, elapsed: Int64) -> Int128 {
        let due = Self.multiple(shock, elapsed)
        guard due != done else { return fine }
        defer { done = due }
        return fine * due / done
    }

    func isOver(at elapsed: Int64) -> Bool {
        elapsed >= shock.after + shock.over + shock.recoveryOver
    }

    private static func multiple(_ shock: PriceShock, _ elapsed: Int64) -> Int128 {
        let whole = Int128(shock.factor.units) - Int128(Rate.unitsPerOne)
        let reached = whole * progress(elapsed - shock.after, over: shock.over) / 1_000_000
        let end = shock.after + shock.over
        let back =
            whole * Int128(shock.recovery.units) / Int128(Rate.unitsPerOne)
            * progress(elapsed - end, over: shock.recoveryOver) / 1_000_000
        return Int128(Rate.unitsPerOne) + reached - back
    }

    /// In millionths.
    private static func progress(_ time: Int64, over whole: Int64) -> Int128 {
        if time >= whole { return time < 0 ? 0 : 1_000_000 }
        return time <= 0 ? 0 : Int128(time) * 1_000_000 / Int128(whole)
    }
}

extension Int64 {
    /// The product with a positive factor, or the largest number where it would be larger.
    func clampedProduct(_ factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
