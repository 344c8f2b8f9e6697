import Synchronization

/// The requests of one socket that wait for their turn, in the order in which they came.
///
/// Answers keep the order of the requests, as an order and its cancellation have to.
final class SocketRequestQueue: Sendable {
    /// Requests that may wait; a client that sends more without reading is taken leave of.
    static let countMax = 256

    private let requests: AsyncStream<[UInt8]>.Continuation
    private let isClosed = Atomic(false)

    /// A queue whose answers go to `reply`, which brings them to the connection; `nil` ends it.
    init(
        gateway: Gateway,
        address: String,
        reply: @escaping @Sendable ([UInt8]?) -> Void
    ) {
        let (stream, requests) = AsyncStream.makeStream(
            of: [UInt8].self,
            bufferingPolicy: .bufferingOldest(Self.countMax)
        )
        self.requests = requests
        Task {
            var conversation = SocketConversation(gateway: gateway, address: address)
            for await bytes in stream {
                guard !isClosed.load(ordering: .relaxed) else { return }
                reply(await conversation.answer(bytes))
            }
        }
    }

    /// - Returns: Whether there was room.
    func add(_ bytes: [UInt8]) -> Bool {
        if case .enqueued = requests.yield(bytes) { return true }
        return false
    }

    /// Ends with the connection: the request that is being carried out still is, what waits is not.
    ///
    /// Nobody would learn of its answers, and a client that comes back looks for what it did not
    /// hear of.
    func close() {
        isClosed.store(true, ordering: .relaxed)
        requests.finish()
    }
}
