import PlimsollModel
import PlimsollProjections

/// One account as its user data stream tells of it.
///
/// Seeded from the read models and kept by the events that follow, so that an event tells the state
/// as it was right after it, however far the venue has gone since.
///
/// Spec: STRM-013.
struct UserAccount: Sendable {
    struct Order: Equatable, Sendable {
        var terms: OrderAccepted
        var price: Price
        var quantity: Quantity
        var filled: Quantity
        var filledValue: Amount

        var averagePrice: Price {
            guard !filled.isZero else { return .zero }
            return filledValue.price(per: filled, rounding: .halfUp) ?? .zero
        }
    }

    struct Position: Equatable, Sendable {
        var quantity = Quantity.zero
        var entryValue = Amount.zero
        var realizedPnL = Amount.zero
        var feesPaid = Amount.zero
        var fundingReceived = Amount.zero
        var isolatedWallet = Amount.zero
        var leverage: UInt16
        var marginMode = MarginMode.cross
    }

    /// Balances and positions that changed for one reason and are not told yet.
    private struct PendingUpdate {
        struct Change {
            var asset: AssetID
            var amount: Amount
        }

        var reason: AccountChange.Reason
        var instrument: InstrumentID?
        var changes: [Change] = []
        var instruments: [InstrumentID] = []

        mutating func add(_ amount: Amount, of asset: AssetID) {
            if let index = changes.firstIndex(where: { $0.asset == asset }) {
                changes[index].amount += amount
            } else {
                changes.append(Change(asset: asset, amount: amount))
            }
        }

        mutating func touch(_ instrument: InstrumentID) {
            if !instruments.contains(instrument) { instruments.append(instrument) }
        }
    }

    let id: AccountID
    var directory: VenueDirectory
    /// The events of this command and all before it are in the state already.
    let since: Sequence

    private(set) var wallets: [AssetID: Amount] = [:]
    private(set) var positions: [InstrumentID: Position] = [:]
    private(set) var orders: [OrderID: Order] = [:]
    private var conditionals: UserConditionals
    // The order that closes each position by force, while a liquidation runs.
    private var liquidationOrders: [InstrumentID: OrderID] = [:]
    private var pending: PendingUpdate?
    // Whether this command has filled one of the account's orders: what moves between its pockets
    // then belongs to the fill.
    private var hasFilled = false
    private var events: [UserEvent] = []

    init(_ account: AccountProjection, since: Sequence, directory: VenueDirectory) {
        id = account.id
        self.directory = directory
        self.since = since
        conditionals = UserConditionals(account)
        for wallet in account.wallets { wallets[wallet.asset] = wallet.balance }
        for position in account.positions {
            positions[position.instrument] = Position(
                quantity: position.quantity,
                entryValue: position.entryValue,
                realizedPnL: position.realizedPnL,
                feesPaid: position.feesPaid,
                fundingReceived: position.fundingReceived,
                isolatedWallet: position.isolatedWallet,
                leverage: position.leverage,
                marginMode: position.marginMode
            )
        }
        for order in account.openOrders {
            orders[order.id] = Order(
                terms: order.accepted,
                price: order.price,
                quantity: order.quantity,
                filled: order.filled,
                filledValue: order.filledValue
            )
        }
    }

    /// Takes in one event; most are about other accounts.
    mutating func observe(_ event: Event, at time: Timestamp) {
        switch event {
        case .orderAccepted(let event) where event.account == id: accept(event)
        case .orderAmended(let event) where event.account == id: amend(event)
        case .orderFilled(let event) where event.account == id: fill(event, at: time)
        case .orderClosed(let event) where event.account == id: close(event, at: time)
        case .conditionalOrderAccepted(let event) where event.order.account == id:
            report(conditionals.accept(event, at: time))
        case .conditionalOrderTriggered(let event) where event.account == id:
            report(conditionals.trigger(event, at: time))
        case .conditionalOrderClosed(let event) where event.account == id:
            report(conditionals.close(event, at: time))
        case .moneyMoved(let event) where event.from.account == id || event.to.account == id:
            move(event)
        case .positionChanged(let event) where event.account == id: change(event)
        case .settingsChanged(let event) where event.account == id:
            change(event)
        case .marginCallChanged(let event) where event.account == id && event.isCalled:
            flush()
            events.append(.marginCall(report(of: event)))
        case .liquidationStarted(let event) where event.account == id:
            flush()
            liquidationOrders[event.instrument] = OrderID.none
        case .positionTakenOver(let event) where event.account == id: takeOver(event)
        case .liquidationFinished(let event) where event.account == id:
            flush()
            if let order = liquidationOrders.removeValue(forKey: event.instrument) {
                orders[order] = nil
            }
        default: return
        }
    }

