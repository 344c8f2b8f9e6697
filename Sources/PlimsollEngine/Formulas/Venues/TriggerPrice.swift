public import PlimsollModel

/// A price to wait for, and from which side.
///
/// Spec: VEN-092. Vectors: `orders_stp_trailing.json` STOP.
public struct TriggerPrice: BitwiseCopyable, Hashable, Sendable {
    public enum Direction: UInt8, Sendable, BitwiseCopyable {
        /// At the price or above.
        case rises = 0
        /// At the price or below.
        case falls = 1
    }

    public var price: Price
    public var direction: Direction

    public init(_ price: Price, when direction: Direction) {
        self.price = price
        self.direction = direction
    }

    /// Whether a price is at the trigger or through it.
    public func isReached(by current: Price) -> Bool {
        switch direction {
        case .rises: current >= price
        case .falls: current <= price
        }
    }
}

/// A trailing stop that waits for a price from a given side, or for none, before it follows.
///
/// On a spot market a buy may wait for a price above as well as below; on futures the side of the
/// order says which. The price that ends the waiting is the first that is followed.
///
/// Spec: VEN-091. Vectors: `orders_stp_trailing.json` TRAILING.
public struct WaitingTrailingStop: BitwiseCopyable, Hashable, Sendable {
    public let side: Side
    /// How far the market must turn, as a share of its best price.
    public let callbackRate: Rate
    /// What is waited for; `nil` follows from the first price on.
    public let activation: TriggerPrice?
    /// Once the waiting is over.
    public private(set) var trail: TrailingStop?

    public init(side: Side, callbackRate: Rate, activation: TriggerPrice?) {
        self.side = side
        self.callbackRate = callbackRate
        self.activation = activation
        trail = nil
    }

    /// Takes the next price, greater than zero, and tells whether the stop goes off.
    public mutating func observe(_ price: Price) -> Bool {
        if trail == nil, activation?.isReached(by: price) ?? true {
            trail = TrailingStop(side: side, callbackRate: callbackRate, activationPrice: price)
        }
        return trail?.observe(price) ?? false
    }
}
