/// How the doors of a venue stand.
public struct GatewayConfiguration: Sendable {
    /// The address to listen at.
    ///
    /// Anything but a loopback address has to be asked for by name.
    public var host: String
    /// Zero takes any free port.
    public var port: Int
    /// Host names, besides the loopback's own, under which browsers and clients may address the venue.
    public var allowedHosts: Set<String>
    /// Whether request weights and order rates are not only counted but enforced.
    ///
    /// Off by default:
    /// a test suite asks faster than any trader.
    public var enforcesRateLimits: Bool
    /// Shown on the front page and in the status.
    public var venueName: String
    /// The seed of the venue's market, shown with every result.
    public var seed: UInt64
    /// What `POST /v1/accounts` and `POST /v1/faucet` pay at most at once, in whole units.
    public var depositMax: Int

    public init(
        host: String = "127.0.0.1",
        port: Int = 9870,
        allowedHosts: Set<String> = [],
        enforcesRateLimits: Bool = false,
        venueName: String = "plimsoll",
        seed: UInt64 = 0,
        depositMax: Int = 100_000_000
    ) {
        self.host = host
        self.port = port
        self.allowedHosts = allowedHosts
        self.enforcesRateLimits = enforcesRateLimits
        self.venueName = venueName
        self.seed = seed
        self.depositMax = depositMax
    }
}
