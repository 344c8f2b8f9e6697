import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL
import NIOWebSocket

/// One connection: HTTP/1.1 with keep-alive, or a WebSocket once its first request asks for one.
struct GatewayChannel: HTTPChannelHandler {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// Bounds of what is taken in before anything is known of the sender.
    enum Bounds {
        static let headerField = 16 * 1024
        static let headers = 16 * 1024
        static let headerCount = 100
        static let idle = Duration.seconds(60)
        static let readAtOnce = 1024
        static let kernelBuffer: SocketOptionValue = 16 * 1024
    }

    let responder: HTTPChannelHandler.Responder
    /// Where the connection is encrypted.
    let tls: NIOSSLContext?
    let connections: ConnectionCounts
    let times: RequestTimeHandler.Limits
    /// Why an upgrade is refused; `nil` lets it pass.
    let refusal: @Sendable (HTTPRequestHead) -> DialectError?
    /// Adds the handlers of a WebSocket session at a place in the pipeline.
    let install:
        @Sendable (any Channel, HTTPRequestHead, ChannelPipeline.SynchronousOperations.Position)
            throws -> Void

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // Orders are small and wait for nothing: without this, Nagle's algorithm and delayed
            // acknowledgements hold an answer back for 40 ms.
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            // What is read at once is decoded at once: a client that pipelines many requests makes
            // the venue keep no more of them than fit in here.
            try channel.syncOptions?.setOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: Bounds.readAtOnce)
            )
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            // What waits for so long that the system keeps megabytes of it comes too late anyway, and
            // where the client ends the connection all of it is read and decoded at once.
            try channel.syncOptions?.setOption(
                .socketOption(.so_rcvbuf),
                value: Bounds.kernelBuffer
            )
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = Bounds.headerField
            limits.maxHeaderListSize = Bounds.headers
            limits.maxHeaderFieldCount = Bounds.headerCount
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
            let encoder = HTTPResponseEncoder()
            guard connections.open(channel) else {
                try pipeline.addHandlers([encoder, NoRoomHandler()])
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
            let decoder = ByteToMessageHandler(
                HTTPRequestDecoder(
                    leftOverBytesStrategy: .forwardBytes,
                    limitConfiguration: limits
                )
            )
            let time = RequestTimeHandler(limits: times)
            let malformed = MalformedRequestHandler()
            let codec = HTTP1ToHTTPServerCodec(secure: tls != nil)
            let state = HTTPConnectionStateHandler(idleTimeout: Bounds.idle, logger: logger)
            let upgrade = WebSocketUpgradeHandler(
                decoder: decoder,
                others: [encoder, time, malformed, codec, state],
                refusal: refusal,
                install: install
            )
            // The asynchronous channel takes one request after the other, so no handler has to
            // keep pipelined ones apart; HTTPTypes checks the header fields.
            try pipeline.addHandlers([encoder, decoder, time, malformed, upgrade, codec, state])
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        }
    }

    /// Serves HTTP until the connection ends; after an upgrade nothing arrives here any more.
    func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
