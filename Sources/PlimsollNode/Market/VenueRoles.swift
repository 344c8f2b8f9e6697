public import PlimsollAgents
public import PlimsollModel

/// Which account is whose.
public struct VenueRoles: Equatable, Sendable {
    /// The user's, with the demo key.
    public var demo: AccountID
    /// The account that quotes a recorded market.
    public var maker: AccountID?
    /// The account that trades through a recorded market.
    public var taker: AccountID?
    /// Everybody in a simulated market.
    public var participants: [Participant]
    /// The scripted participants of a scenario.
    public var bots: [AccountID]

    public init(
        demo: AccountID,
        maker: AccountID? = nil,
        taker: AccountID? = nil,
        participants: [Participant] = [],
        bots: [AccountID] = []
    ) {
        self.demo = demo
        self.maker = maker
        self.taker = taker
        self.participants = participants
        self.bots = bots
    }

    /// The participants' accounts, which are numbered in a row.
    var crowd: Range<AccountID> {
        guard let first = participants.first?.account, let last = participants.last?.account else {
            return demo..<demo
        }
        return first..<AccountID(rawValue: last.rawValue + 1)
    }
}
