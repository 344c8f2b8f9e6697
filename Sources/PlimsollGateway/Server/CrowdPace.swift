import Foundation
import NIOCore

/// How a crowd comes through the gate: group after group, and a rest after each, so that the venue
/// leaves a quarter of the processor alone.
///
/// Whoever does not wait at the gate meets short queues only where somebody has the time to empty
/// them: on a processor that is never idle a request waits at each of the threads that it passes.
struct CrowdPace {
    /// However much the process computed meanwhile, whatever for.
    static let restMax = TimeAmount.milliseconds(10)

    /// How many come at a time.
    private(set) var size: Int
    private let sizes: ClosedRange<Int>
    private let cores: Int64
    private var began: NIODeadline
    private var ended: NIODeadline?
    /// Nanoseconds of all cores, up to where the group began.
    private var processor: UInt64

    /// - Parameters:
    ///   - sizes: Of a group: the first one has the least.
    ///   - cores: That the process may use.
    ///   - now: When the first group begins.
    ///   - processor: Nanoseconds of all cores that the process has had by then.
    init(sizes: ClosedRange<Int>, cores: Int, at now: NIODeadline, processor: UInt64) {
        (self.sizes, self.cores, self.processor) = (sizes, Int64(cores), processor)
        size = sizes.lowerBound
        began = now
    }

    /// Whether the last group is through.
    var isResting: Bool { ended != nil }

    /// How many of a group may be left when it counts as through: nobody waits for a few slow ones.
    var remainderMax: Int { size / 4 }

    /// The group is through.
    ///
    /// One that waited for a disk more than it computed is followed by a larger one: it is what
    /// shares a sync that takes long.
    mutating func endGroup(at now: NIODeadline, processor: UInt64) {
        ended = now
        let (elapsed, computed) = ((now - began).nanoseconds, computed(until: processor))
        if elapsed > 3 * computed {
            size = min(2 * size, sizes.upperBound)
        } else if elapsed < 2 * computed {
            size = max(size / 2, sizes.lowerBound)
        }
    }

    /// Until when the next group has to wait; earlier than `now` where it need not.
    ///
    /// A third of the time that the cores took for what was computed since the group began, were they to share
    /// it. What the group spent waiting has been a rest already.
    func restEnd(processor: UInt64) -> NIODeadline {
        let computed = computed(until: processor)
        return min(
            began + .nanoseconds(computed + computed / 3),
            (ended ?? began) + Self.restMax
        )
    }

    mutating func beginGroup(at now: NIODeadline, processor: UInt64) {
        (began, ended, self.processor) = (now, nil, processor)
    }

    /// Nanoseconds since the group began, shared among the cores.
    private func computed(until processor: UInt64) -> Int64 {
        Int64(processor - self.processor) / cores
    }
}

/// What the process has had of the processor.
enum ProcessorTime {
    /// Nanoseconds of all its threads together, since the start.
    static var nanoseconds: UInt64 {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
