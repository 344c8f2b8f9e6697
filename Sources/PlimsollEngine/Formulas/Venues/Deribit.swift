public import PlimsollModel

/// How Deribit reckoned in 2015, where it differs from the default profile.
public enum Deribit {
    /// The mark price: the last price, kept within the spread and then near the index.
    ///
    ///     mark = clamp(clamp(last, bid, ask), index × (1 − d), index × (1 + d))
    ///
    /// - Parameters:
    ///   - last: Of the last trade.
    ///   - bid: The best; not above `ask`.
    ///   - ask: The best.
    ///   - index: Greater than zero.
    ///   - deviationMax: `d`, as a share of the index; not negative.
    /// - Returns: A bound derived from the index is rounded towards the index.
    ///
    /// Spec: VEN-063. Vectors: `mark_price.json` MARK_LAST_CLAMPED.
    public static func markPrice(
        last: Price,
        bid: Price,
        ask: Price,
        index: Price,
        deviationMax: Rate
    ) -> Price {
        let quoted = max(bid, min(ask, last))
        let room = index.times(deviationMax, rounding: .down)
        return max(index - room, min(index + room, quoted))
    }
}
