import PlimsollEngine
import PlimsollModel
import PlimsollTestSupport
import Testing

/// The premium of the book becomes the funding rate.
@Suite(.computesForLong) struct `Funding from the premium` {
    private static let hour: Int64 = 3_600_000
    /// Midnight, UTC.
    private static let midnight = Timestamp(milliseconds: 1_746_057_600_000)

    static func terms(
        hours: Int64 = 8,
        impactNotional: Price = Price(5000),
        averaging: PremiumAveraging = .linear
    ) -> FundingTerms {
        FundingTerms(
            intervalMilliseconds: hours * hour,
            rate: number("0.0001"),
            interest: number("0.0001"),
            clamp: number("0.0005"),
            cap: number("0.003"),
            impactNotional: impactNotional,
            averaging: averaging
        )
    }

    /// A venue at midnight whose rate follows the premium, at an index of 10,000.
    private func venue(_ terms: FundingTerms = terms(), index: String = "10000") -> Venue {
        var rules = TestRules.simple()
        rules.funding = terms
        rules.limits.quantityMax = Quantity(10_000_000)
        rules.limits.marketQuantityMax = Quantity(10_000_000)
        rules.limits.priceBand = number("0.99")
        var venue = Venue([rules])
        venue.time = Self.midnight
        venue.index(index)
        return venue
    }

    private func settlements(_ events: [Event]) -> [FundingSettled] {
        events.compactMap { if case .fundingSettled(let settled) = $0 { settled } else { nil } }
    }

    /// A premium of exactly this much: both sides of the book on one side of the index.
    private func quote(_ venue: inout Venue, _ market: AccountID, bid: String, ask: String) {
        venue.perform(.cancelAllOrders(market, TestRules.first))
        venue.place(market, .buy, "1000", at: bid)
        venue.place(market, .sell, "1000", at: ask)
    }

    // MARK: Published figures

    struct Book: Sendable, CustomTestStringConvertible {
        var bids: [(String, String)]
        var asks: [(String, String)]
        var index: String
        var impactNotional: Int
        /// In parts of a million.
        var premium: Int64

        var testDescription: String { "\(bids) \(asks) at \(index)" }
    }

    /// dYdX, memclob_get_premium_price_test.go; what a limit of theirs cuts off is left out.
    private static let books = [
        Book(
            bids: [("9999", "1")],
            asks: [("10001", "1")],
            index: "10000",
            impactNotional: 5000,
            premium: 0
        ),
        Book(
            bids: [("9999", "1")],
            asks: [("10001", "0.1"), ("10001.5", "0.1"), ("10002", "1")],
            index: "10003",
            impactNotional: 5000,
            premium: -129
        ),
        Book(
            bids: [("9999", "1")],
            asks: [("10001", "1")],
            index: "10001.9",
            impactNotional: 5000,
            premium: -89
        ),
        Book(
            bids: [("9999.9", "0.1"), ("9999.5", "1"), ("9999", "1")],
            asks: [("10001", "1")],
            index: "9999.82",
            impactNotional: 5000,
            premium: 0
        ),
        Book(
            bids: [("9999.8", "0.1")],
            asks: [("10000.1", "1")],
            index: "9999.5",
            impactNotional: 2000,
            premium: 0
        ),
        Book(
            bids: [("9999.8", "0.1")],
            asks: [("10000.1", "0.1")],
            index: "10000",
            impactNotional: 2000,
            premium: 0
        ),
        Book(
            bids: [("9999.8", "1")],
            asks: [("10000.1", "0.1")],
            index: "9999",
            impactNotional: 5000,
            premium: 80
        ),
        Book(
            bids: [("9999.8", "0.1")],
            asks: [("10000.1", "1")],
            index: "10001",
            impactNotional: 5000,
            premium: -89
        ),
    ]

    @Test(arguments: books)
    func `samples the published books`(book: Book) {
        // Without interest and clamp the rate is the premium itself.
        let terms = FundingTerms(
            intervalMilliseconds: 8 * Self.hour,
            rate: .zero,
            impactNotional: Price(book.impactNotional)
        )
        var venue = venue(terms, index: book.index)
        let market = venue.openAccount(.recordedMarket)
        for (price, quantity) in book.bids { venue.place(market, .buy, quantity, at: price) }
        for (price, quantity) in book.asks { venue.place(market, .sell, quantity, at: price) }
        let events = venue.pass(milliseconds: 5000)
        // Eight decimals are told; the figures were cut off at six.
        let told = events.prices?.estimatedFundingRate.units ?? .max
        #expect(told / 100 == book.premium)
    }

