import BigInt
import PlimsollModel

/// Spec pages: Margin (settings, balances), Positions (money).
extension ReferenceVenue {
    mutating func openAccount(_ kind: AccountKind) throws(Refused) {
        guard kind != .system else { throw Refused(.tooManyAccounts) }
        accounts.append(kind)
        events.append(.accountOpened(AccountID(rawValue: UInt32(accounts.count - 1)), kind))
    }

    mutating func deposit(_ change: BalanceChange) throws(Refused) {
        try checkBalanceChange(change)
        let balance = balance(.wallet(change.account), change.asset)
        guard change.amount.big + balance <= one * one * 1_000_000_000_000,
            change.amount.big <= one * one * 1_000_000_000_000
        else { throw Refused(.amountTooLarge) }
        move(
            change.amount.big,
            change.asset,
            from: .wallet(.externalWorld),
            to: .wallet(change.account),
            .deposit,
            nil
        )
        touch(change.account, change.asset)
    }

    mutating func withdraw(_ change: BalanceChange) throws(Refused) {
        try checkBalanceChange(change)
        guard change.amount.big <= withdrawable(change.account, change.asset) else {
            throw Refused(.insufficientBalance)
        }
        move(
            change.amount.big,
            change.asset,
            from: .wallet(change.account),
            to: .wallet(.externalWorld),
            .withdrawal,
            nil
        )
        touch(change.account, change.asset)
    }

    private func checkBalanceChange(_ change: BalanceChange) throws(Refused) {
        let isTheVenues = change.account.index < 16 && change.account != .insuranceFund
        guard change.account.index < accounts.count, !isTheVenues else {
            throw Refused(.unknownAccount)
        }
        guard settleAssets.contains(change.asset) else { throw Refused(.unknownAsset) }
        guard change.amount.big > 0 else { throw Refused(.amountNotPositive) }
    }

    /// The cross account of the asset is looked at before the command ends.
    private mutating func touch(_ account: AccountID, _ asset: AssetID) {
        let first = stakes.indices.filter {
            stakes[$0].account == account && settleAsset(of: stakes[$0]) == asset
        }.min { stakes[$0].instrument < stakes[$1].instrument }
        if let first { touched.append(first) }
    }

    func checkTradable(
        _ account: AccountID,
        _ instrument: InstrumentID
    ) throws(Refused) {
        guard instrument.index < instruments.count else { throw Refused(.unknownInstrument) }
        guard account.index < accounts.count, account.index >= 16 else {
            throw Refused(.unknownAccount)
        }
        guard instruments[instrument.index].isTrading else { throw Refused(.tradingNotOpen) }
    }

    /// MARG-010.
    mutating func setLeverage(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ leverage: UInt16
    ) throws(Refused) {
        try checkTradable(account, instrument)
        let highest = instruments[instrument.index].tiers.map(\.leverageMax).max() ?? 0
        guard leverage >= 1, leverage <= highest else { throw Refused(.leverageOutOfRange) }
        let before = stake(account, instrument)
        guard largestExposure(of: before) <= notionalCap(instrument, leverage) else {
            throw Refused(.exceedsMaximumPosition)
        }
        var after = before
        after.leverage = leverage
        if marginRate(leverage) > marginRate(before.leverage) {
            guard !before.isIsolated || !before.isOpen else {
                throw Refused(.leverageReductionIsolatedPosition)
            }
            let more = requiredMargin(of: after) - requiredMargin(of: before)
            guard more <= available(account, settleAsset(of: before)) else {
                throw Refused(.leverageReductionInsufficientMargin)
            }
        }
        keep(after)
    }

    /// MARG-011.
    mutating func setMarginMode(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ mode: MarginMode
    ) throws(Refused) {
        try checkTradable(account, instrument)
        var stake = stake(account, instrument)
        guard stake.isIsolated != (mode == .isolated) else { throw Refused(.marginModeUnchanged) }
        guard openOrders(of: stake).isEmpty else { throw Refused(.marginModeOpenOrders) }
        guard !stake.isOpen else { throw Refused(.marginModeOpenPosition) }
        stake.isIsolated = mode == .isolated
        keep(stake)
    }

