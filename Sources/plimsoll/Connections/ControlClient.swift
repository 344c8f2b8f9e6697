import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a running venue through its control API, one request at a time.
struct ControlClient {
    let host: String
    let port: Int

    /// The venue of a ready file, or the one at a port of this machine.
    static func venue(readyFile: String?, port: UInt16) throws -> ControlClient {
        guard let readyFile else { return ControlClient(host: "127.0.0.1", port: Int(port)) }
        let ready = try ReadyFile.read(readyFile)
        guard let address = URLComponents(string: ready.url), let host = address.host,
            let port = address.port
        else { throw CommandFailure(.configuration, "\(readyFile) names no venue") }
        return ControlClient(host: host, port: port)
    }

    func get<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer {
        try await ask(.GET, path, nil, as: type)
    }

    func delete<Answer: Decodable>(_ path: String, as type: Answer.Type) async throws -> Answer {
        try await ask(.DELETE, path, nil, as: type)
    }

    func post<Answer: Decodable>(
        _ path: String,
        _ body: some Encodable,
        headers: [(String, String)] = [],
        as type: Answer.Type,
        patience: TimeAmount = patience
    ) async throws -> Answer {
        let body = try JSONEncoder().encode(body)
        return try await ask(.POST, path, body, headers, as: type, patience: patience)
    }

    /// A venue that says nothing for so long has stopped.
    static let patience = TimeAmount.seconds(30)

    private struct Refusal: Decodable {
        let msg: String
    }

    private func ask<Answer: Decodable>(
        _ method: HTTPMethod,
        _ path: String,
        _ body: Data?,
        _ headers: [(String, String)] = [],
        as type: Answer.Type,
        patience: TimeAmount = patience
    ) async throws -> Answer {
        let reply: ControlReply
        do {
            reply = try await send(method, path, body, headers: headers, patience: patience)
        } catch {
            throw CommandFailure(
                .noServer,
                "no venue answers at \(host):\(port)",
                suggestion: "plimsoll up starts one; --port or --ready-file names another"
            )
        }
        guard reply.status == 200 else {
            let reason = try? JSONDecoder().decode(Refusal.self, from: reply.body).msg
            throw CommandFailure(
                reply.status == 404 ? .notFound : .failed,
                reason ?? "the venue answered with status \(reply.status)"
            )
        }
        do {
            return try JSONDecoder().decode(type, from: reply.body)
        } catch {
            throw CommandFailure(.failed, "what answers at \(host):\(port) is no venue")
        }
    }

    /// One request as it is, and whatever comes back; `headers` take the place of those that it would
    /// have.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: Data? = nil,
        headers: [(String, String)] = [],
        patience: TimeAmount = patience
    ) async throws -> ControlReply {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        head.headers.add(name: "Host", value: "\(host):\(port)")
        head.headers.add(name: "Content-Type", value: "application/json")
        head.headers.add(name: "Content-Length", value: "\(body?.count ?? 0)")
        head.headers.add(name: "Connection", value: "close")
        for (name, value) in headers { head.headers.replaceOrAdd(name: name, value: value) }
        let request = head
        let promise = MultiThreadedEventLoopGroup.singleton.next()
            .makePromise(of: ControlReply.self)
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(2))
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandlers([
                            IdleStateHandler(readTimeout: patience),
                            ControlReplyHandler(promise),
                        ])
                        return channel
                    }
                }
            channel.write(HTTPClientRequestPart.head(request), promise: nil)
            if let body {
                let buffer = ByteBuffer(bytes: body)
                channel.write(HTTPClientRequestPart.body(.byteBuffer(buffer)), promise: nil)
            }
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        } catch {
            promise.fail(error)
        }
        return try await promise.futureResult.get()
    }
}

struct ControlReply: Sendable {
    var status: Int
    var headers = HTTPHeaders()
    var body: Data
}

/// Collects the one answer of a connection.
private final class ControlReplyHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<ControlReply>
    private var reply = ControlReply(status: 0, body: Data())

    init(_ promise: EventLoopPromise<ControlReply>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            reply.status = Int(head.status.code)
            reply.headers = head.headers
        case .body(let buffer): reply.body.append(contentsOf: buffer.readableBytesView)
        case .end:
            promise.succeed(reply)
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }
}
