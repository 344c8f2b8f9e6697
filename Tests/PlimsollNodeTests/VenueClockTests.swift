import PlimsollModel
import Testing

@testable import PlimsollNode

@Suite struct `The venue's clock` {
    private let start = Timestamp(milliseconds: 1_000)
    private let millisecond: UInt64 = 1_000_000

    private func clock(_ speed: Speed = .realTime, isPaused: Bool = false) -> VenueClock {
        VenueClock(start: start, speed: speed, isPaused: isPaused, wall: 50 * millisecond)
    }

    @Test(
        arguments: [
            (Speed.realTime, 150, 1_100), (.times(Rate(60)), 150, 7_000),
            (.times(Rate(units: 50_000_000)), 150, 1_050), (.realTime, 50, 1_000),
            // A wall clock that steps back takes no time away.
            (.realTime, 10, 1_000),
        ] as [(Speed, UInt64, Int64)]
    )
    func `runs with the wall clock times its speed`(
        speed: Speed,
        wall: UInt64,
        time: Int64
    ) {
        let horizon = clock(speed).horizon(at: wall * millisecond)
        #expect(horizon == .paced(Timestamp(milliseconds: time)))
    }

    @Test(arguments: [Rate(units: 1_000), Rate(units: 33_333_333), .one, Rate(7), Rate(1_000_000)])
    func `knows when the wall clock will show a time`(rate: Rate) throws {
        let clock = clock(.times(rate))
        for ahead: Int64 in [0, 1, 249, 250, 86_400_000] {
            let due = start.advanced(byMilliseconds: ahead)
            let wall = try #require(clock.wall(of: due))
            guard case .paced(let then) = clock.horizon(at: wall) else {
                Issue.record("a running clock is paced")
                return
            }
            #expect(then >= due, "waking at \(wall) is too early")
        }
    }

    @Test func `stands while paused, and goes on from there`() throws {
        var clock = clock()
        let pausedAt = Timestamp(milliseconds: 1_400)
        try clock.change(.pause, time: pausedAt, wall: 450 * millisecond)
        #expect(clock.horizon(at: 900 * millisecond) == .frozen)
        #expect(clock.wall(of: pausedAt) == nil)
        try clock.change(.resume, time: pausedAt, wall: 1_000 * millisecond)
        #expect(
            clock.horizon(at: 1_100 * millisecond) == .paced(Timestamp(milliseconds: 1_500))
        )
    }

    @Test func `keeps a pause when only its speed changes`() throws {
        var clock = clock(isPaused: true)
        try clock.change(.speed(.times(Rate(10))), time: start, wall: 60 * millisecond)
        #expect(clock.horizon(at: 90 * millisecond) == .frozen)
        try clock.change(.resume, time: start, wall: 100 * millisecond)
        #expect(clock.horizon(at: 110 * millisecond) == .paced(Timestamp(milliseconds: 1_100)))
    }

    @Test func `runs to an instant and is paused there`() throws {
        var clock = clock()
        let end = Timestamp(milliseconds: 9_000)
        try clock.change(.runUntil(end), time: start, wall: 60 * millisecond)
        #expect(clock.horizon(at: 60 * millisecond) == .run(end))
        clock.endRun(wall: 70 * millisecond)
        #expect(clock.horizon(at: 80 * millisecond) == .frozen)
        #expect(clock.isPaused)
        #expect(clock.anchor == end)
    }

    @Test func `steps from where it stands`() throws {
        var clock = clock(isPaused: true)
        try clock.change(.step(500), time: start, wall: 0)
        #expect(clock.runUntil == Timestamp(milliseconds: 1_500))
        try clock.change(.pause, time: start, wall: 0)
        #expect(clock.runUntil == nil)
    }

    @Test(
        arguments: [
            .runUntil(Timestamp(milliseconds: 999)), .runUntil(Timestamp(milliseconds: .max)),
            .runUntil(Timestamp(milliseconds: .min)), .step(0), .step(-1), .step(.max),
            .step(.min), .speed(.times(.zero)), .speed(.times(Rate(units: -1))),
            .speed(.times(Rate(units: .max))),
        ] as [ClockChange]
    )
    func `refuses what no clock can do, and stays as it was`(change: ClockChange) {
        var clock = clock()
        #expect(throws: NodeError.self) { try clock.change(change, time: start, wall: 0) }
        #expect(clock.horizon(at: 60 * millisecond) == .paced(Timestamp(milliseconds: 1_010)))
        #expect(!clock.isPaused)
    }

    @Test(
        arguments: [
            // Between two commands the time runs on.
            (1_400, nil, 1_500), (1_400, 1_600, 1_500),
            // It waits for a step of the market that is due and not done.
            (1_300, 1_450, 1_450), (1_450, 1_450, 1_450),
            // It never runs back.
            (1_700, nil, 1_700), (1_700, 1_450, 1_700),
        ] as [(Int64, Int64?, Int64)]
    )
    func `shows the present, no more than the market has done`(
        last: Int64,
        due: Int64?,
        time: Int64
    ) {
        let face = ClockFace(
            clock: clock(),
            last: Timestamp(milliseconds: last),
            marketDue: due.map(Timestamp.init(milliseconds:))
        )
        #expect(face.time(at: 550 * millisecond) == Timestamp(milliseconds: time))
    }
}
