public import PlimsollAgents
public import PlimsollJournal
public import PlimsollModel
public import PlimsollTapes

/// Who stands on the other side of the user.
public enum MarketChoice: Sendable {
    case none
    /// Seeded participants; a restarted venue keeps the composition that it was made with.
    case simulated(MarketComposition)
    /// A recorded market, replayed into the instrument, with all its times moved by `shift`
    /// milliseconds.
    case tape(MarketTape, symbol: Symbol, shift: Int64)
    /// A market elsewhere that somebody tells this venue of while it runs, through the two accounts
    /// that stand for it.
    case followed(Symbol)
}

extension MarketChoice {
    /// The one instrument of a market that was recorded or is followed.
    public var symbol: Symbol? {
        switch self {
        case .none, .simulated: nil
        case .tape(_, let symbol, _), .followed(let symbol): symbol
        }
    }
}

/// How fast venue time runs.
public enum Speed: Equatable, Sendable {
    /// Venue milliseconds in one millisecond of the wall clock; greater than zero.
    case times(Rate)
    /// From one step of the market to the next without waiting.
    case unlimited

    public static let realTime = Speed.times(.one)
}

/// What one running venue is made of.
public struct NodeConfiguration: Sendable {
    public var rules: VenueRules
    /// `nil` keeps nothing: the venue ends with its process.
    public var dataDirectory: String?
    /// Of the simulated market; a restarted venue keeps the seed it was made with.
    public var seed: UInt64
    public var market: MarketChoice
    /// What a scenario does beside the market.
    public var script: ScenarioScript?
    /// When venue time begins; `nil` is the first row of a tape, otherwise the present.
    public var startTime: Timestamp?
    /// Milliseconds that the simulated market of a new venue has traded when it opens in the present.
    public var history: Int64 = 0
    public var speed: Speed
    public var isPaused: Bool
    /// Commands between two snapshots.
    public var snapshotInterval: Int
    /// Whether the venue goes on while a snapshot is written; a simulation has it wait, so that the
    /// order of everything is its own.
    public var storesSnapshotsAside = true
    /// Bytes of the journal; what is older goes.
    public var journalSizeMax: Int
    /// Commands that may wait; a submission that finds no room is refused.
    public var queueLimit: Int
    /// What the demo account gets, and an account opened later where nothing else is said.
    public var initialDeposit: Amount
    /// A drill: after this command a law is taken to be broken, to see what the venue does then.
    public var drillBrokenLawAt: Sequence?
    /// Where a simulation has the disk fail.
    public var failing = FailurePoints.none

    public init(
        rules: VenueRules,
        dataDirectory: String? = nil,
        seed: UInt64 = 1,
        market: MarketChoice = .simulated(.standard),
        startTime: Timestamp? = nil,
        speed: Speed = .realTime,
        isPaused: Bool = false,
        snapshotInterval: Int = 200_000,
        journalSizeMax: Int = .max,
        queueLimit: Int = 16_384,
        initialDeposit: Amount = Amount(10_000),
        script: ScenarioScript? = nil,
        drillBrokenLawAt: Sequence? = nil
    ) {
        self.rules = rules
        self.dataDirectory = dataDirectory
        self.seed = seed
        self.market = market
        self.startTime = startTime
        self.speed = speed
        self.isPaused = isPaused
        self.snapshotInterval = snapshotInterval
        self.journalSizeMax = journalSizeMax
        self.queueLimit = queueLimit
        self.initialDeposit = initialDeposit
        self.script = script
        self.drillBrokenLawAt = drillBrokenLawAt
    }
}
