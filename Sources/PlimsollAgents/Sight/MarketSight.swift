import PlimsollModel

/// What everybody can see of one instrument: the book, the trades, and what follows from them.
struct MarketSight: Sendable {
    let scale: InstrumentScale
    private(set) var book = BookView()
    /// As the venue told it last.
    private(set) var index: Price
    private(set) var mark: Price
    /// The middle of the book, or the last middle there was.
    private(set) var middle: Price
    /// In the order of `horizons`.
    private var averages: [MovingAverage]
    /// The mean size of the middle's moves, of the last minute and of the last hours.
    private var recentMoves: MovingAverage
    private var usualMoves: MovingAverage
    /// What one-sided trading has done to where the price seems fair, as a rate of the price.
    private(set) var pressure = Rate.zero
    /// Twice of it moves the fair price by a thousandth when it trades, in quote units.
    private let depth: Price

    private static let pressureMax = Rate(units: 4_000_000)
    /// Steps after which a third of a pressure is left.
    private static let pressureSteps: Int64 = 320

    init(scale: InstrumentScale, start: Price, horizons: [Int], depth: Price) {
        self.scale = scale
        self.depth = depth
        index = start
        mark = start
        middle = start
        averages = horizons.map { MovingAverage(start: start, steps: $0 * 4) }
        let usual = Price(units: max(1, start.units / 25_000))
        recentMoves = MovingAverage(start: usual, steps: 240)
        usualMoves = MovingAverage(start: usual, steps: 60_000)
    }

    // MARK: Reading

    /// How far the price is above its average over the horizon at a place.
    func deviation(ofHorizon place: Int) -> Rate {
        Self.rate(of: middle, over: averages[place].price)
    }

    /// How far the middle is above the index.
    var premium: Rate { Self.rate(of: middle, over: index) }

    /// How wild the last minute was against the last hours, between a half and eight, in 1/16.
    var unrest: Int64 {
        min(max(recentMoves.price.units * 16 / max(1, usualMoves.price.units), 8), 128)
    }

    static func rate(of price: Price, over base: Price) -> Rate {
        guard base > .zero else { return .zero }
        let units =
            Int128(price.units - base.units) * Int128(Rate.unitsPerOne) / Int128(base.units)
        return Rate(units: Int64(min(max(units, -Int128(Rate.unitsPerOne)), 100_000_000_000)))
    }

    // MARK: Learning

    /// Once a step.
    mutating func step() {
        if let bid = book.bids.first?.price, let ask = book.asks.first?.price {
            let now = Price(units: (bid.units + ask.units) / 2)
            recentMoves.take((now - middle).magnitude)
            usualMoves.take((now - middle).magnitude)
            middle = now
        }
        for place in averages.indices { averages[place].take(middle) }
        pressure = Rate(units: pressure.units - pressure.units / Self.pressureSteps)
    }

    mutating func take(_ change: LevelChanged) { book.take(change) }

    mutating func take(_ prices: PricesUpdated) {
        index = prices.index
        mark = prices.mark
    }

    mutating func take(_ trade: TradeExecuted) {
        let notional = scale.notional(of: trade.quantity, at: trade.price)
        let push =
            Int128(notional.units) * Int128(Rate.unitsPerOne / 2_000) / Int128(depth.units)
        let moved = Int128(pressure.units) + Int128(trade.takerSide.sign) * push
        let most = Int128(Self.pressureMax.units)
        pressure = Rate(units: Int64(min(max(moved, -most), most)))
    }
}

/// An exponential average over so many steps.
struct MovingAverage: Sendable {
    private var fine: Int128
    private let steps: Int128

    private static let fineness: Int128 = 65_536

    init(start: Price, steps: Int) {
        fine = Int128(start.units) * Self.fineness
        self.steps = Int128(max(1, steps))
    }

    var price: Price { Price(units: Int64(fine / Self.fineness)) }

    mutating func take(_ price: Price) {
        fine += (Int128(price.units) * Self.fineness - fine) / steps
    }
}
