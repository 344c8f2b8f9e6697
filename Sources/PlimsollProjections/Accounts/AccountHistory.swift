public import PlimsollModel

/// One side of a trade, as its owner sees it.
public struct FillProjection: BitwiseCopyable, Hashable, Sendable {
    public var trade: TradeID
    public var order: OrderID
    public var clientOrderID: ClientOrderID
    public var instrument: InstrumentID
    public var side: Side
    /// Of the position that was traded.
    public var positionSide: PositionSide
    public var price: Price
    public var quantity: Quantity
    /// In the settle asset; greater than or equal to zero.
    public var fee: Amount
    /// Of the part that closed a position, before fees.
    public var realizedPnL: Amount
    public var isMaker: Bool
    public var time: Timestamp
    /// Whether it is the end of a position outside the book: taken over by the fund, or closed against
    /// another account's.
    public var isSettledOutsideBook: Bool = false
}

/// A movement of money into an account or out of it.
public struct IncomeProjection: BitwiseCopyable, Hashable, Sendable {
    public var kind: TransferReason
    /// Positive where the account received it.
    public var amount: Amount
    public var asset: AssetID
    public var instrument: InstrumentID?
    /// Of the isolated position whose wallet it moved; both for the cross wallet.
    public var side: PositionSide
    public var time: Timestamp
    /// Rising over the whole venue, never used twice.
    public var transaction: UInt64
    /// The trade that caused it, where one did.
    public var trade: TradeID?
}

/// When an account's orders in an instrument will be cancelled unless it says otherwise.
public struct CountdownProjection: BitwiseCopyable, Hashable, Sendable {
    public var instrument: InstrumentID
    public var due: Timestamp
}

/// The cross wallet of an account in one asset.
public struct WalletProjection: BitwiseCopyable, Hashable, Sendable {
    public var asset: AssetID
    public var balance: Amount
}
