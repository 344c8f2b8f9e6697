internal import Synchronization

/// What a request goes through, from its arrival to its answer.
public enum Stage: Int, CaseIterable, Sendable {
    /// Reading it, and checking whose it is.
    case decode
    /// For its turn, where many come at once.
    case wait
    /// In the queue of the engine's thread.
    case queue
    /// Writing its batch to the disk.
    case journal
    /// Applying its batch.
    case engine
    /// Folding the batch into the read models, and telling the streams.
    case publish
    /// From the engine's reply, or where none is needed from the check, to the finished answer.
    case answer
    /// All of it.
    case request

    public var name: String { "\(self)" }
}

/// How long each stage takes, of the last minute and since the start.
public final class StageMeter: Sendable {
    /// What the last minute was like.
    public struct Figures: Equatable, Sendable {
        public var stage: Stage
        public var count: Int
        /// Nanoseconds.
        public var median: UInt64
        public var percentile99: UInt64
        public var longest: UInt64
        /// Since the start.
        public var countTotal: UInt64
        public var nanosecondsTotal: UInt64
    }

    public static let windowNanoseconds: UInt64 = 60_000_000_000
    /// The window moves on in so many steps.
    private static let slotCount = 6
    private static let slotNanoseconds = windowNanoseconds / UInt64(slotCount)

    private struct Slot {
        var number: UInt64
        var histogram = LatencyHistogram()
    }

    private struct Track {
        var slots: [Slot] = []
        var countTotal: UInt64 = 0
        var nanosecondsTotal: UInt64 = 0
    }

    /// Each stage has a lock of its own: they belong to different threads.
    private final class Lane: Sendable {
        let track = Mutex(Track())
    }

    private let lanes = Stage.allCases.map { _ in Lane() }

    public init() {}

    /// Nanoseconds that never run backwards, as `record` takes them.
    public static var now: UInt64 { WallClock.nanoseconds }

    public func record(_ stage: Stage, from start: UInt64, to end: UInt64) {
        record(stage, from: CollectionOfOne(start), to: end)
    }

    /// Several that ended together.
    public func record(_ stage: Stage, from starts: some Sequence<UInt64>, to end: UInt64) {
        lanes[stage.rawValue].track.withLock { track in
            let number = end / Self.slotNanoseconds
            if track.slots.last?.number != number {
                if track.slots.count == Self.slotCount { track.slots.removeFirst() }
                track.slots.append(Slot(number: number))
            }
            let last = track.slots.count - 1
            for start in starts {
                let took = end > start ? end - start : 0
                track.slots[last].histogram.add(took)
                track.countTotal += 1
                track.nanosecondsTotal += took
            }
        }
    }

    /// Every stage, in the order in which a request meets them.
    public func figures(at time: UInt64 = now) -> [Figures] {
        Stage.allCases.map { figures($0, at: time) }
    }

    private func figures(_ stage: Stage, at time: UInt64) -> Figures {
        let current = time / Self.slotNanoseconds
        let count = UInt64(Self.slotCount)
        return lanes[stage.rawValue].track.withLock { track in
            var sum = LatencyHistogram()
            for slot in track.slots where slot.number + count > current { sum.add(slot.histogram) }
            return Figures(
                stage: stage,
                count: sum.count,
                median: sum.percentile(50),
                percentile99: sum.percentile(99),
                longest: sum.longest,
                countTotal: track.countTotal,
                nanosecondsTotal: track.nanosecondsTotal
            )
        }
    }
}

/// Stages that follow each other on one thread; without a meter it reads no clock.
struct StageLap: Sendable {
    let meter: StageMeter?
    private var start: UInt64 = 0

    init(_ meter: StageMeter?) { self.meter = meter }

    mutating func begin() {
        if meter != nil { start = StageMeter.now }
    }

    /// Ends a stage and begins the next one.
    mutating func end(_ stage: Stage) {
        guard let meter else { return }
        let now = StageMeter.now
        meter.record(stage, from: start, to: now)
        start = now
    }
}
