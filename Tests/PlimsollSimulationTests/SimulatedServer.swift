import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import PlimsollAgents
import PlimsollModel
import PlimsollNode

@testable import PlimsollGateway

/// A request as a client means it; the key signs it.
struct SimulatedRequest {
    var method = HTTPRequest.Method.get
    var path: String
    var parameters = ""
    var credential: Credential?
    /// Whether the parameters travel in the body.
    var isForm = false
    /// A document of the control API.
    var document = ""
}

struct SimulatedAnswer {
    var status: Int
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue? { try? JSONValue(parsing: body) }

    /// The code of an error.
    var code: Int? {
        guard case .number(let text)? = json?["code"] else { return nil }
        return Int(text)
    }

    var isDone: Bool { status == 200 }
}

/// How a request reaches the venue.
enum Delivery: Int, CaseIterable {
    case whole
    /// The venue never hears of it.
    case lost
    /// The client never hears of the answer.
    case unanswered
    /// A proxy sent it twice; the client reads the first answer.
    case doubled
    /// The connection ends in the middle of the body.
    case cut
}

/// The whole server but its sockets: journal, engine, participants and responder.
struct SimulatedServer {
    static let start = Timestamp(milliseconds: 1_746_000_000_000)

    static let log = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

    let node: VenueNode
    let gate: RequestGate
    private let responder: GatewayResponder
    private let channel = NIOAsyncTestingChannel()

    static func configuration(_ disk: SimulatedDisk, seed: UInt64) throws -> NodeConfiguration {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        var rules = try ProfileLoader.load(root.appending(path: "Profiles/binance-usdm.json").path)
        rules.instruments = Array(rules.instruments.prefix(2))
        var composition = MarketComposition.standard
        composition.leveragedCrowd.count = 40
        composition.course.dailyVolatility = Rate(units: 40_000_000)
        var configuration = NodeConfiguration(
            rules: rules,
            dataDirectory: disk.directory,
            seed: seed,
            market: .simulated(composition),
            startTime: start,
            isPaused: true,
            snapshotInterval: 2_000
        )
        configuration.failing = disk.failing
        configuration.storesSnapshotsAside = false
        return configuration
    }

    init(_ disk: SimulatedDisk, seed: UInt64, keys: KeyRing) throws {
        node = try VenueNode.start(try Self.configuration(disk, seed: seed), log: Self.log)
        let gateway = Gateway(
            node: node,
            keys: keys,
            configuration: GatewayConfiguration(port: 9870, seed: seed),
            streams: StreamHub(node: node),
            log: Self.log
        )
        gate = gateway.gate
        responder = GatewayResponder(
            gateway: gateway,
            routes: .venue,
            web: nil,
            access: { LocalAccess(ports: [9870], allowedHosts: []) }
        )
    }

    /// Lets a request go its way.
    ///
    /// - Parameters:
    ///   - request: What the client means.
    ///   - delivery: What the network makes of it.
    ///   - time: Of the machine; clients have the same.
    /// - Returns: What the client hears; `nil` for nothing.
    func send(
        _ request: SimulatedRequest,
        _ delivery: Delivery,
        at time: Timestamp
    ) async -> SimulatedAnswer? {
        await WallClock.$simulated.withValue(time) {
            guard delivery != .lost else { return nil }
            let answer = await respond(request, isCut: delivery == .cut)
            if delivery == .doubled { _ = await respond(request, isCut: false) }
            await settle()
            return delivery == .unanswered || delivery == .cut ? nil : answer
        }
    }

    /// Waits until the engine's thread has done what follows its answers, such as a snapshot.
    func settle() async { _ = try? await node.setClock(.pause) }

    private func respond(_ request: SimulatedRequest, isCut: Bool) async -> SimulatedAnswer? {
        let parameters =
            request.credential.map {
                SignedQuery.make(
                    request.parameters,
                    document: request.document,
                    secret: $0.secret ?? ""
                )
            } ?? request.parameters
        var head = HTTPRequest(
            method: request.method,
            scheme: "http",
            authority: "127.0.0.1:9870",
            path: request.isForm || parameters.isEmpty
                ? request.path : "\(request.path)?\(parameters)"
        )
        let body = request.isForm ? parameters : request.document
        if let key = request.credential?.key, let name = HTTPField.Name("X-MBX-APIKEY") {
            head.headerFields[name] = key
        }
        if !body.isEmpty {
            head.headerFields[.contentType] =
                request.isForm ? "application/x-www-form-urlencoded" : "application/json"
            head.headerFields[.contentLength] = "\(body.utf8.count)"
        }
        let context = GatewayResponder.Context(
            source: ApplicationRequestContextSource(channel: channel, logger: Self.log)
        )
        do {
            let response = try await responder.respond(
                to: Request(head: head, body: Self.stream(body, isCut: isCut)),
                context: context
            )
            let writer = CollectingWriter()
            try await response.body.write(writer)
            return SimulatedAnswer(status: response.status.code, body: writer.bytes)
        } catch {
            // The venue hung up.
            return nil
        }
    }

    private static func stream(_ body: String, isCut: Bool) -> RequestBody {
        guard isCut else { return RequestBody(buffer: ByteBuffer(string: body)) }
        return RequestBody(
            asyncSequence: AsyncThrowingStream<ByteBuffer, any Error> { continuation in
                continuation.yield(ByteBuffer(bytes: body.utf8.prefix(body.utf8.count / 2)))
                continuation.finish(throwing: ChannelError.eof)
            }
        )
    }
}

private final class CollectingWriter: ResponseBodyWriter {
    var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws {
        bytes.append(contentsOf: buffer.readableBytesView)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
