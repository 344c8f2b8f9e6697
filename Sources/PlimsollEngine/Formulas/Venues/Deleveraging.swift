public import PlimsollModel

/// How early an account's position is closed against when nobody else takes over a bankrupt one.
///
/// The highest score comes first: much profit on much leverage.
///
/// Spec: VEN-080.
public struct DeleveragingScore: BitwiseCopyable, Comparable, Hashable, Sendable {
    /// The score in 10⁻¹⁶, cut off towards zero.
    public let units: Int128

    private static let scale: Int128 = Amount.unitsPerOne
    private static let ratioMax: Int128 = 1_000_000_000

    /// Of every position where nothing ranks them.
    public static let none = DeleveragingScore(units: 0)

    public static func < (left: DeleveragingScore, right: DeleveragingScore) -> Bool {
        left.units < right.units
    }

    /// The current rule of Binance.
    ///
    ///     profit   = unrealised ÷ notional
    ///     leverage = notional ÷ margin balance
    ///     score    = profit × leverage, or profit ÷ leverage of a loss
    ///
    /// - Parameters:
    ///   - unrealizedPnL: Of the position.
    ///   - notional: At the mark price; greater than zero.
    ///   - marginBalance: What stands behind the position, its unrealised profit included.
    /// - Returns: The score; the lowest there is where nothing stands behind the position.
    ///
    /// Spec: VEN-080.
    public static func binance(
        unrealizedPnL: Amount,
        notional: Amount,
        marginBalance: Amount
    ) -> DeleveragingScore {
        precondition(notional > .zero, "a notional is a magnitude")
        guard marginBalance > .zero else { return DeleveragingScore(units: .min) }
        guard unrealizedPnL < .zero else {
            // Notional cancels out.
            return quotient(unrealizedPnL, over: marginBalance)
        }
        return DeleveragingScore(
            units: multiplyDivide(
                quotient(unrealizedPnL, over: notional).units,
                by: quotient(marginBalance, over: notional).units,
                over: scale,
                rounding: .down
            )
        )
    }

    /// The rule of BitMEX and Poloniex.
    ///
    ///     profit   = (mark value − entry value) ÷ |entry value|
    ///     leverage = |mark value| ÷ (mark value − bankruptcy value)
    ///     score    = profit × leverage, or profit ÷ leverage of a loss
    ///
    /// - Parameters:
    ///   - markValue: Of the position at the mark price, as `ContractValuation` signs it; not zero.
    ///   - entryValue: At the entry price; not zero.
    ///   - bankruptcyValue: At the bankruptcy price.
    /// - Returns: The score; the lowest there is where the position is bankrupt.
    ///
    /// Spec: VEN-080.
    public static func bitmex(
        markValue: Amount,
        entryValue: Amount,
        bankruptcyValue: Amount
    ) -> DeleveragingScore {
        precondition(!markValue.isZero && !entryValue.isZero, "a flat position has no score")
        let distance = markValue - bankruptcyValue
        guard distance > .zero else { return DeleveragingScore(units: .min) }
        let gain = markValue - entryValue
        let profit = quotient(gain, over: entryValue.magnitude)
        let leverage =
            gain < .zero
            ? quotient(distance, over: markValue.magnitude)
            : quotient(markValue.magnitude, over: distance)
        return DeleveragingScore(
            units: multiplyDivide(
                profit.units,
                by: leverage.units,
                over: scale,
                rounding: .down
            )
        )
    }

    /// The rule of Bybit.
    ///
    ///     score = unrealised ÷ initial margin
    ///
    /// - Parameters:
    ///   - unrealizedPnL: Of the position.
    ///   - initialMargin: Of the position, at its entry.
    /// - Returns: The score; the lowest there is where the position was opened for nothing.
    ///
    /// Spec: VEN-080.
    public static func leveragedReturn(
        unrealizedPnL: Amount,
        initialMargin: Amount
    ) -> DeleveragingScore {
        guard initialMargin > .zero else { return DeleveragingScore(units: .min) }
        return quotient(unrealizedPnL, over: initialMargin)
    }

    /// The rule of Binance in 2019, which is still copied.
    ///
    ///     profit = max(0, unrealised) ÷ max(1, wallet)
    ///     score  = profit × margin ratio
    ///
    /// - Parameters:
    ///   - unrealizedPnL: Of the position.
    ///   - walletBalance: Of the account.
    ///   - marginRatio: Maintenance ÷ margin balance; below zero where nothing is left, which
    ///     scores zero.
    /// - Returns: The profit, a score of its own, and the score.
    ///
    /// Spec: VEN-080. Vectors: `adl.json` ADL_BINANCE_V1.
    public static func binance2019(
        unrealizedPnL: Amount,
        walletBalance: Amount,
        marginRatio: Rate
    ) -> (profit: DeleveragingScore, score: DeleveragingScore) {
        let profit = quotient(max(.zero, unrealizedPnL), over: max(Amount(1), walletBalance))
        let score = multiplyDivide(
            profit.units,
            by: Int128(max(.zero, marginRatio).units),
            over: Int128(Rate.unitsPerOne),
            rounding: .down
        )
        return (profit, DeleveragingScore(units: score))
    }

