import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOSSL
public import PlimsollNode
import ServiceLifecycle

/// The doors of one venue: REST, streams and the control API on one port, and over TLS on another.
public final class GatewayServer: Sendable {
    /// More connections of a port than this wait until others have ended.
    static let connectionCountMax = 4096
    /// Kept for the journal and for what else the process has open.
    private static let otherFileCount = 256

    private let gateway: Gateway
    private let configuration: GatewayConfiguration
    private let log: Logger
    private let plain = ListeningPort()
    private let encrypted = ListeningPort()
    private let tls: NIOSSLContext?
    // Of both ports together.
    private let connections: ConnectionCounts
    private let door: WebDoor?

    /// - Throws: Why the certificate cannot be used.
    public init(
        node: VenueNode,
        configuration: GatewayConfiguration,
        keys: KeyRing,
        web: WebAssets? = nil,
        sessions: WebSessions = WebSessions(),
        clients: ClientConfigurations = .none,
        log: Logger
    ) throws(TLSIdentityError) {
        if let listener = configuration.tls {
            tls = try listener.identity.context()
        } else {
            tls = nil
        }
        self.configuration = configuration
        door = web.map(WebDoor.init(assets:))
        self.log = log
        connections = ConnectionCounts(perAddressMax: configuration.connectionsPerAddressMax)
        let faults = FaultDesk(node: node, seed: configuration.seed)
        gateway = Gateway(
            node: node,
            keys: keys,
            configuration: configuration,
            streams: StreamHub(
                node: node,
                faults: faults,
                scenario: configuration.scenario
            ),
            faults: faults,
            sessions: sessions,
            clients: clients,
            log: log
        )
    }

    /// The port that the server listens at; waits until it does.
    public var boundPort: Int {
        get async throws { try await plain.number }
    }

    /// The port of the TLS listener; waits until it listens, `nil` where there is none.
    public var boundTLSPort: Int? {
        get async throws { tls == nil ? nil : try await encrypted.number }
    }

    /// Serves until the task is cancelled.
    public func run() async throws {
        var lifecycle = ServiceGroupConfiguration(
            services: services,
            logger: log
        )
        // A client that keeps its connection open does not keep the venue from ending.
        lifecycle.maximumGracefulShutdownDuration = .seconds(2)
        let group = ServiceGroup(configuration: lifecycle)
        let serving = Task { try await group.run() }
        do {
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: { [gateway] in
                gateway.beginClosing()
                Task {
                    // The streams take leave of their clients before the server goes.
                    await gateway.streams.close()
                    await group.triggerGracefulShutdown()
                }
            }
            finish(with: CancellationError())
        } catch {
            finish(with: error)
            // Being told to stop is no failure.
            if !Task.isCancelled { throw error }
        }
    }

    /// Of each port; fewer where the system does not let the process have so many files open.
    private var connectionCountMax: Int {
        let portCount = tls == nil ? 1 : 2
        let wanted = Self.connectionCountMax * portCount + Self.otherFileCount
        let files = OpenFileLimit.raise(to: wanted)
        if files < wanted {
            log.warning("few files may be open", metadata: ["limit": "\(files)"])
        }
        return max(64, (files - Self.otherFileCount) / portCount)
    }

    /// One server for each port, with the same routes behind it.
    private var services: [ServiceGroupConfiguration.ServiceConfiguration] {
        var services: [any Service] = [
            application(at: configuration.host, configuration.port, tls: nil)
        ]
        if let tls, let listener = configuration.tls {
            services.append(application(at: configuration.host, listener.port, tls: tls))
        }
        // Who listens elsewhere has said where.
        if configuration.host == "127.0.0.1" {
            services.append(twin(of: plain, tls: nil))
            if let tls { services.append(twin(of: encrypted, tls: tls)) }
        }
        return services.map { .init(service: $0) }
    }

    private func twin(of port: ListeningPort, tls: NIOSSLContext?) -> some Service {
        LoopbackTwin(port: port) { [self] number in
            application(at: "::1", number, tls: tls)
        } missing: { [log] error in
            log.notice("nothing is served at ::1", metadata: ["reason": "\(error)"])
        }
    }

    private func application(
        at host: String,
        _ port: Int,
        tls: NIOSSLContext?
    ) -> Application<GatewayResponder> {
        let gateway = gateway
        let connections = connections
        let times = configuration.requestTimes
        let access: @Sendable () -> LocalAccess = {
            LocalAccess(
                ports: gateway.boundPorts,
                allowedHosts: gateway.configuration.allowedHosts
            )
        }
        return Application(
            responder: GatewayResponder(
                gateway: gateway,
                routes: .venue,
                web: door,
                access: access
            ),
            server: HTTPServerBuilder { responder in
                GatewayChannel(
                    responder: responder,
                    tls: tls,
                    connections: connections,
                    times: times,
                    refusal: { head in
                        WebSocketAdmission(access: access())
                            .refusal(of: head, hub: gateway.streams, faults: gateway.faults)
                    },
                    install: { channel, head, position in
                        try gateway.streams.install(
                            on: channel,
                            head: head,
                            position: position,
                            gateway: gateway
                        )
                    }
                )
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: "plimsoll",
                // As many as may be open may come at once: whoever finds no room asks again only
                // after a second.
                backlog: Self.connectionCountMax,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    connectionCountMax
                )
            ),
            onServerRunning: { [weak self] channel in
                self?.begin(
                    at: host,
                    channel.localAddress?.port ?? 0,
                    isEncrypted: tls != nil
                )
            },
            logger: log
        )
    }

    private func begin(at host: String, _ port: Int, isEncrypted: Bool) {
        gateway.listens(at: port, isEncrypted: isEncrypted)
        log.info(
            "listening",
            metadata: [
                "host": "\(host)", "port": "\(port)", "tls": "\(isEncrypted)",
            ]
        )
        (isEncrypted ? encrypted : plain).begin(at: port)
    }

    private func finish(with error: any Error) {
        plain.end(with: error)
        encrypted.end(with: error)
    }
}
