import PlimsollModel

/// What falls due while time passes is done before the command, in the order of its instants.
///
/// Spec: TIME-001.
extension Engine {
    /// Does what fell due up to now.
    ///
    /// Nothing else can have changed since the last command, so marks that passed together are made
    /// up for by one refresh at the command's time; settlements happen each at its own instant,
    /// over all instruments, since one of them may liquidate whom another would have paid.
    mutating func passTime(_ events: inout EventBuffer) {
        let end = time
        while let instant = nextInstant(upTo: end) {
            // What happens then happens at its own time: a date may come between it and the command.
            time = instant
            findStaleIndexes(at: instant, &events)
            sampleAll(upTo: instant)
            settleFunding(dueAt: instant, &events)
            runOutCountdowns(at: instant, &events)
            closeExpired(at: instant, &events)
        }
        time = end
        sampleAll(upTo: time)
        refreshDueMarks(&events)
        refreshNextDue()
    }

    /// The next whole multiple of an interval after an instant.
    func boundary(after time: Timestamp, _ interval: Int64) -> Timestamp {
        let passed = time.milliseconds / interval
        let floor = passed * interval > time.milliseconds ? passed - 1 : passed
        return Timestamp(milliseconds: (floor + 1) * interval)
    }

    mutating func refreshNextDue() {
        nextDue = Timestamp(milliseconds: .max)
        for index in 0..<instruments.count where !instruments[index].indexPrice.isZero {
            nextDue = min(nextDue, instruments[index].nextDue)
        }
        if let entry = countdownDues.first { nextDue = min(nextDue, entry.instant) }
        if let entry = goodTillDates.first { nextDue = min(nextDue, entry.instant) }
    }

    /// The first instant up to `end` at which more is due than samples and marks.
    private func nextInstant(upTo end: Timestamp) -> Timestamp? {
        var next = Timestamp(milliseconds: .max)
        for index in 0..<instruments.count where !instruments[index].indexPrice.isZero {
            next = min(next, instruments[index].nextFunding, instruments[index].staleAt)
        }
        if let entry = countdownDues.first { next = min(next, entry.instant) }
        if let entry = goodTillDates.first { next = min(next, entry.instant) }
        return next <= end ? next : nil
    }

    /// Samples look at the books as they stood until now, so they come before what changes them.
    private mutating func sampleAll(upTo instant: Timestamp) {
        for index in 0..<instruments.count
        where !instruments[index].indexPrice.isZero && instruments[index].nextSample <= instant {
            takeSamples(InstrumentID(rawValue: UInt16(index)), upTo: instant)
        }
    }

    /// Settles the instruments whose boundary this instant is, and then looks at whom that touched.
    private mutating func settleFunding(dueAt instant: Timestamp, _ events: inout EventBuffer) {
        var isAnyDue = false
        for index in 0..<instruments.count where isFundingDue(index, at: instant) {
            let id = InstrumentID(rawValue: UInt16(index))
            refreshMark(id, at: instant, &events)
            settleFunding(id, at: instant, &events)
            isAnyDue = true
        }
        // What waits for the next command must not stir at an instant at which nothing happens.
        guard isAnyDue else { return }
        fireTriggers(&events)
        for index in 0..<instruments.count where isFundingDue(index, at: instant) {
            instruments[index].nextFunding = boundary(
                after: instant,
                instruments[index].funding.intervalMilliseconds
            )
            checkMargins(
                of: InstrumentID(rawValue: UInt16(index)),
                cause: .funding,
                &events
            )
        }
        settleDown(&events)
    }

    private func isFundingDue(_ index: Int, at instant: Timestamp) -> Bool {
        !instruments[index].indexPrice.isZero && instruments[index].nextFunding <= instant
    }

    private mutating func refreshDueMarks(_ events: inout EventBuffer) {
        var isAnyDue = false
        for index in 0..<instruments.count
        where !instruments[index].indexPrice.isZero && instruments[index].nextMark <= time {
            let id = InstrumentID(rawValue: UInt16(index))
            instruments[index].nextMark = boundary(
                after: time,
                instruments[index].mark.intervalMilliseconds
            )
            refreshMark(id, at: time, &events)
            fireTriggers(&events)
            checkMargins(of: id, &events)
            isAnyDue = true
        }
        if isAnyDue { settleDown(&events) }
    }
}
