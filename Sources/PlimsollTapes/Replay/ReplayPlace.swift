public import PlimsollModel

/// Where a recording is replayed: the instrument, and the two accounts that stand for its market.
public struct ReplayPlace: Sendable {
    public let instrument: InstrumentID
    /// Prices and quantities are rounded to them.
    public let rules: InstrumentRules
    /// Of kind `recordedMarket`.
    public let maker: AccountID
    /// Another one of that kind.
    public let taker: AccountID

    public init(
        instrument: InstrumentID,
        rules: InstrumentRules,
        maker: AccountID,
        taker: AccountID
    ) {
        self.instrument = instrument
        self.rules = rules
        self.maker = maker
        self.taker = taker
    }
}
