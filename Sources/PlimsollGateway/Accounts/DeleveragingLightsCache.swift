import PlimsollModel
import PlimsollProjections
import Synchronization

/// The lights of each instrument, kept for as long as nothing has changed them.
///
/// Reckoning them looks at every account, under the lock of the read models. In a venue of thousands
/// lights may therefore be half a minute of wall-clock time old, as those of the dialect are; in a
/// small one they are those of this instant.
final class DeleveragingLightsCache: Sendable {
    static let ageMax: Int64 = 30_000
    /// Accounts up to which lights are always reckoned anew.
    static let smallVenue = 1000

    private struct Entry {
        var lights: DeleveragingLights
        var sequence: Sequence
        var time: Timestamp
    }

    private let entries = Mutex<[InstrumentID: Entry]>([:])

    func of(
        _ instrument: InstrumentID,
        in venue: borrowing VenueProjections,
        at time: Timestamp = WallClock.now
    ) -> DeleveragingLights {
        let isSmall = venue.accountIDs.count <= Self.smallVenue
        let sequence = venue.sequence
        let kept = entries.withLock { $0[instrument] }
        if let kept {
            let isYoung = (kept.time...kept.time.advanced(byMilliseconds: Self.ageMax))
                .contains(time)
            if kept.sequence == sequence || (!isSmall && isYoung) { return kept.lights }
        }
        let lights = DeleveragingLights(instrument, in: venue)
        entries.withLock {
            $0[instrument] = Entry(lights: lights, sequence: sequence, time: time)
        }
        return lights
    }
}
