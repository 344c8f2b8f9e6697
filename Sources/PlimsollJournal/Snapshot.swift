public import PlimsollModel

/// The state of a venue after one command, so that a start need not replay everything before it.
public struct Snapshot: Equatable, Sendable {
    /// Of the last command that the state includes.
    public var sequence: Sequence
    public var time: Timestamp
    /// The engine's digest at that command.
    public var digest: Digest
    public var engine: [UInt8]
    public var projections: [UInt8]

    public init(
        sequence: Sequence,
        time: Timestamp,
        digest: Digest,
        engine: [UInt8],
        projections: [UInt8]
    ) {
        self.sequence = sequence
        self.time = time
        self.digest = digest
        self.engine = engine
        self.projections = projections
    }

    /// A SHA-256 over every field, so that no byte of a stored snapshot can change unnoticed.
    var checksum: [UInt8] {
        var header = ByteWriter(capacity: 40)
        header.put(sequence)
        header.put(time)
        header.put(digest.value)
        header.put(UInt64(engine.count))
        header.put(UInt64(projections.count))
        return sha256(header.bytes, engine, projections)
    }
}
