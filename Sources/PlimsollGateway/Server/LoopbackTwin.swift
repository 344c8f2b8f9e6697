import ServiceLifecycle

/// The same door at the other loopback address, for clients to whom `localhost` is that one.
///
/// It waits for the first to know its port. Where the machine has no such address, or somebody else
/// listens there, the venue is served at the first alone.
struct LoopbackTwin<Door: Service>: Service {
    let port: ListeningPort
    let door: @Sendable (Int) -> Door
    let missing: @Sendable (any Error) -> Void

    func run() async throws {
        do {
            try await door(port.number).run()
        } catch {
            missing(error)
        }
        // The end of this door is not the end of the venue.
        try? await gracefulShutdown()
    }
}
