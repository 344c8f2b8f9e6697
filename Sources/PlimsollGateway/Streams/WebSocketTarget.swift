/// What the address of a stream connection asks for.
///
/// Accepted forms, each also behind `/public`, `/market` and `/private`: `/ws`,
/// `/ws/<stream>[/<stream>]`, `/ws/<listenKey>`, `/ws?listenKey=<key>`, `/stream` and
/// `/stream?streams=<stream>/<stream>`. Every stream is served on every route. A path segment that
/// cannot be meant as a stream is ignored: clients put connection numbers there. Behind `/ws-fapi/v1`
/// there are no streams, but requests with their answers.
///
/// Spec: STRM-001.
struct WebSocketTarget: Equatable, Sendable {
    /// Whether events come wrapped as `{"stream": …, "data": …}`.
    var isCombined: Bool
    var streams: [StreamName]
    /// Whether the client's messages are requests to the venue, such as orders.
    var takesRequests = false
    /// The first name that is meant as a stream and is none.
    var unknownStream: String?

    /// Fails for an address that is no stream connection.
    init?(address: String) {
        let pieces = address.split(
            separator: "?",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        var segments = pieces[0].split(separator: "/")
        if segments == ["ws-fapi", "v1"] {
            isCombined = false
            streams = []
            takesRequests = true
            return
        }
        if let first = segments.first, ["public", "market", "private"].contains(first) {
            segments.removeFirst()
        }
        switch segments.first {
        case "ws": isCombined = false
        case "stream": isCombined = true
        default: return nil
        }
        var names = segments.dropFirst().map { PercentEncoding.decoded($0) }
            .filter { $0.contains("@") || $0.hasPrefix("!") || StreamName($0) != nil }
        for field in pieces.count > 1 ? pieces[1].split(separator: "&") : [] {
            let sides = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, ["streams", "listenKey"].contains(sides[0]) else { continue }
            names += PercentEncoding.decoded(sides[1]).split(separator: "/").map(String.init)
        }
        var seen: Set<StreamName> = []
        streams = names.compactMap(StreamName.init).filter { seen.insert($0).inserted }
        unknownStream = names.first { StreamName($0) == nil }
    }
}

/// `%40` for `@`: some clients encode the names of streams.
private enum PercentEncoding {
    static func decoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count,
                let high = hexValue(source[index + 1]), let low = hexValue(source[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