    @Test func `is the interest while the premium is close to it`() {
        // Premium in [−0.04 %, 0.06 %] at an index of 10,000; beyond, 0.05 % back towards it.
        let cases = [
            ("9996", "-0.0004", "0.0001"), ("9995", "-0.0005", "0"), ("10000", "0", "0.0001"),
            ("10006", "0.0006", "0.0001"), ("10007", "0.0007", "0.0002"),
            ("10100", "0.01", "0.003"), ("9900", "-0.01", "-0.003"),
        ]
        for (price, premium, rate) in cases {
            var venue = venue()
            let market = venue.openAccount(.recordedMarket)
            let tick: Price = number("0.01")
            let touch: Price = number(price)
            let isAbove = touch > Price(10_000)
            quote(
                &venue,
                market,
                bid: (isAbove ? touch : touch - tick).description,
                ask: (isAbove ? touch + tick : touch).description
            )
            let events = venue.pass(milliseconds: 8 * Self.hour)
            #expect(settlements(events).map(\.rate) == [number(rate)], "premium \(premium)")
        }
    }

    @Test func `carries the index to the next settlement`() {
        // 10,000 at 0.03 % with four of eight hours left: 10,001.5.
        let terms = FundingTerms(intervalMilliseconds: 8 * Self.hour, rate: number("0.0003"))
        var venue = venue(terms)
        _ = venue.pass(milliseconds: 4 * Self.hour)
        #expect(venue.index("10000").prices?.fundingBasisPrice == number("10001.5"))
    }

    @Test func `the premium of inverse contracts is that of the coins they buy`() {
        var terms = Self.terms(impactNotional: Price(3000))
        terms.interest = .zero
        terms.clamp = .zero
        terms.cap = .zero
        var rules = TestRules.inverse()
        rules.funding = terms
        rules.limits.priceBand = number("0.99")
        var venue = Venue([rules])
        venue.time = Self.midnight
        venue.index("1000")
        let market = venue.openAccount(.recordedMarket)
        // 1,000 dollars at 1,250 and 2,000 at 1,000 buy 0.8 and 2 coins: 3,000 for 2.8.
        venue.place(market, .buy, "1000", at: "1250")
        venue.place(market, .buy, "5000", at: "1000")
        let told = venue.pass(milliseconds: 5000)
        #expect(told.prices?.estimatedFundingRate == number("0.07142857"))
        // The asks alone, below: 1,000 at 800 and 2,000 at 1,000 for 1.25 and 2 coins.
        venue.perform(.cancelAllOrders(market, TestRules.first))
        venue.place(market, .sell, "1000", at: "800")
        venue.place(market, .sell, "1999", at: "1000")
        let thin = venue.pass(milliseconds: 5000)
        #expect(thin.prices?.estimatedFundingRate == number("0.02380952"))
        venue.place(market, .sell, "1", at: "1000")
        let full = venue.pass(milliseconds: 5000)
        // (0.07142857 − 3 × 0.07692307) ÷ 6.
        #expect(full.prices?.estimatedFundingRate == number("-0.02655677"))
    }

    // MARK: Averages

    /// Premium 0.2 % for the first sample, 0.8 % for the next two.
    private func threeSamples(_ averaging: PremiumAveraging) -> Rate? {
        var terms = Self.terms(averaging: averaging)
        terms.interest = .zero
        terms.clamp = .zero
        terms.cap = .zero
        var venue = venue(terms)
        let market = venue.openAccount(.recordedMarket)
        quote(&venue, market, bid: "10020", ask: "10021")
        _ = venue.pass(milliseconds: 5000)
        quote(&venue, market, bid: "10080", ask: "10081")
        return venue.pass(milliseconds: 10_000).prices?.estimatedFundingRate
    }

    @Test func `weighs the later samples more, or all the same`() {
        // (1 × 0.2 + 2 × 0.8 + 3 × 0.8) ÷ 6, and (0.2 + 0.8 + 0.8) ÷ 3.
        #expect(threeSamples(.linear) == number("0.007"))
        #expect(threeSamples(.mean) == number("0.006"))
    }

    @Test func `is the same whether samples are taken together or one by one`() {
        var random = TestRandom(seed: 31)
        for _ in 0..<200 {
            var together = PremiumAverage()
            var single = PremiumAverage()
            for _ in 0..<random.below(6) {
                let premium = Rate(units: Int64(random.below(2_000_001)) - 1_000_000)
                let count = Int64(random.below(50))
                together.add(premium, times: count)
                for _ in 0..<count { single.add(premium, times: 1) }
            }
            #expect(together == single)
        }
        // A year of samples of a millisecond at the largest premium is still a number.
        var longest = PremiumAverage()
        longest.add(Rate(units: Rate.unitsPerOne - 1), times: 366 * 86_400_000)
        #expect(longest.value(.linear) == Rate(units: Rate.unitsPerOne - 1))
        #expect(longest.value(.mean) == Rate(units: Rate.unitsPerOne - 1))
    }

