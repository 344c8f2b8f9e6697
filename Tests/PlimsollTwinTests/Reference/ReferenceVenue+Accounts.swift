import BigInt
import PlimsollModel

/// Spec pages: Margin (settings, balances), Positions (money).
extension ReferenceVenue {
    mutating func openAccount(_ kind: AccountKind) throws(Refused) {
        guard kind != .system else { throw Refused(.tooManyAccounts) }
        accounts.append(ReferenceAccount(kind: kind))
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
        try checkPricesKnown(change.account, change.asset)
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

    /// ORD-045.
    mutating func transfer(_ transfer: AccountTransfer) throws(Refused) {
        guard transfer.from != transfer.to else { throw Refused(.transferToSelf) }
        guard transfer.from.index >= 16, transfer.to.index >= 16 else {
            throw Refused(.unknownAccount)
        }
        for account in [transfer.from, transfer.to] {
            try checkBalanceChange(
                BalanceChange(account: account, asset: transfer.asset, amount: transfer.amount)
            )
        }
        let amount = transfer.amount.big
        try checkPricesKnown(transfer.from, transfer.asset)
        guard amount <= withdrawable(transfer.from, transfer.asset) else {
            throw Refused(.insufficientBalance)
        }
        let received = balance(.wallet(transfer.to), transfer.asset) + amount
        guard received <= one * one * 1_000_000_000_000 else { throw Refused(.amountTooLarge) }
        move(
            amount,
            transfer.asset,
            from: .wallet(transfer.from),
            to: .wallet(transfer.to),
            .accountTransfer,
            nil
        )
        touch(transfer.from, transfer.asset)
        touch(transfer.to, transfer.asset)
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
        }.min { isBefore(stakes[$0], stakes[$1]) }
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

    func isMargined(_ account: AccountID) -> Bool { accounts[account.index].kind == .trader }

    func isIsolated(_ stake: ReferenceStake) -> Bool {
        settings(stake.account, stake.instrument).isIsolated
    }

    func leverage(_ stake: ReferenceStake) -> UInt16 {
        settings(stake.account, stake.instrument).leverage
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
        let positions = positions(account, instrument)
        for stake in positions {
            guard largestExposure(of: stake) <= notionalCap(instrument, leverage) else {
                throw Refused(.exceedsMaximumPosition)
            }
        }
        var settings = settings(account, instrument)
        if marginRate(leverage) > marginRate(settings.leverage) {
            guard !settings.isIsolated || !positions.contains(where: \.isOpen) else {
                throw Refused(.leverageReductionIsolatedPosition)
            }
            var more = BigInt(0)
            for stake in positions {
                let exposure = largestExposure(of: stake)
                more += initialMargin(exposure, leverage)
                more -= initialMargin(exposure, settings.leverage)
            }
            let asset = instruments[instrument.index].contract.settleAsset
            guard more <= available(account, asset) else {
                throw Refused(.leverageReductionInsufficientMargin)
            }
        }
        settings.leverage = leverage
        keep(settings)
    }

    /// MARG-011.
    mutating func setMarginMode(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ mode: MarginMode
    ) throws(Refused) {
        try checkTradable(account, instrument)
        var settings = settings(account, instrument)
        guard settings.isIsolated != (mode == .isolated) else {
            throw Refused(.marginModeUnchanged)
        }
        let hasOrders = orders.contains { $0.account == account && $0.instrument == instrument }
        let isWaiting = conditionals.contains {
            $0.order.account == account && $0.order.instrument == instrument
        }
        guard !hasOrders, !isWaiting else { throw Refused(.marginModeOpenOrders) }
        guard !positions(account, instrument).contains(where: \.isOpen) else {
            throw Refused(.marginModeOpenPosition)
        }
        settings.isIsolated = mode == .isolated
        keep(settings)
    }

    /// POS-010.
    mutating func setPositionMode(_ account: AccountID, _ isHedge: Bool) throws(Refused) {
        guard account.index < accounts.count, account.index >= 16 else {
            throw Refused(.unknownAccount)
        }
        guard accounts[account.index].isHedge != isHedge else {
            throw Refused(.positionModeUnchanged)
        }
        let hasOrders = orders.contains { $0.account == account }
        let isWaiting = conditionals.contains { $0.order.account == account }
        guard !hasOrders, !isWaiting else { throw Refused(.positionModeOpenOrders) }
        let hasPosition = stakes.contains { $0.account == account && $0.isOpen }
        guard !hasPosition else { throw Refused(.positionModeOpenPosition) }
        accounts[account.index].isHedge = isHedge
        events.append(
            .positionModeChanged(PositionModeChanged(account: account, isHedge: isHedge))
        )
    }

    /// POS-010: whether the account has such a position.
    func checkSide(_ account: AccountID, _ side: PositionSide) throws(Refused) {
        guard accounts[account.index].isHedge == (side != .both) else {
            throw Refused(.positionSideMismatch)
        }
    }

    /// MARG-012.
    mutating func adjustIsolatedMargin(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide,
        _ amount: BigInt
    ) throws(Refused) {
        try checkTradable(account, instrument)
        try checkSide(account, side)
        guard !amount.isZero else { throw Refused(.amountNotPositive) }
        guard let found = find(account, instrument, side), stakes[found].isOpen else {
            throw Refused(.isolatedMarginNoPosition)
        }
        guard settings(account, instrument).isIsolated else {
            throw Refused(.notIsolatedPosition)
        }
        let stake = stakes[found]
        let asset = settleAsset(of: stake)
        if amount > 0 {
            guard amount <= withdrawable(account, asset) else {
                throw Refused(.insufficientBalance)
            }
        } else {
            guard !instruments[instrument.index].isStale else { throw Refused(.indexStale) }
            guard -amount <= removable(stake) else {
                throw Refused(.isolatedMarginRemovalTooLarge)
            }
        }
        move(
            amount,
            asset,
            from: .wallet(account),
            to: stake.pocket,
            .marginTransfer,
            instrument
        )
        touched.append(found)
    }

    func removable(_ stake: ReferenceStake) -> BigInt {
        let initial = initialMargin(magnitude(notional(of: stake)), leverage(stake))
        let most = min(
            stake.wallet - maintenance(of: stake),
            stake.wallet + unrealized(of: stake) - initial
        )
        return max(0, most)
    }

    // MARK: Positions and settings

    func find(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide
    ) -> Int? {
        stakes.firstIndex {
            $0.account == account && $0.instrument == instrument && $0.side == side
        }
    }

    /// The position that is there, or what it would be on first touch.
    func stake(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide
    ) -> ReferenceStake {
        if let found = find(account, instrument, side) { return stakes[found] }
        return ReferenceStake(account: account, instrument: instrument, side: side)
    }

    /// All positions of an account in an instrument.
    func positions(_ account: AccountID, _ instrument: InstrumentID) -> [ReferenceStake] {
        stakes.filter { $0.account == account && $0.instrument == instrument }
    }

    func isBefore(_ left: ReferenceStake, _ right: ReferenceStake) -> Bool {
        (left.instrument.index, left.side.rawValue) < (right.instrument.index, right.side.rawValue)
    }

    func settings(_ account: AccountID, _ instrument: InstrumentID) -> ReferenceSettings {
        let found = settings.first { $0.account == account && $0.instrument == instrument }
        return found
            ?? ReferenceSettings(
                account: account,
                instrument: instrument,
                leverage: instruments[instrument.index].leverageDefault
            )
    }

    /// Puts settings in place and tells of them.
    private mutating func keep(_ changed: ReferenceSettings) {
        settings.removeAll {
            $0.account == changed.account && $0.instrument == changed.instrument
        }
        settings.append(changed)
        events.append(
            .settingsChanged(
                SettingsChanged(
                    account: changed.account,
                    instrument: changed.instrument,
                    leverage: changed.leverage,
                    marginMode: changed.isIsolated ? .isolated : .cross
                )
            )
        )
    }

    /// The place of the position to trade with, made on first touch.
    mutating func stakeForTrading(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide
    ) -> Int {
        let isKnown = settings.contains { $0.account == account && $0.instrument == instrument }
        if !isKnown { keep(settings(account, instrument)) }
        if let found = find(account, instrument, side) { return found }
        stakes.append(ReferenceStake(account: account, instrument: instrument, side: side))
        return stakes.count - 1
    }

    func settleAsset(of stake: ReferenceStake) -> AssetID {
        instruments[stake.instrument.index].contract.settleAsset
    }

    // MARK: Money

    func balance(_ pocket: Pocket, _ asset: AssetID) -> BigInt {
        if pocket.isIsolated {
            return stake(pocket.account, pocket.instrument, pocket.side).wallet
        }
        return wallets.first { $0.account == pocket.account && $0.asset == asset }?.balance ?? 0
    }

    private mutating func add(_ amount: BigInt, _ pocket: Pocket, _ asset: AssetID) {
        if pocket.isIsolated {
            guard let found = find(pocket.account, pocket.instrument, pocket.side) else {
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
