public import PlimsollModel

extension VenueProjections {
    public func encode(into writer: inout ByteWriter) {
        writer.put(1 as UInt8)
    }

    public init(from reader: inout ByteReader) throws(CodecError) {
        guard try reader.integer(UInt8.self) == 1 else { throw reader.failure(.unsupportedVersion) }
        self.init()
    }
}
