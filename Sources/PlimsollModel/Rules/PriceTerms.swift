/// How the samples of a premium are averaged over a funding interval.
public enum PremiumAveraging: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The later a sample, the more it weighs: its number in the interval.
    case linear = 0
    case mean = 1
}

/// The price at which a position is valued for its funding.
public enum FundingNotional: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case mark = 0
    case index = 1
}

/// How funding is reckoned and when it is settled.
///
/// Spec: FUND-001, FUND-005 to FUND-007.
public struct FundingTerms: BitwiseCopyable, Hashable, Sendable {
    /// Between settlements, which fall on whole multiples of it since 1970.
    public var intervalMilliseconds: Int64
    /// The rate per interval until another is set or reckoned.
    public var rate: Rate
    /// The rate without a premium, per eight hours.
    public var interest: Rate
    /// How far the rate of eight hours may follow the interest instead of the premium.
    public var clamp: Rate
    /// Largest magnitude of the rate per interval; zero for none.
    public var cap: Rate
    /// What is filled on each side of the book to learn the premium, in quote units, counted in
    /// 10⁻⁸; zero where the rate is fixed.
    public var impactNotional: Price
    public var averaging: PremiumAveraging
    public var notional: FundingNotional

    public init(
        intervalMilliseconds: Int64,
        rate: Rate,
        interest: Rate = .zero,
        clamp: Rate = .zero,
        cap: Rate = .zero,
        impactNotional: Price = .zero,
        averaging: PremiumAveraging = .linear,
        notional: FundingNotional = .mark
    ) {
        self.intervalMilliseconds = intervalMilliseconds
        self.rate = rate
        self.interest = interest
        self.clamp = clamp
        self.cap = cap
        self.impactNotional = impactNotional
        self.averaging = averaging
        self.notional = notional
    }
}

/// What the mark price is made of.
///
/// Spec: MARK-006.
public enum MarkMethod: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The middle one of funding basis, average basis and last price.
    case median = 0
    /// The index and the moving average of `mid − index`.
    case averageBasis = 1
    /// The index carried to the next settlement by the funding rate.
    case fundingBasis = 2
    case lastTrade = 3
}

public struct MarkPriceTerms: BitwiseCopyable, Hashable, Sendable {
    /// Venue time between two mark prices.
    public var intervalMilliseconds: Int64
    /// Venue time between two samples of the basis `mid − index`, and of the premium.
    public var sampleIntervalMilliseconds: Int64
    /// Samples in the moving average, 1 to 60.
    public var sampleCount: UInt8
    public var method: MarkMethod

    public init(
        intervalMilliseconds: Int64 = 1000,
        sampleIntervalMilliseconds: Int64 = 5000,
        sampleCount: UInt8 = 30,
        method: MarkMethod = .median
    ) {
        self.intervalMilliseconds = intervalMilliseconds
        self.sampleIntervalMilliseconds = sampleIntervalMilliseconds
        self.sampleCount = sampleCount
        self.method = method
    }
}

/// Where an index price comes from, and what protects it.
///
/// Spec: INDX-001 to INDX-003.
public struct IndexTerms: BitwiseCopyable, Hashable, Sendable {
    /// Sources an index may have.
    public static let sourceCountMax = 8

    /// The weight of each source in the low to the high sixteen bits of two words.
    private var lowWeights: UInt64
    private var highWeights: UInt64
    /// A source further than this from the median of all does not count; zero for no limit.
    public var deviationMax: Rate
    /// A source silent for longer does not count; zero for no limit.
    public var staleAfterMilliseconds: Int64

    /// - Parameters:
    ///   - weights: Of the sources, in the order of their numbers; at most eight.
    ///   - deviationMax: 0.05 is 5 %.
    ///   - staleAfterMilliseconds: Not negative.
    public init(
        weights: [UInt16] = [1],
        deviationMax: Rate = .zero,
        staleAfterMilliseconds: Int64 = 0
    ) {
        precondition(weights.count <= Self.sourceCountMax, "an index has at most eight sources")
        lowWeights = 0
        highWeights = 0
        self.deviationMax = deviationMax
        self.staleAfterMilliseconds = staleAfterMilliseconds
        for (source, weight) in weights.enumerated() { setWeight(weight, of: source) }
    }

    /// Zero where there is no such source.
    public func weight(of source: Int) -> UInt16 {
        guard (0..<Self.sourceCountMax).contains(source) else { return 0 }
        let word = source < 4 ? lowWeights : highWeights
        return UInt16(truncatingIfNeeded: word >> UInt64(source % 4 * 16))
    }

    public var sourceCount: Int {
        (0..<Self.sourceCountMax).count { weight(of: $0) > 0 }
    }

    private mutating func setWeight(_ weight: UInt16, of source: Int) {
        let shifted = UInt64(weight) << UInt64(source % 4 * 16)
        if source < 4 { lowWeights |= shifted } else { highWeights |= shifted }
    }
}

extension IndexTerms {
    func encode(into sink: inout some WireSink) {
        sink.put(lowWeights)
        sink.put(highWeights)
        sink.put(deviationMax)
        sink.put(staleAfterMilliseconds)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        lowWeights = try reader.integer()
        highWeights = try reader.integer()
        deviationMax = try reader.number()
        staleAfterMilliseconds = try reader.integer()
    }
}

extension FundingTerms {
    func encode(into sink: inout some WireSink) {
        sink.put(intervalMilliseconds)
        sink.put(rate)
        sink.put(interest)
        sink.put(clamp)
        sink.put(cap)
        sink.put(impactNotional)
        sink.put(averaging)
        sink.put(notional)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        intervalMilliseconds = try reader.integer()
        rate = try reader.number()
        interest = try reader.number()
        clamp = try reader.number()
        cap = try reader.number()
        impactNotional = try reader.number()
        averaging = try reader.choice()
        notional = try reader.choice()
    }
}

extension MarkPriceTerms {
    func encode(into sink: inout some WireSink) {
        sink.put(intervalMilliseconds)
        sink.put(sampleIntervalMilliseconds)
        sink.put(sampleCount)
        sink.put(method)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        intervalMilliseconds = try reader.integer()
        sampleIntervalMilliseconds = try reader.integer()
        sampleCount = try reader.integer()
        method = try reader.choice()
    }
}
