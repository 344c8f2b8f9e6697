import PlimsollModel

/// A countdown of an account in an instrument.
struct Countdown: BitwiseCopyable {
    var account: AccountID
    var instrument: InstrumentID
    /// Zero where nothing counts.
    var due = Timestamp.zero
    /// The instant of the one entry in the heap that stands for it; zero where none does.
    ///
    /// Never after `due`: a countdown that is only ever put off keeps its entry until that comes.
    var queued = Timestamp.zero

    /// Sorts by account, then by instrument.
    var key: UInt64 { Self.key(account, instrument) }

    static func key(_ account: AccountID, _ instrument: InstrumentID) -> UInt64 {
        UInt64(account.rawValue) << 16 | UInt64(instrument.rawValue)
    }
}

/// Orders that end at an instant: by the account's countdown or by their own date.
///
/// Spec: ORD-041, ORD-044.
extension Engine {
    /// A client that falls silent for longer than this is not served by a countdown.
    private static let countdownMax: Int64 = 86_400_000

    // MARK: Countdowns

    mutating func setCountdown(
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ milliseconds: Int64,
        _ events: inout EventBuffer
    ) throws(EngineRefusal) {
        try checkTradable(account, instrument)
        guard (0...Self.countdownMax).contains(milliseconds) else {
            throw EngineRefusal(.countdownOutOfRange)
        }
        let slot = findCountdown(account, instrument) ?? addCountdown(account, instrument)
        if milliseconds > 0 {
            startCountdown(slot, due: time.advanced(byMilliseconds: milliseconds))
        } else {
            countdowns[Int(slot)].due = .zero
        }
        announceCountdown(slot, &events)
    }

    func findCountdown(_ account: AccountID, _ instrument: InstrumentID) -> Int32? {
        let key = Countdown.key(account, instrument)
        return countdownIndex.find(SlotIndex.hash(key)) { countdowns[Int($0)].key == key }
    }

    /// Made when an account first asks for one in an instrument, and kept.
    mutating func addCountdown(_ account: AccountID, _ instrument: InstrumentID) -> Int32 {
        let slot = Int32(countdowns.count)
        let countdown = Countdown(account: account, instrument: instrument)
        countdowns.append(countdown)
        countdownIndex.insert(SlotIndex.hash(countdown.key), slot: slot)
        return slot
    }

    mutating func startCountdown(_ slot: Int32, due: Timestamp) {
        countdowns[Int(slot)].due = due
        let queued = countdowns[Int(slot)].queued
        if queued == .zero || due < queued { queueCountdown(slot) }
    }

    private mutating func queueCountdown(_ slot: Int32) {
        let due = countdowns[Int(slot)].due
        countdowns[Int(slot)].queued = due
        countdownDues.insert(DueHeap.Entry(instant: due, key: countdowns[Int(slot)].key))
        nextDue = min(nextDue, due)
        if countdownDues.isCrowded { pruneCountdowns() }
    }

    private func announceCountdown(_ slot: Int32, _ events: inout EventBuffer) {
        let state = countdowns[Int(slot)]
        events.append(
            .countdownChanged(
                CountdownChanged(
                    account: state.account,
                    instrument: state.instrument,
                    due: state.due
                )
            )
        )
    }

    /// The countdown that an entry of the heap stands for, unless another entry does by now.
    func countdown(of entry: DueHeap.Entry) -> Int32? {
        let slot = countdownIndex.find(SlotIndex.hash(entry.key)) {
            countdowns[Int($0)].key == entry.key
        }
        guard let slot, countdowns[Int(slot)].queued == entry.instant else { return nil }
        return slot
    }

    private mutating func pruneCountdowns() {
        var kept = DueHeap()
        for place in 0..<countdownDues.count where countdown(of: countdownDues[place]) != nil {
            kept.insert(countdownDues[place])
        }
        kept.markPruned()
        countdownDues = kept
    }

    /// Cancels the orders whose account fell silent; conditional orders are left to wait.
    mutating func runOutCountdowns(at instant: Timestamp, _ events: inout EventBuffer) {
        while let entry = countdownDues.first, entry.instant <= instant {
            countdownDues.removeFirst()
            guard let slot = countdown(of: entry) else { continue }
            countdowns[Int(slot)].queued = .zero
            let state = countdowns[Int(slot)]
            guard state.due == entry.instant else {
                // It was put off, or stopped.
                if state.due != .zero { queueCountdown(slot) }
                continue
            }
            countdowns[Int(slot)].due = .zero
            announceCountdown(slot, &events)
            closeOrders(of: state.account, state.instrument, .countdown, &events)
        }
    }

    // MARK: Dates of orders

    /// Remembers when an open order ends, whether or not it is still open by then.
    mutating func queueExpiry(of order: OrderID, at date: Timestamp) {
        goodTillDates.insert(DueHeap.Entry(instant: date, key: order.rawValue))
        nextDue = min(nextDue, date)
        guard goodTillDates.isCrowded else { return }
        var kept = DueHeap()
        for place in 0..<goodTillDates.count where isOpen(goodTillDates[place]) {
            kept.insert(goodTillDates[place])
        }
        kept.markPruned()
        goodTillDates = kept
    }

    /// Whether the order of an entry is still open.
    func isOpen(_ entry: DueHeap.Entry) -> Bool { findOrder(OrderID(rawValue: entry.key)) != nil }

    mutating func closeExpired(at instant: Timestamp, _ events: inout EventBuffer) {
        while let entry = goodTillDates.first, entry.instant <= instant {
            goodTillDates.removeFirst()
            if let slot = findOrder(OrderID(rawValue: entry.key)) { close(slot, .expired, &events) }
        }
    }
}
