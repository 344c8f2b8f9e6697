import Foundation
import NIOCore
import NIOEmbedded
import NIOWebSocket
import PlimsollModel

@testable import PlimsollGateway

/// A query, a line end, and a body; every value is asked for in every way.
func readQuery(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    let query = Array(parts[0])
    let body = parts.count > 1 ? Array(parts[1]) : []
    tell { () throws(DialectError) in
        let parameters = try RequestParameters(query: query, body: body)
        readValues(parameters)
        _ = parameters.signedPayload
    }
    tell { () throws(DialectError) in
        readValues(try RequestParameters(query: query, document: body))
    }
    let address = String(decoding: query, as: UTF8.self)
    if let target = WebSocketTarget(address: address) {
        _ = WebSocketSession(target: target, at: 0).opened()
    }
}

private func readValues(_ parameters: RequestParameters) {
    tell { () throws(DialectError) in _ = try parameters.symbol() }
    tell { () throws(DialectError) in _ = try parameters.side() }
    tell { () throws(DialectError) in _ = try parameters.positionSide() }
    tell { () throws(DialectError) in _ = try parameters.priceMatch() }
    tell { () throws(DialectError) in _ = try parameters.requiredOrderTarget() }
    tell { () throws(DialectError) in _ = try parameters.timestamp("timestamp") }
    tell { () throws(DialectError) in _ = try parameters.limit(default: 1, max: 100) }
    tell { () throws(DialectError) in _ = try parameters.bool("reduceOnly") }
    tell { () throws(DialectError) in _ = try parameters.amount("amount") }
    tell { () throws(DialectError) in _ = try parameters.clientOrderID("newClientOrderId") }
    tell { () throws(DialectError) in _ = try parameters.goodTillDate(.goodTillDate) }
    for decimals in [0, 2, 8] as [UInt8] {
        tell { () throws(DialectError) in _ = try parameters.price("price", decimals: decimals) }
        tell { () throws(DialectError) in
            _ = try parameters.quantity("quantity", decimals: decimals)
        }
    }
}

/// What is refused is refused in JSON, whatever was asked.
private func tell(_ body: () throws(DialectError) -> Void) {
    do throws(DialectError) {
        try body()
    } catch {
        var json = JSONWriter()
        error.write(into: &json)
        let buffer = json.takeBuffer()
        let told = try? JSONValue(parsing: Array(buffer.readableBytesView))
        hold(told?["code"] != nil && told?["msg"] != nil, "\(error)")
    }
}

/// What is read as JSON is JSON to others too.
func readJSON(_ bytes: [UInt8]) {
    if let value = try? JSONValue(parsing: bytes) {
        let others = try? JSONSerialization.jsonObject(
            with: Data(bytes),
            options: .fragmentsAllowed
        )
        hold(others != nil || value.hasHugeNumber, "others do not read \(value)")
    }
    _ = try? ControlMessage(parsing: bytes)
    do throws(SocketRequest.Refusal) {
        let request = try SocketRequest(parsing: bytes)
        tell { () throws(DialectError) in
            readValues(try RequestParameters(signed: request.members))
        }
    } catch {
        tell { () throws(DialectError) in throw error.error }
    }
}

/// Bytes of a connection after its upgrade; they arrive in pieces whose size the first byte tells.
func readFrames(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let channel = EmbeddedChannel()
    let handlers: [any ChannelHandler] = [
        ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 16)),
        WebSocketFrameRulesHandler(),
        NIOWebSocketFrameAggregator(
            minNonFinalFragmentSize: 0,
            maxAccumulatedFrameCount: 1024,
            maxAccumulatedFrameSize: 1 << 16
        ),
    ]
    guard (try? channel.pipeline.syncOperations.addHandlers(handlers)) != nil,
        let target = WebSocketTarget(address: "/ws")
    else { preconditionFailure("an embedded channel takes handlers") }
    var session = WebSocketSession(target: target, at: 0)
    var rest = bytes.dropFirst()
    let piece = Int(first) + 1
    while !rest.isEmpty {
        let buffer = ByteBuffer(bytes: rest.prefix(piece))
        rest = rest.dropFirst(piece)
        guard (try? channel.writeInbound(buffer)) != nil else { break }
        while let frame = try? channel.readInbound(as: WebSocketFrame.self) {
            let data = Array(frame.unmaskedData.readableBytesView)
            switch frame.opcode {
            case .text: check(session.received(text: data, at: 1))
            case .ping: check(session.received(ping: data, at: 1))
            default: break
            }
        }
    }
    _ = try? channel.finish(acceptAlreadyClosed: true)
}

/// What the venue says is JSON.
private func check(_ actions: [WebSocketSession.Action]) {
    for case .send(let bytes) in actions {
        hold((try? JSONValue(parsing: bytes)) != nil, String(decoding: bytes, as: UTF8.self))
    }
}

extension JSONValue {
    /// Others turn numbers into such as a machine has, and refuse what is none.
    fileprivate var hasHugeNumber: Bool {
        switch self {
        case .null, .bool, .string: false
        case .number(let text): Double(text).map { !$0.isFinite } ?? true
        case .array(let values): values.contains(where: \.hasHugeNumber)
        case .object(let members): members.contains(where: \.value.hasHugeNumber)
        }
    }
}
