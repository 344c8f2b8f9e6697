import NIOCore
import NIOHTTP1

extension DialectError {
    /// Answers with this error, outside of any request handling, and ends the connection.
    func answerAndClose(_ context: ChannelHandlerContext) {
        var json = JSONWriter()
        write(into: &json)
        let body = json.takeBuffer()
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: status),
            headers: [
                "content-type": "application/json",
                "content-length": "\(body.readableBytes)",
                "connection": "close",
            ]
        )
        func part(_ part: HTTPServerResponsePart) -> NIOAny { NIOAny(part) }
        context.write(part(.head(head)), promise: nil)
        context.write(part(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(part(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}
