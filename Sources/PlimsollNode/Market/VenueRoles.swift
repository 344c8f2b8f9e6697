public import PlimsollModel

/// Which account is whose.
public struct VenueRoles: Equatable, Sendable {
    /// The user's, with the demo key.
    public var demo: AccountID
    /// The account that quotes, of a simulated or a recorded market.
    public var maker: AccountID?
    /// The account that trades through a recorded market.
    public var taker: AccountID?
    /// The traders of a simulated market.
    public var noise: [AccountID]

    public init(
        demo: AccountID,
        maker: AccountID? = nil,
        taker: AccountID? = nil,
        noise: [AccountID] = []
    ) {
        self.demo = demo
        self.maker = maker
        self.taker = taker
        self.noise = noise
    }
}
