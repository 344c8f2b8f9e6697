/// Whether a scope whose margin balance equals its maintenance margin is liquidated.
public enum LiquidationBoundary: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case atMaintenance = 0
    /// Only below it.
    case belowMaintenance = 1
}

/// How much of a position one step of a liquidation sells.
public enum LiquidationStep: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Down to the cap of the next lower tier; everything in the first.
    case lowerTier = 0
    /// Down by two tiers, at most to the first.
    case twoTiers = 1
    /// A share of the position.
    case share = 2
    /// Everything at once, also where a part of it would do.
    case whole = 3
}

/// What ranks the positions that a bankrupt one is closed against.
public enum DeleveragingRank: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Profit × leverage, both at the mark price; a loss is divided by the leverage.
    case leveragedProfit = 0
    /// The same with the profit on the entry value and the leverage from the bankruptcy price.
    case leveragedProfitOnEntry = 1
    /// Profit on the initial margin.
    case leveragedReturn = 2
    /// Nothing: in the order of accounts.
    case account = 3
}

/// The price at which deleveraging closes.
public enum DeleveragingPrice: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case bankruptcy = 0
    /// The mark price where the bankruptcy price is more than 5 % away from it.
    case markWhenFar = 1
}

/// How a venue closes positions whose margin is used up.
///
/// Spec: LIQ-010, LIQ-019, LIQ-020, LIQ-023, LIQ-030, LIQ-031.
public struct LiquidationTerms: BitwiseCopyable, Hashable, Sendable {
    public var boundary: LiquidationBoundary
    public var step: LiquidationStep
    /// Of the position, for `LiquidationStep.share`.
    public var stepShare: Rate
    /// Whether maintenance is reckoned with the taker fee of closing the position.
    public var includesCloseFee: Bool
    /// The fund takes over while the notional it then holds is at most so much of its balance; below
    /// zero: as long as it has anything.
    public var takeoverRatio: Rate
    public var rank: DeleveragingRank
    public var price: DeleveragingPrice

    public init(
        boundary: LiquidationBoundary = .atMaintenance,
        step: LiquidationStep = .lowerTier,
        stepShare: Rate = Rate(units: 20_000_000),
        includesCloseFee: Bool = false,
        takeoverRatio: Rate = .one,
        rank: DeleveragingRank = .leveragedProfit,
        price: DeleveragingPrice = .bankruptcy
    ) {
        self.boundary = boundary
        self.step = step
        self.stepShare = stepShare
        self.includesCloseFee = includesCloseFee
        self.takeoverRatio = takeoverRatio
        self.rank = rank
        self.price = price
    }
}

extension LiquidationTerms {
    func encode(into sink: inout some WireSink) {
        sink.put(boundary)
        sink.put(step)
        sink.put(stepShare)
        sink.put(includesCloseFee)
        sink.put(takeoverRatio)
        sink.put(rank)
        sink.put(price)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        boundary = try reader.choice()
        step = try reader.choice()
        stepShare = try reader.number()
        includesCloseFee = try reader.bool()
        takeoverRatio = try reader.number()
        rank = try reader.choice()
        price = try reader.choice()
    }
}
