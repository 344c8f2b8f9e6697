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
    /// Closed at a time of its own, if it is open then.
    case goodTillDate = 4
}

/// Who wanted an order.
public enum OrderOrigin: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case client = 0
    case liquidation = 1
    /// The fund works off a position that it took over.
    case insuranceFund = 2
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
    /// The date of a good-till-date order came.
    case expired = 7
    /// It met an order of its owner.
    case selfTradePrevention = 8
    /// The account's countdown ran out.
    case countdown = 9
    /// It would close more than deleveraging left of its position.
    case deleveraging = 10
    /// The insurance fund's position changed, and its order with it.
    case replaced = 11
}

/// Which of an account's positions in an instrument an order is for.
public enum PositionSide: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The only one of an account in one-way mode.
    case both = 0
    /// One of the two that an account in hedge mode holds side by side.
    case long = 1
    case short = 2

    /// Whether an order of a side can only make the position smaller.
    public func isReduced(by side: Side) -> Bool {
        switch self {
        case .both: false
        case .long: side == .sell
        case .short: side == .buy
        }
    }
}

/// Where an order takes its price from when it is admitted, instead of naming one.
public enum PriceMatch: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case none = 0
    /// The best price of the other side, or the best but so many levels.
    case opponent = 1
    case opponent5 = 2
    case opponent10 = 3
    case opponent20 = 4
    /// The best price of the order's own side, or the best but so many levels.
    case queue = 5
    case queue5 = 6
    case queue10 = 7
    case queue20 = 8

    /// Whether the price is one of the other side's.
    public var isOpponent: Bool { rawValue >= 1 && rawValue <= 4 }

    /// The level of the book that gives the price, from 1; zero for `none`.
    public var level: Int {
        switch self {
        case .none: 0
        case .opponent, .queue: 1
        case .opponent5, .queue5: 5
        case .opponent10, .queue10: 10
        case .opponent20, .queue20: 20
        }
    }
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
