import PlimsollModel

/// Sets a venue to what a recorded market settled.
struct RecordedFunding: Sendable {
    private let instrument: InstrumentID
    /// In force, with the interval of the recording.
    private var terms: FundingTerms
    /// The recorded settlement that the venue is set to; `nil` before the first.
    private var settlement: TapeSettlement?

    init(_ instrument: InstrumentID, terms: FundingTerms) {
        self.instrument = instrument
        self.terms = terms
    }

    /// Sets the venue to the next recorded settlement once the one before has passed: to its rate, and
    /// to the time between the two.
    ///
    /// After the last one the venue keeps what it is set to.
    ///
    /// - Parameters:
    ///   - tape: What was settled, where that is known.
    ///   - time: In the recording.
    ///   - commands: Where the change is added.
    mutating func follow(
        _ tape: FundingTape?,
        at time: Timestamp,
        into commands: inout [Command]
    ) {
        guard let next = tape?.next(after: time), next.settlement != settlement else { return }
        let isFirst = settlement == nil
        settlement = next.settlement
        // A replay that goes on does not know what the venue was set to.
        if let interval = next.interval, isFirst || interval != terms.intervalMilliseconds,
            next.settlement.time.milliseconds % interval == 0
        {
            terms.intervalMilliseconds = interval
            commands.append(.changeRules(.setFunding(instrument, terms)))
        }
        commands.append(.setFundingRate(instrument, next.settlement.rate))
    }
}
