public import PlimsollModel

/// Accounts, their money and how they choose to trade.
extension Engine {
    /// Money that may lie in one account: arithmetic is proved up to here.
    public static let balanceMax = Amount(1_000_000_000_000)

    mutating func openAccount(
        _ kind: AccountKind,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        guard kind != .system, accounts.count < 1 << 24 else {
            throw EngineRefusal(.tooManyAccounts)
        }
        let id = AccountID(rawValue: UInt32(accounts.count))
        accounts.append(AccountState(kind: kind))
        ledger.addAccount()
        events.append(.accountOpened(id, kind))
    }

    mutating func deposit(
        _ change: BalanceChange,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        let column = try self.column(of: change)
        guard change.amount <= Self.balanceMax,
            ledger.wallet(change.account, column) + change.amount <= Self.balanceMax
        else { throw EngineRefusal(.amountTooLarge) }
        move(
            change.amount,
            from: .wallet(.externalWorld),
            to: .wallet(change.account),
            column,
            .deposit,
            nil,
            &events
        )
        touch(change.account, column)
    }

    /// Spec: INDX-004.
    mutating func withdraw(
        _ change: BalanceChange,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        let column = try self.column(of: change)
        let summary = crossSummary(of: change.account, column)
        guard !summary.isFrozen else { throw EngineRefusal(.indexStale) }
        guard change.amount <= summary.maxWithdraw else {
            throw EngineRefusal(.insufficientBalance)
        }
        move(
            change.amount,
            from: .wallet(change.account),
            to: .wallet(.externalWorld),
            column,
            .withdrawal,
            nil,
            &events
        )
        touch(change.account, column)
    }

    /// Spec: ORD-045, INDX-004.
    mutating func transfer(
        _ transfer: AccountTransfer,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        guard transfer.from != transfer.to else { throw EngineRefusal(.transferToSelf) }
        guard !transfer.from.isSystem, !transfer.to.isSystem else {
            throw EngineRefusal(.unknownAccount)
        }
        let from = BalanceChange(
            account: transfer.from,
            asset: transfer.asset,
            amount: transfer.amount
        )
        let to = BalanceChange(
            account: transfer.to,
            asset: transfer.asset,
            amount: transfer.amount
        )
        let column = try self.column(of: from)
        _ = try self.column(of: to)
        let summary = crossSummary(of: transfer.from, column)
        guard !summary.isFrozen else { throw EngineRefusal(.indexStale) }
        guard transfer.amount <= summary.maxWithdraw else {
            throw EngineRefusal(.insufficientBalance)
        }
        guard ledger.wallet(transfer.to, column) + transfer.amount <= Self.balanceMax else {
            throw EngineRefusal(.amountTooLarge)
        }
        move(
            transfer.amount,
            from: .wallet(transfer.from),
            to: .wallet(transfer.to),
            column,
            .accountTransfer,
            nil,
            &events
        )
        touch(transfer.from, column)
        touch(transfer.to, column)
    }

    private func column(of change: BalanceChange) throws(EngineRefusal) -> Int {
        guard change.account.index < accounts.count else { throw EngineRefusal(.unknownAccount) }
        // The insurance fund may be seeded; other accounts of the venue keep its books.
        guard !change.account.isSystem || change.account == .insuranceFund else {
            throw EngineRefusal(.unknownAccount)
        }
        guard let column = ledger.column(of: change.asset) else {
            throw EngineRefusal(.unknownAsset)
        }
        guard change.amount > .zero else { throw EngineRefusal(.amountNotPositive) }
        return column
    }

    /// Has an account's cross margin in a settle asset checked before the command ends.
    private mutating func touch(_ account: AccountID, _ column: Int) {
        var slot = accounts[account.index].firstPosition
        while slot >= 0 {
            if instruments[positions[Int(slot)].instrument.index].column == column {
                checks.append(MarginCheck(slot: slot, cause: .account, flow: flow))
                return
            }
            slot = positions[Int(slot)].nextOfAccount
        }
    }
}