    /// A ratio within ±10⁹; beyond it nobody's order in the queue depends on it.
    private static func quotient(_ amount: Amount, over divisor: Amount) -> DeleveragingScore {
        guard amount.magnitude.units / divisor.units < ratioMax else {
            return DeleveragingScore(units: (amount < .zero ? -ratioMax : ratioMax) * scale)
        }
        return DeleveragingScore(
            units: multiplyDivide(
                amount.units,
                by: scale,
                over: divisor.units,
                rounding: .down
            )
        )
    }
}

extension DeleveragingScore {
    /// By the rule of an instrument.
    ///
    /// - Parameters:
    ///   - rank: The rule.
    ///   - markValue: Of the position at the mark price, signed.
    ///   - entryValue: What it cost, signed likewise.
    ///   - marginBalance: Of its scope: its own if isolated, that of the cross account otherwise.
    ///   - marginBehind: Its share of that.
    ///   - marginRate: Of the chosen leverage.
    ///
    /// Spec: LIQ-030.
    public init(
        _ rank: DeleveragingRank,
        markValue: Amount,
        entryValue: Amount,
        marginBalance: Amount,
        marginBehind: Amount,
        marginRate: Rate
    ) {
        switch rank {
        case .leveragedProfit where !markValue.isZero:
            self = .binance(
                unrealizedPnL: markValue - entryValue,
                notional: markValue.magnitude,
                marginBalance: marginBalance
            )
        case .leveragedProfitOnEntry where !markValue.isZero && !entryValue.isZero:
            self = .bitmex(
                markValue: markValue,
                entryValue: entryValue,
                bankruptcyValue: markValue - marginBehind
            )
        case .leveragedReturn:
            self = .leveragedReturn(
                unrealizedPnL: markValue - entryValue,
                initialMargin: initialMargin(of: entryValue.magnitude, rate: marginRate)
            )
        case .leveragedProfit, .leveragedProfitOnEntry, .account:
            self = .none
        }
    }
}

/// The price at which a deleveraging closes.
///
/// - Parameters:
///   - rule: Of the instrument.
///   - bankruptcyPrice: Of the liquidated position.
///   - markPrice: Of the instrument; greater than zero.
/// - Returns: The bankruptcy price, or the mark price where the rule says so and the former is more than
///   5 % of the mark price away from it.
///
/// Spec: LIQ-031, VEN-023.
public func deleveragingPrice(
    _ rule: DeleveragingPrice,
    bankruptcyPrice: Price,
    markPrice: Price
) -> Price {
    let distance = (bankruptcyPrice - markPrice).magnitude
    // 5 % without a division.
    let isFar = Int128(distance.units) * 20 > Int128(markPrice.units)
    return rule == .markWhenFar && isFar ? markPrice : bankruptcyPrice
}

/// The lights of a deleveraging indicator: in which fifth of the queue a position stands.
///
/// 20 is the first fifth of the open quantity, 100 the last.
///
/// - Parameter queue: The quantity of each position, highest score first; greater than zero.
/// - Returns: 20, 40, 60, 80 or 100 for each, in the same order.
///
/// Spec: VEN-081. Vectors: `adl.json` ADL_BITMEX_PERCENTILE.
public func deleveragingPercentiles(queue: [Quantity]) -> [Int] {
    let total = queue.reduce(Int128(0)) { $0 + Int128($1.units) }
    var cumulated: Int128 = 0
    return queue.map { quantity in
        cumulated += Int128(quantity.units)
        guard total > 0 else { return 100 }
        return Int(divide(cumulated * 5, by: total, rounding: .up)) * 20
    }
}

/// How much of each position in the queue closes against a bankrupt one.
///
/// - Parameters:
///   - queue: The quantity of each position, highest score first; not negative.
///   - quantity: To be closed.
/// - Returns: A fill for each, in the same order, zero once everything is closed; and what nobody
///   was left for.
///
/// Spec: VEN-081. Vectors: `adl.json` ADL_QUEUE.
public func deleveragingFills(
    queue: [Quantity],
    closing quantity: Quantity
) -> (fills: [Quantity], rest: Quantity) {
    var rest = quantity
    let fills = queue.map { available in
        let fill = min(available, rest)
        rest -= fill
        return fill
    }
    return (fills, rest)
}
