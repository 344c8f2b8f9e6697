import PlimsollAgents
import PlimsollModel
import PlimsollTestSupport
import Testing

@testable import PlimsollNode

@Suite(.computesForLong) struct `Statistics of a market` {
    @Test func `know a bell curve from fat tails`() {
        // As many values of each size as a binomial of four throws: its kurtosis is 2.5.
        let bell = Series([-2, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2])
        #expect(abs(bell.kurtosis - 2.5) < 1e-9)
        #expect(abs(bell.deviation - 1) < 1e-9)
        let fat = Series([Double](repeating: 0, count: 98) + [-10, 10])
        #expect(abs(fat.kurtosis - 50) < 1e-9)
    }

    @Test func `know what leans back and what comes in clusters`() {
        let back = StylisedFacts(closes: (0..<400).map { $0.isMultiple(of: 2) ? 100 : 101 })
        #expect(back.autocorrelation < -0.9)
        // Wild and quiet hours in turn.
        var closes = [100.0]
        for minute in 0..<2_400 {
            let size = (minute / 60).isMultiple(of: 2) ? 0.01 : 0.001
            closes.append(closes[minute] * (minute * 7 % 13 < 6 ? 1 + size : 1 - size))
        }
        let clustered = StylisedFacts(closes: closes).clustering
        #expect(clustered[0] > 0.9)
        #expect(clustered[2] < 0)
    }

    @Test func `of a price that stands are nothing and not a division`() {
        let facts = StylisedFacts(closes: [Double](repeating: 100, count: 50))
        #expect(facts.minuteDeviation == 0 && facts.minuteKurtosis == 0)
        #expect(facts.autocorrelation == 0 && facts.clustering == [0, 0, 0])
        #expect(Series([]).quantile(0.5) == 0)
        #expect(Series([1, 2, 3, 4]).quantile(0.5) == 3)
        #expect(Series([1, 2, 3]).correlation(with: Series([2, 4, 6])) > 0.999)
        #expect(Series([1, 2, 3]).correlation(with: Series([5, 5, 5])) == 0)
    }
}

@Suite(.computesForLong) struct `A check of a market` {
    private func survey() throws -> MarketSurvey {
        var composition = MarketComposition.standard
        composition.instruments = [InstrumentCourse(symbol: try NodeFixture.symbol())]
        composition.noise.count = 2
        composition.leveragedCrowd.count = 20
        guard let rules = simpleRules else { throw RulesMissing() }
        return try MarketSurvey(
            rules: rules,
            composition: composition,
            seed: 3,
            minutes: 5,
            log: NodeFixture().log
        )
    }

    @Test func `shows what falls outside, with its range`() throws {
        var survey = try survey()
        #expect(survey.instruments.map(\.closes.count) == [5])
        #expect(survey.instruments[0].tradeCount > 0 && survey.brokenInvariants.isEmpty)
        func findings(_ property: String) -> [MarketCheck.Finding] {
            MarketCheck(survey).findings.filter { $0.property == property }
        }
        #expect(findings("moments with crossed touches").map(\.holds) == [true])
        survey.instruments[0].crossedCount = 1
        survey.instruments[0].spreads = [0.01]
        survey.instruments[0].silence = 61_000
        #expect(findings("moments with crossed touches").map(\.holds) == [false])
        #expect(findings("median spread").map(\.holds) == [false])
        #expect(findings("seconds without a trade").map(\.holds) == [false])
        #expect(MarketCheck(survey).failures.contains { $0.property == "median spread" })
    }

    @Test func `speaks of hours only after a week`() throws {
        var survey = try survey()
        func speaksOfHours() -> Bool {
            MarketCheck(survey).findings.contains { $0.property.contains("hour") }
        }
        #expect(!speaksOfHours())
        survey.minutes = 7 * 1_440
        #expect(speaksOfHours())
    }
}
