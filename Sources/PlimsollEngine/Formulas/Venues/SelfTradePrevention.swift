public import PlimsollModel

/// What comes of orders of one owner that meet.
///
/// Spec: VEN-090. Vectors: `orders_stp_trailing.json` STP.
extension SelfTradePrevention {
    /// What one meeting of a maker and a taker comes to.
    public struct Meeting: BitwiseCopyable, Hashable, Sendable {
        public var traded = Quantity.zero
        public var makerPrevented = Quantity.zero
        public var takerPrevented = Quantity.zero
        public var makerExpires = false
        public var takerExpires = false
    }

    /// What comes of a maker and a taker of one owner whose prices cross.
    ///
    /// - Parameters:
    ///   - maker: What is open of the maker; greater than zero.
    ///   - taker: What is open of the taker; greater than zero.
    /// - Returns: A trade, or what is prevented and who expires in the match.
    public func meeting(maker: Quantity, taker: Quantity) -> Meeting {
        switch self {
        case .none:
            return Meeting(traded: min(maker, taker))
        case .expireTaker:
            return Meeting(takerPrevented: taker, takerExpires: true)
        case .expireMaker:
            return Meeting(makerPrevented: maker, makerExpires: true)
        case .expireBoth:
            return Meeting(
                makerPrevented: maker,
                takerPrevented: taker,
                makerExpires: true,
                takerExpires: true
            )
        case .decrement, .transfer:
            let smaller = min(maker, taker)
            return Meeting(
                makerPrevented: smaller,
                takerPrevented: smaller,
                makerExpires: maker == smaller,
                takerExpires: taker == smaller
            )
        }
    }

    /// How an order stands after the sweep.
    public enum Standing: UInt8, Sendable, BitwiseCopyable {
        /// Untouched by a trade, and open.
        case open = 0
        case partiallyFilled = 1
        case filled = 2
        /// Ended because it met an order of its owner.
        case expiredInMatch = 3
        /// A market order that found nothing more.
        case expired = 4
    }

    /// An order on the way through its owner's own.
    public struct Participant: BitwiseCopyable, Hashable, Sendable {
        public let quantity: Quantity
        public fileprivate(set) var executed = Quantity.zero
        public fileprivate(set) var prevented = Quantity.zero
        public fileprivate(set) var standing = Standing.open

        /// An order of this open quantity, greater than zero.
        public init(quantity: Quantity) { self.quantity = quantity }

        var remaining: Quantity { quantity - executed - prevented }

        fileprivate mutating func take(traded: Quantity, prevented: Quantity, expires: Bool) {
            executed += traded
            self.prevented += prevented
            if expires {
                standing = .expiredInMatch
            } else if remaining.isZero {
                standing = .filled
            } else if executed > .zero {
                standing = .partiallyFilled
            }
        }
    }

    /// Sends a taker through makers of its own owner.
    ///
    /// - Parameters:
    ///   - taker: Changed to how it ends.
    ///   - side: Of the taker.
    ///   - limit: Of the taker; `nil` for a market order.
    ///   - makers: On the other side, best price first; changed to how they end.
    ///   - prices: Of the makers, in the same order.
    public func sweep(
        _ taker: inout Participant,
        side: Side,
        limit: Price?,
        through makers: inout [Participant],
        at prices: [Price]
    ) {
        precondition(makers.count == prices.count, "each maker has a price")
        for index in makers.indices {
            guard taker.standing != .expiredInMatch, taker.remaining > .zero else { break }
            if let limit {
                let crosses = side == .buy ? prices[index] <= limit : prices[index] >= limit
                guard crosses else { break }
            }
            let meeting = meeting(maker: makers[index].remaining, taker: taker.remaining)
            makers[index].take(
                traded: meeting.traded,
                prevented: meeting.makerPrevented,
                expires: meeting.makerExpires
            )
            taker.take(
                traded: meeting.traded,
                prevented: meeting.takerPrevented,
                expires: meeting.takerExpires
            )
        }
        if limit == nil, taker.remaining > .zero, taker.standing != .expiredInMatch {
            taker.standing = .expired
        }
    }
}
