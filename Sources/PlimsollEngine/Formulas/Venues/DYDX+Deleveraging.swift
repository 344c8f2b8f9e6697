public import PlimsollModel

extension DYDX {
    /// At which price two accounts are matched without a book.
    public enum DeleveragingPrice: UInt8, Sendable, BitwiseCopyable {
        /// The bankruptcy price of the account that is closed.
        case bankruptcy = 0
        /// The oracle price, as in the final settlement of a market.
        case oracle = 1
    }

    /// Closes positions of two accounts against each other, without a book and without a fee.
    ///
    /// Both accounts move by the same delta at the same price. The first position of each is the
    /// one in the market concerned.
    ///
    /// - Parameters:
    ///   - liquidated: The account that is closed.
    ///   - offsetting: An account on the other side.
    ///   - delta: Base units that the liquidated account trades, against its position.
    ///   - price: Which price is used.
    /// - Returns: Both accounts afterwards; `nil` where either position would grow or turn, or
    ///   either account would end in debt and worse off than before (the two bankruptcy prices do
    ///   not overlap).
    ///
    /// Spec: VEN-034. Vectors: `adl.json` ADL_DYDX_MATCH.
    public static func deleverage(
        _ liquidated: Account,
        against offsetting: Account,
        by delta: Quantity,
        at price: DeleveragingPrice
    ) -> (liquidated: Account, offsetting: Account)? {
        guard let closed = liquidated.positions.first, let other = offsetting.positions.first,
            closed.isReduced(by: delta), other.isReduced(by: -delta)
        else { return nil }
        let quoteDelta: Amount
        switch price {
        case .oracle: quoteDelta = -Amount(closed.oraclePrice, times: delta)
        case .bankruptcy:
            guard let share = bankruptcyQuoteDelta(of: liquidated, closing: 0, by: delta) else {
                return nil
            }
            quoteDelta = share
        }
        let first = liquidated.traded(delta, for: quoteDelta, at: 0)
        let second = offsetting.traded(-delta, for: -quoteDelta, at: 0)
        guard first.isNoWorseInDebt(than: liquidated), second.isNoWorseInDebt(than: offsetting)
        else { return nil }
        return (first, second)
    }
}
