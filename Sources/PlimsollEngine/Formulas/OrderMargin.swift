public import PlimsollModel

/// What an order would lose at once if it filled at its price while the mark price stays.
///
///     open loss = quantity × max(0, ±(order price − mark))
///
/// - Parameters:
///   - side: A buy loses above the mark price, a sell below it.
///   - quantity: Not negative.
///   - orderPrice: Of the order.
///   - markPrice: Of the instrument.
/// - Returns: Settle-asset units; exact.
///
/// Spec: MARG-020. Vectors: `order_margin.json` ORDER_OPEN_LOSS.
public func orderOpenLoss(
    side: Side,
    quantity: Quantity,
    orderPrice: Price,
    markPrice: Price
) -> Amount {
    let loss = side == .buy ? orderPrice - markPrice : markPrice - orderPrice
    return Amount(max(loss, .zero), times: quantity)
}

/// How much of an order against a position would open something.
///
///     opening = max(0, quantity − max(0, position − open opposite orders))
///
/// What other open orders already close cannot be closed twice.
///
/// - Parameters:
///   - quantity: Of the order, against the position.
///   - position: Size of the position; not negative.
///   - openOpposite: Sum of the other open orders against the position.
/// - Returns: Zero for an order that can only reduce.
///
/// Spec: MARG-021. Vectors: `order_margin.json` OPENING_TEST.
public func openingQuantity(
    of quantity: Quantity,
    position: Quantity,
    openOpposite: Quantity
) -> Quantity {
    max(.zero, quantity - max(.zero, position - openOpposite))
}
