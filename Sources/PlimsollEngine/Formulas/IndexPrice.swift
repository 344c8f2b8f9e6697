public import PlimsollModel

/// What one source of an index says.
public struct IndexQuote: BitwiseCopyable, Hashable, Sendable {
    /// Greater than zero.
    public var price: Price
    /// Greater than zero.
    public var weight: UInt16

    public init(price: Price, weight: UInt16) {
        self.price = price
        self.weight = weight
    }
}

/// The index price that several sources lead to.
///
///     index = Σ weight × price ÷ Σ weight, over the sources no further than deviationMax × median
///             from the median of all
///
/// One source that errs does not count. Where more than one stands apart, nobody can tell who errs,
/// and the median of all is the index.
///
/// - Parameters:
///   - quotes: Of the sources that are not silent, in any order; at least one.
///   - deviationMax: 0.05 is 5 %; zero for no limit.
/// - Returns: Rounded half-up to eight decimals.
///
/// Spec: INDX-001, INDX-002.
public func indexPrice(of quotes: borrowing Span<IndexQuote>, deviationMax: Rate) -> Price {
    let middle = medianPrice(of: quotes)
    let limit = deviationMax.isZero ? Int128.max : product(deviationMax.units, middle.units)
    var sum: Int128 = 0
    var weights: Int128 = 0
    var deviatingCount = 0
    for place in quotes.indices {
        let quote = quotes[place]
        // Both sides times one, so that the limit itself is not rounded.
        let distance = product((quote.price - middle).magnitude.units, Rate.unitsPerOne)
        if distance > limit {
            deviatingCount += 1
        } else {
            sum += product(quote.price.units, Int64(quote.weight))
            weights += Int128(quote.weight)
        }
    }
    guard deviatingCount <= 1, weights > 0 else { return middle }
    return Price(units: Int64(divide(sum, by: weights, rounding: .halfUp)))
}

/// The middle price of an odd number of quotes, the mean of the two middle ones of an even number.
///
/// Weights do not matter: each source is one voice about where the market is.
///
/// - Parameter quotes: In any order; at least one.
/// - Returns: Rounded half-up to eight decimals.
///
/// Spec: INDX-001.
public func medianPrice(of quotes: borrowing Span<IndexQuote>) -> Price {
    precondition(!quotes.isEmpty, "an index has a source")
    let upper = price(ranked: quotes.count / 2, among: quotes)
    guard quotes.count % 2 == 0 else { return upper }
    let lower = price(ranked: quotes.count / 2 - 1, among: quotes)
    let sum = Int128(lower.units) + Int128(upper.units)
    return Price(units: Int64(divide(sum, by: 2, rounding: .halfUp)))
}

/// The price that would stand at a place if the quotes were sorted.
private func price(ranked rank: Int, among quotes: borrowing Span<IndexQuote>) -> Price {
    // Counting instead of sorting: an index has a handful of sources, and nothing is allocated.
    for place in quotes.indices {
        let candidate = quotes[place].price
        var lessCount = 0
        var equalCount = 0
        for other in quotes.indices {
            if quotes[other].price < candidate { lessCount += 1 }
            if quotes[other].price == candidate { equalCount += 1 }
        }
        if (lessCount..<lessCount + equalCount).contains(rank) { return candidate }
    }
    preconditionFailure("one of the quotes has each rank")
}
