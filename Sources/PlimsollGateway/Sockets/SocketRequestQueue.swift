/// The requests of one socket that wait for their turn, in the order in which they came.
///
/// Answers keep the order of the requests, as an order and its cancellation have to.
final class SocketRequestQueue: Sendable {
    /// Requests that may wait; a client that sends more without reading is taken leave of.
    static let countMax = 256

    private let requests: AsyncStream<[UInt8]>.Continuation

    /// A queue whose answers go to `reply`, which brings them to the connection.
    init(
        gateway: Gateway,
        address: String,
        reply: @escaping @Sendable ([UInt8]) -> Void
    ) {
        let (stream, requests) = AsyncStream.makeStream(
            of: [UInt8].self,
            bufferingPolicy: .bufferingOldest(Self.countMax)
        )
        self.requests = requests
        Task {
            var conversation = SocketConversation(gateway: gateway, address: address)
            for await bytes in stream { reply(await conversation.answer(bytes)) }
        }
    }

    /// - Returns: Whether there was room.
    func add(_ bytes: [UInt8]) -> Bool {
        if case .enqueued = requests.yield(bytes) { return true }
        return false
    }

    /// What was taken in is still carried out: an order does not vanish with its connection.
    func close() { requests.finish() }
}
