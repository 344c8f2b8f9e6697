public import PlimsollModel

/// What an account holds in an instrument and how it trades it; kept once touched, flat or not.
public struct PositionProjection: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    /// Both in one-way mode; long or short in hedge mode.
    public var side: PositionSide
    /// Positive long, negative short.
    public var quantity: Quantity
    /// Signed: what the position cost, exactly.
    public var entryValue: Amount
    /// What lies behind an isolated position; zero in cross margin.
    public var isolatedWallet: Amount
    public var leverage: UInt16
    public var marginMode: MarginMode
    /// Of the instrument since the account began, before fees and funding.
    public var realizedPnL: Amount
    /// Since the position was last flat.
    public var feesPaid: Amount
    /// Since the position was last flat; negative where it paid.
    public var fundingReceived: Amount
    public var updateTime: Timestamp
    /// Whether the margin ratio of the position's scope has reached the warning level.
    public var isMarginCalled: Bool

    public init(
        instrument: InstrumentID,
        side: PositionSide = .both,
        leverage: UInt16,
        marginMode: MarginMode = .cross,
        at time: Timestamp
    ) {
        self.instrument = instrument
        self.side = side
        quantity = .zero
        entryValue = .zero
        isolatedWallet = .zero
        self.leverage = leverage
        self.marginMode = marginMode
        realizedPnL = .zero
        feesPaid = .zero
        fundingReceived = .zero
        updateTime = time
        isMarginCalled = false
    }

    public var isFlat: Bool { quantity.isZero }

    /// Of a linear contract, rounded half-up; zero for a flat position.
    public var entryPrice: Price {
        guard !quantity.isZero else { return .zero }
        return entryValue.price(per: quantity, rounding: .halfUp) ?? .zero
    }

    /// Rounded half-up; zero for a flat position.
    public func entryPrice(in contract: ContractTerms) -> Price {
        contract.averagePrice(of: quantity, worth: entryValue)
    }

    mutating func fold(_ change: PositionChanged, at time: Timestamp) {
        quantity = change.quantity
        entryValue = change.entryValue
        realizedPnL = change.realizedPnL
        feesPaid = change.feesPaid
        fundingReceived = change.fundingReceived
        updateTime = time
        if quantity.isZero { isMarginCalled = false }
    }
}
