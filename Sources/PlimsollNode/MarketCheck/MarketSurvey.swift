public import Logging
public import PlimsollAgents
public import PlimsollModel
internal import PlimsollProjections

/// A simulated market, run as fast as possible on a venue in memory and watched from outside.
public struct MarketSurvey: Sendable {
    /// What was seen of one instrument.
    public struct Instrument: Sendable {
        public var symbol: Symbol
        /// The middle of the book at the end of every minute.
        public var closes: [Double] = []
        /// The rate that would be settled, the premium over the index, and the open interest in quote
        /// units, at the end of every minute.
        public var fundingRates: [Double] = []
        public var premiums: [Double] = []
        public var openInterests: [Double] = []
        /// Of the book, every ten seconds: the distance of the touches as a rate of the price, and what
        /// stands within a thousandth of the middle on both sides, in quote units.
        public var spreads: [Double] = []
        public var depths: [Double] = []
        public var volume = 0.0
        public var tradeCount = 0
        public var liquidationCount = 0
        public var liquidatedValue = 0.0
        /// Samples at which a touch was missing, and at which the touches crossed.
        public var emptyCount = 0
        public var crossedCount = 0
        /// The longest time without a trade.
        public var silence: Int64 = 0

        /// All the memory that the survey will need is taken here: what grows while the market runs is
        /// the venue.
        init(symbol: Symbol, minutes: Int) {
            self.symbol = symbol
            for series in [\Self.closes, \.fundingRates, \.premiums, \.openInterests] {
                self[keyPath: series] = Self.room(for: minutes)
            }
            for series in [\Self.spreads, \.depths] {
                self[keyPath: series] = Self.room(for: minutes * MarketSurvey.samplesPerMinute)
            }
        }

        /// Empty; writing it once makes the system give the pages at once instead of one by one.
        private static func room(for count: Int) -> [Double] {
            var series = [Double](repeating: 0, count: count)
            series.removeAll(keepingCapacity: true)
            return series
        }
    }

    public var composition: MarketComposition
    public var seed: UInt64
    /// Of the simulated time.
    public var minutes: Int
    public var instruments: [Instrument] = []
    public var commandCount: UInt64 = 0
    public var refusalCount = 0
    public var depositCount = 0
    public var brokenInvariants: [String] = []
    public var digest = Digest()

    private var lastTrades: [Timestamp] = []

    private static let sampleInterval: Int64 = 10_000
    private static let samplesPerMinute = 6
    /// A Monday, so that every survey sees the same hours of the week.
    private static let start = Timestamp(milliseconds: 1_767_571_200_000)

    /// Runs the market from a Monday at midnight.
    ///
    /// - Parameters:
    ///   - rules: The profile.
    ///   - composition: Who trades.
    ///   - seed: Decides everything else.
    ///   - minutes: How long, in venue time.
    ///   - log: Of the venue.
    ///   - progress: Told after every simulated hour.
    /// - Throws: Why the venue cannot run.
    public init(
        rules: VenueRules,
        composition: MarketComposition,
        seed: UInt64,
        minutes: Int,
        log: Logger,
        progress: (Int) -> Void = { _ in }
    ) throws(NodeError) {
        self.composition = composition
        self.seed = seed
        self.minutes = minutes
        let configuration = NodeConfiguration(
            rules: rules,
            seed: seed,
            market: .simulated(composition),
            startTime: Self.start
        )
        var loop = try VenueLoop.open(configuration, log: log)
        instruments = loop.state.read { venue in
            venue.markets.map { Instrument(symbol: $0.symbol, minutes: minutes) }
        }
        lastTrades = instruments.map { _ in Self.start }
        var sample = Self.start.advanced(byMilliseconds: Self.sampleInterval)
        let end = Self.start.advanced(byMilliseconds: Int64(minutes) * 60_000)
        while sample <= end {
            try loop.change(.runUntil(sample), wall: 0)
            while loop.clock.runUntil != nil { take(try loop.turn([], wall: 0).published) }
            let elapsed = sample.milliseconds - Self.start.milliseconds
            look(at: loop.state, isMinute: elapsed % 60_000 == 0)
            if elapsed % 3_600_000 == 0 { progress(Int(elapsed / 3_600_000)) }
            sample = sample.advanced(byMilliseconds: Self.sampleInterval)
        }
        (commandCount, digest) = (loop.digest.sequence.rawValue, loop.digest.digest)
        brokenInvariants = loop.brokenInvariants()
    }

    private mutating func take(_ batch: PublishedBatch) {
        for command in batch.commands {
            for event in command.events { take(event, at: command.header.time) }
        }
    }

    private mutating func take(_ event: Event, at time: Timestamp) {
        switch event {
        case .tradeExecuted(let trade):
            let place = trade.instrument.index
            instruments[place].tradeCount += 1
            instruments[place].volume += trade.price.real * trade.quantity.real
            let silence = time.milliseconds - lastTrades[place].milliseconds
            instruments[place].silence = max(instruments[place].silence, silence)
            lastTrades[place] = time
        case .liquidationFinished(let finished):
            instruments[finished.instrument.index].liquidationCount += 1
            instruments[finished.instrument.index].liquidatedValue += finished.filledValue.real
        case .moneyMoved(let moved) where moved.reason == .deposit: depositCount += 1
        case .refused: refusalCount += 1
        default: break
        }
    }

    private mutating func look(at state: VenueState, isMinute: Bool) {
        state.read { projections in
            for (place, market) in projections.markets.enumerated() {
                take(market, at: place, isMinute: isMinute)
            }
        }
    }

    private mutating func take(_ market: MarketProjection, at place: Int, isMinute: Bool) {
        guard let bid = market.book.bestBid?.price.real, let ask = market.book.bestAsk?.price.real
        else {
            instruments[place].emptyCount += 1
            return
        }
        if bid >= ask { instruments[place].crossedCount += 1 }
        let middle = (bid + ask) / 2
        instruments[place].spreads.append((ask - bid) / middle)
        let near = { (level: BookLevel) in abs(level.price.real - middle) <= middle / 1_000 }
        let levels = market.book.bids().filter(near) + market.book.asks().filter(near)
        instruments[place].depths.append(
            levels.reduce(0) { $0 + market.quoteValue(of: $1.quantity, at: $1.price.real) }
        )
        guard isMinute, let prices = market.prices else { return }
        instruments[place].closes.append(middle)
        instruments[place].fundingRates.append(prices.estimatedFundingRate.real)
        instruments[place].premiums.append(middle / prices.index.real - 1)
        instruments[place].openInterests.append(
            market.quoteValue(of: market.openInterest, at: middle)
        )
    }
}

extension MarketProjection {
    fileprivate func quoteValue(of quantity: Quantity, at price: Double) -> Double {
        switch rules.contract.kind {
        case .linear: quantity.real * price
        case .inverse: quantity.real * rules.contract.multiplier.real
        }
    }
}

extension FixedPoint {
    /// For statistics only.
    fileprivate var real: Double { Double(units) / Double(Self.unitsPerOne) }
}

extension Amount {
    /// For statistics only.
    fileprivate var real: Double { Double(units) / Double(Self.unitsPerOne) }
}
