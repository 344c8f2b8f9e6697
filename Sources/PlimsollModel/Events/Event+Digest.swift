extension Digest {
    /// Mixes an event, field by field, in the order of its definition.
    // Into the place that makes the event, where its kind is known: nothing is left to look up.
    @inlinable @inline(__always)
    mutating func fold(_ event: Event) {
        switch event {
        case .rulesChanged(let change): fold(change)
        case .accountOpened(let account, let kind):
            put(1 as UInt8)
            put(account)
            put(kind)
        // Kind 2 stays free: the buffer does not mix a refusal.
        case .refused: break
        case .orderAccepted(let event): fold(event)
        case .orderAmended(let event): fold(event)
        case .orderFilled(let event): fold(event)
        case .orderClosed(let event): fold(event)
        case .tradeExecuted(let event): fold(event)
        case .levelChanged(let event): fold(event)
        case .moneyMoved(let event): fold(event)
        case .positionChanged(let event): fold(event)
        case .settingsChanged(let event): fold(event)
        case .pricesUpdated(let event): fold(event)
        case .fundingSettled(let event): fold(event)
        case .marginCallChanged(let event): fold(event)
        case .liquidationStarted(let event): fold(event)
        case .positionTakenOver(let event): fold(event)
        case .liquidationFinished(let event): fold(event)
        case .conditionalOrderAccepted(let event): fold(event)
        case .conditionalOrderTriggered(let event): fold(event)
        case .conditionalOrderClosed(let event): fold(event)
        case .positionModeChanged(let event):
            put(21 << 56 | UInt64(event.account.rawValue) << 8 | (event.isHedge ? 1 : 0))
        case .selfTradePrevented(let event): fold(event)
        case .countdownChanged(let event): fold(event)
        case .indexSourceUpdated(let event):
            put(24 << 56 | UInt64(event.instrument.rawValue) << 8 | UInt64(event.source))
            put(event.price)
        case .indexStaleChanged(let event):
            put(25 << 56 | UInt64(event.instrument.rawValue) << 8 | (event.isStale ? 1 : 0))
        case .deleveraged(let event): fold(event)
        case .deficitRecorded(let event):
            put(27 << 56 | UInt64(event.asset.rawValue))
            put(event.amount)
            put(event.total)
        }
    }

    @usableFromInline mutating func fold(_ change: RuleChange) {
        put(0 as UInt8)
        change.encode(into: &self)
    }

    @usableFromInline mutating func fold(_ event: ConditionalOrderAccepted) {
        put(18 as UInt8)
        put(event.id.rawValue)
        event.order.encode(into: &self)
    }

    @usableFromInline mutating func fold(_ event: CountdownChanged) {
        begin(23, event.account, event.instrument)
        put(event.due)
    }

    private mutating func begin(
        _ kind: UInt64,
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ side: PositionSide = .both
    ) {
        put(
            kind << 56 | UInt64(side.rawValue) << 48 | UInt64(instrument.rawValue) << 32
                | UInt64(account.rawValue)
        )
    }

    @usableFromInline mutating func fold(_ event: OrderAccepted) {
        begin(3, event.account, event.instrument)
        put(event.order)
        put(
            UInt64(event.side.rawValue) | UInt64(event.type.rawValue) << 8
                | UInt64(event.timeInForce.rawValue) << 16
                | (event.reduceOnly ? 1 << 24 : 0) | UInt64(event.origin.rawValue) << 32
                | UInt64(event.positionSide.rawValue) << 40
                | UInt64(event.selfTradePrevention.rawValue) << 48
                | UInt64(event.priceMatch.rawValue) << 56
        )
        put(event.price)
        put(event.quantity)
        put(event.marginPrice)
        put(event.goodTillDate)
        put(event.clientOrderID)
    }

    @usableFromInline mutating func fold(_ event: OrderAmended) {
        begin(4, event.account, event.instrument)
        put(event.order)
        put(event.price)
        put(event.quantity)
        put(event.marginPrice)
    }

    @usableFromInline mutating func fold(_ event: OrderFilled) {
        begin(5, event.account, event.instrument)
        put(event.order)
        put(event.trade)
        put(UInt64(event.side.rawValue) | (event.isMaker ? 1 << 8 : 0))
        put(event.price)
        put(event.quantity)
        put(event.remaining)
        put(event.fee)
        put(event.realizedPnL)
    }

    @usableFromInline mutating func fold(_ event: OrderClosed) {
        begin(6, event.account, event.instrument)
        put(event.order)
        put(event.reason)
        put(event.remaining)
    }

    @usableFromInline mutating func fold(_ event: TradeExecuted) {
        put(7 << 56 | UInt64(event.instrument.rawValue) << 32 | UInt64(event.takerSide.rawValue))
        put(event.trade)
        put(event.price)
        put(event.quantity)
        put(event.maker)
        put(event.taker)
    }

    @usableFromInline mutating func fold(_ event: LevelChanged) {
        put(8 << 56 | UInt64(event.instrument.rawValue) << 32 | UInt64(event.side.rawValue))
        put(event.price)
        put(event.quantity)
        put(event.update)
    }

    @usableFromInline mutating func fold(_ event: MoneyMoved) {
        put(9 << 56 | UInt64(event.asset.rawValue) << 32 | UInt64(event.reason.rawValue))
        fold(event.from)
        fold(event.to)
        put(event.instrument.map { UInt64($0.rawValue) + 1 } ?? 0)
        put(event.amount)
        put(event.fromBalance)
        put(event.toBalance)
    }

    private mutating func fold(_ pocket: Pocket) {
        put(
            UInt64(pocket.account.rawValue) | UInt64(pocket.instrument.rawValue) << 32
                | (pocket.isIsolated ? 1 << 48 : 0) | UInt64(pocket.side.rawValue) << 56
        )
    }

    @usableFromInline mutating func fold(_ event: PositionChanged) {
        begin(10, event.account, event.instrument, event.side)
        put(event.quantity)
        put(event.entryValue)
        put(event.realizedPnL)
        put(event.feesPaid)
        put(event.fundingReceived)
    }

    @usableFromInline mutating func fold(_ event: SettingsChanged) {
        begin(11, event.account, event.instrument)
        put(UInt64(event.leverage) | UInt64(event.marginMode.rawValue) << 16)
    }

    @usableFromInline mutating func fold(_ event: PricesUpdated) {
        put(12 << 56 | UInt64(event.instrument.rawValue))
        put(event.mark)
        put(event.index)
        put(event.fundingBasisPrice)
        put(event.averageBasisPrice)
        put(event.last)
        put(event.fundingRate)
        put(event.estimatedFundingRate)
        put(event.nextFundingTime)
        put(event.premium)
    }

    @usableFromInline mutating func fold(_ event: FundingSettled) {
        put(13 << 56 | UInt64(event.instrument.rawValue))
        put(event.time)
        put(event.rate)
        put(event.mark)
    }

    @usableFromInline mutating func fold(_ event: MarginCallChanged) {
        begin(14, event.account, event.instrument, event.side)
        put(UInt64(event.scope.rawValue) | (event.isCalled ? 1 << 8 : 0))
        put(event.marginBalance)
        put(event.maintenanceMargin)
    }

    @usableFromInline mutating func fold(_ event: ConditionalOrderTriggered) {
        begin(19, event.account, event.instrument)
        put(event.id.rawValue)
        put(event.price)
        put(event.order)
    }

    @usableFromInline mutating func fold(_ event: ConditionalOrderClosed) {
        begin(20, event.account, event.instrument)
        put(event.id.rawValue)
        put(event.reason)
        put(event.refusal.map { UInt64($0.rawValue) + 1 } ?? 0)
    }

    @usableFromInline mutating func fold(_ event: LiquidationStarted) {
        begin(15, event.account, event.instrument, event.side)
        put(event.liquidation)
        put(
            UInt64(event.scope.rawValue) | UInt64(event.leverage) << 8
                | UInt64(event.cause.rawValue) << 24 | UInt64(event.generation) << 32
        )
        put(event.parent)
        put(event.quantity)
        put(event.entryValue)
        put(event.walletBalance)
        put(event.marginBalance)
        put(event.maintenanceMargin)
        put(event.maintenanceRate)
        put(event.deduction)
        put(event.markPrice)
        put(event.undisturbedMark)
        put(event.liquidationPrice)
        put(event.bankruptcyPrice)
    }

    @usableFromInline mutating func fold(_ event: PositionTakenOver) {
        begin(16, event.account, event.instrument, event.side)
        put(event.liquidation)
        put(event.quantity)
        put(event.price)
        put(event.realizedPnL)
    }

    @usableFromInline mutating func fold(_ event: LiquidationFinished) {
        begin(17, event.account, event.instrument, event.side)
        put(event.liquidation)
        put(event.filledQuantity)
        put(event.filledValue)
        put(event.realizedPnL)
        put(event.tradingFee)
        put(event.liquidationFee)
        put(event.insurancePaid)
        put(event.returned)
    }

    @usableFromInline mutating func fold(_ event: SelfTradePrevented) {
        begin(22, event.account, event.instrument)
        put(event.maker)
        put(event.taker)
        put(event.makerPrevented)
        put(event.takerPrevented)
    }

    @usableFromInline mutating func fold(_ event: Deleveraged) {
        begin(26, event.bankrupt, event.instrument, event.bankruptSide)
        put(event.liquidation)
        put(UInt64(event.counterparty.rawValue) | UInt64(event.counterpartySide.rawValue) << 32)
        put(event.quantity)
        put(event.price)
        put(event.bankruptPnL)
        put(event.counterpartyPnL)
        put(event.score)
    }
}
