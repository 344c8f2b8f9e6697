import PlimsollModel

/// The way of the price through one candle, and what is traded on the way.
///
/// A candle tells four prices and no order. The path assumes open → nearer extreme → farther
/// extreme → close, in straight lines over twelve steps, and so touches all four exactly and never
/// leaves the candle. Real paths turn more often: the path is the gentlest that fits.
///
/// The candle's volume, rounded down to the quantity step, is spread evenly over the steps and adds
/// up exactly. A candle that has too little for a valid order at each step trades at its four
/// prices only; one that has too little even for these trades the smallest valid order at each,
/// which is more than was recorded: true prices matter more here than the volume of a sleepy
/// minute. A candle without volume trades nothing.
struct CandlePath {
    static let stepCount = 12
    /// The steps that stand at the open, the first extreme, the second extreme and the close.
    static let anchors = [0, 3, 8, 11]

    /// On tick.
    let prices: [Price]
    /// What is printed at each step; zero where nothing is.
    let prints: [Quantity]

    init(_ candle: TapeCandle, limits: ReplayLimits) {
        let open = limits.onTick(candle.open)
        let high = limits.onTick(candle.high)
        let low = limits.onTick(candle.low)
        let close = limits.onTick(candle.close)
        let isLowFirst: Bool
        if open - low != high - open {
            isLowFirst = open - low < high - open
        } else {
            // As near to the one as to the other: a candle that rose has more likely dipped first.
            isLowFirst = close >= open
        }
        let stations = isLowFirst ? [open, low, high, close] : [open, high, low, close]
        prices = Self.line(through: stations, tick: limits.tick)
        prints = Self.spread(limits.onStep(candle.volume), over: prices, limits: limits)
    }

    private static func line(through stations: [Price], tick: Price) -> [Price] {
        var prices: [Price] = []
        prices.reserveCapacity(stepCount)
        prices.append(stations[0])
        for leg in 1..<stations.count {
            let from = stations[leg - 1]
            let ticks = (stations[leg] - from).units / tick.units
            let length = Int64(anchors[leg] - anchors[leg - 1])
            for step in 1...length {
                // Division cuts towards the leg's start, so no step passes the leg's end; the last
                // step divides evenly and reaches it.
                let moved = Int64(Int128(ticks) * Int128(step) / Int128(length))
                prices.append(from + Price(units: moved * tick.units))
            }
        }
        return prices
    }

    private static func spread(
        _ volume: Quantity,
        over prices: [Price],
        limits: ReplayLimits
    ) -> [Quantity] {
        var prints = [Quantity](repeating: .zero, count: stepCount)
        guard volume > .zero else { return prints }
        let least = prices.map(limits.quantityMin(at:))
        let steps = [Array(0..<stepCount), anchors].first { steps in
            steps.reduce(Int128(0)) { $0 + Int128(least[$1].units) } <= Int128(volume.units)
        }
        guard let steps else {
            return leastPrints(over: prices, limits: limits)
        }
        var rest = volume
        for step in steps {
            prints[step] = least[step]
            rest -= least[step]
        }
        let restSteps = Int128(rest.units / limits.step.units)
        var given: Int128 = 0
        for (index, step) in steps.enumerated() {
            // Cumulative shares: what one step's division drops, a later step gets.
            let due = restSteps * Int128(index + 1) / Int128(steps.count)
            prints[step] += Quantity(units: Int64(due - given) * limits.step.units)
            given = due
        }
        return prints
    }

    /// One smallest order at each of the candle's four prices, the close last, none twice.
    private static func leastPrints(over prices: [Price], limits: ReplayLimits) -> [Quantity] {
        var prints = [Quantity](repeating: .zero, count: stepCount)
        var previous: Price?
        for step in anchors where prices[step] != previous {
            prints[step] = limits.quantityMin(at: prices[step])
            previous = prices[step]
        }
        return prints
    }
}

/// An instrument's rules as the replay needs them.
struct ReplayLimits {
    let tick: Price
    let step: Quantity
    let priceMin: Price
    let priceMax: Price
    let quantityMax: Quantity
    /// How far the price may move before orders must wait for a new mark price.
    let hopMax: Rate
    /// Of any order, whatever its price.
    let quantityLeast: Quantity
    private let notionalMin: Price

    init(_ rules: InstrumentRules) {
        tick = rules.contract.tickSize
        step = rules.contract.stepSize
        priceMin = rules.limits.priceMin
        priceMax = rules.limits.priceMax
        quantityLeast = rules.limits.quantityMin
        quantityMax = rules.limits.quantityMax
        notionalMin = rules.limits.notionalMin
        // Two fifths of the band: the mark price may lag by the funding basis, which alone can be
        // as large as the hop.
        hopMax = Rate(units: max(1, rules.limits.priceBand.units * 2 / 5))
    }

    /// The nearest price that the instrument knows, a half upwards.
    func onTick(_ price: Price) -> Price {
        let ticks = (Int128(price.units) * 2 + Int128(tick.units)) / (Int128(tick.units) * 2)
        let rounded = ticks * Int128(tick.units)
        return Price(
            units: Int64(min(max(rounded, Int128(priceMin.units)), Int128(priceMax.units)))
        )
    }

    /// The nearest price on tick that is away from the spread: lower for a bid, higher for an ask.
    ///
    /// It may be beyond the rules.
    func onTick(_ price: Price, awayFrom side: Side) -> Price {
        let rest = price.units % tick.units
        guard rest != 0 else { return price }
        return Price(units: price.units - rest + (side == .sell ? tick.units : 0))
    }

    func onStep(_ quantity: Quantity) -> Quantity {
        Quantity(units: quantity.units / step.units * step.units)
    }

    /// The smallest quantity that an order at `price` may have.
    func quantityMin(at price: Price) -> Quantity {
        let byNotional = divide(
            Int128(notionalMin.units) * Int128(Price.unitsPerOne),
            by: Int128(price.units),
            rounding: .up
        )
        let least = max(byNotional, Int128(quantityLeast.units))
        let steps = divide(least, by: Int128(step.units), rounding: .up)
        return Quantity(units: Int64(min(steps * Int128(step.units), Int128(quantityMax.units))))
    }

    /// `quantity` on step, between the smallest and the largest that an order at `price` may have.
    func admissible(_ quantity: Int128, at price: Price) -> Quantity {
        let steps = quantity / Int128(step.units) * Int128(step.units)
        return Quantity(
            units: Int64(
                max(
                    min(steps, Int128(quantityMax.units)),
                    Int128(quantityMin(at: price).units)
                )
            )
        )
    }

    /// About half of a print, or nothing where a half would be too small for an order.
    func half(of print: Quantity, at price: Price) -> Quantity {
        let half = onStep(Quantity(units: print.units / 2))
        return half >= quantityMin(at: price) ? half : .zero
    }

    /// `total` as orders of nearly equal size, none larger than the rules allow, at most
    /// `countMax` of them.
    func pieces(_ total: Quantity, countMax: Int) -> [Quantity] {
        guard total > .zero else { return [] }
        let needed = divide(
            Int128(total.units),
            by: Int128(quantityMax.units),
            rounding: .up
        )
        guard needed <= Int128(countMax) else {
            return [Quantity](repeating: quantityMax, count: countMax)
        }
        let steps = Int128(total.units / step.units)
        var given: Int128 = 0
        return (1...needed).map { index in
            let due = steps * index / needed
            defer { given = due }
            return Quantity(units: Int64(due - given) * step.units)
        }
    }
}
