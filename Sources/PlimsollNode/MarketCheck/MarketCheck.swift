internal import PlimsollAgents
internal import PlimsollModel

/// A simulated market against recorded ones: what is alike, and what is not.
public struct MarketCheck: Sendable, Encodable {
    /// One property of one instrument.
    public struct Finding: Sendable, Encodable {
        public var instrument: String
        public var property: String
        public var measured: Double
        public var expectedMin: Double
        public var expectedMax: Double
        /// Where the expectation comes from.
        public var basis: String

        public var holds: Bool { (expectedMin...expectedMax).contains(measured) }

        private enum Key: String, CodingKey {
            case instrument, property, measured, expectedMin, expectedMax, basis, holds
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(instrument, forKey: .instrument)
            try container.encode(property, forKey: .property)
            try container.encode(measured, forKey: .measured)
            try container.encode(expectedMin, forKey: .expectedMin)
            try container.encode(expectedMax, forKey: .expectedMax)
            try container.encode(basis, forKey: .basis)
            try container.encode(holds, forKey: .holds)
        }
    }

    /// What hours say is worth comparing after a week.
    private static let minutesForHours = 7 * 1_440

    public var market: String
    public var seed: UInt64
    public var minutes: Int
    public var commands: UInt64
    public var digest: String
    /// Of the books at the end, in words.
    public var brokenInvariants: [String]
    public var findings: [Finding]
    /// Numbers that no recording is compared with.
    public var notes: [Note]

    public struct Note: Sendable, Encodable {
        public var instrument: String
        public var property: String
        public var measured: Double
    }

    public var failures: [Finding] { findings.filter { !$0.holds } }

    public init(_ survey: MarketSurvey) {
        market = survey.composition.name
        seed = survey.seed
        minutes = survey.minutes
        commands = survey.commandCount
        digest = survey.digest.description
        brokenInvariants = survey.brokenInvariants
        findings = []
        notes = []
        for instrument in survey.instruments { look(at: instrument, survey.minutes) }
    }

    private mutating func look(at seen: MarketSurvey.Instrument, _ minutes: Int) {
        let name = seen.symbol.description
        let facts = StylisedFacts(closes: seen.closes)
        for (property, measured, expected) in facts.compared {
            add(name, property, measured, expected, RecordedFacts.candles)
        }
        let spread = Series(seen.spreads)
        add(name, "median spread", spread.quantile(0.5), RecordedFacts.spread, RecordedFacts.book)
        add(
            name,
            "spread of one moment in a hundred",
            spread.quantile(0.99),
            RecordedFacts.wideSpread,
            RecordedFacts.book
        )
        let returns = Series.returns(of: seen.closes, over: 60)
        let longReturns = Series.returns(of: seen.closes, over: 480)
        let carry = Series(Self.means(of: seen.fundingRates, over: 480))
        if minutes >= Self.minutesForHours {
            add(
                name,
                "kurtosis of an hour's return",
                returns.kurtosis,
                RecordedFacts.hourKurtosis,
                RecordedFacts.candles
            )
            add(
                name,
                "correlation of eight hours' move and the funding rate",
                longReturns.correlation(with: carry),
                RecordedFacts.fundingCorrelation,
                RecordedFacts.funding
            )
        }
        let always = 0.0...0.0
        let own = "a market that is open"
        add(name, "moments with a touch missing", Double(seen.emptyCount), always, own)
        add(name, "moments with crossed touches", Double(seen.crossedCount), always, own)
        add(name, "seconds without a trade", Double(seen.silence) / 1_000, 0...60, own)
        note(name, seen, returns, minutes)
    }

    /// What has no recording to be held against.
    private mutating func note(
        _ name: String,
        _ seen: MarketSurvey.Instrument,
        _ returns: Series,
        _ minutes: Int
    ) {
        let days = Double(max(1, minutes)) / 1_440
        let interest = stride(from: 0, to: seen.openInterests.count, by: 60)
            .map { seen.openInterests[$0] }
        let change = Series(zip(interest.dropFirst(), interest).map { $0 - $1 })
        let numbers = [
            ("trades a minute", Double(seen.tradeCount) / Double(max(1, minutes))),
            ("volume a day", seen.volume / days),
            ("depth within a thousandth", Series(seen.depths).quantile(0.5)),
            ("open interest", Series(seen.openInterests).mean),
            ("liquidations a day", Double(seen.liquidationCount) / days),
            ("liquidated value a day", seen.liquidatedValue / days),
            ("deviation of the premium", Series(seen.premiums).deviation),
            ("mean funding rate", Series(seen.fundingRates).mean),
            ("largest fall from a top", Self.fall(of: seen.closes)),
            (
                "correlation of an hour's wildness and its change of open interest",
                returns.magnitudes.correlation(with: change)
            ),
        ]
        notes += numbers.map { Note(instrument: name, property: $0.0, measured: $0.1) }
    }

    private mutating func add(
        _ instrument: String,
        _ property: String,
        _ measured: Double,
        _ expected: ClosedRange<Double>,
        _ basis: String
    ) {
        findings.append(
            Finding(
                instrument: instrument,
                property: property,
                measured: measured,
                expectedMin: expected.lowerBound,
                expectedMax: expected.upperBound,
                basis: basis
            )
        )
    }

    private static func means(of values: [Double], over count: Int) -> [Double] {
        stride(from: 0, to: values.count, by: count).map { start in
            Series(Array(values[start..<min(start + count, values.count)])).mean
        }
    }

    private static func fall(of prices: [Double]) -> Double {
        var top = 0.0
        var deepest = 0.0
        for price in prices {
            top = max(top, price)
            deepest = max(deepest, 1 - price / top)
        }
        return deepest
    }
}
