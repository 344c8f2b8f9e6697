/// What a command did.
///
/// Events carry the state *after* the change wherever a reader keeps that state, so that a projection
/// is a table of latest values and needs no rule of the venue.
public enum Event: BitwiseCopyable, Hashable, Sendable {
    case rulesChanged(RuleChange)
    case accountOpened(AccountID, AccountKind)
    case refused(Refusal)
    case orderAccepted(OrderAccepted)
    case orderAmended(OrderAmended)
    case orderFilled(OrderFilled)
    case orderClosed(OrderClosed)
    case tradeExecuted(TradeExecuted)
    case levelChanged(LevelChanged)
    case moneyMoved(MoneyMoved)
    case positionChanged(PositionChanged)
    case settingsChanged(SettingsChanged)
    case pricesUpdated(PricesUpdated)
    case fundingSettled(FundingSettled)
    case marginCallChanged(MarginCallChanged)
    case liquidationStarted(LiquidationStarted)
    case positionTakenOver(PositionTakenOver)
    case liquidationFinished(LiquidationFinished)
    case conditionalOrderAccepted(ConditionalOrderAccepted)
    case conditionalOrderTriggered(ConditionalOrderTriggered)
    case conditionalOrderClosed(ConditionalOrderClosed)
    case positionModeChanged(PositionModeChanged)
    case selfTradePrevented(SelfTradePrevented)
    case countdownChanged(CountdownChanged)
    case indexSourceUpdated(IndexSourceUpdated)
    case indexStaleChanged(IndexStaleChanged)
    case deleveraged(Deleveraged)
    case deficitRecorded(DeficitRecorded)
}

/// Where and when an event happened.
public struct EventHeader: BitwiseCopyable, Hashable, Sendable {
    /// Of the command that caused the event.
    public var sequence: Sequence
    public var time: Timestamp

    public init(sequence: Sequence, time: Timestamp) {
        self.sequence = sequence
        self.time = time
    }
}
