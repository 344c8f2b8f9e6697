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

public struct OrderAccepted: BitwiseCopyable, Hashable, Sendable {
    public var order: OrderID
    public var account: AccountID
    public var instrument: InstrumentID
    public var side: Side
    public var type: OrderType
    public var timeInForce: TimeInForce
    public var reduceOnly: Bool
    public var origin: OrderOrigin
    public var price: Price
    public var quantity: Quantity
    /// The price at which the order's margin is reckoned.
    public var marginPrice: Price
    public var clientOrderID: ClientOrderID

    public init(
        order: OrderID,
        account: AccountID,
        instrument: InstrumentID,
        side: Side,
        type: OrderType,
        timeInForce: TimeInForce,
        reduceOnly: Bool,
        origin: OrderOrigin,
        price: Price,
        quantity: Quantity,
        marginPrice: Price,
        clientOrderID: ClientOrderID
    ) {
        self.order = order
        self.account = account
        self.instrument = instrument
        self.side = side
        self.type = type
        self.timeInForce = timeInForce
        self.reduceOnly = reduceOnly
        self.origin = origin
        self.price = price
        self.quantity = quantity
        self.marginPrice = marginPrice
        self.clientOrderID = clientOrderID
    }
}

public struct OrderAmended: BitwiseCopyable, Hashable, Sendable {
    public var order: OrderID
    public var account: AccountID
    public var instrument: InstrumentID
    public var price: Price
    /// The whole quantity, with what is already filled.
    public var quantity: Quantity
    public var marginPrice: Price

    public init(
        order: OrderID,
        account: AccountID,
        instrument: InstrumentID,
        price: Price,
        quantity: Quantity,
        marginPrice: Price
    ) {
        self.order = order
        self.account = account
        self.instrument = instrument
        self.price = price
        self.quantity = quantity
        self.marginPrice = marginPrice
    }
}

/// One side of a trade, told to its owner.
public struct OrderFilled: BitwiseCopyable, Hashable, Sendable {
    public var order: OrderID
    public var trade: TradeID
    public var account: AccountID
    public var instrument: InstrumentID
    public var side: Side
    public var isMaker: Bool
    public var price: Price
    public var quantity: Quantity
    /// What is still open; zero when the order is filled.
    public var remaining: Quantity
    /// In the settle asset; greater than or equal to zero.
    public var fee: Amount
    /// Profit of the part that closed a position, before fees.
    public var realizedPnL: Amount

    public init(
        order: OrderID,
        trade: TradeID,
        account: AccountID,
        instrument: InstrumentID,
        side: Side,
        isMaker: Bool,
        price: Price,
        quantity: Quantity,
        remaining: Quantity,
        fee: Amount,
        realizedPnL: Amount
    ) {
        self.order = order
        self.trade = trade
        self.account = account
        self.instrument = instrument
        self.side = side
        self.isMaker = isMaker
        self.price = price
        self.quantity = quantity
        self.remaining = remaining
        self.fee = fee
        self.realizedPnL = realizedPnL
    }
}

/// An order that ended with something unfilled; a filled order ends with its last `OrderFilled`.
public struct OrderClosed: BitwiseCopyable, Hashable, Sendable {
    public var order: OrderID
    public var account: AccountID
    public var instrument: InstrumentID
    public var reason: OrderCloseReason
    /// What was still open.
    public var remaining: Quantity

    public init(
        order: OrderID,
        account: AccountID,
        instrument: InstrumentID,
        reason: OrderCloseReason,
        remaining: Quantity
    ) {
        self.order = order
        self.account = account
        self.instrument = instrument
        self.reason = reason
        self.remaining = remaining
    }
}

/// A trade as the market sees it.
public struct TradeExecuted: BitwiseCopyable, Hashable, Sendable {
    public var trade: TradeID
    public var instrument: InstrumentID
    public var price: Price
    public var quantity: Quantity
    /// The side that took.
    public var takerSide: Side
    public var maker: OrderID
    public var taker: OrderID

    public init(
        trade: TradeID,
        instrument: InstrumentID,
        price: Price,
        quantity: Quantity,
        takerSide: Side,
        maker: OrderID,
        taker: OrderID
    ) {
        self.trade = trade
        self.instrument = instrument
        self.price = price
        self.quantity = quantity
        self.takerSide = takerSide
        self.maker = maker
        self.taker = taker
    }
}

/// A price level of the book has this quantity after the change; zero removes it.
public struct LevelChanged: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var side: Side
    public var price: Price
    public var quantity: Quantity
    /// Numbers the changes of one instrument's book from 1, without gaps.
    public var update: UInt64

    public init(
        instrument: InstrumentID,
        side: Side,
        price: Price,
        quantity: Quantity,
        update: UInt64
    ) {
        self.instrument = instrument
        self.side = side
        self.price = price
        self.quantity = quantity
        self.update = update
    }
}

