import PlimsollModel
import Synchronization

/// How much clients have asked for lately: request weight and orders.
///
/// Counted always, since clients pace themselves by the answer's headers; enforced only where the
/// configuration says so.
final class RequestCounts: Sendable {
    static let weightPerMinute = 2400
    static let ordersPerTenSeconds = 300
    static let ordersPerMinute = 1200

    /// An account's orders in the running intervals.
    struct Orders: Equatable, Sendable {
        var tenSeconds = 0
        var minute = 0
    }

    /// A count that starts again with every whole interval of wall-clock time.
    private struct Window {
        var interval: Int64
        var number: Int64 = -1
        var count = 0

        mutating func add(_ amount: Int, at time: Timestamp) -> Int {
            let current = time.milliseconds / interval
            if current != number {
                number = current
                count = 0
            }
            count += amount
            return count
        }
    }

    private struct State {
        var weight = Window(interval: 60_000)
        var orders: [AccountID: (tenSeconds: Window, minute: Window)] = [:]
    }

    private let state = Mutex(State())

    init() {}

    /// Adds to the weight of the minute and returns the sum.
    func addWeight(_ weight: Int, at time: Timestamp) -> Int {
        state.withLock { $0.weight.add(weight, at: time) }
    }

    /// Adds orders of an account and returns the sums; zero orders only read them.
    func addOrders(_ count: Int, of account: AccountID, at time: Timestamp) -> Orders {
        state.withLock { state in
            var windows =
                state.orders[account] ?? (Window(interval: 10_000), Window(interval: 60_000))
            let counts = Orders(
                tenSeconds: windows.tenSeconds.add(count, at: time),
                minute: windows.minute.add(count, at: time)
            )
            state.orders[account] = windows
            return counts
        }
    }
}
