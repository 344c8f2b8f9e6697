internal import Dispatch
internal import PlimsollJournal
internal import PlimsollModel
internal import PlimsollProjections
internal import Synchronization

/// A venue after a command, to be written into its journal by whoever has the time.
///
/// The engine's state is written out already, being small. The read models are a value that shares its
/// storage with the venue's until either is changed, so that a copy costs the engine's thread little.
struct VenueSnapshot: Sendable {
    let sequence: Sequence
    let time: Timestamp
    let digest: Digest
    let engine: [UInt8]
    let projections: VenueProjections
    let journal: Journal

    /// Returns when it is on the disk.
    func store() throws(NodeError) {
        var writer = ByteWriter(capacity: 1 << 16)
        projections.encode(into: &writer)
        let snapshot = Snapshot(
            sequence: sequence,
            time: time,
            digest: digest,
            engine: engine,
            projections: writer.bytes
        )
        do {
            try journal.store(snapshot)
        } catch {
            throw .journal(error)
        }
    }
}

/// Stores snapshots beside the engine's thread, one at a time.
final class SnapshotWriter: Sendable {
    private let queue = DispatchQueue(label: "plimsoll.snapshots", qos: .utility)
    private let busy = Atomic(false)

    /// Whether one is being stored: the next is better taken later.
    var isBusy: Bool { busy.load(ordering: .acquiring) }

    /// Stores a snapshot some time soon.
    func store(
        _ snapshot: VenueSnapshot,
        onFailure: @escaping @Sendable (NodeError) -> Void
    ) {
        busy.store(true, ordering: .releasing)
        queue.async { [self] in
            defer { busy.store(false, ordering: .releasing) }
            do throws(NodeError) {
                try snapshot.store()
            } catch {
                onFailure(error)
            }
        }
    }

    /// Returns when nothing is being stored.
    func wait() { queue.sync {} }
}