/// Where money lies: an account's cross wallet or the wallet of one isolated position.
public struct Pocket: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var isIsolated: Bool

    public static func wallet(_ account: AccountID) -> Pocket {
        Pocket(account: account, instrument: InstrumentID(rawValue: 0), isIsolated: false)
    }

    public static func isolated(_ account: AccountID, _ instrument: InstrumentID) -> Pocket {
        Pocket(account: account, instrument: instrument, isIsolated: true)
    }

    public init(account: AccountID, instrument: InstrumentID, isIsolated: Bool) {
        self.account = account
        self.instrument = instrument
        self.isIsolated = isIsolated
    }
}

/// Why money moved.
///
/// The numbers reach digests: append, never renumber.
public enum TransferReason: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case deposit = 0
    case withdrawal = 1
    case realizedPnL = 2
    case tradingFee = 3
    case funding = 4
    case liquidationFee = 5
    /// The fund pays what an account lost beyond its money.
    case insurance = 6
    /// Between the cross wallet and an isolated position, on a fill or by the trader's hand.
    case marginTransfer = 7
    case rounding = 8
    /// What a liquidated position leaves, into the fund.
    case liquidationRemainder = 9
}

/// One movement of money and the two balances after it.
public struct MoneyMoved: BitwiseCopyable, Hashable, Sendable {
    public var asset: AssetID
    public var from: Pocket
    public var to: Pocket
    public var reason: TransferReason
    /// The instrument that the movement is about, where there is one.
    public var instrument: InstrumentID?
    /// Greater than zero.
    public var amount: Amount
    public var fromBalance: Amount
    public var toBalance: Amount

    public init(
        asset: AssetID,
        from: Pocket,
        to: Pocket,
        reason: TransferReason,
        instrument: InstrumentID?,
        amount: Amount,
        fromBalance: Amount,
        toBalance: Amount
    ) {
        self.asset = asset
        self.from = from
        self.to = to
        self.reason = reason
        self.instrument = instrument
        self.amount = amount
        self.fromBalance = fromBalance
        self.toBalance = toBalance
    }
}

public struct PositionChanged: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    /// Positive long, negative short.
    public var quantity: Quantity
    /// Signed: what the position cost, exactly.
    ///
    /// The entry price is this divided by the quantity.
    public var entryValue: Amount
    /// Realised profit of the instrument since the account began, before fees and funding.
    public var realizedPnL: Amount
    /// Fees paid, and funding received, since the position was last flat; the break-even price
    /// needs them.
    public var feesPaid: Amount
    public var fundingReceived: Amount

    public init(
        account: AccountID,
        instrument: InstrumentID,
        quantity: Quantity,
        entryValue: Amount,
        realizedPnL: Amount,
        feesPaid: Amount,
        fundingReceived: Amount
    ) {
        self.account = account
        self.instrument = instrument
        self.quantity = quantity
        self.entryValue = entryValue
        self.realizedPnL = realizedPnL
        self.feesPaid = feesPaid
        self.fundingReceived = fundingReceived
    }
}

/// How an account trades an instrument.
public struct SettingsChanged: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var leverage: UInt16
    public var marginMode: MarginMode

    public init(
        account: AccountID,
        instrument: InstrumentID,
        leverage: UInt16,
        marginMode: MarginMode
    ) {
        self.account = account
        self.instrument = instrument
        self.leverage = leverage
        self.marginMode = marginMode
    }
}

/// The mark price with the three numbers it is the median of, so that a reader can check it.
public struct PricesUpdated: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var mark: Price
    public var index: Price
    /// The index carried to the next settlement by the funding rate.
    public var fundingBasisPrice: Price
    /// The index plus the moving average of `mid − index`.
    public var averageBasisPrice: Price
    public var last: Price
    public var fundingRate: Rate
    public var nextFundingTime: Timestamp

    public init(
        instrument: InstrumentID,
        mark: Price,
        index: Price,
        fundingBasisPrice: Price,
        averageBasisPrice: Price,
        last: Price,
        fundingRate: Rate,
        nextFundingTime: Timestamp
    ) {
        self.instrument = instrument
        self.mark = mark
        self.index = index
        self.fundingBasisPrice = fundingBasisPrice
        self.averageBasisPrice = averageBasisPrice
        self.last = last
        self.fundingRate = fundingRate
        self.nextFundingTime = nextFundingTime
    }
}

public struct FundingSettled: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var time: Timestamp
    public var rate: Rate
    public var mark: Price

    public init(instrument: InstrumentID, time: Timestamp, rate: Rate, mark: Price) {
        self.instrument = instrument
        self.time = time
        self.rate = rate
        self.mark = mark
    }
}

