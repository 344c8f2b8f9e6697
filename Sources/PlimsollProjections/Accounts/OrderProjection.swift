public import PlimsollModel

public enum OrderStatus: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case new = 0
    case partiallyFilled = 1
    case filled = 2
    /// Ended by the client or by the venue on the account's behalf.
    case cancelled = 3
    /// Ended because its own terms allowed nothing else.
    case expired = 4
    /// Ended because it met an order of its owner.
    case expiredInMatch = 5
}

/// An order from its acceptance to its end.
public struct OrderProjection: BitwiseCopyable, Hashable, Sendable {
    /// The original terms; only the margin price follows amendments.
    public var accepted: OrderAccepted
    /// After amendments.
    public var price: Price
    /// The whole quantity, after amendments.
    public var quantity: Quantity
    public var filled: Quantity
    /// What of the quantity an order of the same owner kept from being filled, since the last
    /// amendment.
    public var prevented: Quantity
    /// The sum of the values of its fills, in the settle asset.
    public var filledValue: Amount
    public var status: OrderStatus
    /// Why it ended with something unfilled, where it did.
    public var closeReason: OrderCloseReason?
    /// Whether it stands for a position that was closed against a bankrupt one.
    public var isDeleveraging: Bool
    public var createTime: Timestamp
    public var updateTime: Timestamp

    init(_ accepted: OrderAccepted, at time: Timestamp) {
        self.accepted = accepted
        price = accepted.price
        quantity = accepted.quantity
        filled = .zero
        prevented = .zero
        filledValue = .zero
        status = .new
        closeReason = nil
        isDeleveraging = false
        createTime = time
        updateTime = time
    }

    public var id: OrderID { accepted.order }
    public var clientOrderID: ClientOrderID { accepted.clientOrderID }
    public var instrument: InstrumentID { accepted.instrument }
    public var side: Side { accepted.side }
    public var positionSide: PositionSide { accepted.positionSide }
    public var isOpen: Bool { status == .new || status == .partiallyFilled }
    /// What may still be filled while it is open.
    public var remaining: Quantity { quantity - filled - prevented }

    /// Of its fills; zero before the first.
    public func averagePrice(in contract: ContractTerms) -> Price {
        contract.averagePrice(of: filled, worth: filledValue)
    }

    mutating func fold(_ amendment: OrderAmended, at time: Timestamp) {
        price = amendment.price
        quantity = amendment.quantity
        // The new whole quantity counts from what is filled; what was prevented is forgotten with the
        // quantity that it was taken from.
        prevented = .zero
        accepted.marginPrice = amendment.marginPrice
        updateTime = time
    }

    mutating func fold(_ fill: OrderFilled, in contract: ContractTerms, at time: Timestamp) {
        filled += fill.quantity
        filledValue += contract.tradedValue(of: fill.quantity, at: fill.price)
        status = fill.remaining.isZero ? .filled : .partiallyFilled
        updateTime = time
    }

    mutating func prevent(_ quantity: Quantity, at time: Timestamp) {
        prevented += quantity
        updateTime = time
    }

    mutating func fold(_ closing: OrderClosed, at time: Timestamp) {
        status =
            switch closing.reason {
            case .selfTradePrevention: .expiredInMatch
            case .unfilledRemainder, .fillOrKill, .reduceOnly, .expired: .expired
            case .cancelledByClient, .liquidation, .amendedBelowFilled, .amendedIntoCross,
                .countdown, .deleveraging, .replaced:
                .cancelled
            }
        closeReason = closing.reason
        updateTime = time
    }
}
