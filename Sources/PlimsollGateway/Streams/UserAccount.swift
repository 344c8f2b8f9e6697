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
        /// Whether it stands for a position that was closed against a bankrupt one.
        var isDeleveraging = false
        /// The conditional order that became it, if one did.
        var trigger: NewConditionalOrder?

        func averagePrice(in contract: ContractTerms) -> Price {
            contract.averagePrice(of: filled, worth: filledValue)
        }
    }

    let id: AccountID
    /// The events of this command and all before it are in the state already.
    let since: Sequence

    private var holdings: UserHoldings
    var directory: VenueDirectory {
        get { holdings.directory }
        set { holdings.directory = newValue }
    }
    private(set) var orders: [OrderID: Order] = [:]
    private var conditionals: UserConditionals
    // The order that closes each position by force, while a liquidation runs.
    private var liquidationOrders: [PositionSlot: OrderID] = [:]
    // The orders of the liquidation that runs, ended or not.
    private var forcedOrders: [OrderID: Order] = [:]
    // What the book left of a forced order, until it is known who takes it.
    private var closeReasons: [OrderID: OrderCloseReason] = [:]
    // Take-overs and deleveragings of the whole venue so far, which number them.
    private var settlementCount: UInt64
    private var pending: PendingAccountChange?
    // Whether this command has closed a position of the account against a bankrupt one: what moves
    // then belongs to that.
    private var isDeleveraged = false
    // Whether this command has filled one of the account's orders: what moves between its pockets
    // then belongs to the fill.
    private var hasFilled = false
    private var events: [UserEvent] = []

    /// - Parameters:
    ///   - account: As it stands after `since`.
    ///   - since: The last command that the read models hold.
    ///   - settlementCount: Of the read models, to number what comes after.
    ///   - directory: Of the venue's instruments.
    init(
        _ account: AccountProjection,
        since: Sequence,
        settlementCount: UInt64,
        directory: VenueDirectory
    ) {
        id = account.id
        self.since = since
        self.settlementCount = settlementCount
        holdings = UserHoldings(account, directory: directory)
        conditionals = UserConditionals(account)
        for order in account.openOrders {
            orders[order.id] = Order(
                terms: order.accepted,
                price: order.price,
                quantity: order.quantity,
                filled: order.filled,
                filledValue: order.filledValue,
                trigger: account.trigger(of: order.id)
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
            events.append(.marginCall(holdings.notice(of: event)))
        case .liquidationStarted(let event) where event.account == id:
            flush()
            liquidationOrders[PositionSlot(instrument: event.instrument, side: event.side)] =
                OrderID.none
        case .positionTakenOver(let event):
            settlementCount += 1
            if event.account == id { takeOver(event) }
        case .deleveraged(let event):
            settlementCount += 1
            if event.bankrupt == id { loseBankrupt(event) }
            if event.counterparty == id { deleverage(event) }
        case .liquidationFinished(let event) where event.account == id: finish(event)
        case .positionModeChanged(let event) where event.account == id:
            holdings.isHedge = event.isHedge
        default: return
        }
    }

    /// The end of a command: what it did to the account, in order.
    mutating func finishCommand() -> [UserEvent] {
        hasFilled = false
        isDeleveraged = false
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
            filledValue: .zero,
            trigger: conditionals.trigger(of: accepted.order)
        )
        orders[accepted.order] = order
        if accepted.origin == .liquidation {
            forcedOrders[accepted.order] = order
            let slot = PositionSlot(instrument: accepted.instrument, side: accepted.positionSide)
            liquidationOrders[slot] = accepted.order
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
        order.filledValue += value(of: fill.quantity, at: fill.price, in: fill.instrument)
        orders[fill.order] = fill.remaining.isZero ? nil : order
        if order.terms.origin == .liquidation { forcedOrders[fill.order] = order }
        report(order, .filled(fill))
        if fill.remaining.isZero { report(conditionals.finish(order, at: time)) }
    }

    private mutating func close(_ closed: OrderClosed, at time: Timestamp) {
        guard let order = orders[closed.order] else { return }
        // What the book did not take of a forced close goes to the fund or to others next, and that is
        // its end; or the rest is safe, and then the end is told with the liquidation's.
        if order.terms.origin == .liquidation {
            closeReasons[closed.order] = closed.reason
            return
        }
        flush()
        orders[closed.order] = nil
        report(order, .closed(closed.reason))
        report(conditionals.finish(order, at: time))
    }

    private mutating func takeOver(_ takeover: PositionTakenOver) {
        let slot = PositionSlot(instrument: takeover.instrument, side: takeover.side)
        addToForcedOrder(of: slot, takeover.quantity.magnitude, at: takeover.price) {
            .takenOver(takeover)
        }
    }

    /// Part of the account's own forced close went to others' positions.
    private mutating func loseBankrupt(_ deleveraging: Deleveraged) {
        let slot = PositionSlot(
            instrument: deleveraging.instrument,
            side: deleveraging.bankruptSide
        )
        let trade = OutsideSettlement.trade(settlementCount)
        addToForcedOrder(of: slot, deleveraging.quantity.magnitude, at: deleveraging.price) {
            .deleveraged(deleveraging, trade: trade, realizedPnL: deleveraging.bankruptPnL)
        }
    }

    /// What is closed outside the book belongs to the last order that tried it in the book, and ends
    /// what that order left.
    private mutating func addToForcedOrder(
        of slot: PositionSlot,
        _ quantity: Quantity,
        at price: Price,
        _ execution: () -> OrderChange.Execution
    ) {
        flush()
        hasFilled = true
        guard let id = liquidationOrders[slot], var order = forcedOrders[id] else { return }
        order.filled += quantity
        order.filledValue += value(of: quantity, at: price, in: slot.instrument)
        // The whole rest leaves at once, of which the order was only a step.
        order.quantity = max(order.quantity, order.filled)
        orders[id] = nil
        closeReasons[id] = nil
        forcedOrders[id] = order
        report(order, execution())
    }

    /// The account's position was closed against a bankrupt one.
    private mutating func deleverage(_ deleveraging: Deleveraged) {
        flush()
        isDeleveraged = true
        let side: Side = deleveraging.quantity.units > 0 ? .buy : .sell
        let size = deleveraging.quantity.magnitude
        let number = OutsideSettlement.order(settlementCount)
        let order = Order(
            terms: OrderAccepted(
                order: number,
                account: id,
                instrument: deleveraging.instrument,
                side: side,
                type: .limit,
                timeInForce: .immediateOrCancel,
                reduceOnly: true,
                origin: .liquidation,
                price: deleveraging.price,
                quantity: size,
                marginPrice: deleveraging.price,
                clientOrderID: .none,
                positionSide: deleveraging.counterpartySide
            ),
            price: deleveraging.price,
            quantity: size,
            filled: size,
            filledValue: value(of: size, at: deleveraging.price, in: deleveraging.instrument),
            isDeleveraging: true
        )
        let execution = OrderChange.Execution.deleveraged(
            deleveraging,
            trade: OutsideSettlement.trade(settlementCount),
            realizedPnL: deleveraging.counterpartyPnL
        )
        report(order, execution)
    }

    private mutating func finish(_ finished: LiquidationFinished) {
        flush()
        let slot = PositionSlot(instrument: finished.instrument, side: finished.side)
        guard let id = liquidationOrders.removeValue(forKey: slot) else { return }
        if let reason = closeReasons.removeValue(forKey: id), let order = orders[id] {
            orders[id] = nil
            report(order, .closed(reason))
        }
        forcedOrders.removeAll()
    }

    private func value(
        of quantity: Quantity,
        at price: Price,
        in instrument: InstrumentID
    ) -> Amount {
        directory[instrument]?.rules.contract.tradedValue(of: quantity, at: price)
            ?? Amount(price, times: quantity)
    }

    private mutating func report(_ order: Order, _ execution: OrderChange.Execution) {
        var bidValue = Amount.zero
        var askValue = Amount.zero
        for open in orders.values
        where open.terms.instrument == order.terms.instrument && open.terms.type == .limit {
            let value = value(
                of: open.quantity - open.filled,
                at: open.price,
                in: open.terms.instrument
            )
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
        var change = holdings.move(movement)
        let reason = reason(of: movement)
        begin(reason, movement.reason == .funding ? movement.instrument : nil)
        // What a trader earns by trading is told by the order's own report.
        if movement.reason == .realizedPnL || movement.reason == .tradingFee { change = .zero }
        pending?.add(change, of: movement.asset)
        for pocket in [movement.from, movement.to]
        where pocket.account == id && pocket.isIsolated {
            pending?.touch(PositionSlot(pocket))
        }
    }

    private func reason(of movement: MoneyMoved) -> AccountChange.Reason {
        switch movement.reason {
        case .deposit: .deposit
        case .accountTransfer: movement.to.account == id ? .deposit : .withdraw
        case .withdrawal: .withdraw
        case .funding: .fundingFee
        case .liquidationFee, .insurance, .liquidationRemainder, .deficit: .insuranceClear
        case .realizedPnL, .tradingFee: isDeleveraged ? .deleveraging : .order
        case .rounding: pending?.reason ?? .order
        case .marginTransfer:
            // What a forced close leaves of an isolated wallet goes back with its settlement.
            if isLiquidating(movement) {
                .insuranceClear
            } else if isDeleveraged {
                .deleveraging
            } else {
                hasFilled ? .order : .marginTransfer
            }
        }
    }

    private func isLiquidating(_ movement: MoneyMoved) -> Bool {
        [movement.from, movement.to].contains { pocket in
            pocket.account == id && pocket.isIsolated
                && liquidationOrders[PositionSlot(pocket)] != nil
        }
    }

    private mutating func change(_ changed: PositionChanged) {
        let mode = holdings.change(changed)
        // A settlement tells of a cross position's money only, not of the position.
        if pending?.reason == .fundingFee, mode == .cross { return }
        if pending == nil { begin(isDeleveraged ? .deleveraging : .order, nil) }
        pending?.touch(PositionSlot(instrument: changed.instrument, side: changed.side))
    }

    private mutating func change(_ settings: SettingsChanged) {
        flush()
        let (isOtherLeverage, isOtherMode) = holdings.change(settings)
        if isOtherLeverage {
            events.append(.leverage(settings.instrument, settings.leverage))
        }
        if isOtherMode {
            begin(.marginTypeChange, nil)
            for side in holdings.sides {
                pending?.touch(PositionSlot(instrument: settings.instrument, side: side))
            }
        }
    }

    // MARK: Account updates

    /// Rows of one reason share an update; another reason, or the next order, begins another.
    private mutating func begin(_ reason: AccountChange.Reason, _ instrument: InstrumentID?) {
        if let pending, pending.reason == reason, pending.instrument == instrument { return }
        flush()
        pending = PendingAccountChange(reason: reason, instrument: instrument)
    }

    private mutating func flush() {
        guard let update = pending else { return }
        pending = nil
        events.append(.account(holdings.report(of: update)))
    }
}