/// A margin ratio rose to the warning level or fell below it.
public struct MarginCallChanged: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    /// The isolated position's instrument, or any cross position's.
    public var instrument: InstrumentID
    public var scope: MarginMode
    public var isCalled: Bool
    public var marginBalance: Amount
    public var maintenanceMargin: Amount

    public init(
        account: AccountID,
        instrument: InstrumentID,
        scope: MarginMode,
        isCalled: Bool,
        marginBalance: Amount,
        maintenanceMargin: Amount
    ) {
        self.account = account
        self.instrument = instrument
        self.scope = scope
        self.isCalled = isCalled
        self.marginBalance = marginBalance
        self.maintenanceMargin = maintenanceMargin
    }
}

/// A forced close begins: the position and its numbers at that instant.
public struct LiquidationStarted: BitwiseCopyable, Hashable, Sendable {
    public var liquidation: LiquidationID
    public var account: AccountID
    public var instrument: InstrumentID
    public var scope: MarginMode
    public var leverage: UInt16
    public var quantity: Quantity
    public var entryValue: Amount
    /// Of the scope: the isolated wallet or the cross wallet.
    public var walletBalance: Amount
    public var marginBalance: Amount
    /// Of the whole scope; `maintenanceRate` and `deduction` are this position's.
    public var maintenanceMargin: Amount
    public var maintenanceRate: Rate
    public var deduction: Amount
    public var markPrice: Price
    public var liquidationPrice: Price
    public var bankruptcyPrice: Price

    public init(
        liquidation: LiquidationID,
        account: AccountID,
        instrument: InstrumentID,
        scope: MarginMode,
        leverage: UInt16,
        quantity: Quantity,
        entryValue: Amount,
        walletBalance: Amount,
        marginBalance: Amount,
        maintenanceMargin: Amount,
        maintenanceRate: Rate,
        deduction: Amount,
        markPrice: Price,
        liquidationPrice: Price,
        bankruptcyPrice: Price
    ) {
        self.liquidation = liquidation
        self.account = account
        self.instrument = instrument
        self.scope = scope
        self.leverage = leverage
        self.quantity = quantity
        self.entryValue = entryValue
        self.walletBalance = walletBalance
        self.marginBalance = marginBalance
        self.maintenanceMargin = maintenanceMargin
        self.maintenanceRate = maintenanceRate
        self.deduction = deduction
        self.markPrice = markPrice
        self.liquidationPrice = liquidationPrice
        self.bankruptcyPrice = bankruptcyPrice
    }
}

/// What the book did not take went to the fund at the bankruptcy price.
public struct PositionTakenOver: BitwiseCopyable, Hashable, Sendable {
    public var liquidation: LiquidationID
    public var account: AccountID
    public var instrument: InstrumentID
    /// Signed: what the fund took, with the sign of the position.
    public var quantity: Quantity
    public var price: Price
    public var realizedPnL: Amount

    public init(
        liquidation: LiquidationID,
        account: AccountID,
        instrument: InstrumentID,
        quantity: Quantity,
        price: Price,
        realizedPnL: Amount
    ) {
        self.liquidation = liquidation
        self.account = account
        self.instrument = instrument
        self.quantity = quantity
        self.price = price
        self.realizedPnL = realizedPnL
    }
}

/// A forced close ended; the sums of its steps.
public struct LiquidationFinished: BitwiseCopyable, Hashable, Sendable {
    public var liquidation: LiquidationID
    public var account: AccountID
    public var instrument: InstrumentID
    /// Into the book, unsigned, and its value.
    public var filledQuantity: Quantity
    public var filledValue: Amount
    public var realizedPnL: Amount
    public var tradingFee: Amount
    public var liquidationFee: Amount
    /// What the fund paid to bring the wallet back to zero.
    public var insurancePaid: Amount
    /// What went back to the cross wallet from an isolated position.
    public var returned: Amount

    public init(
        liquidation: LiquidationID,
        account: AccountID,
        instrument: InstrumentID,
        filledQuantity: Quantity,
        filledValue: Amount,
        realizedPnL: Amount,
        tradingFee: Amount,
        liquidationFee: Amount,
        insurancePaid: Amount,
        returned: Amount
    ) {
        self.liquidation = liquidation
        self.account = account
        self.instrument = instrument
        self.filledQuantity = filledQuantity
        self.filledValue = filledValue
        self.realizedPnL = realizedPnL
        self.tradingFee = tradingFee
        self.liquidationFee = liquidationFee
        self.insurancePaid = insurancePaid
        self.returned = returned
    }
}
