import PlimsollModel

/// A conditional order that waits, in its slot.
///
/// Links are slots; −1 ends a chain.
struct ConditionalState: BitwiseCopyable {
    var id: ConditionalOrderID
    var order: NewConditionalOrder
    /// The owner's position in the instrument.
    var position: Int32
    /// The best price that a trailing stop has followed to; zero before it is active.
    var best = Price.zero
    /// The instrument's chain, by rising id.
    var previous: Int32 = -1
    var next: Int32 = -1

    /// The prices strictly between which nothing happens to the order.
    var quiet: QuietRange {
        switch order.type {
        case .trailingStopMarket:
            let trailing = self.trailing
            switch (order.side, trailing.isActive) {
            case (.sell, false): return QuietRange(above: order.activationPrice)
            case (.buy, false): return QuietRange(below: order.activationPrice)
            case (.sell, true):
                return QuietRange(
                    below: trailing.triggerPrice,
                    above: best + Price(units: 1)
                )
            case (.buy, true):
                return QuietRange(
                    below: best - Price(units: 1),
                    above: trailing.triggerPrice
                )
            }
        case .stop, .stopMarket, .takeProfit, .takeProfitMarket:
            return triggersUpward
                ? QuietRange(above: order.triggerPrice)
                : QuietRange(below: order.triggerPrice)
        }
    }

    /// Whether a rise brings the price: a buy stop and a sell take-profit wait for one.
    var triggersUpward: Bool {
        switch order.type {
        case .stop, .stopMarket, .trailingStopMarket: order.side == .buy
        case .takeProfit, .takeProfitMarket: order.side == .sell
        }
    }

    private var trailing: TrailingStop {
        TrailingStop(
            side: order.side,
            callbackRate: order.callbackRate,
            activationPrice: order.activationPrice,
            best: best
        )
    }

    /// Follows a price and tells whether the order's price has come.
    mutating func observe(_ price: Price) -> Bool {
        switch order.type {
        case .trailingStopMarket:
            var trailing = self.trailing
            let triggers = trailing.observe(price)
            best = trailing.best
            return triggers
        case .stop, .stopMarket, .takeProfit, .takeProfitMarket:
            return triggersUpward ? price >= order.triggerPrice : price <= order.triggerPrice
        }
    }
}

/// Prices strictly between which no conditional order of an instrument stirs.
struct QuietRange: BitwiseCopyable {
    var below: Price
    var above: Price

    init(below: Price = .zero, above: Price = Price(units: .max)) {
        self.below = below
        self.above = above
    }

    func contains(_ price: Price) -> Bool { price > below && price < above }

    mutating func narrow(to other: QuietRange) {
        below = max(below, other.below)
        above = min(above, other.above)
    }
}

/// The waiting conditional orders of one instrument.
struct ConditionalList: BitwiseCopyable {
    var first: Int32 = -1
    var last: Int32 = -1
    var count = 0
    /// By source: for the last and for the mark price.
    var quietLast = QuietRange()
    var quietMark = QuietRange()

    func quiet(_ source: TriggerSource) -> QuietRange {
        source == .lastPrice ? quietLast : quietMark
    }

    mutating func narrow(_ source: TriggerSource, to range: QuietRange) {
        switch source {
        case .lastPrice: quietLast.narrow(to: range)
        case .markPrice: quietMark.narrow(to: range)
        }
    }
}
