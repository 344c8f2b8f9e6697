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
    public var positionSide: PositionSide
    public var selfTradePrevention: SelfTradePrevention
    /// How the price was found.
    public var priceMatch: PriceMatch
    /// When a good-till-date order ends; zero for any other.
    public var goodTillDate: Timestamp

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
        clientOrderID: ClientOrderID,
        positionSide: PositionSide = .both,
        selfTradePrevention: SelfTradePrevention = .none,
        priceMatch: PriceMatch = .none,
        goodTillDate: Timestamp = .zero
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
        self.positionSide = positionSide
        self.selfTradePrevention = selfTradePrevention
        self.priceMatch = priceMatch
        self.goodTillDate = goodTillDate
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

/// Two orders of one owner met and did not trade.
public struct SelfTradePrevented: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var account: AccountID
    public var maker: OrderID
    public var taker: OrderID
    /// What each of the two lost of its open quantity.
    public var makerPrevented: Quantity
    public var takerPrevented: Quantity

    public init(
        instrument: InstrumentID,
        account: AccountID,
        maker: OrderID,
        taker: OrderID,
        makerPrevented: Quantity,
        takerPrevented: Quantity
    ) {
        self.instrument = instrument
        self.account = account
        self.maker = maker
        self.taker = taker
        self.makerPrevented = makerPrevented
        self.takerPrevented = takerPrevented
    }
}

/// An account's orders in an instrument will be cancelled at an instant, or no longer.
public struct CountdownChanged: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    /// Zero where nothing counts any more.
    public var due: Timestamp

    public init(account: AccountID, instrument: InstrumentID, due: Timestamp) {
        self.account = account
        self.instrument = instrument
        self.due = due
    }
}