    /// The end of a command: what it did to the account, in order.
    mutating func finishCommand() -> [UserEvent] {
        hasFilled = false
        guard pending != nil || !events.isEmpty else { return [] }
        flush()
        defer { events.removeAll(keepingCapacity: true) }
        return events
    }

    // MARK: Orders

    private mutating func accept(_ accepted: OrderAccepted) {
        flush()
        let order = Order(
            terms: accepted,
            price: accepted.price,
            quantity: accepted.quantity,
            filled: .zero,
            filledValue: .zero
        )
        orders[accepted.order] = order
        if accepted.origin == .liquidation {
            liquidationOrders[accepted.instrument] = accepted.order
        }
        report(order, .accepted)
    }

    private mutating func amend(_ amended: OrderAmended) {
        flush()
        guard var order = orders[amended.order] else { return }
        order.price = amended.price
        order.quantity = amended.quantity
        orders[amended.order] = order
        report(order, .amended)
    }

    private mutating func fill(_ fill: OrderFilled, at time: Timestamp) {
        flush()
        hasFilled = true
        guard var order = orders[fill.order] else { return }
        order.filled += fill.quantity
        order.filledValue += Amount(fill.price, times: fill.quantity)
        orders[fill.order] = fill.remaining.isZero ? nil : order
        report(order, .filled(fill))
        if fill.remaining.isZero { report(conditionals.finish(order, at: time)) }
    }

    private mutating func close(_ closed: OrderClosed, at time: Timestamp) {
        guard let order = orders[closed.order] else { return }
        // What the book did not take of a forced close goes to the fund next, and that is its end.
        if order.terms.origin == .liquidation { return }
        flush()
        orders[closed.order] = nil
        report(order, .closed(closed.reason))
        report(conditionals.finish(order, at: time))
    }

    private mutating func takeOver(_ takeover: PositionTakenOver) {
        flush()
        hasFilled = true
        guard let id = liquidationOrders[takeover.instrument], var order = orders[id] else {
            return
        }
        order.filled += takeover.quantity.magnitude
        order.filledValue += Amount(takeover.price, times: takeover.quantity.magnitude)
        orders[id] = nil
        report(order, .takenOver(takeover))
    }

    private mutating func report(_ order: Order, _ execution: OrderChange.Execution) {
        var bidValue = Amount.zero
        var askValue = Amount.zero
        for open in orders.values
        where open.terms.instrument == order.terms.instrument && open.terms.type == .limit {
            let value = Amount(open.price, times: open.quantity - open.filled)
            if open.terms.side == .buy { bidValue += value } else { askValue += value }
        }
        events.append(
            .order(
                OrderChange(
                    order: order,
                    execution: execution,
                    bidValue: bidValue,
                    askValue: askValue
                )
            )
        )
    }

    private mutating func report(_ conditional: ConditionalRecord?) {
        guard let conditional else { return }
        flush()
        events.append(.conditional(conditional))
    }

    // MARK: Money and positions

    private mutating func move(_ movement: MoneyMoved) {
        var change = Amount.zero
        if movement.from.account == id {
            setBalance(movement.fromBalance, of: movement.asset, in: movement.from)
            change -= movement.amount
        }
        if movement.to.account == id {
            setBalance(movement.toBalance, of: movement.asset, in: movement.to)
            change += movement.amount
        }
        let reason = reason(of: movement)
        begin(reason, movement.reason == .funding ? movement.instrument : nil)
        // What a trader earns by trading is told by the order's own report.
        if movement.reason == .realizedPnL || movement.reason == .tradingFee { change = .zero }
        pending?.add(change, of: movement.asset)
        for pocket in [movement.from, movement.to]
        where pocket.account == id && pocket.isIsolated {
            pending?.touch(pocket.instrument)
        }
    }

