import ArgumentParser
import Foundation
import Logging
import PlimsollAgents
import PlimsollGateway
import PlimsollModel
import PlimsollNode
import PlimsollTapes

/// `plimsoll up`: a venue with a living market and its API, on this machine.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Run the venue: market, matching, margin and the API on 127.0.0.1.",
        discussion: """
            Without a tape the market is simulated from the seed. The demo account's key is \
            generated and kept with the data; PLIMSOLL_KEY and PLIMSOLL_SECRET fix it.

            plimsoll up --tape LAYERUSDT_1m.csv.gz --paused --ready-file ready.json
            """
    )

    enum Verbosity: String, ExpressibleByArgument, CaseIterable {
        case trace, debug, info, notice, warning, error
    }

    enum Shift: String, ExpressibleByArgument, CaseIterable {
        case now
    }

    @Option(help: "Name or file of the rules; binance-usdm where nothing says otherwise.")
    var profile: String?

    @Option(
        help: "Play a scenario: its name, or a file. `plimsoll run --list` shows those that ship."
    )
    var scenario: String?

    @Option(help: "Replay a recording of candles, trades or a book: a file, or an imported tape.")
    var tape: String?

    @Option(help: "The trades recorded beside a tape that is a book.")
    var trades: String?

    @Option(
        help: "Take the index from this recording of prices, candles, trades, quotes or premiums."
    )
    var index: String?

    @Option(help: "Size the book of a tape that has none by this recording of depth by percent.")
    var depth: String?

    @Option(help: "Settle the funding recorded in this file: CSV, .gz or .zip.")
    var funding: String?

    @Option(
        help: ArgumentHelp(
            "Follow --symbol of another venue that speaks this dialect, such as http://127.0.0.1:9880.",
            discussion: "Its prices are real, your orders stay here."
        )
    )
    var follow: String?

    @Option(help: "The streams of that venue, where they are not at the same address.")
    var followStreams: String?

    @Option(help: "Where imported tapes are.")
    var library = TapeLibrary.standardDirectory

    @Option(
        help: "The tape's instrument, where its file name does not begin with it.",
        transform: NumberArgument.symbol
    )
    var symbol: Symbol?

    @Option(help: "Move the tape's times so that it begins now.")
    var shift: Shift?

    @Option(help: "Seed of the simulated market; a new venue draws one otherwise.")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "How long the simulated market of a new venue has traded when it opens; 0 for not at all.",
            discussion: "So that charts begin with candles; it is traded before the door opens."
        ),
        transform: TimeArgument.duration
    )
    var history: Int64?

    @Option(
        help: "Venue time against the wall clock, such as 1, 60 or 0.5; or max.",
        transform: SpeedArgument.parse
    )
    var speed: Speed = .realTime

    @Flag(help: "Start with the clock stopped; the control API moves it.")
    var paused = false

    @Option(help: "Port on 127.0.0.1; 0 takes any.")
    var port: UInt16 = Doors.standardPort

    @Option(
        help: ArgumentHelp(
            "Port of the same over TLS; 0 takes any.",
            discussion: "Without it 9871 beside port 9870 where it is free, else any."
        )
    )
    var tlsPort: UInt16?

    @Flag(name: .customLong("no-tls"), help: "Open no TLS port.")
    var noTLS = false

    @Option(help: "A certificate of your own for TLS, in PEM, with its chain.")
    var tlsCertificate: String?

    @Option(help: "The private key of that certificate, in PEM.")
    var tlsKey: String?

    @Flag(help: "Enforce request weights and order rates: 429, then 418.")
    var rateLimits = false

    @Flag(help: "Take changes through the control API only when signed with an admin key.")
    var controlNeedsKey = false

    @Option(help: "Where the journal is kept.")
    var data: String?

    @Option(
        help: ArgumentHelp(
            "How much of the journal is kept, such as 500MB or 4GB; or all.",
            discussion: "Older commands go, up to a snapshot from which all others still follow."
        ),
        transform: NumberArgument.size
    )
    var keep = 4_000_000_000

    @Flag(help: "Keep nothing: the venue ends with the process.")
    var inMemory = false

    @Option(
        help: "What the demo account begins with, in the settle asset.",
        transform: NumberArgument.amount
    )
    var deposit: Amount = Amount(10_000)

    @Option(help: "Written as JSON once the venue takes orders, removed when it ends.")
    var readyFile: String?

    @Option(help: "What is logged to stderr.")
    var logLevel = Verbosity.warning

    @Option(help: "How it is logged: words, or one JSON document a line.")
    var logFormat = LogLines.Format.text

    @Option(
        help: ArgumentHelp(
            "Pretend that the books are wrong after this command.",
            visibility: .hidden
        )
    )
    var drillBrokenLawAt: UInt64?

    @Flag(help: "Print what the ready file would hold as one JSON document.")
    var json = false

    private static let historyUsual: Int64 = 3_600_000
    private static let historyMax: Int64 = 86_400_000

    func validate() throws {
        guard data == nil || !inMemory else {
            throw ValidationError("Give either --data or --in-memory.")
        }
        let isAboutTape = [trades, index, funding, depth].contains { $0 != nil } || shift != nil
        if let follow {
            guard tape == nil, !isAboutTape, seed == nil else {
                throw ValidationError(
                    "A market that is followed is neither recorded nor simulated."
                )
            }
            guard symbol != nil else { throw ValidationError("Name what to --follow by --symbol.") }
            guard speed == .realTime, !paused else {
                throw ValidationError("A market that is followed runs at its own speed.")
            }
            for address in [follow, followStreams ?? follow] where WebAddress(address) == nil {
                throw ValidationError("\(address) is no address like http://127.0.0.1:9880.")
            }
        }
        guard followStreams == nil || follow != nil else {
            throw ValidationError("--follow-streams is about what is followed.")
        }
        guard tape != nil || follow != nil || (symbol == nil && !isAboutTape) else {
            throw ValidationError(
                "--symbol, --shift, --trades, --index, --funding and --depth are about a --tape."
            )
        }
        guard scenario == nil || (profile == nil && tape == nil && follow == nil) else {
            throw ValidationError("A scenario brings its own rules and its own market.")
        }
        if let history {
            guard history == 0 || (tape == nil && follow == nil && scenario == nil) else {
                throw ValidationError("Only a simulated market can have a --history.")
            }
            guard history <= Self.historyMax else {
                throw ValidationError("A --history has a day at most.")
            }
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together.")
        }
        guard !noTLS || (tlsPort == nil && tlsCertificate == nil) else {
            throw ValidationError("--no-tls leaves nothing for the other TLS options.")
        }
        guard tlsPort == nil || tlsPort == 0 || tlsPort != port else {
            throw ValidationError("--port and --tls-port are two ports.")
        }
    }

    func run() async throws {
        let played = try loadedScenario()
        let configuration = try nodeConfiguration(playing: played)
        try check(port, option: "--port")
        if let tlsPort { try check(tlsPort, option: "--tls-port") }
        let level = Logger.Level(rawValue: logLevel.rawValue) ?? .warning
        LoggingSystem.bootstrap { [logFormat] label in
            LogLines(label: label, format: logFormat, logLevel: level)
        }
        let isInMemory = configuration.dataDirectory == nil
        let stage = Stage(
            home: Stage.Part(configuration: configuration, scenario: played, isHome: true),
            setting: { scenario in
                var setting = self.setting(of: scenario, seed: nil)
                setting.dataDirectory =
                    isInMemory ? nil : DataDirectory.fresh(self.directory(of: scenario))
                return setting
            }
        )
        try await play(stage)
    }

    /// One venue after the other, until a signal ends them.
    private func play(_ stage: Stage) async throws {
        let stop = StopSignal()
        var environment = ProcessInfo.processInfo.environment
        var doors = doors
        var sessions: WebSessions?
        var part: Stage.Part? = stage.home
        while let current = part {
            let running = try RunningVenue(
                current,
                of: stage,
                doors: doors,
                environment: environment,
                seedWanted: current.isHome ? seed : nil,
                followed: current.isHome ? followedSource : nil,
                continuing: sessions
            )
            let isFirst = sessions == nil
            sessions = running.sessions
            doors = try await running.serve(
                until: stop,
                readyFile: readyFile,
                announce: { ready, isSecretFromEnvironment in
                    guard isFirst else {
                        let name = current.scenario?.title ?? "what it was started with"
                        return Console.remark("plimsoll plays \(name)")
                    }
                    guard !json else { return try Console.say(json: ready) }
                    UpBanner(
                        ready: ready,
                        isSecretFromEnvironment: isSecretFromEnvironment,
                        configuration: current.configuration
                    ).print()
                }
            )
            // A bot that is connected trades on with the key that it has.
            environment["PLIMSOLL_KEY"] = running.credential.key
            environment["PLIMSOLL_SECRET"] = running.credential.secret
            part = stop.wasReceived ? nil : stage.next()
        }
    }

    private func loadedScenario() throws -> Scenario? {
        guard let scenario else { return nil }
        do {
            return try ScenarioGallery.load(scenario).0
        } catch {
            throw CommandFailure(scenario: error)
        }
    }

    private func nodeConfiguration(playing played: Scenario?) throws -> NodeConfiguration {
        var configuration: NodeConfiguration
        if let played {
            configuration = setting(of: played, seed: seed)
            configuration.dataDirectory =
                data ?? DataDirectory.path(profile: played.name, tape: nil)
        } else {
            configuration = withTerms(try plainConfiguration())
        }
        if inMemory { configuration.dataDirectory = nil }
        configuration.speed = speed
        configuration.isPaused = paused
        configuration.drillBrokenLawAt = drillBrokenLawAt.map { Sequence(rawValue: $0) }
        return configuration
    }

    /// The venue of a scenario, wherever it is kept.
    private func setting(of scenario: Scenario, seed: UInt64?) -> NodeConfiguration {
        var configuration = scenario.configuration(seed: seed)
        // Clients live in the present, and so does a market that nobody recorded.
        if case .simulated = configuration.market { configuration.startTime = nil }
        return withTerms(configuration)
    }

    /// What holds for every venue of the process.
    private func withTerms(_ configuration: NodeConfiguration) -> NodeConfiguration {
        var configuration = configuration
        configuration.initialDeposit = deposit
        configuration.journalSizeMax = keep
        return configuration
    }

    private func directory(of scenario: Scenario) -> String {
        data.map { "\($0)-\(scenario.name)" }
            ?? DataDirectory.path(profile: scenario.name, tape: nil)
    }

    /// Without a scenario: the rules of a profile, and a tape or the standard market.
    private func plainConfiguration() throws -> NodeConfiguration {
        let profile = profile ?? "binance-usdm"
        let rules: VenueRules
        do {
            rules = try ProfileLoader.load(profile)
        } catch {
            throw CommandFailure(error)
        }
        let market = try marketChoice()
        var configuration = NodeConfiguration(
            rules: rules,
            dataDirectory: data
                ?? DataDirectory.path(profile: profile, tape: market.symbol?.description),
            seed: seed ?? Self.drawnSeed(),
            market: market
        )
        configuration.history = history ?? Self.historyUsual
        return configuration
    }

    private func marketChoice() throws -> MarketChoice {
        if follow != nil, let symbol { return .followed(symbol) }
        guard let tape else { return .simulated(.standard) }
        let shelf = TapeShelf(library: TapeLibrary(directory: library))
        let recording = try shelf.market(
            tape,
            trades: trades,
            index: index,
            funding: funding,
            depth: depth
        )
        guard let name = symbol ?? recording.symbol.flatMap({ Symbol($0) }) else {
            throw CommandFailure(
                .configuration,
                "the name of \(tape) does not begin with a symbol",
                suggestion: "Name the instrument with --symbol"
            )
        }
        return .tape(recording, symbol: name, shift: shift == nil ? 0 : shiftToNow(recording))
    }

    /// By whole candles, so that candles and settlements keep their places on the clock.
    private func shiftToNow(_ recording: MarketTape) -> Int64 {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let first = recording.startTime.milliseconds
        return (now - first) / recording.grid * recording.grid
    }

    private var followedSource: MarketFollower.Source? {
        guard let rest = follow.flatMap({ WebAddress($0) }), let symbol,
            let streams = (followStreams ?? follow).flatMap({ WebAddress($0) })
        else { return nil }
        return MarketFollower.Source(rest: rest, streams: streams, symbol: symbol)
    }

    private var doors: Doors {
        var identity = Doors.Identity.own
        if let tlsCertificate, let tlsKey {
            identity = .files(certificate: tlsCertificate, key: tlsKey)
        }
        return Doors(
            port: port,
            tlsPort: noTLS ? nil : tlsPort ?? Doors.tlsPort(beside: port),
            identity: identity,
            enforcesRateLimits: rateLimits,
            controlNeedsKey: controlNeedsKey
        )
    }

    private func check(_ port: UInt16, option: String) throws {
        guard port > 0 else { return }
        switch LoopbackPort.state(of: port) {
        case .free: return
        case .taken:
            throw CommandFailure(
                .failed,
                "port \(port) is in use",
                suggestion: "Stop what listens there, or choose another one with \(option)"
            )
        case .refused(let reason):
            throw CommandFailure(.failed, "port \(port) cannot be used: \(reason)")
        }
    }

    /// Short enough to be typed again, and exact in every language's numbers.
    private static func drawnSeed() -> UInt64 { UInt64.random(in: 1...999_999_999) }
}

/// Reads a speed: a decimal such as `60` or `60x`, or `max`.
enum SpeedArgument {
    @Sendable
    static func parse(_ text: String) throws -> Speed {
        if text == "max" { return .unlimited }
        let digits = text.hasSuffix("x") ? String(text.dropLast()) : text
        guard let rate = try? Rate(parsing: digits), rate > .zero, rate <= Rate(1_000_000) else {
            throw ValidationError("A speed is max, or a number above 0 and up to 1000000.")
        }
        return .times(rate)
    }
}
