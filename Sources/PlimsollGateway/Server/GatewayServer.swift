import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import PlimsollNode
import ServiceLifecycle
import Synchronization

/// The doors of one venue: REST, streams and the control API on one port.
public final class GatewayServer: Sendable {
    /// More connections than this wait until others have ended.
    static let connectionCountMax = 4096

    private enum Listening {
        case waiting([CheckedContinuation<Int, any Error>])
        case at(Int)
        case ended(any Error)
    }

    private let gateway: Gateway
    private let configuration: GatewayConfiguration
    private let log: Logger
    private let listening = Mutex(Listening.waiting([]))

    public init(
        node: VenueNode,
        configuration: GatewayConfiguration,
        keys: KeyRing,
        log: Logger
    ) {
        self.configuration = configuration
        self.log = log
        gateway = Gateway(
            node: node,
            keys: keys,
            configuration: configuration,
            streams: StreamHub(node: node),
            log: log
        )
    }

    /// The port that the server listens at; waits until it does.
    public var boundPort: Int {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let known: Result<Int, any Error>? = listening.withLock { state in
                    switch state {
                    case .waiting(let waiters):
                        state = .waiting(waiters + [continuation])
                        return nil
                    case .at(let port): return .success(port)
                    case .ended(let error): return .failure(error)
                    }
                }
                if let known { continuation.resume(with: known) }
            }
        }
    }

    /// Serves until the task is cancelled.
    public func run() async throws {
        var lifecycle = ServiceGroupConfiguration(
            services: [.init(service: application)],
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

    private var application: Application<GatewayResponder> {
        let gateway = gateway
        let access: @Sendable () -> LocalAccess = {
            LocalAccess(
                port: gateway.boundPort,
                allowedHosts: gateway.configuration.allowedHosts
            )
        }
        return Application(
            responder: GatewayResponder(gateway: gateway, routes: .venue, access: access),
            server: HTTPServerBuilder { responder in
                GatewayChannel(
                    responder: responder,
                    refusal: { head in
                        WebSocketAdmission(access: access())
                            .refusal(of: head, hub: gateway.streams)
                    },
                    install: { channel, head, position in
                        try gateway.streams.install(on: channel, head: head, position: position)
                    }
                )
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "plimsoll",
                availableConnectionsDelegate: MaximumAvailableConnections(
                    Self.connectionCountMax
                )
            ),
            onServerRunning: { [weak self] channel in
                self?.begin(at: channel.localAddress?.port ?? 0)
            },
            logger: log
        )
    }

    private func begin(at port: Int) {
        gateway.boundPort = port
        log.info("listening", metadata: ["host": "\(configuration.host)", "port": "\(port)"])
        let waiters = listening.withLock { state in
            guard case .waiting(let waiters) = state else { return [] as [Waiter] }
            state = .at(port)
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: port) }
    }

    private typealias Waiter = CheckedContinuation<Int, any Error>

    private func finish(with error: any Error) {
        let waiters = listening.withLock { state in
            defer { state = .ended(error) }
            guard case .waiting(let waiters) = state else { return [] as [Waiter] }
            return waiters
        }
        for waiter in waiters { waiter.resume(throwing: error) }
    }
}
