import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Turns an HTTP connection into a WebSocket when a request asks for it, be it the first request or
/// a later one.
///
/// Clients that keep one pool of connections for REST and streams ask for the upgrade on whatever
/// connection is free. NIO's own upgrade looks at the first request only, and to a later one nobody
/// would answer, since the decoder of HTTP stops at any request for an upgrade.
final class WebSocketUpgradeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Stage {
        case http
        /// The request has begun; its end has arrived or not.
        case asked(HTTPRequestHead, isComplete: Bool)
        case refused
        case upgraded
    }

    private let refusal: @Sendable (HTTPRequestHead) -> DialectError?
    private let install:
        @Sendable (any Channel, HTTPRequestHead, ChannelPipeline.SynchronousOperations.Position)
            throws -> Void
    // What stands in the pipeline only for HTTP, which an upgrade removes.
    private let decoder: any RemovableChannelHandler
    private let others: [any RemovableChannelHandler]
    private var stage = Stage.http
    // Requests that are not answered yet; the upgrade comes after their answers.
    private var unanswered = 0
    // The decoder stops after a request for any upgrade: the answer is the connection's last.
    private var closesAfterAnswer = false

    /// - Parameters:
    ///   - decoder: That of HTTP, which may hold the first bytes of the session.
    ///   - others: What else stands in the pipeline only for HTTP.
    ///   - refusal: Why an upgrade is refused; `nil` lets it pass.
    ///   - install: Adds the handlers of a session at a place in the pipeline.
    init(
        decoder: any RemovableChannelHandler,
        others: [any RemovableChannelHandler],
        refusal: @escaping @Sendable (HTTPRequestHead) -> DialectError?,
        install:
            @escaping @Sendable (
                any Channel, HTTPRequestHead, ChannelPipeline.SynchronousOperations.Position
            ) throws -> Void
    ) {
        self.decoder = decoder
        self.others = others
        self.refusal = refusal
        self.install = install
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch stage {
        // What came right behind the request belongs to the session.
        case .upgraded: context.fireChannelRead(data)
        case .refused: return
        case .http, .asked: read(Self.unwrapInboundIn(data), context)
        }
    }

    private func read(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (part, stage) {
        case (.head(let head), .http):
            if Self.asksForWebSocket(head) {
                stage = .asked(head, isComplete: false)
                return
            }
            closesAfterAnswer = head.headers.contains(name: "upgrade")
            unanswered += 1
        case (.end, .asked(let head, _)):
            stage = .asked(head, isComplete: true)
            decideWhenReady(context)
            return
        case (_, .asked): return
        default: break
        }
        context.fireChannelRead(Self.wrapInboundOut(part))
    }

    private static func asksForWebSocket(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET
            && head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // The session's frames pass through until this handler is gone as well.
        if case .upgraded = stage {
            context.write(data, promise: promise)
            return
        }
        guard case .end = Self.unwrapOutboundIn(data) else {
            context.write(data, promise: promise)
            return
        }
        unanswered -= 1
        if closesAfterAnswer, unanswered == 0 {
            context.writeAndFlush(data, promise: promise)
            context.close(promise: nil)
            return
        }
        context.write(data, promise: promise)
        decideWhenReady(context)
    }

    // MARK: The upgrade

    private func decideWhenReady(_ context: ChannelHandlerContext) {
        guard case .asked(let head, isComplete: true) = stage, unanswered == 0 else { return }
        if let error = refusal(head) {
            refuse(error, context)
            return
        }
        let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
        )
        // The upgrader only works out the headers of the answer here.
        upgrader.buildUpgradeResponse(
            channel: context.channel,
            upgradeRequest: head,
            initialResponseHeaders: HTTPHeaders()
        )
        .assumeIsolated().whenComplete { headers in
            switch headers {
            case .success(let headers): self.upgrade(head, headers, context)
            case .failure:
                self.refuse(
                    DialectError(-1102, "The WebSocket handshake is malformed."),
                    context
                )
            }
        }
    }

    private func upgrade(
        _ head: HTTPRequestHead,
        _ headers: HTTPHeaders,
        _ context: ChannelHandlerContext
    ) {
        stage = .upgraded
        let answer = HTTPResponseHead(
            version: .http1_1,
            status: .switchingProtocols,
            headers: headers
        )
        context.write(Self.wrapOutboundOut(.head(answer)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        let pipeline = context.pipeline.syncOperations
        // Before the session comes, since its first frames are no answers that HTTP could encode;
        // the decoder after, since it hands on what it holds.
        for handler in others { pipeline.removeHandler(handler, promise: nil) }
        do {
            try install(context.channel, head, .after(self))
        } catch {
            context.close(promise: nil)
            return
        }
        pipeline.removeHandler(decoder, promise: nil)
        pipeline.removeHandler(context: context, promise: nil)
    }

    private func refuse(_ error: DialectError, _ context: ChannelHandlerContext) {
        stage = .refused
        error.answerAndClose(context)
    }
}
