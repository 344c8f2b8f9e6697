import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// Listens to the text messages of another server's WebSocket.
struct WebSocketClient: Sendable {
    /// A message longer than this ends the connection.
    private static let messageLengthMax = 1 << 22
    /// Messages that may wait for their reader; with more the connection ends, since what it tells is
    /// no longer the present.
    private static let waitingMax = 4096

    let address: WebAddress

    /// Connects and yields each message; ends by an error when the connection does.
    func messages(_ path: String) async throws -> AsyncThrowingStream<[UInt8], any Error> {
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.waitingMax)
        )
        let address = address
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let upgraded = loop.makePromise(of: Void.self)
        let channel: any Channel
        do {
            channel = try await WebClient(address).connect(on: loop) { channel in
                let upgrader = NIOWebSocketClientUpgrader(
                    maxFrameSize: Self.messageLengthMax,
                    upgradePipelineHandler: { channel, _ in
                        channel.eventLoop.makeCompletedFuture {
                            let pipeline = channel.pipeline.syncOperations
                            try pipeline.addHandlers([
                                NIOWebSocketFrameAggregator(
                                    minNonFinalFragmentSize: 0,
                                    maxAccumulatedFrameCount: 1024,
                                    maxAccumulatedFrameSize: Self.messageLengthMax
                                ),
                                IdleStateHandler(
                                    readTimeout: .milliseconds(WebClient.silenceMax)
                                ),
                                MessageHandler(continuation),
                            ])
                            upgraded.succeed()
                        }
                    }
                )
                let refusal = RefusalHandler(upgraded)
                let configuration = NIOHTTPClientUpgradeConfiguration(
                    upgraders: [upgrader],
                    completionHandler: { context in
                        context.pipeline.syncOperations.removeHandler(refusal, promise: nil)
                    }
                )
                try channel.pipeline.syncOperations.addHTTPClientHandlers(
                    withClientUpgrade: configuration
                )
                try channel.pipeline.syncOperations.addHandler(refusal)
            }
        } catch {
            upgraded.fail(error)
            return try await upgraded.futureResult.map { stream }.get()
        }
        continuation.onTermination = { _ in channel.close(promise: nil) }
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: address.basePath + path)
        head.headers.add(name: "Host", value: address.authority)
        head.headers.add(name: "Content-Length", value: "0")
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        try await upgraded.futureResult.get()
        return stream
    }
}

/// Fails the upgrade that the server does not grant.
private final class RefusalHandler: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = HTTPClientResponsePart

    private let upgraded: EventLoopPromise<Void>

    init(_ upgraded: EventLoopPromise<Void>) { self.upgraded = upgraded }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
        upgraded.fail(WebClientError.malformed("status \(head.status.code) to a WebSocket"))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        upgraded.fail(WebClientError.cutOff)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        upgraded.fail(error)
        context.close(promise: nil)
    }
}

/// Yields messages and answers pings.
private final class MessageHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

    init(_ continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        switch frame.opcode {
        case .text, .binary:
            let result = continuation.yield(Array(frame.unmaskedData.readableBytesView))
            if case .dropped = result { end(WebClientError.tooLong, context) }
        case .ping:
            let pong = WebSocketFrame(
                fin: true,
                opcode: .pong,
                maskKey: .random(),
                data: frame.unmaskedData
            )
            context.writeAndFlush(Self.wrapOutboundOut(pong), promise: nil)
        case .connectionClose: end(WebClientError.cutOff, context)
        default: return
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        end(WebClientError.silent, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        continuation.finish(throwing: WebClientError.cutOff)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(error, context) }

    private func end(_ error: any Error, _ context: ChannelHandlerContext) {
        continuation.finish(throwing: error)
        context.close(promise: nil)
    }
}
