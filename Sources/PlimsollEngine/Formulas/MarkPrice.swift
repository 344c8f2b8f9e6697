public import PlimsollModel

/// The index carried to the next settlement by the funding rate ("P1").
///
///     P1 = index × (1 + rate × time to funding ÷ interval)
///
/// - Parameters:
///   - index: Greater than zero.
///   - fundingRate: Per interval.
///   - timeToFunding: Milliseconds, not negative.
///   - interval: Milliseconds, greater than zero.
/// - Returns: Rounded half-up to eight decimals.
///
/// Spec: MARK-002. Vectors: `mark_price.json` MARK_PRICE_1.
public func fundingBasisPrice(
    index: Price,
    fundingRate: Rate,
    timeToFunding: Int64,
    interval: Int64
) -> Price {
    let scaledRate = product(fundingRate.units, timeToFunding)
    let basis = multiplyDivide(
        Int128(index.units),
        by: scaledRate,
        over: product(Rate.unitsPerOne, interval),
        rounding: .halfUp
    )
    return index + Price(units: Int64(basis))
}

/// The mark price that a market's method makes of the three prices.
///
/// Spec: MARK-006.
public func markPrice(
    _ method: MarkMethod,
    fundingBasis: Price,
    averageBasis: Price,
    last: Price
) -> Price {
    switch method {
    case .median: median(fundingBasis, averageBasis, last)
    case .averageBasis: averageBasis
    case .fundingBasis: fundingBasis
    case .lastTrade: last
    }
}

/// The middle one of three prices.
///
/// No single trade, quote or source can move it far, which is why it and not the last price decides
/// about liquidation.
///
/// Spec: MARK-001. Vectors: `mark_price.json`.
public func median(_ first: Price, _ second: Price, _ third: Price) -> Price {
    max(min(first, second), min(max(first, second), third))
}
