public import PlimsollModel

/// A trade as the market sees it.
public struct MarketTrade: BitwiseCopyable, Hashable, Sendable {
    public var id: TradeID
    public var price: Price
    public var quantity: Quantity
    public var time: Timestamp
    /// The side that took.
    public var takerSide: Side
    public var maker: OrderID
    public var taker: OrderID

    /// Whether the buyer's order was the one that waited in the book.
    public var isBuyerMaker: Bool { takerSide == .sell }
}

/// Consecutive trades of one taker's order at one price.
public struct AggregateTrade: BitwiseCopyable, Hashable, Sendable {
    /// Numbers the aggregates of an instrument from 1, without gaps.
    public var id: UInt64
    public var price: Price
    public var quantity: Quantity
    public var first: TradeID
    public var last: TradeID
    public var time: Timestamp
    public var isBuyerMaker: Bool
    public var taker: OrderID

    public init(
        id: UInt64,
        price: Price,
        quantity: Quantity,
        first: TradeID,
        last: TradeID,
        time: Timestamp,
        isBuyerMaker: Bool,
        taker: OrderID
    ) {
        self.id = id
        self.price = price
        self.quantity = quantity
        self.first = first
        self.last = last
        self.time = time
        self.isBuyerMaker = isBuyerMaker
        self.taker = taker
    }
}
