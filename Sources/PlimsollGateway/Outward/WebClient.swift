public import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Why another server gave no answer.
public enum WebClientError: Error, CustomStringConvertible, Sendable {
    case unreachable(String)
    case silent
    case cutOff
    case tooLong
    case malformed(String)

    public var description: String {
        switch self {
        case .unreachable(let reason): "it cannot be reached: \(reason)"
        case .silent: "it fell silent"
        case .cutOff: "the connection ended before the answer did"
        case .tooLong: "the answer is longer than expected"
        case .malformed(let reason): "the answer cannot be read: \(reason)"
        }
    }
}

/// Asks another server by GET, a connection a request.
public struct WebClient: Sendable {
    /// The beginning of an answer.
    public struct Head: Sendable {
        public var status: Int
        /// Of the body, where the server says it.
        public var length: Int?
        /// A redirection's target.
        public var location: String?
    }

    /// Milliseconds without a byte after which the server counts as gone.
    public static let silenceMax: Int64 = 30_000
    private static let connectTimeout = TimeAmount.seconds(10)

    public let address: WebAddress

    public init(_ address: WebAddress) { self.address = address }

    /// The whole answer, up to a limit.
    public func get(
        _ path: String,
        lengthMax: Int = 1 << 24
    ) async throws -> (head: Head, body: [UInt8]) {
        let collected = Collected(lengthMax: lengthMax)
        let head = try await get(path, headers: []) { _ in
        } body: { bytes in
            try collected.append(bytes)
        }
        return (head, collected.bytes)
    }

    /// The answer piece by piece, as it arrives.
    ///
    /// - Parameters:
    ///   - path: Under the address, with its query.
    ///   - headers: Beside those that every request has.
    ///   - begin: Given the head, before any piece; an error ends the request.
    ///   - body: Given each piece, on the connection's own thread; an error ends the request.
    /// - Returns: The head, after the last piece.
    /// - Throws: `WebClientError`, or what the closures throw.
    public func get(
        _ path: String,
        headers: [(String, String)],
        begin: @escaping @Sendable (Head) throws -> Void,
        body: @escaping @Sendable (ByteBufferView) throws -> Void
    ) async throws -> Head {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: Head.self)
        let channel: any Channel
        do {
            channel = try await connect(on: loop) { channel in
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHTTPClientHandlers()
                try pipeline.addHandlers([
                    IdleStateHandler(readTimeout: .milliseconds(Self.silenceMax)),
                    AnswerHandler(promise, begin: begin, body: body),
                ])
            }
        } catch {
            promise.fail(error)
            return try await promise.futureResult.get()
        }
        var head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: address.basePath + path
        )
        head.headers.add(name: "Host", value: address.authority)
        head.headers.add(name: "User-Agent", value: "plimsoll")
        head.headers.add(name: "Connection", value: "close")
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await withTaskCancellationHandler {
            try await promise.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Opens a connection, encrypted where the address says so; certificates are verified.
    func connect(
        on loop: any EventLoop,
        _ install: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> any Channel {
        let address = address
        let context =
            address.isEncrypted
            ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        do {
            return try await ClientBootstrap(group: loop)
                .connectTimeout(Self.connectTimeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let context {
                            // An address in digits has no name that a certificate could be asked for.
                            let isNumeric = address.host.allSatisfy { "0123456789.:".contains($0) }
                            let handler = try NIOSSLClientHandler(
                                context: context,
                                serverHostname: isNumeric ? nil : address.host
                            )
                            try channel.pipeline.syncOperations.addHandler(handler)
                        }
                        try install(channel)
                    }
                }
                .connect(host: address.host, port: address.port).get()
        } catch let error as NIOConnectionError {
            let reason = error.connectionErrors.first.map { "\($0.error)" } ?? "\(error)"
            throw WebClientError.unreachable(reason)
        } catch {
            throw WebClientError.unreachable("\(error)")
        }
    }
}

/// Hands the one answer of a connection on.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<WebClient.Head>
    private let begin: @Sendable (WebClient.Head) throws -> Void
    private let body: @Sendable (ByteBufferView) throws -> Void
    private var head: WebClient.Head?

    init(
        _ promise: EventLoopPromise<WebClient.Head>,
        begin: @escaping @Sendable (WebClient.Head) throws -> Void,
        body: @escaping @Sendable (ByteBufferView) throws -> Void
    ) {
        self.promise = promise
        self.begin = begin
        self.body = body
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            switch Self.unwrapInboundIn(data) {
            case .head(let answer):
                let found = WebClient.Head(
                    status: Int(answer.status.code),
                    length: answer.headers.first(name: "Content-Length").flatMap { Int($0) },
                    location: answer.headers.first(name: "Location")
                )
                head = found
                try begin(found)
            case .body(let buffer): try body(buffer.readableBytesView)
            case .end:
                if let head { promise.succeed(head) }
                context.close(promise: nil)
            }
        } catch {
            fail(error, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        fail(WebClientError.silent, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(WebClientError.cutOff)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A server that closes without taking leave has still said everything, or cut off.
        if let error = error as? NIOSSLError, case .uncleanShutdown = error { return }
        fail(error, context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        promise.fail(error)
        context.close(promise: nil)
    }
}

/// The bytes of an answer as they arrive.
private final class Collected: Sendable {
    private let lengthMax: Int
    private let content = Mutex<[UInt8]>([])

    init(lengthMax: Int) { self.lengthMax = lengthMax }

    var bytes: [UInt8] { content.withLock { $0 } }

    func append(_ piece: ByteBufferView) throws {
        let length = content.withLock { bytes in
            bytes.append(contentsOf: piece)
            return bytes.count
        }
        guard length <= lengthMax else { throw WebClientError.tooLong }
    }
}
