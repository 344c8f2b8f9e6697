import NIOCore
import NIOExtras
import NIOWebSocket
import PlimsollModel
import PlimsollNode

/// Carries out what the session of one connection decides.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// How long a closing connection may take to close by itself.
    private static let closeTime = TimeAmount.seconds(1)
    private static let heartbeatTime = TimeAmount.seconds(10)

    private let target: WebSocketTarget
    private let hub: StreamHub
    private let desk: Int
    private let table: SubscriberTable
    private var session: WebSocketSession
    // The streams asked for, and the form in which they were.
    private var watched: [StreamName: Bool] = [:]
    private var context: ChannelHandlerContext?
    // Writes from here go out as they are: ready frames need no encoder.
    private var belowEncoder: ChannelHandlerContext?
    private var heartbeat: RepeatedTask?
    private var isClosing = false
    // What answers, where messages are requests.
    private let gateway: Gateway?
    private var requests: SocketRequestQueue?

    init(
        target: WebSocketTarget,
        hub: StreamHub,
        desk: Int,
        table: SubscriberTable,
        gateway: Gateway? = nil
    ) {
        self.target = target
        self.gateway = target.takesRequests ? gateway : nil
        self.hub = hub
        self.desk = desk
        self.table = table
        session = WebSocketSession(target: target, at: Self.now, limits: hub.sessionLimits)
    }

    private static var now: Int64 {
        Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        do {
            belowEncoder = try context.pipeline.syncOperations.context(
                handlerType: WebSocketFrameEncoder.self
            )
        } catch {
            context.close(promise: nil)
            return
        }
        hub.connectionOpened()
        table.open(self)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        heartbeat = context.eventLoop.scheduleRepeatedTask(
            initialDelay: Self.heartbeatTime,
            delay: Self.heartbeatTime
        ) { _ in
            let handler = handler.value
            handler.perform(handler.session.heartbeat(at: Self.now))
        }
        openQueue(context)
        perform(session.opened())
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        heartbeat?.cancel()
        requests?.close()
        forgetAll()
        table.close(self)
        if belowEncoder != nil { hub.connectionClosed() }
        belowEncoder = nil
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        // After a close frame nothing counts but the other side's close frame.
        guard !isClosing || frame.opcode == .connectionClose else { return }
        switch frame.opcode {
        case .text, .binary: received(bytes(of: frame), isText: frame.opcode == .text)
        case .ping: perform(session.received(ping: bytes(of: frame), at: Self.now))
        case .pong: perform(session.receivedPong(at: Self.now))
        case .connectionClose: closeFrameReceived(frame, context)
        default: close(code: 1002, reason: "unexpected frame")
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { close(code: 1001, reason: "the venue is closing") }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What a connection still sends that is being closed matters to nobody.
        guard !isClosing else { return }
        switch error {
        case let fault as WebSocketFrameFault: close(code: fault.code, reason: fault.reason)
        case NIOWebSocketError.invalidFrameLength: close(code: 1009, reason: "message too big")
        case is NIOWebSocketError: close(code: 1002, reason: "a control frame of many parts")
        case NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge:
            close(code: 1009, reason: "message too big")
        case is NIOWebSocketFrameAggregator.Error:
            close(code: 1002, reason: "fragments out of order")
        default: context.close(promise: nil)
        }
    }

    private func closeFrameReceived(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        guard !isClosing else {
            context.close(promise: nil)
            return
        }
        // The status code comes back, without whatever reason went with it.
        let payload = bytes(of: frame).prefix(2)
        isClosing = true
        requests?.close()
        forgetAll()
        write(.connectionClose, Array(payload))
        context.flush()
        context.close(promise: nil)
    }

    private func bytes(of frame: WebSocketFrame) -> [UInt8] {
        Array(frame.unmaskedData.readableBytesView)
    }

    private func received(_ bytes: [UInt8], isText: Bool) {
        if isText, String(validating: bytes, as: UTF8.self) == nil {
            close(code: 1007, reason: "a text that is not UTF-8")
            return
        }
        guard let requests else {
            perform(session.received(text: bytes, at: Self.now))
            return
        }
        perform(session.receivedRequest(at: Self.now))
        guard !isClosing, !requests.add(bytes) else { return }
        close(code: 1008, reason: "too many requests wait")
    }

    // MARK: Requests

    private func openQueue(_ context: ChannelHandlerContext) {
        guard let gateway else { return }
        let loop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: loop)
        requests = SocketRequestQueue(
            gateway: gateway,
            address: context.channel.remoteAddress?.ipAddress ?? ""
        ) { answer in
            loop.execute { handler.value.reply(answer) }
        }
    }

    private func reply(_ answer: [UInt8]?) {
        guard !isClosing, let context else { return }
        guard let answer else { return hangUp() }
        guard context.channel.isWritable else {
            hub.connectionDropped()
            close(code: 1008, reason: "the connection does not read its answers")
            return
        }
        write(.text, answer)
        context.flush()
    }

    // MARK: Session

    private func perform(_ actions: [WebSocketSession.Action]) {
        for action in actions { perform(action) }
        context?.flush()
    }

    private func perform(_ action: WebSocketSession.Action) {
        switch action {
        case .send(let text): write(.text, text)
        case .subscribe(let names, let reply): subscribe(names, reply: reply)
        case .unsubscribe(let names): unsubscribe(names)
        case .wrapEvents(let isWrapped):
            let changed = watched.filter { $0.value != isWrapped }.map(\.key)
            guard !changed.isEmpty else { return }
            unsubscribe(changed)
            subscribe(changed, reply: nil)
        case .ping: write(.ping, [])
        case .pong(let payload): write(.pong, payload)
        case .close(let code, let reason): close(code: code, reason: reason)
        }
    }

    private func subscribe(_ names: [StreamName], reply: [UInt8]?) {
        guard let context else { return }
        let isWrapped = session.isCombined
        for name in names { watched[name] = isWrapped }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        hub.watch(names, desk: desk, isWrapped: isWrapped).hop(to: context.eventLoop).whenSuccess {
            handler.value.subscribed(names, isWrapped: isWrapped, reply: reply)
        }
    }

    /// The streams run: whatever they tell from here on comes after the reply.
    private func subscribed(_ names: [StreamName], isWrapped: Bool, reply: [UInt8]?) {
        guard !isClosing, let context else { return }
        for name in names where watched[name] == isWrapped {
            table.add(self, to: name, isWrapped: isWrapped)
        }
        guard let reply else { return }
        write(.text, reply)
        context.flush()
    }

    private func unsubscribe(_ names: [StreamName]) {
        for isWrapped in [true, false] {
            let share = names.filter { watched[$0] == isWrapped }
            guard !share.isEmpty else { continue }
            for name in share {
                watched[name] = nil
                table.remove(self, from: name)
            }
            hub.unwatch(share, desk: desk, isWrapped: isWrapped)
        }
    }

    private func forgetAll() { unsubscribe(Array(watched.keys)) }

    /// A listen key has ended; the publisher has stopped its stream already.
    func streamEnded(_ name: StreamName) {
        watched[name] = nil
        session.ended(name)
    }

    // MARK: Events

    /// Queues a ready frame; a connection that has too much of them waiting is dropped.
    ///
    /// - Returns: Whether there is something to flush.
    func deliver(_ frame: ByteBuffer) -> Bool {
        guard !isClosing, let context, let belowEncoder else { return false }
        if !context.channel.isWritable {
            // What is queued may only wait for the end of this batch.
            context.flush()
            guard context.channel.isWritable else {
                hub.connectionDropped()
                close(code: 1008, reason: "the connection does not keep up with its streams")
                return false
            }
        }
        belowEncoder.write(NIOAny(frame), promise: nil)
        return true
    }

    func flushDelivered() { context?.flush() }

    func close(code: UInt16, reason: String) {
        guard !isClosing, let context else { return }
        isClosing = true
        requests?.close()
        forgetAll()
        write(.connectionClose, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
        context.flush()
        // The other side may never read the frame, least of all one that was too slow.
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.closeTime) { channel.close(promise: nil) }
    }

    /// Ends the connection without a word.
    func hangUp() {
        guard !isClosing, let context else { return }
        isClosing = true
        forgetAll()
        context.close(promise: nil)
    }

    /// What the fault board has to know of the connection: the address it came by and its streams.
    func doorStreams(_ listenKeys: ListenKeyStore, at time: Timestamp) -> [DoorStream] {
        guard !target.takesRequests else { return [DoorStream(.socket)] }
        guard !watched.keys.isOfControl else { return [] }
        return [DoorStream()] + watched.keys.compactMap { $0.doorStream(listenKeys, at: time) }
    }

    private func write(_ opcode: WebSocketOpcode, _ payload: [UInt8]) {
        guard let context else { return }
        let frame = WebSocketFrame(
            fin: true,
            opcode: opcode,
            data: context.channel.allocator.buffer(bytes: payload)
        )
        context.write(Self.wrapOutboundOut(frame), promise: nil)
    }
}
