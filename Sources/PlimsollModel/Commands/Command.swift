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
    case adjustIsolatedMargin(AccountID, InstrumentID, Amount)
    case updateIndexPrice(InstrumentID, Price)
    /// The rate of the settlements from now on.
    case setFundingRate(InstrumentID, Rate)
    /// Lets time pass without anything else.
    case advanceTime
    case placeConditionalOrder(NewConditionalOrder)
    case cancelConditionalOrder(ConditionalReference)
    /// All waiting conditional orders of an account in an instrument.
    case cancelAllConditionalOrders(AccountID, InstrumentID)
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

    public init(
        account: AccountID,
        instrument: InstrumentID,
        side: Side,
        type: OrderType,
        timeInForce: TimeInForce = .goodTillCancelled,
        reduceOnly: Bool = false,
        price: Price = .zero,
        quantity: Quantity,
        clientOrderID: ClientOrderID = .none
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
    }
}

extension NewOrder {
    /// Whether what finds no counterparty stands in the book.
    public var mayRest: Bool {
        type == .limit
            && (timeInForce == .goodTillCancelled || timeInForce == .goodTillCrossing)
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

    public init(target: OrderReference, price: Price, quantity: Quantity) {
        self.target = target
        self.price = price
        self.quantity = quantity
    }
}
