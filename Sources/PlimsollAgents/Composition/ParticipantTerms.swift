public import PlimsollModel

/// Who quotes both sides of every instrument.
public struct MakerTerms: Codable, Equatable, Sendable {
    public var count = 2
    public var deposit = Amount(2_000_000)
    /// What one maker shows on each side of one instrument, in a calm hour.
    public var depth = Amount(120_000)
    /// Half the distance of the first bid and offer, beyond the tick, in a calm market.
    public var halfSpread = Rate(units: 1_000)
    /// The inventory at which the quotes lean by four times the distance of two levels.
    public var inventoryScale = Amount(100_000)

    public init() {}

    var fault: String? {
        TermBounds.fault(ofDeposit: deposit, of: "makers")
            ?? TermBounds.fault("the makers' depth", depth)
            ?? TermBounds.fault("the makers' inventory scale", inventoryScale)
            ?? TermBounds.fault("the makers' half spread", halfSpread)
    }
}

/// Who trades without a view.
public struct NoiseTerms: Codable, Equatable, Sendable {
    public var count = 8
    public var deposit = Amount(1_000_000)
    /// Market orders a minute and instrument, in a calm hour.
    public var marketOrdersPerMinute = 150
    /// Limit orders near the touch a minute and instrument, in a calm hour.
    public var limitOrdersPerMinute = 50
    /// The smallest order; others are up to 250 times as large.
    public var orderSize = Amount(25)

    public init() {}

    var fault: String? {
        guard count > 0 else { return nil }
        let rates = [marketOrdersPerMinute, limitOrdersPerMinute]
        if rates.contains(where: { !(0...TermBounds.perMinuteMax).contains($0) }) {
            return "noise has 0 to \(TermBounds.perMinuteMax) orders of a kind a minute"
        }
        return TermBounds.fault(ofDeposit: deposit, of: "noise")
            ?? TermBounds.fault(ofOrder: orderSize, of: "noise")
    }
}

/// Who buys what rose and sells what fell.
public struct TrendTerms: Codable, Equatable, Sendable {
    public var count = 12
    public var deposit = Amount(50_000)
    public var orderSize = Amount(4_000)
    /// The moving average that the price is compared with, in seconds.
    public var horizonSeconds = Choices(60, 300, 1_200)
    /// How far the price must be beyond it.
    public var threshold = Rate(units: 120_000)

    public init() {}

    var fault: String? {
        guard count > 0 else { return nil }
        return TermBounds.fault(
            of: "trend followers",
            deposit,
            orderSize,
            horizonSeconds,
            threshold
        )
    }
}

/// Who sells what rose too far and buys what fell too far.
public struct ReversionTerms: Codable, Equatable, Sendable {
    public var count = 12
    public var deposit = Amount(50_000)
    public var orderSize = Amount(4_000)
    /// The moving average that the price is compared with, in seconds.
    public var horizonSeconds = Choices(120, 600, 1_800)
    /// How far the price must be beyond it.
    public var threshold = Rate(units: 200_000)

    public init() {}

    var fault: String? {
        guard count > 0 else { return nil }
        return TermBounds.fault(
            of: "mean reverters",
            deposit,
            orderSize,
            horizonSeconds,
            threshold
        )
    }
}

/// Who ties the perpetual to its index.
public struct ArbitrageTerms: Codable, Equatable, Sendable {
    public var count = 6
    public var deposit = Amount(1_000_000)
    public var orderSize = Amount(15_000)
    public var positionMax = Amount(400_000)
    /// The premium, beyond the one held for fair, that pays for fees and trouble.
    public var threshold = Rate(units: 80_000)

    public init() {}

    var fault: String? {
        guard count > 0 else { return nil }
        return TermBounds.fault(ofDeposit: deposit, of: "arbitrageurs")
            ?? TermBounds.fault(ofOrder: orderSize, of: "arbitrageurs")
            ?? TermBounds.fault("the largest position of arbitrageurs", positionMax)
            ?? TermBounds.fault("the threshold of arbitrageurs", threshold)
    }
}

/// Who pushes the price to where others are closed by force, when that pays.
public struct PredatorTerms: Codable, Equatable, Sendable {
    /// What it begins with; it gets no more.
    public var budget = Amount(2_000_000)
    /// What it must expect to gain for each unit that it expects to pay.
    public var gainPerCost = Rate(2)
    /// Whether it knows everybody's positions instead of estimating them from public trades.
    public var seesPositions = false

    public init() {}

    var fault: String? {
        if gainPerCost <= .zero || gainPerCost > Rate(1000) {
            return "what a predator must gain is not above 0 and at most 1000"
        }
        return TermBounds.fault("the budget of the predator", budget)
    }
}
