/// What a conditional order becomes when its price comes.
public enum ConditionalType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// A limit order, once the market moves against the side.
    case stop = 0
    case stopMarket = 1
    /// A limit order, once the market moves in favour of the side.
    case takeProfit = 2
    case takeProfitMarket = 3
    /// A market order, once the market turns by a rate from its best.
    case trailingStopMarket = 4

    public var isMarket: Bool {
        switch self {
        case .stop, .takeProfit: false
        case .stopMarket, .takeProfitMarket, .trailingStopMarket: true
        }
    }
}

/// The price that a conditional order watches.
public enum TriggerSource: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case lastPrice = 0
    case markPrice = 1
}

/// Why a conditional order ended without becoming an order.
public enum ConditionalCloseReason: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case cancelledByClient = 0
    /// The order it would have become was refused; `ConditionalOrderClosed.refusal` says why.
    case rejected = 1
    /// Mark and last price were too far apart when the price came.
    case priceProtected = 2
    /// It was to close a position that is not there.
    case noPosition = 3
    case liquidation = 4
}

/// An order that waits outside the book for a price.
public struct NewConditionalOrder: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var side: Side
    public var type: ConditionalType
    public var source: TriggerSource
    public var timeInForce: TimeInForce
    public var reduceOnly: Bool
    /// Closes whatever the position is when the price comes; the quantity is zero.
    public var closePosition: Bool
    public var priceProtect: Bool
    /// Zero for a trailing stop.
    public var triggerPrice: Price
    /// Of the limit order; zero for the market types.
    public var price: Price
    public var quantity: Quantity
    /// Of a trailing stop: 0.01 is one per cent.
    public var callbackRate: Rate
    /// From which a trailing stop follows; zero follows at once.
    public var activationPrice: Price
    public var clientOrderID: ClientOrderID
    public var positionSide: PositionSide
    public var selfTradePrevention: SelfTradePrevention
    /// With a price of zero: takes the price from the book.
    public var priceMatch: PriceMatch
    /// When a good-till-date order ends; zero for any other.
    public var goodTillDate: Timestamp

    public init(
        account: AccountID,
        instrument: InstrumentID,
        side: Side,
        type: ConditionalType,
        source: TriggerSource = .lastPrice,
        timeInForce: TimeInForce = .goodTillCancelled,
        reduceOnly: Bool = false,
        closePosition: Bool = false,
        priceProtect: Bool = false,
        triggerPrice: Price = .zero,
        price: Price = .zero,
        quantity: Quantity = .zero,
        callbackRate: Rate = .zero,
        activationPrice: Price = .zero,
        clientOrderID: ClientOrderID = .none,
        positionSide: PositionSide = .both,
        selfTradePrevention: SelfTradePrevention = .none,
        priceMatch: PriceMatch = .none,
        goodTillDate: Timestamp = .zero
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.type = type
        self.source = source
        self.timeInForce = timeInForce
        self.reduceOnly = reduceOnly
        self.closePosition = closePosition
        self.priceProtect = priceProtect
        self.triggerPrice = triggerPrice
        self.price = price
        self.quantity = quantity
        self.callbackRate = callbackRate
        self.activationPrice = activationPrice
        self.clientOrderID = clientOrderID
        self.positionSide = positionSide
        self.selfTradePrevention = selfTradePrevention
        self.priceMatch = priceMatch
        self.goodTillDate = goodTillDate
    }
}

/// Names a waiting conditional order by the venue's number or, where that is `none`, by the client's
/// name.
public struct ConditionalReference: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var order: ConditionalOrderID
    public var clientOrderID: ClientOrderID

    public init(
        account: AccountID,
        instrument: InstrumentID,
        order: ConditionalOrderID = .none,
        clientOrderID: ClientOrderID = .none
    ) {
        self.account = account
        self.instrument = instrument
        self.order = order
        self.clientOrderID = clientOrderID
    }
}

/// A conditional order waits.
public struct ConditionalOrderAccepted: BitwiseCopyable, Hashable, Sendable {
    public var id: ConditionalOrderID
    public var order: NewConditionalOrder

    public init(id: ConditionalOrderID, order: NewConditionalOrder) {
        self.id = id
        self.order = order
    }
}

/// A conditional order's price came; the events of the order that it became follow.
public struct ConditionalOrderTriggered: BitwiseCopyable, Hashable, Sendable {
    public var id: ConditionalOrderID
    public var account: AccountID
    public var instrument: InstrumentID
    /// The price that did it.
    public var price: Price
    /// What it became.
    public var order: OrderID

    public init(
        id: ConditionalOrderID,
        account: AccountID,
        instrument: InstrumentID,
        price: Price,
        order: OrderID
    ) {
        self.id = id
        self.account = account
        self.instrument = instrument
        self.price = price
        self.order = order
    }
}

/// A conditional order ended without becoming an order.
public struct ConditionalOrderClosed: BitwiseCopyable, Hashable, Sendable {
    public var id: ConditionalOrderID
    public var account: AccountID
    public var instrument: InstrumentID
    public var reason: ConditionalCloseReason
    /// Of the order it would have become, where that was refused.
    public var refusal: RejectReason?

    public init(
        id: ConditionalOrderID,
        account: AccountID,
        instrument: InstrumentID,
        reason: ConditionalCloseReason,
        refusal: RejectReason? = nil
    ) {
        self.id = id
        self.account = account
        self.instrument = instrument
        self.reason = reason
        self.refusal = refusal
    }
}

extension NewConditionalOrder {
    public func encode(into sink: inout some WireSink) {
        sink.put(account)
        sink.put(instrument)
        sink.put(side)
        sink.put(type)
        sink.put(source)
        sink.put(timeInForce)
        sink.put(reduceOnly)
        sink.put(closePosition)
        sink.put(priceProtect)
        sink.put(triggerPrice)
        sink.put(price)
        sink.put(quantity)
        sink.put(callbackRate)
        sink.put(activationPrice)
        sink.put(clientOrderID)
        sink.put(positionSide)
        sink.put(selfTradePrevention)
        sink.put(priceMatch)
        sink.put(goodTillDate)
    }

    public init(from reader: inout ByteReader) throws(CodecError) {
        account = try reader.identifier()
        instrument = try reader.identifier()
        side = try reader.choice()
        type = try reader.choice()
        source = try reader.choice()
        timeInForce = try reader.choice()
        reduceOnly = try reader.bool()
        closePosition = try reader.bool()
        priceProtect = try reader.bool()
        triggerPrice = try reader.number()
        price = try reader.number()
        quantity = try reader.number()
        callbackRate = try reader.number()
        activationPrice = try reader.number()
        clientOrderID = try reader.clientOrderID()
        positionSide = try reader.choice()
        selfTradePrevention = try reader.choice()
        priceMatch = try reader.choice()
        goodTillDate = try reader.timestamp()
    }
}

extension ConditionalReference {
    func encode(into sink: inout some WireSink) {
        sink.put(account)
        sink.put(instrument)
        sink.put(order.rawValue)
        sink.put(clientOrderID)
    }

    init(from reader: inout ByteReader) throws(CodecError) {
        account = try reader.identifier()
        instrument = try reader.identifier()
        order = try reader.identifier()
        clientOrderID = try reader.clientOrderID()
    }
}
