public import PlimsollModel

/// How well debts are covered.
///
///     level = equity ÷ total liability
///
/// or, where a venue reckons so, equity ÷ used margin.
///
/// - Parameters:
///   - equity: The value of all assets.
///   - liability: What is owed with interest, or the margin in use.
/// - Returns: Exact; `nil` where nothing is owed.
///
/// Spec: VEN-071. Vectors: `spot_margin.json` MARGIN_LEVEL.
public func marginLevel(equity: Amount, against liability: Amount) -> ExactQuotient? {
    guard liability > .zero else { return nil }
    return ExactQuotient(equity.units, over: liability.units)
}

/// What a margin level means for a spot margin account.
///
/// Spec: VEN-071. Vectors: `spot_margin.json` STATUS_3X.
public enum MarginStatus: UInt8, Sendable, BitwiseCopyable {
    case normal = 0
    case marginCall = 1
    case liquidation = 2

    /// The status at a level; a level that is reached counts.
    ///
    /// - Parameters:
    ///   - level: From `marginLevel(equity:against:)`.
    ///   - call: At or below which the account is warned; 1.3 for a cross account of 3x.
    ///   - liquidation: At or below which it is liquidated; 1.1 for a cross account of 3x.
    public init(
        level: Rate,
        call: Rate = Rate(units: 130_000_000),
        liquidation: Rate = Rate(units: 110_000_000)
    ) {
        if level <= liquidation {
            self = .liquidation
        } else {
            self = level <= call ? .marginCall : .normal
        }
    }
}
