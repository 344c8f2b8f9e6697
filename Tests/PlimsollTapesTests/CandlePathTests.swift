import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollTapes

/// Numbers for random tests that need no quality, from a seed that a failure prints.
struct TestNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(_ range: ClosedRange<Int64>) -> Int64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let width = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int64((state >> 11) % width)
    }
}

@Suite(.computesForLong) struct `The path through a candle` {
    /// A candle with four random prices in order, often with some of them equal.
    static func randomCandle(_ numbers: inout TestNumbers) -> TapeCandle {
        let low = numbers.next(1_000_000...10_000_000_000)
        let width = numbers.next(0...3) == 0 ? 0 : numbers.next(0...low)
        func inside() -> Int64 {
            switch numbers.next(0...3) {
            case 0: low
            case 1: low + width
            default: low + numbers.next(0...width)
            }
        }
        let volume =
            numbers.next(0...5) == 0 ? numbers.next(0...1 << 31) : numbers.next(0...1 << 50)
        return TapeCandle(
            openTime: Timestamp(milliseconds: 1_746_373_020_000),
            open: Price(units: inside()),
            high: Price(units: low + width),
            low: Price(units: low),
            close: Price(units: inside()),
            volume: Quantity(units: volume)
        )
    }

    @Test(arguments: [MarketRules(), .layer, .ether])
    func `touches the four prices, stays within the candle and keeps to the tick`(
        market: MarketRules
    ) throws {
        let limits = ReplayLimits(try market.rules())
        var numbers = TestNumbers(seed: 7)
        for round in 0..<2000 {
            let candle = Self.randomCandle(&numbers)
            let path = CandlePath(candle, limits: limits)
            let context = "round \(round): \(candle)"
            try #require(path.prices.count == 12)
            #expect(path.prices.first == limits.onTick(candle.open), "\(context)")
            #expect(path.prices.last == limits.onTick(candle.close), "\(context)")
            #expect(path.prices.max() == limits.onTick(candle.high), "\(context)")
            #expect(path.prices.min() == limits.onTick(candle.low), "\(context)")
            #expect(path.prices.allSatisfy { $0.isMultiple(of: market.tick) }, "\(context)")
        }
    }

    @Test(arguments: [MarketRules(), .layer, .ether])
    func `prints the candle's volume exactly, in orders that are large enough`(
        market: MarketRules
    ) throws {
        let limits = ReplayLimits(try market.rules())
        var numbers = TestNumbers(seed: 8)
        var thinCount = 0
        for round in 0..<2000 {
            let candle = Self.randomCandle(&numbers)
            let path = CandlePath(candle, limits: limits)
            let context = "round \(round): \(candle)"
            let printed = path.prints.reduce(Quantity.zero, +)
            let recorded = limits.onStep(candle.volume)
            if printed != recorded {
                // Too little for one valid order at each of the four prices.
                let least = [0, 3, 8, 11].reduce(Quantity.zero) {
                    $0 + limits.quantityMin(at: path.prices[$1])
                }
                #expect(recorded < least && printed <= least, "\(context)")
                thinCount += 1
            }
            #expect(recorded > .zero || printed == .zero, "\(context)")
            for (price, print) in zip(path.prices, path.prints) where print > .zero {
                #expect(print.isMultiple(of: market.step), "\(context)")
                #expect(
                    Amount(price, times: print) >= Amount(market.notionalMin, times: Quantity(1)),
                    "\(context)"
                )
            }
            if recorded > .zero {
                let prices = zip(path.prices, path.prints).filter { $0.1 > .zero }.map(\.0)
                #expect(prices.first == path.prices.first, "\(context)")
                #expect(prices.last == path.prices.last, "\(context)")
                #expect(prices.max() == path.prices.max(), "\(context)")
                #expect(prices.min() == path.prices.min(), "\(context)")
            }
        }
        #expect(thinCount > 0)
    }

    @Test func `goes to the nearer extreme first`() throws {
        let limits = ReplayLimits(try MarketRules().rules())
        let nearLow = CandlePath(
            try candle(0, "10", "14", "9", "12", "100"),
            limits: limits
        )
        #expect(nearLow.prices[3] == Price(9))
        #expect(nearLow.prices[8] == Price(14))
        let nearHigh = CandlePath(
            try candle(0, "13", "14", "9", "12", "100"),
            limits: limits
        )
        #expect(nearHigh.prices[3] == Price(14))
        #expect(nearHigh.prices[8] == Price(9))
        let rising = CandlePath(try candle(0, "10", "12", "8", "11", "100"), limits: limits)
        #expect(rising.prices[3] == Price(8))
        let falling = CandlePath(try candle(0, "10", "12", "8", "9", "100"), limits: limits)
        #expect(falling.prices[3] == Price(12))
    }

    @Test func `is a straight line between two anchors`() throws {
        let limits = ReplayLimits(try MarketRules().rules())
        let path = CandlePath(try candle(0, "10", "15", "9.97", "12", "100"), limits: limits)
        let expected = [
            "10", "9.99", "9.98", "9.97", "10.97", "11.98", "12.98", "13.99", "15", "14", "13",
            "12",
        ]
        #expect(path.prices == (try expected.map { try price($0) }))
    }

    @Test func `prices are rounded to the nearest tick and into the limits`() throws {
        var market = MarketRules()
        market.tick = Price(units: 10_000_000)
        let limits = ReplayLimits(try market.rules())
        #expect(limits.onTick(try price("1.04")) == (try price("1")))
        #expect(limits.onTick(try price("1.05")) == (try price("1.1")))
        #expect(limits.onTick(try price("0.00000001")) == (try price("0.1")))
        #expect(limits.onTick(try price("90000000000")) == (try price("2000000")))
    }
}

@Suite(.computesForLong) struct `Sizes of the replay` {
    @Test func `a total is cut into orders that the rules allow and loses nothing`() throws {
        var market = MarketRules()
        market.quantityMax = Quantity(100)
        let limits = ReplayLimits(try market.rules())
        var numbers = TestNumbers(seed: 9)
        for _ in 0..<500 {
            let total = Quantity(units: numbers.next(1...40_000) * market.step.units * 100)
            let pieces = limits.pieces(total, countMax: 50)
            #expect(pieces.reduce(.zero, +) == total)
            #expect(pieces.allSatisfy { $0 <= Quantity(100) && $0.isMultiple(of: market.step) })
            let (least, most) = (pieces.min() ?? .zero, pieces.max() ?? .zero)
            #expect(most - least <= market.step)
        }
        #expect(limits.pieces(Quantity(1_000_000), countMax: 50).count == 50)
        #expect(limits.pieces(.zero, countMax: 50).isEmpty)
    }

    @Test func `the smallest order is worth the smallest notional and no step more`() throws {
        let market = MarketRules.layer
        let limits = ReplayLimits(try market.rules())
        var numbers = TestNumbers(seed: 10)
        for _ in 0..<500 {
            let price = Price(units: numbers.next(1...2_000_000) * market.tick.units)
            let least = limits.quantityMin(at: price)
            let notional = Amount(market.notionalMin, times: Quantity(1))
            #expect(least.isMultiple(of: market.step))
            #expect(Amount(price, times: least) >= notional || least == market.quantityMax)
            #expect(Amount(price, times: least - market.step) < notional || least == market.step)
        }
    }
}
