public import PlimsollModel

/// What an account may put into new orders.
///
///     available = max(0, cross wallet + cross unrealised − cross initial margin − isolated order
///                 margin)
///
/// Unrealised profit counts.
///
/// - Parameters:
///   - crossWallet: The wallet without what lies in isolated positions.
///   - crossUnrealizedPnL: Of all cross positions.
///   - crossInitialMargin: Of cross positions and their open orders.
///   - isolatedOrderMargin: Of open orders in isolated instruments.
/// - Returns: Settle-asset units.
///
/// Spec: BAL-002. Vectors: `order_margin.json` AVAILABLE_BALANCE.
public func availableBalance(
    crossWallet: Amount,
    crossUnrealizedPnL: Amount,
    crossInitialMargin: Amount,
    isolatedOrderMargin: Amount
) -> Amount {
    max(.zero, crossWallet + crossUnrealizedPnL - crossInitialMargin - isolatedOrderMargin)
}

/// What may leave the account: never more than the wallet, never an unrealised profit.
///
///     max(0, min(cross wallet − isolated order margin − cross maintenance, available))
///
/// Spec: BAL-003. Vectors: `order_margin.json` MAX_WITHDRAW.
public func maxWithdrawAmount(
    crossWallet: Amount,
    crossUnrealizedPnL: Amount,
    crossInitialMargin: Amount,
    isolatedOrderMargin: Amount,
    crossMaintenanceMargin: Amount
) -> Amount {
    let available = availableBalance(
        crossWallet: crossWallet,
        crossUnrealizedPnL: crossUnrealizedPnL,
        crossInitialMargin: crossInitialMargin,
        isolatedOrderMargin: isolatedOrderMargin
    )
    return max(.zero, min(crossWallet - isolatedOrderMargin - crossMaintenanceMargin, available))
}
