import PlimsollModel

/// An open order in its slot.
///
/// Links are slots; −1 ends a chain.
struct OrderState: BitwiseCopyable {
    var id: OrderID
    /// Still open.
    var remaining: Quantity
    /// The whole quantity, with what is filled and without what self-trade prevention took off.
    var quantity: Quantity
    /// The price at which margin is reckoned.
    var marginPrice: Price
    var account: AccountID
    /// The owner's position in the instrument.
    var position: Int32
    /// The price in ticks.
    var tick: Int32
    var previousAtLevel: Int32 = -1
    var nextAtLevel: Int32 = -1
    var previousOfOwner: Int32 = -1
    var nextOfOwner: Int32 = -1
    var instrument: InstrumentID
    var side: Side
    var type: OrderType
    var timeInForce: TimeInForce
    var reduceOnly: Bool
    var origin: OrderOrigin
    /// Decides where the order, taking, meets its owner's own.
    var selfTradePrevention: SelfTradePrevention
    var amendmentCount: UInt16 = 0

    var filled: Quantity { quantity - remaining }
}
