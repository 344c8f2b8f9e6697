public import PlimsollModel

// What an order's own numbers must be, whoever asks: the engine before it takes an order, the door for
// one that is only tried out.
extension OrderLimits {
    /// - Parameters:
    ///   - quantity: Of the order.
    ///   - type: Market orders have a largest quantity of their own.
    ///   - step: Of the contract.
    /// - Returns: Nothing where the quantity is allowed.
    ///
    /// Spec: ORD-002.
    public func refusal(of quantity: Quantity, _ type: OrderType, step: Quantity) -> Refusal? {
        guard quantity > .zero else { return Refusal(.quantityNotPositive) }
        guard quantity >= quantityMin else { return Refusal(.quantityBelowMin) }
        let most = type == .market ? marketQuantityMax : quantityMax
        guard quantity <= most else { return Refusal(.quantityAboveMax) }
        return quantity.isMultiple(of: step) ? nil : Refusal(.quantityNotOnStep)
    }

    /// What any price of an order must be.
    ///
    /// - Parameters:
    ///   - price: Of the order.
    ///   - tick: Of the contract.
    /// - Returns: Nothing where the price is allowed.
    public func refusal(of price: Price, tick: Price) -> Refusal? {
        guard price > .zero else { return Refusal(.priceNotPositive) }
        guard price >= priceMin else { return Refusal(.priceBelowMin) }
        guard price <= priceMax else { return Refusal(.priceAboveMax) }
        return price.isMultiple(of: tick) ? nil : Refusal(.priceNotOnTick)
    }

    /// A limit price may not be too far on the wrong side of the mark price.
    ///
    /// - Parameters:
    ///   - price: Of a limit order.
    ///   - side: Of the order.
    ///   - mark: The mark price.
    /// - Returns: Nothing where the price is allowed.
    public func refusal(of price: Price, _ side: Side, mark: Price) -> Refusal? {
        // A price is whole, so that to compare it with the limit is to compare it with what the limit
        // is rounded from: nothing is divided for an order that is allowed.
        let scaled = product(price.units, Rate.unitsPerOne)
        switch side {
        case .buy:
            let most = Rate.one + priceBand
            guard scaled > product(mark.units, most.units) else { return nil }
            return Refusal(.priceAboveBand, limit: mark.times(most, rounding: .down))
        case .sell:
            let least = Rate.one - priceBand
            guard scaled < product(mark.units, least.units) else { return nil }
            return Refusal(.priceBelowBand, limit: mark.times(least, rounding: .up))
        }
    }

    /// - Parameter notional: Of an order that may add to a position.
    /// - Returns: Nothing where the notional is allowed.
    public func refusal(ofNotional notional: Amount) -> Refusal? {
        guard notional >= Amount(notionalMin, times: Quantity(1)) else {
            return Refusal(.notionalBelowMin, limit: notionalMin)
        }
        return notional <= InstrumentRules.notionalMax ? nil : Refusal(.quantityAboveMax)
    }
}
