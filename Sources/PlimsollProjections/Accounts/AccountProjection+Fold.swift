import PlimsollModel

extension AccountProjection {
    var keepsHistory: Bool { kind == .trader }

    mutating func fold(_ order: OrderAccepted, at time: Timestamp) {
        orders.insert(OrderProjection(order, at: time))
        updateTime = time
    }

    mutating func fold(_ amendment: OrderAmended, at time: Timestamp) {
        note(amendment, at: time)
        _ = orders.update(amendment.order) { $0.fold(amendment, at: time) }
        updateTime = time
    }

    mutating func fold(_ fill: OrderFilled, in contract: ContractTerms, at time: Timestamp) {
        updateTime = time
        let order = orders.update(fill.order) { $0.fold(fill, in: contract, at: time) }
        guard keepsHistory, let order else { return }
        fills.append(
            FillProjection(
                trade: fill.trade,
                order: fill.order,
                clientOrderID: order.clientOrderID,
                instrument: fill.instrument,
                side: fill.side,
                positionSide: order.positionSide,
                price: fill.price,
                quantity: fill.quantity,
                fee: fill.fee,
                realizedPnL: fill.realizedPnL,
                isMaker: fill.isMaker,
                time: time
            )
        )
        if !order.isOpen { closedOrders.append(order) }
    }

    mutating func fold(_ closing: OrderClosed, at time: Timestamp) {
        updateTime = time
        let order = orders.update(closing.order) { $0.fold(closing, at: time) }
        guard keepsHistory, let order else { return }
        closedOrders.append(order)
    }

    /// What two orders of the account lost where they met.
    mutating func fold(_ prevention: SelfTradePrevented, at time: Timestamp) {
        updateTime = time
        _ = orders.update(prevention.maker) { $0.prevent(prevention.makerPrevented, at: time) }
        _ = orders.update(prevention.taker) { $0.prevent(prevention.takerPrevented, at: time) }
    }

    mutating func fold(_ countdown: CountdownChanged) {
        countdowns.removeAll { $0.instrument == countdown.instrument }
        guard countdown.due != .zero else { return }
        let index = countdowns.firstIndex { $0.instrument > countdown.instrument }
        countdowns.insert(
            CountdownProjection(instrument: countdown.instrument, due: countdown.due),
            at: index ?? countdowns.count
        )
    }

    /// Keeps the balance of one of the account's pockets after a movement.
    ///
    /// The default leverage is that of the pocket's instrument, for a position not yet touched.
    mutating func setBalance(
        _ balance: Amount,
        of asset: AssetID,
        in pocket: Pocket,
        leverageDefault: UInt16,
        at time: Timestamp
    ) {
        updateTime = time
        if pocket.isIsolated {
            let index = touch(
                pocket.instrument,
                pocket.side,
                leverageDefault: leverageDefault,
                at: time
            )
            positions[index].isolatedWallet = balance
            return
        }
        for index in wallets.indices where wallets[index].asset >= asset {
            if wallets[index].asset == asset {
                wallets[index].balance = balance
            } else {
                wallets.insert(WalletProjection(asset: asset, balance: balance), at: index)
            }
            return
        }
        wallets.append(WalletProjection(asset: asset, balance: balance))
    }

    /// The position's quantity before the change is returned.
    mutating func fold(
        _ change: PositionChanged,
        leverageDefault: UInt16,
        at time: Timestamp
    ) -> Quantity {
        updateTime = time
        let index = touch(
            change.instrument,
            change.side,
            leverageDefault: leverageDefault,
            at: time
        )
        let before = positions[index].quantity
        positions[index].fold(change, at: time)
        if positions[index].marginMode == .cross, !change.quantity.isZero {
            positions[index].isMarginCalled = isMarginCalled
        }
        return before
    }

    mutating func fold(_ settings: SettingsChanged, at time: Timestamp) {
        updateTime = time
        for side in positionSides {
            _ = touch(settings.instrument, side, leverageDefault: settings.leverage, at: time)
        }
        for index in positions.indices where positions[index].instrument == settings.instrument {
            positions[index].leverage = settings.leverage
            positions[index].marginMode = settings.marginMode
            positions[index].updateTime = time
        }
    }

    mutating func fold(_ call: MarginCallChanged, at time: Timestamp) {
        switch call.scope {
        case .isolated:
            let index = positionIndex(call.instrument, call.side)
            guard index < positions.count, positions[index].isOf(call.instrument, call.side)
            else { return }
            positions[index].isMarginCalled = call.isCalled
        case .cross:
            isMarginCalled = call.isCalled
            for index in positions.indices where positions[index].marginMode == .cross {
                positions[index].isMarginCalled = call.isCalled && !positions[index].isFlat
            }
        }
    }

    /// The index of a position, which is made with the settings of its sibling where there is none.
    private mutating func touch(
        _ instrument: InstrumentID,
        _ side: PositionSide,
        leverageDefault: UInt16,
        at time: Timestamp
    ) -> Int {
        let index = positionIndex(instrument, side)
        if index == positions.count || !positions[index].isOf(instrument, side) {
            let settings = settings(instrument)
            positions.insert(
                PositionProjection(
                    instrument: instrument,
                    side: side,
                    leverage: settings?.leverage ?? leverageDefault,
                    marginMode: settings?.marginMode ?? .cross,
                    at: time
                ),
                at: index
            )
        }
        return index
    }
}
