public import PlimsollModel

/// A stop that follows the market and goes off when it turns.
///
///     sell: from activation on, best = highest price; triggers at price <= best × (1 − callback)
///     buy:  from activation on, best = lowest price;  triggers at price >= best × (1 + callback)
///
/// A sell becomes active at or above its activation price, a buy at or below. The price that
/// activates is already the first best, and reaching the trigger price exactly triggers.
///
/// Spec: TRIG-005. Vectors: `orders_stp_trailing.json` TRAILING.
public struct TrailingStop: BitwiseCopyable, Hashable, Sendable {
    public let side: Side
    /// 0.01 is one per cent.
    public let callbackRate: Rate
    public let activationPrice: Price
    /// The best price since activation; zero before it.
    public private(set) var best: Price

    /// - Parameters:
    ///   - side: Of the order that follows.
    ///   - callbackRate: Greater than zero, below one.
    ///   - activationPrice: Greater than zero.
    ///   - best: Zero unless it is active already.
    public init(
        side: Side,
        callbackRate: Rate,
        activationPrice: Price,
        best: Price = .zero
    ) {
        self.side = side
        self.callbackRate = callbackRate
        self.activationPrice = activationPrice
        self.best = best
    }

    public var isActive: Bool { best > .zero }

    /// Where it goes off now; rounded so that it never goes off early.
    public var triggerPrice: Price {
        switch side {
        case .sell: best.times(.one - callbackRate, rounding: .down)
        case .buy: best.times(.one + callbackRate, rounding: .up)
        }
    }

    /// Follows a price.
    ///
    /// - Parameter price: Greater than zero.
    /// - Returns: Whether the stop goes off.
    public mutating func observe(_ price: Price) -> Bool {
        switch side {
        case .sell:
            guard isActive || price >= activationPrice else { return false }
            best = max(best, price)
            return price <= triggerPrice
        case .buy:
            guard isActive || price <= activationPrice else { return false }
            best = isActive ? min(best, price) : price
            return price >= triggerPrice
        }
    }
}
