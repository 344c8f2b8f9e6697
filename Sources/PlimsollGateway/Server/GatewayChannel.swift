import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// One connection: HTTP/1.1 with keep-alive, or a WebSocket once its first request asks for one.
struct GatewayChannel: HTTPChannelHandler {
    /// What a connection became.
    enum Negotiated: Sendable {
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
        /// Handlers in the pipeline do the rest.
        case webSocket
    }

    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    /// Bounds of what is taken in before anything is known of the sender.
    enum Bounds {
        static let headerField = 16 * 1024
        static let headers = 16 * 1024
        static let headerCount = 100
        static let webSocketFrame = 64 * 1024
        static let idle = Duration.seconds(60)
    }

    let responder: HTTPChannelHandler.Responder
    /// Why an upgrade is refused; `nil` lets it pass.
    let refusal: @Sendable (HTTPRequestHead) -> DialectError?
    /// Adds the handlers of a WebSocket session.
    let install: @Sendable (any Channel, HTTPRequestHead) throws -> Void

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            // Orders are small and wait for nothing: without this, Nagle's algorithm and delayed
            // acknowledgements hold an answer back for 40 ms.
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration(
                upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
                    upgraders: [webSocketUpgrader]
                ) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Self.continueAsHTTP(channel, logger: logger)
                    }
                }
            )
            // The asynchronous channel takes one request after the other, and HTTPTypes checks
            // the header fields.
            configuration.enablePipelining = false
            configuration.enableErrorHandling = false
            configuration.enableResponseHeaderValidation = false
            configuration.decoderConfiguration.maxHeaderFieldSize = Bounds.headerField
            configuration.decoderConfiguration.maxHeaderListSize = Bounds.headers
            configuration.decoderConfiguration.maxHeaderFieldCount = Bounds.headerCount
            return Value(
                negotiated: try channel.pipeline.syncOperations
                    .configureUpgradableHTTPServerPipeline(configuration: configuration),
                channel: channel
            )
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
            case .webSocket: try await value.channel.closeFuture.get()
            }
        } catch {
            // The client left before it had said what it wants, or its upgrade was refused.
            logger.trace("connection ended", metadata: ["error": "\(error)"])
        }
    }

    private static func continueAsHTTP(
        _ channel: any Channel,
        logger: Logger
    ) throws -> Negotiated {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(
            HTTPConnectionStateHandler(idleTimeout: Bounds.idle, logger: logger)
        )
        return .http(
            try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        )
    }

    private var webSocketUpgrader: NIOTypedWebSocketServerUpgrader<Negotiated> {
        NIOTypedWebSocketServerUpgrader(
            maxFrameSize: Bounds.webSocketFrame,
            shouldUpgrade: { [refusal] channel, head in
                guard let error = refusal(head) else {
                    return channel.eventLoop.makeSucceededFuture(HTTPHeaders())
                }
                // Left to itself a refused upgrade ends without a word.
                Self.answer(error, on: channel)
                return channel.eventLoop.makeSucceededFuture(nil)
            },
            upgradePipelineHandler: { [install] channel, head in
                channel.eventLoop.makeCompletedFuture {
                    try install(channel, head)
                    return .webSocket
                }
            }
        )
    }

    private static func answer(_ error: DialectError, on channel: any Channel) {
        var json = JSONWriter()
        error.write(into: &json)
        let body = json.takeBuffer()
        var head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: error.status)
        )
        head.headers.add(name: "content-type", value: "application/json")
        head.headers.add(name: "content-length", value: "\(body.readableBytes)")
        head.headers.add(name: "connection", value: "close")
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil))
            .whenComplete { _ in channel.close(promise: nil) }
    }
}
