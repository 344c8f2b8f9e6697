public import PlimsollModel

/// What of an account's wallet does not lie in isolated positions.
///
///     cross wallet = wallet balance − Σ isolated wallets
///
/// Spec: BAL-010. Vectors: `position_accounting.json` CROSS_WALLET.
public func crossWalletBalance(walletBalance: Amount, isolatedWallets: Amount) -> Amount {
    walletBalance - isolatedWallets
}

/// What an isolated position is worth: its wallet and what it would realise at the mark price.
///
///     isolated margin = isolated wallet + unrealised
///
/// Spec: BAL-011. Vectors: `position_accounting.json` ISOLATED_MARGIN.
public func isolatedMargin(isolatedWallet: Amount, unrealizedPnL: Amount) -> Amount {
    isolatedWallet + unrealizedPnL
}
