import BigInt
import PlimsollModel

/// Spec page: Time.
extension ReferenceVenue {
    /// TIME-001: what falls due, instant by instant, and at last what is due now.
    mutating func passTime() {
        let end = time
        while let instant = earliest(), instant <= end {
            time = instant
            for id in priced where turnsStale(id) == instant {
                takeSamples(id, upTo: instant - 1)
                tellStale(id, true)
            }
            for id in priced { takeSamples(id, upTo: instant) }
            let due = priced.filter { instruments[$0.index].nextFunding == instant }
            for id in due {
                refreshMark(id, at: instant)
                settleFunding(id, instant)
                let interval = instruments[id.index].funding?.intervalMilliseconds ?? 1
                instruments[id.index].nextFunding = nextMultiple(of: interval, after: instant)
            }
            // What waits for the next command does not stir where nothing happens.
            if !due.isEmpty {
                releaseConditionals()
                for id in due { checkMargins(of: id) }
                settleDown()
            }
            runOutCountdowns(at: instant)
            expireOrders(at: instant)
        }
        time = end
        for id in priced { takeSamples(id, upTo: time) }
        let due = priced.filter { instruments[$0.index].nextMark <= time }
        for id in due {
            let interval = instruments[id.index].mark.intervalMilliseconds
            instruments[id.index].nextMark = nextMultiple(of: interval, after: time)
            refreshMark(id, at: time)
            releaseConditionals()
            checkMargins(of: id)
        }
        if !due.isEmpty { settleDown() }
    }

    /// Instruments that have had an index price.
    private var priced: [InstrumentID] {
        instruments.indices.filter { instruments[$0].index > 0 }
            .map { InstrumentID(rawValue: UInt16($0)) }
    }

    private func earliest() -> Int64? {
        var instants = priced.map { instruments[$0.index].nextFunding }
        instants += priced.compactMap { turnsStale($0) }
        instants += countdowns.map(\.due)
        instants += orders.map(\.goodTillDate).filter { $0 > 0 }
        return instants.min()
    }

    func nextMultiple(of interval: Int64, after instant: Int64) -> Int64 {
        instant / interval * interval + interval
    }

    /// ORD-044.
    mutating func setCountdown(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ milliseconds: Int64
    ) throws(Refused) {
        try checkTradable(account, instrument)
        guard (0...86_400_000).contains(milliseconds) else {
            throw Refused(.countdownOutOfRange)
        }
        countdowns.removeAll { $0.account == account && $0.instrument == instrument }
        let due = milliseconds == 0 ? 0 : time + milliseconds
        if due > 0 {
            countdowns.append(
                ReferenceCountdown(account: account, instrument: instrument, due: due)
            )
        }
        tellCountdown(account, instrument, due)
    }

    private mutating func runOutCountdowns(at instant: Int64) {
        let due = countdowns.filter { $0.due == instant }.sorted {
            ($0.account.index, $0.instrument.index) < ($1.account.index, $1.instrument.index)
        }
        for countdown in due {
            countdowns.removeAll {
                $0.account == countdown.account && $0.instrument == countdown.instrument
            }
            tellCountdown(countdown.account, countdown.instrument, 0)
            closeOrders(.countdown) {
                $0.account == countdown.account && $0.instrument == countdown.instrument
            }
        }
    }

    /// ORD-041.
    private mutating func expireOrders(at instant: Int64) {
        let due = orders.filter { $0.goodTillDate == instant }.sorted { $0.id < $1.id }
        for order in due { close(order, .expired) }
    }

    private mutating func tellCountdown(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ due: Int64
    ) {
        events.append(
            .countdownChanged(
                CountdownChanged(
                    account: account,
                    instrument: instrument,
                    due: Timestamp(milliseconds: due)
                )
            )
        )
    }
}
