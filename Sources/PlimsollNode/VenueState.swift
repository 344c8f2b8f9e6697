public import PlimsollModel
public import PlimsollProjections
internal import Synchronization

/// The read models of a running venue: folded by the engine's thread, read by everybody.
public final class VenueState: Sendable {
    private let projections: Mutex<VenueProjections>

    init(_ projections: VenueProjections) { self.projections = Mutex(projections) }

    /// Reads under the lock that the engine's thread folds under, so the body should be short.
    public func read<Result: Sendable, Failure: Error>(
        _ body: (borrowing VenueProjections) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try projections.withLock { projections throws(Failure) in try body(projections) }
    }

    /// Of the last command that is durable, applied and visible to readers.
    public var digest: (sequence: Sequence, digest: Digest) {
        projections.withLock { ($0.sequence, $0.digest) }
    }

    func fold(_ batch: PublishedBatch) {
        projections.withLock { projections in
            for command in batch.commands {
                projections.fold(command.events, at: command.header, digest: command.digest)
            }
        }
    }

    /// The read models as they are; what is folded later is not in them.
    func copy() -> VenueProjections { projections.withLock { $0 } }
}
