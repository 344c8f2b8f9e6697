/// CRC-32 as gzip and zip use it, the slow way: one bit at a time.
func checksum(_ bytes: [UInt8]) -> UInt32 {
    var register: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        register ^= UInt32(byte)
        for _ in 0..<8 {
            register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1
        }
    }
    return ~register
}

func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

func littleEndian(_ value: UInt16) -> [UInt8] {
    (0..<2).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

/// Deflate data that compresses nothing: stored blocks of at most `blockLength` bytes.
func deflatedAsStored(_ bytes: [UInt8], blockLength: Int = 65_535) -> [UInt8] {
    var packed: [UInt8] = []
    var offset = 0
    repeat {
        let end = min(offset + blockLength, bytes.count)
        let length = UInt16(end - offset)
        packed.append(end == bytes.count ? 1 : 0)
        packed += littleEndian(length) + littleEndian(~length) + bytes[offset..<end]
        offset = end
    } while offset < bytes.count
    return packed
}

/// One gzip member.
func gzip(_ bytes: [UInt8], checksum crc: UInt32? = nil, length: UInt32? = nil) -> [UInt8] {
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + deflatedAsStored(bytes, blockLength: 100)
        + littleEndian(crc ?? checksum(bytes)) + littleEndian(length ?? UInt32(bytes.count))
}

/// A member of a zip archive, with what can be wrong about it.
struct ZipEntry {
    var name: String
    var content: [UInt8]
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var checksum: UInt32?
    var expandedLength: UInt32?
    var packedLength: UInt32?

    fileprivate var packed: [UInt8] { method == 8 ? deflatedAsStored(content) : content }

    /// The fields that the member's header and the directory share.
    fileprivate var common: [UInt8] {
        littleEndian(UInt16(20)) + littleEndian(flags) + littleEndian(method)
            + littleEndian(UInt32(0))
            + littleEndian(checksum ?? PlimsollTapesTests.checksum(content))
            + littleEndian(packedLength ?? UInt32(packed.count))
            + littleEndian(expandedLength ?? UInt32(content.count))
            + littleEndian(UInt16(name.utf8.count)) + littleEndian(UInt16(0))
    }
}

func zip(_ entries: [ZipEntry], comment: String = "", countOffset: UInt16 = 0) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
        let offset = UInt32(archive.count)
        archive += littleEndian(UInt32(0x0403_4B50)) + entry.common + Array(entry.name.utf8)
        archive += entry.packed
        directory += littleEndian(UInt32(0x0201_4B50)) + littleEndian(UInt16(20)) + entry.common
        directory += littleEndian(UInt16(0)) + littleEndian(UInt16(0)) + littleEndian(UInt16(0))
        directory += littleEndian(UInt32(0)) + littleEndian(offset) + Array(entry.name.utf8)
    }
    let count = UInt16(entries.count) &+ countOffset
    return archive + directory + littleEndian(UInt32(0x0605_4B50)) + littleEndian(UInt32(0))
        + littleEndian(count) + littleEndian(count) + littleEndian(UInt32(directory.count))
        + littleEndian(UInt32(archive.count)) + littleEndian(UInt16(comment.utf8.count))
        + Array(comment.utf8)
}
