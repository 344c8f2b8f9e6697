public import PlimsollModel

public enum OrderStatus: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case new = 0
    case partiallyFilled = 1
    case filled = 2
    /// Ended by the client or by the venue on the account's behalf.
    case cancelled = 3
    /// Ended because its own terms allowed nothing else.
    case expired = 4
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
    /// The sum of price × quantity over its fills.
    public var filledValue: Amount
    public var status: OrderStatus
    /// Why it ended with something unfilled, where it did.
    public var closeReason: OrderCloseReason?
    public var createTime: Timestamp
    public var updateTime: Timestamp

    init(_ accepted: OrderAccepted, at time: Timestamp) {
        self.accepted = accepted
        price = accepted.price
        quantity = accepted.quantity
        filled = .zero
        filledValue = .zero
        status = .new
        closeReason = nil
        createTime = time
        updateTime = time
    }

    public var id: OrderID { accepted.order }
    public var clientOrderID: ClientOrderID { accepted.clientOrderID }
    public var instrument: InstrumentID { accepted.instrument }
    public var side: Side { accepted.side }
    public var isOpen: Bool { status == .new || status == .partiallyFilled }
    /// What may still be filled while it is open.
    public var remaining: Quantity { quantity - filled }

    /// Of its fills; zero before the first.
    public var averagePrice: Price {
        guard !filled.isZero else { return .zero }
        return filledValue.price(per: filled, rounding: .halfUp) ?? .zero
    }

    mutating func fold(_ amendment: OrderAmended, at time: Timestamp) {
        price = amendment.price
        quantity = amendment.quantity
        accepted.marginPrice = amendment.marginPrice
        updateTime = time
    }

    mutating func fold(_ fill: OrderFilled, at time: Timestamp) {
        filled += fill.quantity
        filledValue += Amount(fill.price, times: fill.quantity)
        status = fill.remaining.isZero ? .filled : .partiallyFilled
        updateTime = time
    }

    mutating func fold(_ closing: OrderClosed, at time: Timestamp) {
        status =
            switch closing.reason {
            case .unfilledRemainder, .fillOrKill, .reduceOnly, .expired, .selfTradePrevention:
                .expired
            case .cancelledByClient, .liquidation, .amendedBelowFilled, .amendedIntoCross,
                .countdown, .deleveraging:
                .cancelled
            }
        closeReason = closing.reason
        updateTime = time
    }
}
