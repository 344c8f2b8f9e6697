import PlimsollModel

/// What the engine keeps of an account beside its money.
struct AccountState: BitwiseCopyable {
    var kind: AccountKind
    /// Whether a long and a short position of an instrument stand side by side.
    var isHedge = false
    /// The chain of the account's positions, by rising instrument and side; −1 when it has none.
    var firstPosition: Int32 = -1
    /// The settle assets, one bit a column, whose cross account stands at its margin call.
    var marginCalls: UInt8 = 0

    func isMarginCalled(_ column: Int) -> Bool { marginCalls >> UInt8(column) & 1 == 1 }

    mutating func setMarginCalled(_ isCalled: Bool, _ column: Int) {
        let bit: UInt8 = 1 << UInt8(column)
        marginCalls = isCalled ? marginCalls | bit : marginCalls & ~bit
    }
}

/// One of an account's stakes in an instrument: settings, position and the sums of its open orders.
///
/// Made when an account first touches it, and kept. All of an account's positions in an instrument
/// have the same leverage and margin mode.
struct PositionState: BitwiseCopyable {
    var account: AccountID
    var instrument: InstrumentID
    /// The only one of the instrument, or, in hedge mode, the long or the short one.
    var side: PositionSide
    var leverage: UInt16
    var marginMode: MarginMode
    /// Whether the isolated position stands at its margin call.
    var isMarginCalled = false
    /// The next position of the account; −1 ends the chain.
    var nextOfAccount: Int32 = -1
    /// The place among the instrument's open positions, or −1.
    var openIndex: Int32 = -1
    /// `1 ÷ leverage`, as the margin formulas use it.
    var marginRate: Rate

    /// Positive long, negative short.
    var quantity = Quantity.zero
    /// What the position cost, signed as `ContractValuation` values it: a linear long's is positive,
    /// an inverse long's negative.
    var entryValue = Amount.zero
    var realizedPnL = Amount.zero
    /// Since the position was last flat.
    var feesPaid = Amount.zero
    var fundingReceived = Amount.zero

    /// Values at margin prices of open orders that may open, without reduce-only ones.
    var bidValue = Amount.zero
    var askValue = Amount.zero
    /// The chain of open orders by rising order id.
    var firstOrder: Int32 = -1
    var lastOrder: Int32 = -1
    var openOrderCount: UInt32 = 0
    var reduceOnlyCount: UInt32 = 0
    var conditionalCount: UInt32 = 0

    init(
        account: AccountID,
        instrument: InstrumentID,
        side: PositionSide = .both,
        leverage: UInt16
    ) {
        self.account = account
        self.instrument = instrument
        self.side = side
        self.leverage = leverage
        marginMode = .cross
        marginRate = initialMarginRate(leverage: leverage)
    }

    var isOpen: Bool { !quantity.isZero }

    /// Open or waiting ones.
    var hasOrders: Bool { openOrderCount > 0 || conditionalCount > 0 }

    /// Whether it stands before another in their account's chain.
    func precedes(_ other: PositionState) -> Bool {
        instrument == other.instrument
            ? side.rawValue < other.side.rawValue : instrument < other.instrument
    }
}
