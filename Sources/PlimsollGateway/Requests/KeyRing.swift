import Foundation
public import PlimsollModel
import Synchronization

/// What a key allows.
public struct KeyPermissions: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Reading the account.
    public static let read = KeyPermissions(rawValue: 1)
    /// Orders, settings and transfers within the account.
    public static let trade = KeyPermissions(rawValue: 2)

    public static let all: KeyPermissions = [.read, .trade]
}

/// A key, its secret and the account that they open.
public struct Credential: Sendable, Hashable {
    public let key: String
    /// Shared with the client: a signature can only be checked by who can also make it.
    public let secret: String
    public let account: AccountID
    public let permissions: KeyPermissions

    public init(
        key: String,
        secret: String,
        account: AccountID,
        permissions: KeyPermissions = .all
    ) {
        self.key = key
        self.secret = secret
        self.account = account
        self.permissions = permissions
    }
}

extension Credential: CustomStringConvertible, CustomReflectable {
    // A secret must not reach a log through an interpolation or a dump.
    public var description: String { "key \(key.prefix(6))… of account \(account)" }
    public var customMirror: Mirror { Mirror(self, children: ["account": account]) }
}

/// Why keys could not be read, kept or granted.
public enum KeyRingError: Error, CustomStringConvertible, Sendable {
    /// The file is not what `KeyRing` wrote.
    case damaged(path: String, reason: String)
    case io(path: String, reason: String)
    /// A key or secret given from outside has to be 16 to 128 letters and digits.
    case malformed
    case alreadyGranted

    public var description: String {
        switch self {
        case .damaged(let path, let reason): "the key file \(path) is damaged: \(reason)"
        case .io(let path, let reason): "the key file \(path) cannot be used: \(reason)"
        case .malformed: "a key or secret is 16 to 128 ASCII letters and digits"
        case .alreadyGranted: "this key is already in use"
        }
    }
}

/// Which key opens which account.
///
/// Kept beside the journal and not in it, in a file that only the owner may read: a journal is meant
/// to be shown and shared, a secret is not.
public final class KeyRing: Sendable {
    public static let fileName = "keys.json"
    /// Characters of a generated key or secret.
    public static let generatedLength = 64

    private struct State {
        var credentials: [String: Credential] = [:]
        /// The keys in the order in which they were granted.
        var order: [String] = []
    }

    private let path: String?
    private let state: Mutex<State>

    /// Keys in memory only.
    public init() {
        path = nil
        state = Mutex(State())
    }

    private init(path: String, credentials: [Credential]) {
        self.path = path
        var state = State()
        for credential in credentials {
            state.credentials[credential.key] = credential
            state.order.append(credential.key)
        }
        self.state = Mutex(state)
    }

    /// Reads the key file of a data directory; without a directory keys live in memory only.
    public static func open(directory: String?) throws(KeyRingError) -> KeyRing {
        guard let directory else { return KeyRing() }
        let path = directory + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else {
            return KeyRing(path: path, credentials: [])
        }
        return KeyRing(path: path, credentials: try read(path))
    }

    /// All credentials, in the order in which they were granted.
    public var credentials: [Credential] {
        state.withLock { state in state.order.compactMap { state.credentials[$0] } }
    }

    public func credential(key: String) -> Credential? {
        state.withLock { $0.credentials[key] }
    }

    /// The first credential of an account.
    public func credential(account: AccountID) -> Credential? {
        credentials.first { $0.account == account }
    }

    /// Opens an account to a key and a secret; both are generated where none are given.
    @discardableResult
    public func grant(
        account: AccountID,
        permissions: KeyPermissions = .all,
        key: String? = nil,
        secret: String? = nil
    ) throws(KeyRingError) -> Credential {
        let credential = Credential(
            key: key ?? Self.generated(),
            secret: secret ?? Self.generated(),
            account: account,
            permissions: permissions
        )
        guard Self.isWellFormed(credential.key), Self.isWellFormed(credential.secret) else {
            throw .malformed
        }
        let isNew = state.withLock { state in
            guard state.credentials[credential.key] == nil else { return false }
            state.credentials[credential.key] = credential
            state.order.append(credential.key)
            return true
        }
        guard isNew else { throw .alreadyGranted }
        try save()
        return credential
    }

    /// The demo account's credential: as the environment says, else as granted before, else generated.
    public func demoCredential(
        account: AccountID,
        environment: [String: String]
    ) throws(KeyRingError) -> Credential {
        if let key = environment["PLIMSOLL_KEY"], let secret = environment["PLIMSOLL_SECRET"] {
            if let known = credential(key: key) {
                guard known.secret != secret || known.account != account else { return known }
                revoke(key: key)
            }
            return try grant(account: account, key: key, secret: secret)
        }
        if let known = credential(account: account) { return known }
        return try grant(account: account)
    }

    /// Forgets a key; requests signed with it are refused from now on.
    public func revoke(key: String) {
        state.withLock { state in
            state.credentials[key] = nil
            state.order.removeAll { $0 == key }
        }
    }

    /// Whether a text can be a key at all: an ill-formed one is told apart from an unknown one.
    static func isWellFormed(_ text: String) -> Bool {
        (16...128).contains(text.utf8.count) && text.utf8.allSatisfy(isLetterOrDigit)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func generated() -> String {
        // The system's generator is cryptographically secure on every platform that we build for.
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return String(
            (0..<generatedLength).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
        )
    }
}

// MARK: - The file

extension KeyRing {
    private struct Entry: Codable {
        var key: String
        var secret: String
        var account: UInt32
        var permissions: UInt8
    }

    private struct Contents: Codable {
        var version = 1
        var keys: [Entry]
    }

    private static func read(_ path: String) throws(KeyRingError) -> [Credential] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .io(path: path, reason: "it cannot be read")
        }
        let contents: Contents
        do {
            contents = try JSONDecoder().decode(Contents.self, from: data)
        } catch {
            // The decoder's own message could quote what it read.
            throw .damaged(path: path, reason: "it is not a list of keys")
        }
        guard contents.version == 1 else {
            throw .damaged(path: path, reason: "its version \(contents.version) is not known")
        }
        return contents.keys.map { entry in
            Credential(
                key: entry.key,
                secret: entry.secret,
                account: AccountID(rawValue: entry.account),
                permissions: KeyPermissions(rawValue: entry.permissions)
            )
        }
    }

    private func save() throws(KeyRingError) {
        guard let path else { return }
        let entries = credentials.map { credential in
            Entry(
                key: credential.key,
                secret: credential.secret,
                account: credential.account.rawValue,
                permissions: credential.permissions.rawValue
            )
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let temporary = path + ".new"
        do {
            let data = try encoder.encode(Contents(keys: entries))
            // Made with its final rights, so that there is no moment at which others could read it,
            // and renamed, so that a crash leaves the old file or the new one.
            try? FileManager.default.removeItem(atPath: temporary)
            guard
                FileManager.default.createFile(
                    atPath: temporary,
                    contents: data,
                    attributes: [.posixPermissions: 0o600]
                )
            else { throw KeyRingError.io(path: temporary, reason: "it cannot be written") }
            // Safe: both texts live through the call, which keeps neither.
            guard unsafe rename(temporary, path) == 0 else {
                throw KeyRingError.io(path: path, reason: "it cannot be replaced")
            }
        } catch let error as KeyRingError {
            throw error
        } catch {
            throw .io(path: path, reason: "\(error)")
        }
    }
}
