import PlimsollModel

/// Accounts, their money and how they choose to trade.
extension Engine {
    /// Money that may lie in one account: arithmetic is proved up to here.
    static let balanceMax = Amount(1_000_000_000_000)

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

    mutating func withdraw(
        _ change: BalanceChange,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        let column = try self.column(of: change)
        let summary = crossSummary(of: change.account, column)
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

    /// Spec: ORD-045.
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

    // MARK: Settings

    /// Spec: MARG-010.
    mutating func setLeverage(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ leverage: UInt16,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        let leverageMax = tiers[tierRange(instrument).lowerBound].leverageMax
        guard (1...leverageMax).contains(leverage) else {
            throw EngineRefusal(.leverageOutOfRange)
        }
        let slot = position(of: account, in: instrument)
        if let slot { try checkLeverage(leverage, of: slot) }
        let kept = slot ?? addPosition(account, instrument)
        positions[Int(kept)].leverage = leverage
        positions[Int(kept)].marginRate = initialMarginRate(leverage: leverage)
        announceSettings(kept, &events)
    }

    private func checkLeverage(_ leverage: UInt16, of slot: Int32) throws(EngineRefusal) {
        let state = positions[Int(slot)]
        let exposure = largestExposure(of: state)
        guard exposure <= notionalCap(of: state.instrument, at: leverage) else {
            throw EngineRefusal(.exceedsMaximumPosition)
        }
        let rate = initialMarginRate(leverage: leverage)
        guard rate > state.marginRate else { return }
        guard state.marginMode == .cross || !state.isOpen else {
            throw EngineRefusal(.leverageReductionIsolatedPosition)
        }
        let more =
            initialMargin(of: exposure, rate: rate)
            - initialMargin(of: exposure, rate: state.marginRate)
        let column = instruments[state.instrument.index].column
        guard more <= crossSummary(of: state.account, column).available else {
            throw EngineRefusal(.leverageReductionInsufficientMargin)
        }
    }

    /// Spec: MARG-011.
    mutating func setMarginMode(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ mode: MarginMode,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        let slot = position(of: account, in: instrument)
        let current = slot.map { positions[Int($0)].marginMode } ?? .cross
        guard mode != current else { throw EngineRefusal(.marginModeUnchanged) }
        if let slot {
            guard positions[Int(slot)].openOrderCount == 0,
                positions[Int(slot)].conditionalCount == 0
            else {
                throw EngineRefusal(.marginModeOpenOrders)
            }
            guard !positions[Int(slot)].isOpen else {
                throw EngineRefusal(.marginModeOpenPosition)
            }
        }
        let kept = slot ?? addPosition(account, instrument)
        positions[Int(kept)].marginMode = mode
        announceSettings(kept, &events)
    }

    /// Spec: MARG-012.
    mutating func adjustIsolatedMargin(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ amount: Amount,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        guard !amount.isZero else { throw EngineRefusal(.amountNotPositive) }
        guard let slot = position(of: account, in: instrument) else {
            throw EngineRefusal(.isolatedMarginNoPosition)
        }
        let state = positions[Int(slot)]
        guard state.marginMode == .isolated else { throw EngineRefusal(.notIsolatedPosition) }
        guard state.isOpen else { throw EngineRefusal(.isolatedMarginNoPosition) }
        let column = instruments[instrument.index].column
        if amount > .zero {
            let summary = crossSummary(of: account, column)
            guard amount <= summary.maxWithdraw else { throw EngineRefusal(.insufficientBalance) }
        } else {
            // Bounded before it is negated: the most negative number has no opposite.
            guard amount >= -Self.balanceMax, -amount <= removableMargin(of: slot) else {
                throw EngineRefusal(.isolatedMarginRemovalTooLarge)
            }
        }
        move(
            amount,
            from: .wallet(account),
            to: .isolated(slot),
            column,
            .marginTransfer,
            instrument,
            &events
        )
        checks.append(slot)
    }

    // MARK: Positions

    func checkTradable(
        _ account: AccountID,
        _ instrument: InstrumentID
    ) throws(EngineRefusal) {
        guard instrument.index < instruments.count else {
            throw EngineRefusal(.unknownInstrument)
        }
        guard account.index < accounts.count, !account.isSystem else {
            throw EngineRefusal(.unknownAccount)
        }
        guard instruments[instrument.index].isTrading else {
            throw EngineRefusal(.tradingNotOpen)
        }
    }

    /// The slot of an account's position, if it ever touched the instrument.
    func position(of account: AccountID, in instrument: InstrumentID) -> Int32? {
        var slot = accounts[account.index].firstPosition
        while slot >= 0 {
            let id = positions[Int(slot)].instrument
            if id == instrument { return slot }
            if id > instrument { return nil }
            slot = positions[Int(slot)].nextOfAccount
        }
        return nil
    }

    mutating func addPosition(_ account: AccountID, _ instrument: InstrumentID) -> Int32 {
        addPosition(
            PositionState(
                account: account,
                instrument: instrument,
                leverage: instruments[instrument.index].leverageDefault
            )
        )
    }

    /// Adds a position to its account's chain, which rises by instrument.
    mutating func addPosition(_ state: PositionState) -> Int32 {
        let slot = Int32(positions.count)
        positions.append(state)
        ledger.addPosition()
        var previous: Int32 = -1
        var next = accounts[state.account.index].firstPosition
        while next >= 0, positions[Int(next)].instrument < state.instrument {
            previous = next
            next = positions[Int(next)].nextOfAccount
        }
        positions[Int(slot)].nextOfAccount = next
        if previous < 0 {
            accounts[state.account.index].firstPosition = slot
        } else {
            positions[Int(previous)].nextOfAccount = slot
        }
        return slot
    }

    /// Has an account's cross margin in a settle asset checked before the command ends.
    private mutating func touch(_ account: AccountID, _ column: Int) {
        var slot = accounts[account.index].firstPosition
        while slot >= 0 {
            if instruments[positions[Int(slot)].instrument.index].column == column {
                checks.append(slot)
                return
            }
            slot = positions[Int(slot)].nextOfAccount
        }
    }

    private func announceSettings(_ slot: Int32, _ events: inout EventBuffer) {
        let state = positions[Int(slot)]
        events.append(
            .settingsChanged(
                SettingsChanged(
                    account: state.account,
                    instrument: state.instrument,
                    leverage: state.leverage,
                    marginMode: state.marginMode
                )
            )
        )
    }

    /// The slot to trade with, made and announced on first touch.
    mutating func positionForTrading(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ events: inout EventBuffer
    ) -> Int32 {
        if let slot = position(of: account, in: instrument) { return slot }
        let slot = addPosition(account, instrument)
        announceSettings(slot, &events)
        return slot
    }
}
