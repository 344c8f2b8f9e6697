public import PlimsollModel
import Synchronization

/// The listen keys of a venue: each opens the user data stream of one account for an hour at a time.
///
/// Time comes in as milliseconds of the wall clock, so that an hour can pass in a test.
///
/// Spec: STRM-010.
struct ListenKeyTable: Sendable {
    static let lifetimeMilliseconds: Int64 = 60 * 60 * 1000

    struct Entry: Equatable, Sendable {
        var key: String
        var expiry: Int64
    }

    private var entries: [AccountID: Entry] = [:]
    private var accounts: [String: AccountID] = [:]

    /// The account's key: the one it has, renewed, or `candidate`.
    mutating func create(
        for account: AccountID,
        candidate: String,
        at time: Int64,
        until end: Int64 = .max
    ) -> String {
        if let key = renew(account, at: time, until: end) { return key }
        remove(account)
        entries[account] = Entry(
            key: candidate,
            expiry: min(time + Self.lifetimeMilliseconds, end)
        )
        accounts[candidate] = account
        return candidate
    }

    /// Gives the account's key another hour, or until `end`; `nil` where it has none that is valid.
    mutating func renew(
        _ account: AccountID,
        at time: Int64,
        until end: Int64 = .max
    ) -> String? {
        guard let entry = entries[account], time < entry.expiry else { return nil }
        let expiry = max(entry.expiry, min(time + Self.lifetimeMilliseconds, end))
        entries[account] = Entry(key: entry.key, expiry: expiry)
        return entry.key
    }

    /// Ends the account's key.
    mutating func close(_ account: AccountID, at time: Int64) -> String? {
        guard let entry = entries[account], time < entry.expiry else { return nil }
        remove(account)
        return entry.key
    }

    func account(of key: String, at time: Int64) -> AccountID? {
        guard let account = accounts[key], let entry = entries[account], time < entry.expiry else {
            return nil
        }
        return account
    }

    /// Removes the keys whose hour has passed.
    mutating func removeExpired(at time: Int64) -> [String] {
        let expired = entries.filter { $0.value.expiry <= time }
        for account in expired.keys { remove(account) }
        return expired.values.map(\.key).sorted()
    }

    private mutating func remove(_ account: AccountID) {
        guard let entry = entries.removeValue(forKey: account) else { return }
        accounts[entry.key] = nil
    }
}

/// The listen keys as REST and the streams share them.
public final class ListenKeyStore: Sendable {
    private let table = Mutex(ListenKeyTable())

    public init() {}

    /// The account's key, valid for another hour; the same one while it is valid.
    ///
    /// - Parameters:
    ///   - account: Whose events it opens.
    ///   - time: Of the wall clock.
    ///   - end: Of whoever asks: a stream does not outlive the key that it was opened with.
    /// - Returns: Sixty-four letters and digits.
    public func create(
        for account: AccountID,
        at time: Timestamp,
        until end: Timestamp? = nil
    ) -> String {
        let candidate = Self.randomKey()
        return table.withLock {
            $0.create(
                for: account,
                candidate: candidate,
                at: time.milliseconds,
                until: end?.milliseconds ?? .max
            )
        }
    }

    /// Gives the account's key another hour.
    ///
    /// - Returns: The key; `nil` where the account has none that is valid.
    public func keepAlive(
        _ account: AccountID,
        at time: Timestamp,
        until end: Timestamp? = nil
    ) -> String? {
        table.withLock {
            $0.renew(account, at: time.milliseconds, until: end?.milliseconds ?? .max)
        }
    }

    /// Ends the account's key and its stream.
    ///
    /// - Returns: Whether there was a valid key.
    public func close(_ account: AccountID, at time: Timestamp) -> Bool {
        table.withLock { $0.close(account, at: time.milliseconds) } != nil
    }

    func account(of key: String, at time: Timestamp) -> AccountID? {
        table.withLock { $0.account(of: key, at: time.milliseconds) }
    }

    func removeExpired(at time: Timestamp) -> [String] {
        table.withLock { $0.removeExpired(at: time.milliseconds) }
    }

    /// Sixty-four letters and digits, as the venue's keys have.
    private static func randomKey() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<64).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
