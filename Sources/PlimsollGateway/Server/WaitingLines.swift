import DequeModule
import NIOCore
import PlimsollModel

/// Who waits for a turn: a line for each account, and the lines take turns.
///
/// So whoever sends a thousand orders at once waits for themselves, and another account's next order
/// comes as if they were not there. What comes without an account stands in one line.
struct WaitingLines<Waiter> {
    private struct Place {
        var end: NIODeadline
        var waiter: Waiter
    }

    private var lines: [AccountID?: Deque<Place>] = [:]
    /// Of the lines with somebody in them, whose turn it is next.
    private var turns = Deque<AccountID?>()
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Behind whoever came before in the same line.
    ///
    /// - Parameters:
    ///   - waiter: Who waits.
    ///   - account: In whose line.
    ///   - end: Until when; not earlier than those before.
    mutating func append(_ waiter: Waiter, of account: AccountID?, until end: NIODeadline) {
        if lines[account] == nil { turns.append(account) }
        lines[account, default: []].append(Place(end: end, waiter: waiter))
        count += 1
    }

    /// The first one of the line whose turn it is.
    mutating func popFirst() -> Waiter? {
        guard let account = turns.popFirst(), let place = lines[account]?.popFirst() else {
            return nil
        }
        count -= 1
        if lines[account]?.isEmpty == true {
            lines[account] = nil
        } else {
            turns.append(account)
        }
        return place.waiter
    }

    /// Takes out everybody who waits until now at most.
    mutating func popExpired(at now: NIODeadline) -> [Waiter] {
        var expired: [Waiter] = []
        for account in turns {
            while let first = lines[account]?.first, first.end <= now {
                expired.append(first.waiter)
                _ = lines[account]?.popFirst()
            }
            if lines[account]?.isEmpty == true { lines[account] = nil }
        }
        turns.removeAll { lines[$0] == nil }
        count -= expired.count
        return expired
    }

    /// When the first one's time is over.
    var firstEnd: NIODeadline? { turns.compactMap { lines[$0]?.first?.end }.min() }
}
