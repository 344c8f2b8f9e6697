/// A margin ratio rose to the warning level or fell below it.
public struct MarginCallChanged: BitwiseCopyable, Hashable, Sendable {
    public var account: AccountID
    /// The isolated position's instrument, or any cross position's.
    public var instrument: InstrumentID
    public var side: PositionSide
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
        maintenanceMargin: Amount,
        side: PositionSide = .both
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.scope = scope
        self.isCalled = isCalled
        self.marginBalance = marginBalance
        self.maintenanceMargin = maintenanceMargin
    }
}

/// What brought a scope to its maintenance margin.
///
/// The numbers reach digests: append, never renumber.
public enum LiquidationCause: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The mark price came to it.
    case markPrice = 0
    /// It paid funding that it would have needed.
    case funding = 1
    /// One of its own orders traded.
    case trade = 2
    /// It was closed in part against a bankrupt position.
    case deleveraging = 3
    /// Its own money or settings moved.
    case account = 4
}

/// A forced close begins: the position and its numbers at that instant.
public struct LiquidationStarted: BitwiseCopyable, Hashable, Sendable {
    public var liquidation: LiquidationID
    public var account: AccountID
    public var instrument: InstrumentID
    public var side: PositionSide
    public var scope: MarginMode
    public var leverage: UInt16
    public var cause: LiquidationCause
    /// How many forced closes stand behind this one, each following from the one before.
    public var generation: UInt16
    /// The forced close without whose trades this one would not have begun; `none` for the first of
    /// a cascade.
    public var parent: LiquidationID
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
    /// The mark price as it would be without the trades of forced closes.
    public var undisturbedMark: Price
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
        bankruptcyPrice: Price,
        side: PositionSide = .both,
        cause: LiquidationCause = .markPrice,
        generation: UInt16 = 0,
        parent: LiquidationID = .none,
        undisturbedMark: Price? = nil
    ) {
        self.cause = cause
        self.generation = generation
        self.parent = parent
        self.undisturbedMark = undisturbedMark ?? markPrice
        self.liquidation = liquidation
        self.account = account
        self.instrument = instrument
        self.side = side
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
    public var side: PositionSide
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
        realizedPnL: Amount,
        side: PositionSide = .both
    ) {
        self.liquidation = liquidation
        self.account = account
        self.instrument = instrument
        self.side = side
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
    public var side: PositionSide
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
        returned: Amount,
        side: PositionSide = .both
    ) {
        self.liquidation = liquidation
        self.account = account
        self.instrument = instrument
        self.side = side
        self.filledQuantity = filledQuantity
        self.filledValue = filledValue
        self.realizedPnL = realizedPnL
        self.tradingFee = tradingFee
        self.liquidationFee = liquidationFee
        self.insurancePaid = insurancePaid
        self.returned = returned
    }
}

/// A position was closed against a bankrupt one because nobody else would take that over.
public struct Deleveraged: BitwiseCopyable, Hashable, Sendable {
    public var liquidation: LiquidationID
    public var instrument: InstrumentID
    public var bankrupt: AccountID
    public var bankruptSide: PositionSide
    public var counterparty: AccountID
    public var counterpartySide: PositionSide
    /// Signed: what the bankrupt position lost, with its sign; the counterparty lost its opposite.
    public var quantity: Quantity
    public var price: Price
    public var bankruptPnL: Amount
    public var counterpartyPnL: Amount
    /// The score that ranked the counterparty, in 10⁻¹⁶.
    public var score: Int128

    public init(
        liquidation: LiquidationID,
        instrument: InstrumentID,
        bankrupt: AccountID,
        bankruptSide: PositionSide,
        counterparty: AccountID,
        counterpartySide: PositionSide,
        quantity: Quantity,
        price: Price,
        bankruptPnL: Amount,
        counterpartyPnL: Amount,
        score: Int128
    ) {
        self.liquidation = liquidation
        self.instrument = instrument
        self.bankrupt = bankrupt
        self.bankruptSide = bankruptSide
        self.counterparty = counterparty
        self.counterpartySide = counterpartySide
        self.quantity = quantity
        self.price = price
        self.bankruptPnL = bankruptPnL
        self.counterpartyPnL = counterpartyPnL
        self.score = score
    }
}

/// A loss that nobody could pay stands in the books.
public struct DeficitRecorded: BitwiseCopyable, Hashable, Sendable {
    public var asset: AssetID
    /// Greater than zero.
    public var amount: Amount
    /// Of all such losses so far.
    public var total: Amount

    public init(asset: AssetID, amount: Amount, total: Amount) {
        self.asset = asset
        self.amount = amount
        self.total = total
    }
}
