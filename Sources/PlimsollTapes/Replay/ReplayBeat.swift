import PlimsollModel

/// What a replay of trades or of a book does every second: it tells the index and the funding, and
/// gives back what users took.
struct ReplayBeat: Sendable {
    /// Milliseconds; a mark price is told about as often.
    static let interval: Int64 = 1000
    /// A move of the index that does not wait for the next beat: half a percent, so that no order of
    /// a crash is outside the price band.
    private static let moveMax = Rate(units: 500_000)

    private let instrument: InstrumentID
    private let companions: TapeCompanions
    private var funding: RecordedFunding
    /// The next beat, in recorded time.
    private(set) var next: Timestamp
    /// What the venue was told last.
    private var told: Price?

    init(_ place: ReplayPlace, _ companions: TapeCompanions, after time: Timestamp) {
        instrument = place.instrument
        self.companions = companions
        funding = RecordedFunding(place.instrument, terms: place.rules.funding)
        next = Self.first(after: time)
    }

    private static func first(after time: Timestamp) -> Timestamp {
        Timestamp(milliseconds: (time.milliseconds / interval + 1) * interval)
    }

    /// Tells what is due with the beat.
    mutating func strike(market: Price?, into commands: inout [Command]) {
        funding.follow(companions.funding, at: next, into: &commands)
        tell(market, at: next, isDue: true, into: &commands)
        next = next.advanced(byMilliseconds: Self.interval)
    }

    /// Begins, or goes on, with an index and the funding.
    mutating func begin(market: Price?, at time: Timestamp, into commands: inout [Command]) {
        funding.follow(companions.funding, at: time, into: &commands)
        tell(market, at: time, isDue: true, into: &commands)
    }

    /// Tells an index that has moved far, or one that is due.
    ///
    /// - Parameters:
    ///   - market: The recorded price, which is the index where none was recorded.
    ///   - time: In the recording.
    ///   - isDue: Whether it is told in any case.
    ///   - commands: Where it is added.
    mutating func tell(
        _ market: Price?,
        at time: Timestamp,
        isDue: Bool = false,
        into commands: inout [Command]
    ) {
        guard isDue || companions.index == nil,
            let price = companions.index(beside: market, at: time)
        else { return }
        if let told, !isDue {
            let reach = told.times(Self.moveMax, rounding: .down)
            guard (price - told).magnitude > reach else { return }
        }
        told = price
        commands.append(.updateIndexPrice(instrument, price))
    }
}
