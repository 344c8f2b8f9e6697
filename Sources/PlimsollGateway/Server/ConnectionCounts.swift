import NIOCore
import Synchronization

/// How many connections each address has, so that one address cannot take all that there are.
final class ConnectionCounts: Sendable {
    private let perAddressMax: Int
    private let counts = Mutex<[String: Int]>([:])

    init(perAddressMax: Int) { self.perAddressMax = perAddressMax }

    /// Counts a connection until it closes.
    ///
    /// - Returns: Whether there was room for it.
    func open(_ channel: any Channel) -> Bool {
        let address = channel.remoteAddress?.ipAddress ?? ""
        let hasRoom = counts.withLock { counts in
            let count = counts[address, default: 0]
            guard count < perAddressMax else { return false }
            counts[address] = count + 1
            return true
        }
        guard hasRoom else { return false }
        channel.closeFuture.whenComplete { [self] _ in close(address) }
        return true
    }

    private func close(_ address: String) {
        counts.withLock { counts in
            let count = counts[address, default: 1] - 1
            counts[address] = count == 0 ? nil : count
        }
    }
}

/// Answers a connection for which there is no room, before it asks anything.
final class NoRoomHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func channelActive(context: ChannelHandlerContext) {
        DialectError(-1008, "Too many connections from this address.", status: 503)
            .answerAndClose(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
