import PlimsollModel
import Synchronization

/// How much clients have asked for lately: request weight by address, orders by account.
///
/// Counted always, since clients pace themselves by the answer's headers; enforced only where the
/// configuration says so.
final class RequestCounts: Sendable {
    static let weightPerMinute = 2400
    static let ordersPerTenSeconds = 300
    static let ordersPerMinute = 1200
    /// Requests of one minute that are refused with patience; who goes on is banned.
    static let refusalsBeforeBan = 10
    /// The first ban; every further one of the same address lasts twice as long.
    static let banMilliseconds: Int64 = 2 * 60_000
    static let banMillisecondsMax: Int64 = 3 * 24 * 3_600_000
    /// Addresses that are told apart; what comes beyond shares one count.
    static let addressCountMax = 1024

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

    private struct Caller {
        var weight = Window(interval: 60_000)
        var refusals = Window(interval: 60_000)
        var bannedUntil: Timestamp?
        var banCount = 0
    }

    private struct State {
        var callers: [String: Caller] = [:]
        var orders: [AccountID: (tenSeconds: Window, minute: Window)] = [:]
    }

    private let state = Mutex(State())

    init() {}

    /// Adds to the weight of an address in this minute and returns the sum.
    func addWeight(_ weight: Int, from address: String = "", at time: Timestamp) -> Int {
        state.withLock { state in
            let name = Self.name(address, in: state)
            return state.callers[name, default: Caller()].weight.add(weight, at: time)
        }
    }

    /// As `addWeight`, for an address that is held to its limit.
    ///
    /// - Throws: -1003 with 429 above the limit, with 418 for who does not stop then.
    func admit(
        _ weight: Int,
        from address: String,
        at time: Timestamp
    ) throws(DialectError) -> Int {
        let result: Result<Int, DialectError> = state.withLock { state in
            let name = Self.name(address, in: state)
            return Self.admit(weight, &state.callers[name, default: Caller()], address, at: time)
        }
        return try result.get()
    }

    private static func admit(
        _ weight: Int,
        _ caller: inout Caller,
        _ address: String,
        at time: Timestamp
    ) -> Result<Int, DialectError> {
        if let end = caller.bannedUntil {
            if time < end { return .failure(.banned(until: end)) }
            caller.bannedUntil = nil
        }
        let used = caller.weight.add(weight, at: time)
        guard used > weightPerMinute else { return .success(used) }
        guard caller.refusals.add(1, at: time) > refusalsBeforeBan else {
            return .failure(.weightExceeded(limit: weightPerMinute))
        }
        let length = banMilliseconds << Int64(min(caller.banCount, 16))
        let end = time.advanced(byMilliseconds: min(length, banMillisecondsMax))
        caller.banCount += 1
        caller.bannedUntil = end
        return .failure(.banned(until: end))
    }

    private static func name(_ address: String, in state: borrowing State) -> String {
        let isKnown = state.callers[address] != nil
        return isKnown || state.callers.count < addressCountMax ? address : "others"
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

extension DialectError {
    static func banned(until end: Timestamp) -> DialectError {
        DialectError(
            -1003,
            "Way too many requests; IP banned until \(end.milliseconds). "
                + "Please use the websocket for live updates to avoid bans.",
            status: 418
        )
    }

    /// After how many seconds a refused client may ask again; `nil` where waiting does not help.
    func retryAfter(at time: Timestamp) -> Int? {
        if let retrySeconds { return retrySeconds }
        switch status {
        case 418:
            let digits = message.drop { !$0.isNumber }.prefix { $0.isNumber }
            let end = Int64(digits) ?? time.milliseconds
            return Int((end - time.milliseconds + 999) / 1000)
        case 429:
            let interval: Int64 = message.contains("TEN_SECONDS") ? 10_000 : 60_000
            return Int((interval - time.milliseconds % interval + 999) / 1000)
        default: return nil
        }
    }
}
