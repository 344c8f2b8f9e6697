import CZlib

/// Expands deflated bytes piece by piece.
///
/// zlib keeps a pointer back to its stream, so the stream lives at a fixed address for as long as
/// this value does.
@safe
struct Inflater: ~Copyable {
    enum Wrapping {
        /// One gzip member: header, data, checksum and length, which zlib checks.
        case gzip
        /// Bare deflate data, as a zip archive holds it.
        case none
    }

    enum Progress {
        /// Everything given was taken in; more is needed.
        case needsInput
        /// The output is full; call again without new input.
        case outputFull
        /// The data ended and was sound; `unused` bytes of the input were not part of it.
        case ended(unused: Int)
        case damaged(reason: String)
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var inputOffset = 0
    private var output = [UInt8](repeating: 0, count: 1 << 16)

    init(_ wrapping: Wrapping) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let windowBits: Int32 =
            switch wrapping {
            case .gzip: 15 + 16
            case .none: -15
            }
        let status = unsafe inflateInit2_(
            stream,
            windowBits,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(status == Z_OK, "zlib starts unless memory is out")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Gives more deflated bytes; the earlier ones must be used up.
    mutating func feed(_ bytes: [UInt8]) {
        precondition(inputOffset == input.count, "the input before is used up")
        input = bytes
        inputOffset = 0
    }

    /// Begins the next gzip member within the same input.
    mutating func restart() {
        let status = unsafe inflateReset(stream)
        precondition(status == Z_OK, "a stream in use can be reset")
    }

    /// Expands at most one buffer.
    ///
    /// - Parameter expanded: Replaced by the bytes that came out.
    /// - Returns: What is needed next.
    mutating func expand(into expanded: inout ArraySlice<UInt8>) -> Progress {
        let available = input.count - inputOffset
        let capacity = output.count
        let offset = inputOffset
        // Both buffers are arrays of this value that nothing else touches during the call, and zlib
        // is told their exact lengths.
        let (status, left, room) = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe stream.pointee.next_in = source.baseAddress.map { unsafe $0 + offset }
                unsafe stream.pointee.avail_in = UInt32(available)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(capacity)
                let status = unsafe inflate(stream, Z_NO_FLUSH)
                return unsafe (
                    status, Int(stream.pointee.avail_in), Int(stream.pointee.avail_out)
                )
            }
        }
        inputOffset = input.count - left
        expanded = output[..<(capacity - room)]
        switch status {
        case Z_STREAM_END:
            return .ended(unused: left)
        case Z_OK, Z_BUF_ERROR:
            return room == 0 ? .outputFull : .needsInput
        default:
            let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            return .damaged(reason: reason ?? "zlib error \(status)")
        }
    }
}

/// The checksum of zip archives, over bytes that arrive in pieces.
struct CRC32: Equatable {
    private(set) var value: UInt32 = 0

    mutating func take(_ bytes: ArraySlice<UInt8>) {
        // For zlib no bytes at all are the wish to begin anew.
        guard !bytes.isEmpty else { return }
        // The buffer is the slice itself, for the length of the call.
        value = unsafe bytes.withUnsafeBufferPointer { buffer in
            UInt32(unsafe crc32(UInt(value), buffer.baseAddress, UInt32(buffer.count)))
        }
    }
}
