public enum Side: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case buy = 0
    case sell = 1

    public var opposite: Side { self == .buy ? .sell : .buy }

    /// +1 for a buy or long, −1 for a sell or short.
    public var sign: Int64 { self == .buy ? 1 : -1 }
}

public enum OrderType: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case limit = 0
    case market = 1
}

public enum TimeInForce: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case goodTillCancelled = 0
    case immediateOrCancel = 1
    case fillOrKill = 2
    /// Post only: refused if it would take.
    case goodTillCrossing = 3
}

/// Who wanted an order.
public enum OrderOrigin: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case client = 0
    case liquidation = 1
}

/// Why an order is no longer open although something of it remained.
public enum OrderCloseReason: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case cancelledByClient = 0
    /// The part of an IOC or market order that found no counterparty.
    case unfilledRemainder = 1
    case fillOrKill = 2
    /// A reduce-only order whose position is gone or smaller than what is left of it.
    case reduceOnly = 3
    case liquidation = 4
    /// Amended to a quantity that is already filled.
    case amendedBelowFilled = 5
    /// A post-only order amended to a price at which it would take.
    case amendedIntoCross = 6
}

public enum MarginMode: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case cross = 0
    case isolated = 1
}

/// What an account may do without margin.
public enum AccountKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Trades on margin and can be liquidated.
    case trader = 0
    /// The venue's own account.
    case system = 1
    /// Stands for a recorded market: it needs no margin and is never liquidated, since the
    /// market of a recording cannot go broke.
    case recordedMarket = 2

    public var isMargined: Bool { self == .trader }
}
