import NIOCore

/// Leaves out what comes without having been asked for.
///
/// A connection that its client has ended is read to its end at once, however much of what came
/// before still waits. Nobody can be told of what that asks for: it is not even taken apart.
final class UnaskedBytesHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private var isAsked = false

    func read(context: ChannelHandlerContext) {
        isAsked = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isAsked { context.fireChannelRead(data) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isAsked = false
        context.fireChannelReadComplete()
    }
}
