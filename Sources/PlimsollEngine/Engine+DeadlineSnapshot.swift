import PlimsollModel

/// Countdowns and dates of orders in a snapshot, sorted, without the entries that no longer stand.
///
/// Spec: DET-004.
extension Engine {
    func encodeDeadlines(into writer: inout ByteWriter) {
        var running: [Countdown] = []
        for slot in 0..<countdowns.count where countdowns[slot].due != .zero {
            running.append(countdowns[slot])
        }
        running.sort { $0.key < $1.key }
        writer.put(UInt32(running.count))
        for countdown in running {
            writer.put(countdown.account)
            writer.put(countdown.instrument)
            writer.put(countdown.due)
        }
        let dates = openDates()
        writer.put(UInt32(dates.count))
        for date in dates {
            writer.put(date.key)
            writer.put(date.instant)
        }
    }

    mutating func decodeDeadlines(from reader: inout ByteReader) throws(CodecError) {
        let running: UInt32 = try reader.integer()
        for _ in 0..<running {
            let account: AccountID = try reader.identifier()
            let instrument: InstrumentID = try reader.identifier()
            let due = try reader.timestamp()
            guard account.index < accounts.count, instrument.index < instruments.count,
                due > time, findCountdown(account, instrument) == nil
            else { throw reader.failure(.invalidValue) }
            startCountdown(addCountdown(account, instrument), due: due)
        }
        let dates: UInt32 = try reader.integer()
        for _ in 0..<dates {
            let order: OrderID = try reader.identifier()
            let date = try reader.timestamp()
            guard date > time, findOrder(order) != nil else {
                throw reader.failure(.invalidValue)
            }
            queueExpiry(of: order, at: date)
        }
    }

    /// The dates of open orders, in the order in which they come.
    func openDates() -> [DueHeap.Entry] {
        var dates: [DueHeap.Entry] = []
        for place in 0..<goodTillDates.count where isOpen(goodTillDates[place]) {
            dates.append(goodTillDates[place])
        }
        return dates.sorted()
    }
}