    private func reason(of movement: MoneyMoved) -> AccountChange.Reason {
        switch movement.reason {
        case .deposit, .accountTransfer: .deposit
        case .withdrawal: .withdraw
        case .funding: .fundingFee
        case .liquidationFee, .insurance, .liquidationRemainder, .deficit: .insuranceClear
        case .realizedPnL, .tradingFee: .order
        case .rounding: pending?.reason ?? .order
        case .marginTransfer:
            // What a forced close leaves of an isolated wallet goes back with its settlement.
            if movement.instrument.map({ liquidationOrders[$0] != nil }) ?? false {
                .insuranceClear
            } else {
                hasFilled ? .order : .marginTransfer
            }
        }
    }

    private mutating func setBalance(_ balance: Amount, of asset: AssetID, in pocket: Pocket) {
        if pocket.isIsolated {
            positions[pocket.instrument, default: Position(leverage: 1)].isolatedWallet = balance
        } else {
            wallets[asset] = balance
        }
    }

    private mutating func change(_ changed: PositionChanged) {
        var position = positions[changed.instrument] ?? Position(leverage: 1)
        position.quantity = changed.quantity
        position.entryValue = changed.entryValue
        position.realizedPnL = changed.realizedPnL
        position.feesPaid = changed.feesPaid
        position.fundingReceived = changed.fundingReceived
        positions[changed.instrument] = position
        // A settlement tells of a cross position's money only, not of the position.
        if pending?.reason == .fundingFee, position.marginMode == .cross { return }
        if pending == nil { begin(.order, nil) }
        pending?.touch(changed.instrument)
    }

    private mutating func change(_ settings: SettingsChanged) {
        flush()
        let leverageDefault = directory[settings.instrument]?.rules.leverageDefault ?? 1
        let before = positions[settings.instrument] ?? Position(leverage: leverageDefault)
        var after = before
        after.leverage = settings.leverage
        after.marginMode = settings.marginMode
        positions[settings.instrument] = after
        if after.leverage != before.leverage {
            events.append(.leverage(settings.instrument, settings.leverage))
        }
        if after.marginMode != before.marginMode {
            begin(.marginTypeChange, nil)
            pending?.touch(settings.instrument)
        }
    }

    // MARK: Account updates

    /// Rows of one reason share an update; another reason, or the next order, begins another.
    private mutating func begin(_ reason: AccountChange.Reason, _ instrument: InstrumentID?) {
        if let pending, pending.reason == reason, pending.instrument == instrument { return }
        flush()
        pending = PendingUpdate(reason: reason, instrument: instrument)
    }

    private mutating func flush() {
        guard let update = pending else { return }
        pending = nil
        events.append(.account(report(of: update)))
    }

    private func report(of update: PendingUpdate) -> AccountChange {
        AccountChange(
            reason: update.reason,
            balances: update.changes.map { change in
                AccountChange.Balance(
                    asset: change.asset,
                    wallet: walletBalance(change.asset),
                    crossWallet: wallets[change.asset] ?? .zero,
                    change: change.amount
                )
            },
            positions: update.instruments.sorted().compactMap { instrument in
                positions[instrument].map {
                    AccountChange.PositionRow(instrument: instrument, position: $0)
                }
            }
        )
    }

    private func report(of call: MarginCallChanged) -> MarginCallNotice {
        let asset = directory[call.instrument]?.rules.contract.settleAsset
        let called = positions.filter { instrument, position in
            guard !position.quantity.isZero, position.marginMode == call.scope else { return false }
            return call.scope == .isolated
                ? instrument == call.instrument
                : directory[instrument]?.rules.contract.settleAsset == asset
        }
        return MarginCallNotice(
            scope: call.scope,
            crossWallet: asset.flatMap { wallets[$0] } ?? .zero,
            positions: called.keys.sorted().compactMap { instrument in
                called[instrument].map {
                    AccountChange.PositionRow(instrument: instrument, position: $0)
                }
            }
        )
    }

    /// The cross wallet and the wallets of all isolated positions that settle in the asset.
    private func walletBalance(_ asset: AssetID) -> Amount {
        positions.reduce(wallets[asset] ?? .zero) { sum, entry in
            directory[entry.key]?.rules.contract.settleAsset == asset
                ? sum + entry.value.isolatedWallet : sum
        }
    }
}
