import NIOCore
import NIOWebSocket

/// Why a client's frame ends its connection.
struct WebSocketFrameFault: Error, Equatable {
    var code: UInt16
    var reason: String

    /// 1002: the protocol was not kept.
    static func illegal(_ reason: String) -> WebSocketFrameFault {
        WebSocketFrameFault(code: 1002, reason: reason)
    }
}

/// What RFC 6455 asks of a client's frame beyond its lengths, which the decoder looks at.
///
/// Spec: STRM-003.
enum WebSocketFrameRules {
    static func check(_ frame: WebSocketFrame) throws(WebSocketFrameFault) {
        // A page that makes a proxy see requests in its frames is what masks are against.
        guard frame.maskKey != nil else { throw .illegal("a frame that is not masked") }
        // Compression, for one, sets such a bit: no extension was agreed on.
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else { throw .illegal("a reserved bit") }
        switch frame.opcode {
        case .text, .binary, .continuation, .ping, .pong: return
        case .connectionClose: try checkClose(Array(frame.unmaskedData.readableBytesView))
        default: throw .illegal("an unknown kind of frame")
        }
    }

    private static func checkClose(_ payload: [UInt8]) throws(WebSocketFrameFault) {
        guard !payload.isEmpty else { return }
        guard payload.count >= 2 else { throw .illegal("half of a closing code") }
        switch Int(payload[0]) << 8 | Int(payload[1]) {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw .illegal("a closing code that is none")
        }
        guard String(validating: payload.dropFirst(2), as: UTF8.self) != nil else {
            throw WebSocketFrameFault(code: 1007, reason: "a reason that is not UTF-8")
        }
    }
}

/// Lets pass what keeps the rules; the first frame that does not is told to the session as an error,
/// and nothing behind it counts.
final class WebSocketFrameRulesHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketFrame

    private var hasFailed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasFailed else { return }
        do throws(WebSocketFrameFault) {
            try WebSocketFrameRules.check(Self.unwrapInboundIn(data))
            context.fireChannelRead(data)
        } catch {
            hasFailed = true
            context.fireErrorCaught(error)
        }
    }
}
