import NIOCore
import NIOHTTP1

/// Gives up on a client that takes too long: over a request's head, over its body, or over reading
/// its answer.
///
/// Such a client holds a connection that others wait for, and what is kept for it in memory. The time
/// that the venue takes for earlier requests of the connection does not count against the client.
/// Silence between requests is another matter, with a time of its own.
final class RequestTimeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    struct Limits: Sendable {
        var head = TimeAmount.seconds(10)
        var body = TimeAmount.seconds(30)
        /// For which nothing of the answers is read.
        var answer = TimeAmount.seconds(30)
    }

    private enum Stage {
        case between
        case head
        case body
        case over
    }

    private let limits: Limits
    private var stage = Stage.between
    // Requests whose head has come and whose answer has not gone.
    private var unanswered = 0
    // Whether the bytes read at last held anything but the beginning of a head.
    private var hasRead = false
    private var request: Scheduled<Void>?
    private var answer: Scheduled<Void>?

    init(limits: Limits) { self.limits = limits }

    func handlerRemoved(context: ChannelHandlerContext) {
        request?.cancel()
        answer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard stage != .over else { return }
        hasRead = true
        switch Self.unwrapInboundIn(data) {
        case .head:
            begin(.body)
            unanswered += 1
        case .body: break
        case .end: begin(.between)
        }
        context.fireChannelRead(data)
    }

    private func begin(_ next: Stage) {
        stage = next
        request?.cancel()
        request = nil
    }

    /// Most requests come whole; a clock is only wound up where something is still missing.
    func channelReadComplete(context: ChannelHandlerContext) {
        if stage == .between, !hasRead { stage = .head }
        hasRead = false
        if request == nil { windUp(context) }
        context.fireChannelReadComplete()
    }

    private func windUp(_ context: ChannelHandlerContext) {
        switch stage {
        case .head: schedule(limits.head, context)
        case .body: schedule(limits.body, context)
        case .between, .over: break
        }
    }

    private func schedule(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        request = context.eventLoop.scheduleTask(in: time) {
            bound.value.handler.requestTimeIsUp(bound.value.context)
        }
    }

    private func requestTimeIsUp(_ context: ChannelHandlerContext) {
        request = nil
        let isInBody = stage == .body
        guard unanswered == (isInBody ? 1 : 0) else {
            windUp(context)
            return
        }
        stage = .over
        let seconds = (isInBody ? limits.body : limits.head).nanoseconds / 1_000_000_000
        DialectError(
            -1000,
            "the request's \(isInBody ? "body" : "head") did not come within \(seconds) seconds",
            status: 408
        )
        .answerAndClose(context)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // The request has been answered for.
        guard stage != .over else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        if case .end = Self.unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        answer?.cancel()
        answer = nil
        if !context.channel.isWritable {
            let channel = context.channel
            answer = context.eventLoop.scheduleTask(in: limits.answer) {
                channel.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }
}
