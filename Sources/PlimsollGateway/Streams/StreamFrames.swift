import NIOCore

/// One event of one stream, as the bytes of whole WebSocket frames.
///
/// A server's frames are not masked, so the same bytes go to every connection.
struct StreamFrame: Sendable {
    var stream: StreamName
    /// For connections of `/ws`, where there are any.
    var plain: ByteBuffer?
    /// For connections of `/stream`, where there are any.
    var wrapped: ByteBuffer?
}

/// Encodes events, each once, into the frames that the audience wants.
struct StreamOutbox: ~Copyable {
    private var json = JSONWriter(capacity: 4096)
    private var frames: [[StreamFrame]] = []

    /// Writes one event for the audience of a stream.
    mutating func write(to stream: WatchedStream, _ event: (inout JSONWriter) -> Void) {
        event(&json)
        guard json.count > 0 else { return }
        let payload = json.takeBuffer()
        let audience = stream.audience
        let plain = audience.wantsPlain ? Self.frame(payload) : nil
        let wrapped = audience.wantsWrapped ? Self.frame(payload, in: stream.wrapping) : nil
        for (loop, count) in audience.counts.enumerated() where !count.isEmpty {
            while frames.count <= loop { frames.append([]) }
            frames[loop].append(StreamFrame(stream: stream.name, plain: plain, wrapped: wrapped))
        }
    }

    /// The frames of each event loop since the last call.
    mutating func take() -> [[StreamFrame]] {
        guard !frames.isEmpty else { return [] }
        defer { frames = [] }
        return frames
    }

    private static func frame(_ payload: ByteBuffer) -> ByteBuffer {
        var frame = ByteBufferAllocator().buffer(capacity: payload.readableBytes + 10)
        writeHeader(payload.readableBytes, to: &frame)
        frame.writeImmutableBuffer(payload)
        return frame
    }

    private static func frame(_ payload: ByteBuffer, in wrapping: [UInt8]) -> ByteBuffer {
        let length = wrapping.count + payload.readableBytes + 1
        var frame = ByteBufferAllocator().buffer(capacity: length + 10)
        writeHeader(length, to: &frame)
        frame.writeBytes(wrapping)
        frame.writeImmutableBuffer(payload)
        frame.writeInteger(UInt8(ascii: "}"))
        return frame
    }

    /// The header of an unmasked, unfragmented text frame (RFC 6455, section 5.2).
    private static func writeHeader(_ length: Int, to frame: inout ByteBuffer) {
        frame.writeInteger(0x81 as UInt8)
        switch length {
        case ..<126: frame.writeInteger(UInt8(length))
        case ..<65536:
            frame.writeInteger(126 as UInt8)
            frame.writeInteger(UInt16(length))
        default:
            frame.writeInteger(127 as UInt8)
            frame.writeInteger(UInt64(length))
        }
    }
}