    @Test func `a gap of hours settles as second by second would`() {
        var rates: [[Rate]] = []
        for step in [1000, 5000, 777_000, 20 * Self.hour] as [Int64] {
            var venue = venue()
            let market = venue.openAccount(.recordedMarket)
            quote(&venue, market, bid: "10012.34", ask: "10012.35")
            var settled: [Rate] = []
            var left = 20 * Self.hour
            while left > 0 {
                let events = venue.pass(milliseconds: min(step, left))
                settled += settlements(events).map(\.rate)
                left -= step
            }
            rates.append(settled)
        }
        // 0.1234 % less 0.05 %.
        let rate: Rate = number("0.000734")
        for settled in rates { #expect(settled == [rate, rate]) }
    }

    @Test func `settles the rate that it told, and begins anew`() {
        var venue = venue()
        let market = venue.openAccount(.recordedMarket)
        quote(&venue, market, bid: "10020", ask: "10021")
        let before = venue.pass(milliseconds: 8 * Self.hour - 1)
        #expect(before.prices?.fundingRate == number("0.0001"))
        #expect(before.prices?.estimatedFundingRate == number("0.0015"))
        venue.perform(.cancelAllOrders(market, TestRules.first))
        let events = venue.pass(milliseconds: 1)
        // The last of 5,760 samples met an empty book.
        let average = number("0.002", Rate.self).units * (5760 * 5759 / 2) / (5760 * 5761 / 2)
        let rate = Rate(units: average - 50_000)
        #expect(settlements(events).map(\.rate) == [rate])
        #expect(events.prices?.estimatedFundingRate == rate)
        let after = venue.pass(milliseconds: 1000)
        #expect(after.prices?.fundingRate == rate)
        #expect(after.prices?.estimatedFundingRate == number("0.0001"))
        // The next interval is carried by the rate that was settled.
        let basis = fundingBasisPrice(
            index: Price(10_000),
            fundingRate: rate,
            timeToFunding: 8 * Self.hour - 1000,
            interval: 8 * Self.hour
        )
        #expect(after.prices?.fundingBasisPrice == basis)
    }

    @Test func `a thin book and an empty one have no premium`() {
        var venue = venue()
        let market = venue.openAccount(.recordedMarket)
        #expect(venue.pass(milliseconds: 5000).prices?.estimatedFundingRate == number("0.0001"))
        // 4,999 and a bit on each side.
        venue.place(market, .buy, "0.4", at: "12497")
        #expect(venue.pass(milliseconds: 5000).prices?.estimatedFundingRate == number("0.0001"))
        venue.place(market, .buy, "0.001", at: "12496")
        // 5,000 at 12,496.99: a quarter above the index, the third of three samples.
        #expect(venue.pass(milliseconds: 5000).prices?.estimatedFundingRate == number("0.003"))
    }

    // MARK: Changes on the way

    @Test func `an interval of eight hours becomes four and then one, and keeps its samples`() {
        var venue = venue()
        let market = venue.openAccount(.recordedMarket)
        quote(&venue, market, bid: "10020", ask: "10021")
        _ = venue.pass(milliseconds: Self.hour)
        var told = venue.perform(
            .changeRules(.setFunding(TestRules.first, Self.terms(hours: 4)))
        )
        #expect(
            told.prices?.nextFundingTime == Self.midnight.advanced(byMilliseconds: 4 * Self.hour)
        )
        #expect(told.prices?.estimatedFundingRate == number("0.00075"))
        #expect(told.prices?.fundingRate == number("0.0001"))
        _ = venue.pass(milliseconds: Self.hour + 1)
        told = venue.perform(.changeRules(.setFunding(TestRules.first, Self.terms(hours: 1))))
        #expect(
            told.prices?.nextFundingTime == Self.midnight.advanced(byMilliseconds: 3 * Self.hour)
        )
        let events = venue.pass(milliseconds: 2 * Self.hour)
        let settled = settlements(events)
        #expect(settled.map(\.rate) == [number("0.0001875"), number("0.0001875")])
        #expect(
            settled.map(\.time)
                == [3, 4].map {
                    Self.midnight.advanced(byMilliseconds: $0 * Self.hour)
                }
        )
    }

    @Test func `the interest is that of eight hours, whatever the interval`() {
        for (hours, rate) in [(8, "0.0001"), (4, "0.00005"), (1, "0.0000125")] as [(Int64, String)]
        {
            var venue = venue(Self.terms(hours: hours))
            let events = venue.pass(milliseconds: hours * Self.hour)
            #expect(settlements(events).map(\.rate) == [number(rate)])
        }
    }

    @Test func `a premium of one per cent costs an eighth of its rate each hour`() {
        // Hyperliquid: 1 % less 0.05 % in eight hours.
        var terms = Self.terms(hours: 1)
        terms.cap = number("0.04")
        #expect(fundingRate(premium: number("0.01"), terms: terms) == number("0.0011875"))
        terms.intervalMilliseconds *= 8
        #expect(fundingRate(premium: number("0.01"), terms: terms) == number("0.0095"))
        // The cap holds for the interval: five times the premium is cut off only where it is whole.
        #expect(fundingRate(premium: number("0.05"), terms: terms) == number("0.04"))
        terms.intervalMilliseconds /= 8
        #expect(fundingRate(premium: number("0.05"), terms: terms) == number("0.0061875"))
    }

    @Test func `a rate that is set stays until the rules are set again`() {
        var venue = venue()
        let market = venue.openAccount(.recordedMarket)
        quote(&venue, market, bid: "10020", ask: "10021")
        let told = venue.perform(.setFundingRate(TestRules.first, number("-0.01")))
        #expect(told.prices?.estimatedFundingRate == number("-0.01"))
        var settled = settlements(venue.pass(milliseconds: 17 * Self.hour))
        #expect(settled.map(\.rate) == [number("-0.01"), number("-0.01")])
        venue.perform(.changeRules(.setFunding(TestRules.first, Self.terms())))
        settled = settlements(venue.pass(milliseconds: 8 * Self.hour))
        #expect(settled.map(\.rate) == [number("0.0015")])
    }

    @Test func `impossible rules are refused while it trades`() {
        var venue = venue()
        let before = venue.engine.snapshot()
        var terms = Self.terms()
        terms.intervalMilliseconds = 0
        let events = venue.perform(.changeRules(.setFunding(TestRules.first, terms)))
        #expect(events.refusal == .impossibleRules && events.count == 1)
        #expect(before.dropFirst(25) == venue.engine.snapshot().dropFirst(25))
        let other = InstrumentID(rawValue: 7)
        let unknown = venue.perform(.changeRules(.setFunding(other, Self.terms())))
        #expect(unknown.refusal == .unknownInstrument)
    }

    @Test func `no sample is taken while the index is stale`() {
        var rules = TestRules.simple()
        rules.funding = Self.terms()
        rules.index = IndexTerms(staleAfterMilliseconds: 10_000)
        rules.limits.priceBand = number("0.99")
        var venue = Venue([rules])
        venue.time = Self.midnight
        venue.index("10000")
        let market = venue.openAccount(.recordedMarket)
        quote(&venue, market, bid: "10020", ask: "10021")
        let events = venue.pass(milliseconds: 8 * Self.hour)
        // Two samples stand for the whole interval, and the mark price is the one of ten seconds in.
        #expect(settlements(events).map(\.rate) == [number("0.0015")])
        quote(&venue, market, bid: "10000", ask: "10001")
        let spoken = venue.index("10000")
        #expect(spoken.prices?.estimatedFundingRate == number("0.0001"))
    }

    // MARK: Marks

    @Test func `the mark price is made as the rules say`() {
        let cases: [(MarkMethod, String)] = [
            (.median, "10001.5"), (.averageBasis, "10030"), (.fundingBasis, "10001.5"),
            (.lastTrade, "9990"),
        ]
        for (method, mark) in cases {
            var rules = TestRules.simple()
            rules.mark.method = method
            rules.funding.rate = number("0.0003")
            rules.limits.priceBand = number("0.99")
            var venue = Venue([rules])
            venue.time = Self.midnight
            #expect(venue.index("10000").prices?.mark != nil)
            let market = venue.openAccount(.recordedMarket)
            let buyer = venue.openAccount(.recordedMarket)
            venue.place(market, .sell, "1", at: "9990")
            venue.place(buyer, .buy, "1", at: "9990")
            quote(&venue, market, bid: "10029", ask: "10031")
            let events = venue.pass(milliseconds: 4 * Self.hour)
            #expect(events.prices?.mark == number(mark), "\(method)")
            // With one side gone the index stands in for the average basis.
            if method == .averageBasis {
                venue.perform(.cancelAllOrders(market, TestRules.first))
                venue.place(market, .buy, "1", at: "10029")
                #expect(venue.index("10000").prices?.mark == Price(10_000))
            }
        }
    }
}