    /// MARG-012.
    mutating func adjustIsolatedMargin(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ amount: BigInt
    ) throws(Refused) {
        try checkTradable(account, instrument)
        guard !amount.isZero else { throw Refused(.amountNotPositive) }
        guard let found = find(account, instrument) else {
            throw Refused(.isolatedMarginNoPosition)
        }
        let stake = stakes[found]
        guard stake.isIsolated else { throw Refused(.notIsolatedPosition) }
        guard stake.isOpen else { throw Refused(.isolatedMarginNoPosition) }
        let asset = settleAsset(of: stake)
        if amount > 0 {
            guard amount <= withdrawable(account, asset) else {
                throw Refused(.insufficientBalance)
            }
        } else {
            let initial = initialMargin(magnitude(notional(of: stake)), stake.leverage)
            let removable = min(
                stake.wallet - maintenance(of: stake),
                stake.wallet + unrealized(of: stake) - initial
            )
            guard -amount <= max(0, removable) else {
                throw Refused(.isolatedMarginRemovalTooLarge)
            }
        }
        move(
            amount,
            asset,
            from: .wallet(account),
            to: .isolated(account, instrument),
            .marginTransfer,
            instrument
        )
        touched.append(found)
    }

    // MARK: Stakes

    func find(_ account: AccountID, _ instrument: InstrumentID) -> Int? {
        stakes.firstIndex { $0.account == account && $0.instrument == instrument }
    }

    /// The stake that is there, or what it would be on first touch.
    func stake(_ account: AccountID, _ instrument: InstrumentID) -> ReferenceStake {
        if let found = find(account, instrument) { return stakes[found] }
        return ReferenceStake(
            account: account,
            instrument: instrument,
            leverage: instruments[instrument.index].leverageDefault
        )
    }

    /// Puts changed settings in place and tells of them.
    private mutating func keep(_ stake: ReferenceStake) {
        if let found = find(stake.account, stake.instrument) {
            stakes[found] = stake
        } else {
            stakes.append(stake)
        }
        events.append(
            .settingsChanged(
                SettingsChanged(
                    account: stake.account,
                    instrument: stake.instrument,
                    leverage: stake.leverage,
                    marginMode: stake.isIsolated ? .isolated : .cross
                )
            )
        )
    }

    /// The place of the stake to trade with, made on first touch.
    mutating func stakeForTrading(_ account: AccountID, _ instrument: InstrumentID) -> Int {
        if let found = find(account, instrument) { return found }
        keep(stake(account, instrument))
        return stakes.count - 1
    }

    func settleAsset(of stake: ReferenceStake) -> AssetID {
        instruments[stake.instrument.index].contract.settleAsset
    }

    // MARK: Money

    func balance(_ pocket: Pocket, _ asset: AssetID) -> BigInt {
        if pocket.isIsolated { return stake(pocket.account, pocket.instrument).wallet }
        return wallets.first { $0.account == pocket.account && $0.asset == asset }?.balance ?? 0
    }

    private mutating func add(_ amount: BigInt, _ pocket: Pocket, _ asset: AssetID) {
        if pocket.isIsolated {
            guard let found = find(pocket.account, pocket.instrument) else {
                preconditionFailure("a position has a stake")
            }
            stakes[found].wallet += amount
            return
        }
        let place = wallets.firstIndex { $0.account == pocket.account && $0.asset == asset }
        if let place {
            wallets[place].balance += amount
        } else {
            wallets.append(
                ReferenceWallet(account: pocket.account, asset: asset, balance: amount)
            )
        }
    }

    /// LEDG-001, LEDG-002; a negative amount goes the other way.
    mutating func move(
        _ amount: BigInt,
        _ asset: AssetID,
        from: Pocket,
        to: Pocket,
        _ reason: TransferReason,
        _ instrument: InstrumentID?
    ) {
        if amount < 0 { return move(-amount, asset, from: to, to: from, reason, instrument) }
        if amount.isZero { return }
        add(-amount, from, asset)
        add(amount, to, asset)
        events.append(
            .moneyMoved(
                MoneyMoved(
                    asset: asset,
                    from: from,
                    to: to,
                    reason: reason,
                    instrument: instrument,
                    amount: Amount(amount),
                    fromBalance: Amount(balance(from, asset)),
                    toBalance: Amount(balance(to, asset))
                )
            )
        )
    }
}
