public import PlimsollModel

/// One settlement of a recorded market.
public struct TapeSettlement: BitwiseCopyable, Hashable, Sendable {
    /// On a whole minute: recorders see a settlement some milliseconds late.
    public var time: Timestamp
    /// Per interval; longs paid shorts where it is positive.
    public var rate: Rate

    public init(time: Timestamp, rate: Rate) {
        self.time = time
        self.rate = rate
    }
}

extension TapeSettlement {
    /// The whole minute that the settlement was for.
    var minute: Timestamp {
        let minute = FundingTape.minute
        return Timestamp(milliseconds: (time.milliseconds + minute / 2) / minute * minute)
    }
}

/// The funding that a recorded market settled, rising in time.
public struct FundingTape: Hashable, Sendable {
    /// At least one.
    public let settlements: [TapeSettlement]

    static let minute: Int64 = 60_000

    /// Checks what every funding tape promises.
    ///
    /// - Parameters:
    ///   - settlements: In order of time; times may be up to half a minute off the minute.
    ///   - file: What errors call the tape.
    ///   - firstLine: What errors call the first settlement's line.
    /// - Throws: The first settlement that is repeated, out of order or impossible.
    public init(
        settlements: [TapeSettlement],
        file: String = "tape",
        firstLine: Int = 1
    ) throws(TapeError) {
        guard !settlements.isEmpty else { throw TapeError(file: file, message: "no settlements") }
        var rounded: [TapeSettlement] = []
        rounded.reserveCapacity(settlements.count)
        for (index, settlement) in settlements.enumerated() {
            let time = settlement.minute
            if let last = rounded.last, time <= last.time {
                throw TapeError(
                    file: file,
                    line: firstLine + index,
                    column: "funding_time",
                    message: time == last.time
                        ? "\(settlement.time) repeats the settlement before"
                        : "\(settlement.time) is out of order"
                )
            }
            guard settlement.rate < .one, settlement.rate > -.one else {
                throw TapeError(
                    file: file,
                    line: firstLine + index,
                    column: "funding_rate",
                    message: "\(settlement.rate) is a whole position or more"
                )
            }
            rounded.append(TapeSettlement(time: time, rate: settlement.rate))
        }
        self.settlements = rounded
    }

    func digest(into digest: inout Digest) {
        for settlement in settlements {
            digest.put(settlement.time)
            digest.put(settlement.rate)
        }
    }

    /// The first settlement after an instant, and how long before it the one before was, where there
    /// is one.
    func next(after time: Timestamp) -> (settlement: TapeSettlement, interval: Int64?)? {
        let place = settlements.count(through: time) { $0.time }
        guard place < settlements.count else { return nil }
        let settlement = settlements[place]
        guard place > 0 else { return (settlement, nil) }
        return (
            settlement,
            settlement.time.milliseconds - settlements[place - 1].time.milliseconds
        )
    }
}
