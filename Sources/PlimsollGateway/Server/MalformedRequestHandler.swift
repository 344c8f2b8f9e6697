import NIOCore
import NIOHTTP1

/// Answers what is no HTTP with an error in the dialect, and closes the connection.
///
/// Left to the layers above, such a client would get an empty answer. Answers to requests that came
/// before on the connection go out first.
final class MalformedRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var isInsideRequest = false
    // Requests that are not answered yet.
    private var unanswered = 0
    private var refusal: DialectError?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes after a malformed request has no meaning.
        guard refusal == nil else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            // Two names for the host are one too many to check; a proxy could read the other.
            guard head.headers["host"].count <= 1 else {
                refuse(DialectError(-1000, "the Host header stands twice", status: 400), context)
                return
            }
            isInsideRequest = true
            unanswered += 1
        case .body: break
        case .end: isInsideRequest = false
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Inside a body the request's own answer tells of it.
        guard let error = error as? HTTPParserError, !isInsideRequest else {
            context.fireErrorCaught(error)
            return
        }
        refuse(
            error == .headerOverflow
                ? DialectError(-1000, "the request's head is too large", status: 431)
                : DialectError(-1000, "the request is no HTTP/1.1", status: 400),
            context
        )
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = Self.unwrapOutboundIn(data) else { return }
        unanswered -= 1
        answerWhenReady(context)
    }

    private func refuse(_ error: DialectError, _ context: ChannelHandlerContext) {
        guard refusal == nil else { return }
        refusal = error
        answerWhenReady(context)
    }

    private func answerWhenReady(_ context: ChannelHandlerContext) {
        guard let refusal, unanswered == 0 else { return }
        refusal.answerAndClose(context)
    }
}
