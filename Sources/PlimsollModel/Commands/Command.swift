/// Everything that can happen to a venue.
///
/// Nothing else changes it. Commands have a fixed size and hold no reference, so that a batch of them is plain memory.
public enum Command: BitwiseCopyable, Hashable, Sendable {
    case changeRules(RuleChange)
    case openAccount(AccountKind)
    /// Money from the external world into an account's cross wallet.
    case deposit(BalanceChange)
    case withdraw(BalanceChange)
    case placeOrder(NewOrder)
    case amendOrder(OrderAmendment)
    case cancelOrder(OrderReference)
    /// All open orders of an account in an instrument.
    case cancelAllOrders(AccountID, InstrumentID)
    case setLeverage(AccountID, InstrumentID, UInt16)
    case setMarginMode(AccountID, InstrumentID, MarginMode)
    /// Moves margin from the cross wallet into an isolated position, or back where negative.
    case adjustIsolatedMargin(AccountID, InstrumentID, Amount, side: PositionSide = .both)
    /// A price from one of the sources of an instrument's index.
    case updateIndexPrice(InstrumentID, Price, source: UInt8 = 0)
    /// The rate of the settlements from now on.
    case setFundingRate(InstrumentID, Rate)
    /// Lets time pass without anything else.
    case advanceTime
    case placeConditionalOrder(NewConditionalOrder)
    case cancelConditionalOrder(ConditionalReference)
    /// All waiting conditional orders of an account in an instrument.
    case cancelAllConditionalOrders(AccountID, InstrumentID)
    /// One position an instrument, or a long and a short one side by side.
    case setPositionMode(AccountID, isHedge: Bool)
    /// Cancels all orders of an account in an instrument after so many milliseconds, unless set anew;
    /// zero stops it.
    case setCountdown(AccountID, InstrumentID, milliseconds: Int64)
    /// Money from one account's cross wallet into another's.
    case transfer(AccountTransfer)
}

/// A command at its place in the one order, at its venue time.
public struct SequencedCommand: BitwiseCopyable, Hashable, Sendable {
    public var sequence: Sequence
    public var time: Timestamp
    public var command: Command

    public init(sequence: Sequence, time: Timestamp, command: Command) {
        self.sequence = sequence
        self.time = time
        self.command = command
    }
}

public struct BalanceChange: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var asset: AssetID
    /// Greater than zero.
    public var amount: Amount

    public init(account: AccountID, asset: AssetID, amount: Amount) {
        self.account = account
        self.asset = asset
        self.amount = amount
    }
}

public struct AccountTransfer: BitwiseCopyable, Hashable, Sendable {
    public var from: AccountID
    public var to: AccountID
    public var asset: AssetID
    /// Greater than zero.
    public var amount: Amount

    public init(from: AccountID, to: AccountID, asset: AssetID, amount: Amount) {
        self.from = from
        self.to = to
        self.asset = asset
        self.amount = amount
    }
}

public struct NewOrder: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var side: Side
    public var type: OrderType
    public var timeInForce: TimeInForce
    public var reduceOnly: Bool
    /// Zero for a market order.
    public var price: Price
    public var quantity: Quantity
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
        type: OrderType,
        timeInForce: TimeInForce = .goodTillCancelled,
        reduceOnly: Bool = false,
        price: Price = .zero,
        quantity: Quantity,
        clientOrderID: ClientOrderID = .none,
        positionSide: PositionSide = .both,
        selfTradePrevention: SelfTradePrevention = .expireMaker,
        priceMatch: PriceMatch = .none,
        goodTillDate: Timestamp = .zero
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.type = type
        self.timeInForce = timeInForce
        self.reduceOnly = reduceOnly
        self.price = price
        self.quantity = quantity
        self.clientOrderID = clientOrderID
        self.positionSide = positionSide
        self.selfTradePrevention = selfTradePrevention
        self.priceMatch = priceMatch
        self.goodTillDate = goodTillDate
    }
}

extension NewOrder {
    /// Whether what finds no counterparty stands in the book.
    public var mayRest: Bool {
        guard type == .limit else { return false }
        return switch timeInForce {
        case .goodTillCancelled, .goodTillCrossing, .goodTillDate: true
        case .immediateOrCancel, .fillOrKill: false
        }
    }
}

/// Names an open order by the venue's number or, where that is `none`, by the client's name.
public struct OrderReference: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    public var instrument: InstrumentID
    public var order: OrderID
    public var clientOrderID: ClientOrderID

    public init(
        account: AccountID,
        instrument: InstrumentID,
        order: OrderID = .none,
        clientOrderID: ClientOrderID = .none
    ) {
        self.account = account
        self.instrument = instrument
        self.order = order
        self.clientOrderID = clientOrderID
    }
}

/// A new price and a new whole quantity for an open limit order, which goes to the end of its queue.
public struct OrderAmendment: BitwiseCopyable, Hashable, Sendable {
    public var target: OrderReference
    public var price: Price
    /// The whole quantity, with what is already filled.
    public var quantity: Quantity
    /// With a price of zero: takes the price from the book.
    public var priceMatch: PriceMatch

    public init(
        target: OrderReference,
        price: Price,
        quantity: Quantity,
        priceMatch: PriceMatch = .none
    ) {
        self.target = target
        self.price = price
        self.quantity = quantity
        self.priceMatch = priceMatch
    }
}
