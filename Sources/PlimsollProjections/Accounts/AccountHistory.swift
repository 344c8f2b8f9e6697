public import PlimsollModel

/// One side of a trade, as its owner sees it.
public struct FillProjection: BitwiseCopyable, Hashable, Sendable {
    public var trade: TradeID
    public var order: OrderID
    public var clientOrderID: ClientOrderID
    public var instrument: InstrumentID
    public var side: Side
    public var price: Price
    public var quantity: Quantity
    /// In the settle asset; greater than or equal to zero.
    public var fee: Amount
    /// Of the part that closed a position, before fees.
    public var realizedPnL: Amount
    public var isMaker: Bool
    public var time: Timestamp
}

/// A movement of money into an account or out of it.
public struct IncomeProjection: BitwiseCopyable, Hashable, Sendable {
    public var kind: TransferReason
    /// Positive where the account received it.
    public var amount: Amount
    public var asset: AssetID
    public var instrument: InstrumentID?
    public var time: Timestamp
    /// Rising over the whole venue, never used twice.
    public var transaction: UInt64
    /// The trade that caused it, where one did.
    public var trade: TradeID?
}

/// The cross wallet of an account in one asset.
public struct WalletProjection: BitwiseCopyable, Hashable, Sendable {
    public var asset: AssetID
    public var balance: Amount
}
