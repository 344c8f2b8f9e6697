import Foundation
import Logging
import PlimsollGateway
import PlimsollModel
import PlimsollNode
import PlimsollProjections

/// A venue and its door, from the start to a clean end.
struct RunningVenue {
    private let node: VenueNode
    private let server: GatewayServer
    let credential: Credential
    private let isSecretFromEnvironment: Bool
    private let configuration: NodeConfiguration
    private let tlsCertificate: String?
    let sessions: WebSessions
    private let stage: Stage
    private let doors: Doors
    private let hasWeb: Bool
    private let follower: MarketFollower?

    /// Brings the venue up; the door opens with `serve`.
    init(
        _ part: Stage.Part,
        of stage: Stage,
        doors: Doors,
        environment: [String: String],
        seedWanted: UInt64?,
        followed: MarketFollower.Source? = nil,
        continuing earlier: WebSessions? = nil
    ) throws(CommandFailure) {
        let configuration = part.configuration
        let log = Logger(label: "plimsoll")
        let node: VenueNode
        do {
            node = try VenueNode.start(configuration, log: log)
        } catch {
            throw CommandFailure(error)
        }
        if let seedWanted, seedWanted != node.seed {
            node.stop()
            throw CommandFailure(
                .configuration,
                "\(configuration.dataDirectory ?? "the venue") was made with the seed "
                    + "\(node.seed), not \(seedWanted)",
                suggestion: "Leave --seed out, or name another directory with --data"
            )
        }
        do {
            let keys = try KeyRing.open(directory: configuration.dataDirectory)
            credential = try keys.demoCredential(
                account: node.roles.demo,
                environment: environment
            )
            let tls = try doors.tls(directory: configuration.dataDirectory)
            tlsCertificate = tls?.identity.certificate
            sessions = WebSessions(account: node.roles.demo, continuing: earlier)
            let web = try WebFolder.find(environment).map(WebAssets.init(folder:))
            hasWeb = web != nil
            server = try GatewayServer(
                node: node,
                configuration: GatewayConfiguration(
                    port: Int(doors.port),
                    tls: tls,
                    enforcesRateLimits: doors.enforcesRateLimits,
                    controlNeedsKey: doors.controlNeedsKey,
                    venueName: configuration.rules.name,
                    seed: node.seed,
                    dataDirectory: configuration.dataDirectory,
                    scenario: part.scenario.map { ScenarioWatch($0, of: node) },
                    isHome: part.isHome,
                    stage: { name throws(ProfileError) in try stage.play(name) }
                ),
                keys: keys,
                web: web,
                sessions: sessions,
                clients: .connections,
                log: log
            )
        } catch {
            node.stop()
            throw CommandFailure(.configuration, "\(error)")
        }
        self.node = node
        self.stage = stage
        self.doors = doors
        self.configuration = configuration
        let rules = configuration.rules.instruments.first {
            $0.contract.symbol == followed?.symbol
        }
        follower = followed.flatMap { source in
            rules.flatMap { MarketFollower(node: node, rules: $0, source: source, log: log) }
        }
        isSecretFromEnvironment = environment["PLIMSOLL_SECRET"] == credential.secret
    }

    /// Serves until SIGINT or SIGTERM or until something else is to be played, then ends the venue with
    /// a snapshot.
    ///
    /// - Parameters:
    ///   - stop: Heeds the signals.
    ///   - readyFile: Written once the venue takes orders, removed at the end.
    ///   - announce: Called with the same.
    /// - Returns: The doors at the ports that were bound.
    /// - Throws: Why the door could not be opened or kept open.
    func serve(
        until stop: StopSignal,
        readyFile: String?,
        announce: (ReadyFile, _ isSecretFromEnvironment: Bool) throws -> Void
    ) async throws -> Doors {
        // One from an earlier run would tell of a venue that is no more.
        if let readyFile { try? FileManager.default.removeItem(atPath: readyFile) }
        let server = server
        let serving = Task { try await server.run() }
        let following = follower.map { follower in Task { await follower.run() } }
        defer { following?.cancel() }
        stop.heed { serving.cancel() }
        stage.whenWanted { serving.cancel() }
        // With wrong books there is nothing to serve; after a failed disk the venue can still be read.
        node.whenFailed { if case .lawBroken = $0 { serving.cancel() } }
        let bound: Doors
        do {
            let port = try await server.boundPort
            let tlsPort = try await server.boundTLSPort
            bound = doors.bound(to: port, tls: tlsPort)
            await waitForMarket()
            let ready = document(port: port, tlsPort: tlsPort)
            try announce(ready, isSecretFromEnvironment)
            if let readyFile { try ready.write(to: readyFile) }
        } catch {
            serving.cancel()
            _ = await serving.result
            node.stop()
            throw failure(error)
        }
        let result = await serving.result
        if let readyFile { try? FileManager.default.removeItem(atPath: readyFile) }
        node.stop()
        if let broken = node.failure, case .lawBroken = broken { throw CommandFailure(broken) }
        if case .failure(let error) = result, !stop.wasReceived { throw failure(error) }
        return bound
    }

    /// Until a mark price is known the venue refuses every order; a paused market has none to wait for.
    private func waitForMarket() async {
        guard !configuration.isPaused else { return }
        for _ in 0..<500 {
            let isLive = node.read { venue in venue.markets.contains { $0.prices != nil } }
            if isLive { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func failure(_ error: any Error) -> CommandFailure {
        (error as? CommandFailure) ?? CommandFailure(.failed, "the venue cannot serve: \(error)")
    }

    private func document(port: Int, tlsPort: Int?) -> ReadyFile {
        let authority = "127.0.0.1:\(port)"
        return ReadyFile(
            url: "http://\(authority)",
            web: hasWeb ? "http://\(authority)/#link=\(sessions.link())" : nil,
            restBase: "http://\(authority)",
            wsBase: "ws://\(authority)",
            tlsBase: tlsPort.map { "https://127.0.0.1:\($0)" },
            tlsCertificate: tlsCertificate,
            key: credential.key,
            secret: credential.secret ?? "",
            accounts: [
                ReadyFile.Account(
                    id: credential.account.rawValue,
                    key: credential.key,
                    secret: credential.secret ?? ""
                )
            ],
            seed: node.seed,
            pid: ProcessInfo.processInfo.processIdentifier,
            profile: configuration.rules.name,
            dataDirectory: configuration.dataDirectory
        )
    }
}
