import Foundation
public import PlimsollModel
import Synchronization

/// Why keys could not be read, kept or granted.
public enum KeyRingError: Error, CustomStringConvertible, Sendable {
    /// The file is not what `KeyRing` wrote.
    case damaged(path: String, reason: String)
    case io(path: String, reason: String)
    /// A key or secret given from outside has to be 16 to 128 letters and digits.
    case malformed
    /// Not the PEM of an Ed25519 key, nor of an RSA key of 2048 to 4096 bits.
    case malformedPublicKey
    case alreadyGranted
    case unknown

    public var description: String {
        switch self {
        case .damaged(let path, let reason): "the key file \(path) is damaged: \(reason)"
        case .io(let path, let reason): "the key file \(path) cannot be used: \(reason)"
        case .malformed: "a key or secret is 16 to 128 ASCII letters and digits"
        case .malformedPublicKey:
            "a public key is the PEM of an Ed25519 key or of an RSA key of 2048 to 4096 bits"
        case .alreadyGranted: "this key is already in use"
        case .unknown: "this key is not known"
        }
    }
}

/// Which key opens which account.
///
/// Kept beside the journal and not in it, in a file that only the owner may read: a journal is meant
/// to be shown and shared, a secret is not.
public final class KeyRing: Sendable {
    public static let fileName = "keys.json"
    /// What the secrets in that file are encrypted with.
    public static let secretFileName = SecretBox.fileName
    /// Characters of a generated key or secret.
    public static let generatedLength = 64

    private struct State {
        var credentials: [String: Credential] = [:]
        /// The keys in the order in which they were granted.
        var order: [String] = []
    }

    let path: String?
    /// `nil` where nothing is kept.
    let box: SecretBox?
    // One at a time writes the file.
    let writing = Mutex(())
    private let state: Mutex<State>

    /// Keys in memory only.
    public init() {
        path = nil
        box = nil
        state = Mutex(State())
    }

    private init(path: String, box: SecretBox, credentials: [Credential]) {
        self.path = path
        self.box = box
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
            return KeyRing(
                path: path,
                box: try SecretBox.own(directory: directory),
                credentials: []
            )
        }
        let (credentials, areOpen) = try read(path, try SecretBox.kept(directory: directory))
        let box = try SecretBox.own(directory: directory)
        let ring = KeyRing(path: path, box: box, credentials: credentials)
        if areOpen { try ring.save() }
        return ring
    }

    /// Whether the secrets of a data directory can be read by whoever reads its key file alone.
    public static func keepsOpenSecrets(directory: String) throws(KeyRingError) -> Bool {
        let path = directory + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else { return false }
        return try read(path, try SecretBox.kept(directory: directory)).areOpen
    }

    /// All credentials, in the order in which they were granted.
    public var credentials: [Credential] {
        state.withLock { state in state.order.compactMap { state.credentials[$0] } }
    }

    public func credential(key: String) -> Credential? {
        state.withLock { $0.credentials[key] }
    }

    /// What a key opens to whoever asks from an address at a time; `nil` where it is unknown, over,
    /// or not for that address.
    func credential(key: String, from address: String, at time: Timestamp) -> Credential? {
        credential(key: key).flatMap { $0.bounds.allow(address, at: time) ? $0 : nil }
    }

    /// The first credential of an account.
    public func credential(account: AccountID) -> Credential? {
        credentials.first { $0.account == account }
    }

    /// Opens an account to a key and a secret; both are generated where none are given.
    @discardableResult
    public func grant(
        account: AccountID,
        permissions: KeyPermissions = .owner,
        bounds: KeyBounds = KeyBounds(),
        key: String? = nil,
        secret: String? = nil
    ) throws(KeyRingError) -> Credential {
        let secret = secret ?? Self.generated()
        guard Self.isWellFormed(secret) else { throw .malformed }
        return try add(
            Credential(
                key: key ?? Self.generated(),
                proof: .secret(secret),
                account: account,
                permissions: permissions,
                bounds: bounds
            )
        )
    }

    /// Opens an account to whoever has the other half of a public key.
    @discardableResult
    public func grant(
        account: AccountID,
        permissions: KeyPermissions = .owner,
        bounds: KeyBounds = KeyBounds(),
        key: String? = nil,
        publicKey: SigningPublicKey
    ) throws(KeyRingError) -> Credential {
        try add(
            Credential(
                key: key ?? Self.generated(),
                proof: .publicKey(publicKey),
                account: account,
                permissions: permissions,
                bounds: bounds
            )
        )
    }

    private func add(_ credential: Credential) throws(KeyRingError) -> Credential {
        guard Self.isWellFormed(credential.key) else { throw .malformed }
        let isNew = state.withLock { state in
            guard state.credentials[credential.key] == nil else { return false }
            state.credentials[credential.key] = credential
            state.order.append(credential.key)
            return true
        }
        guard isNew else { throw .alreadyGranted }
        do {
            try save()
        } catch {
            // What could not be kept must not open anything until the next start.
            forget(credential.key)
            throw error
        }
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
                try revoke(key: key)
            }
            return try grant(account: account, permissions: .all, key: key, secret: secret)
        }
        let known = credentials.first { $0.account == account && $0.secret != nil }
        if let known { return known }
        return try grant(account: account, permissions: .all)
    }

    /// Forgets a key, at once and for good: requests signed with it are refused from now on.
    ///
    /// - Returns: What it opened.
    @discardableResult
    public func revoke(key: String) throws(KeyRingError) -> Credential {
        guard let credential = forget(key) else { throw .unknown }
        try save()
        return credential
    }

    @discardableResult
    private func forget(_ key: String) -> Credential? {
        state.withLock { state in
            state.order.removeAll { $0 == key }
            return state.credentials.removeValue(forKey: key)
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
