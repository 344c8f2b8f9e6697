import PlimsollModel

/// Keeps the simulated participants in business: who runs low gets money from outside.
///
/// Fees alone would empty their accounts within weeks, and a market without participants teaches
/// nothing. Every top-up is an ordinary deposit that the ledger shows.
struct Treasury: Sendable {
    private struct Purse: Sendable {
        var account: AccountID
        var asset: AssetID
        /// Known from the first movement on.
        var balance: Amount
    }

    private let accounts: [AccountID]
    private var purses: [Purse] = []

    static let balanceMin = Amount(250_000)
    static let topUp = Amount(750_000)

    init(accounts: [AccountID]) { self.accounts = accounts }

    mutating func take(_ moved: MoneyMoved) {
        note(moved.from, moved.asset, moved.fromBalance)
        note(moved.to, moved.asset, moved.toBalance)
    }

    private mutating func note(_ pocket: Pocket, _ asset: AssetID, _ balance: Amount) {
        guard !pocket.isIsolated, accounts.contains(pocket.account) else { return }
        let known = purses.firstIndex { $0.account == pocket.account && $0.asset == asset }
        if let known {
            purses[known].balance = balance
        } else {
            purses.append(Purse(account: pocket.account, asset: asset, balance: balance))
        }
    }

    func commands() -> [Command] {
        purses.filter { $0.balance < Self.balanceMin }.map {
            .deposit(BalanceChange(account: $0.account, asset: $0.asset, amount: Self.topUp))
        }
    }
}
