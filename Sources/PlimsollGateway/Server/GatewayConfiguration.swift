public import PlimsollNode

/// How the doors of a venue stand.
public struct GatewayConfiguration: Sendable {
    /// The address to listen at.
    ///
    /// Anything but a loopback address has to be asked for by name.
    public var host: String
    /// Zero takes any free port.
    public var port: Int
    /// The same routes and streams over TLS on a port of their own; `nil` for none.
    public var tls: TLSListener?
    /// Host names, besides the loopback's own, under which browsers and clients may address the venue.
    public var allowedHosts: Set<String>
    /// Whether request weights and order rates are not only counted but enforced.
    ///
    /// Off by default:
    /// a test suite asks faster than any trader.
    public var enforcesRateLimits: Bool
    /// Whether the control API takes changes only when they are signed with an admin key.
    public var controlNeedsKey: Bool
    /// Shown on the front page and in the status.
    public var venueName: String
    /// The seed of the venue's market, shown with every result.
    public var seed: UInt64
    /// Where the journal is kept; `nil` for a venue in memory.
    public var dataDirectory: String?
    /// What `POST /v1/accounts` and `POST /v1/faucet` pay at most at once, in whole units.
    public var depositMax: Int
    /// What the venue plays, measured; `nil` where it plays no scenario.
    public var scenario: ScenarioWatch?
    /// Whether that is what the process was started with, and not played in its place.
    public var isHome: Bool
    /// Takes the name of a scenario that is to be played in this one's place, `nil` for what was
    /// started; `nil` where a venue plays the same to its end.
    public var stage: (@Sendable (_ scenario: String?) throws(ProfileError) -> Void)?
    /// How long a client may take over a request.
    var requestTimes = RequestTimeHandler.Limits()
    /// How many requests are worked on at once, and how long the others wait.
    var gate = RequestGate.Limits()
    /// Half of what a port takes: a second address always finds room.
    var connectionsPerAddressMax = GatewayServer.connectionCountMax / 2

    public init(
        host: String = "127.0.0.1",
        port: Int = 9870,
        tls: TLSListener? = nil,
        allowedHosts: Set<String> = [],
        enforcesRateLimits: Bool = false,
        controlNeedsKey: Bool = false,
        venueName: String = "plimsoll",
        seed: UInt64 = 0,
        dataDirectory: String? = nil,
        depositMax: Int = 100_000_000,
        scenario: ScenarioWatch? = nil,
        isHome: Bool = true,
        stage: (@Sendable (_ scenario: String?) throws(ProfileError) -> Void)? = nil
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.allowedHosts = allowedHosts
        self.enforcesRateLimits = enforcesRateLimits
        self.controlNeedsKey = controlNeedsKey
        self.venueName = venueName
        self.seed = seed
        self.dataDirectory = dataDirectory
        self.depositMax = depositMax
        self.scenario = scenario
        self.isHome = isHome
        self.stage = stage
    }
}

/// The second door: a port, and how the venue proves there who it is.
public struct TLSListener: Sendable {
    /// Zero takes any free port.
    public var port: Int
    public var identity: TLSIdentity

    public init(port: Int, identity: TLSIdentity) {
        self.port = port
        self.identity = identity
    }
}
