public import PlimsollModel

/// What a key allows.
public struct KeyPermissions: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Reading the account.
    public static let read = KeyPermissions(rawValue: 1)
    /// Orders and settings.
    public static let trade = KeyPermissions(rawValue: 2)
    /// Bringing play money into the account.
    public static let transfer = KeyPermissions(rawValue: 4)
    /// Everything that the control API changes: clock, accounts, keys.
    public static let admin = KeyPermissions(rawValue: 8)

    /// What a trader needs for an account of their own.
    public static let owner: KeyPermissions = [.read, .trade, .transfer]
    public static let all: KeyPermissions = [.read, .trade, .transfer, .admin]

    /// Each by its name in the control API.
    static let named: [(name: String, permission: KeyPermissions)] = [
        ("read", .read), ("trade", .trade), ("transfer", .transfer), ("admin", .admin),
    ]

    public var names: [String] { Self.named.filter { contains($0.permission) }.map(\.name) }
}

/// How a key's owner proves that a request is theirs.
public enum KeyProof: Sendable, Hashable {
    /// HMAC-SHA256 with a secret that both sides have: whoever can check it could also make it.
    case secret(String)
    /// A signature that only the client can make; the venue knows the public half.
    case publicKey(SigningPublicKey)

    public var algorithm: String {
        switch self {
        case .secret: "HMAC-SHA256"
        case .publicKey(let key): key.algorithm.rawValue
        }
    }
}

/// When and from where a key opens anything.
public struct KeyBounds: Sendable, Hashable {
    /// By the wall clock; `nil` until it is revoked.
    public var expiry: Timestamp?
    /// Internet addresses in their usual form; none stands for all.
    public var addresses: Set<String>

    public init(expiry: Timestamp? = nil, addresses: Set<String> = []) {
        self.expiry = expiry
        self.addresses = addresses
    }

    func allow(_ address: String, at time: Timestamp) -> Bool {
        (expiry.map { time < $0 } ?? true) && (addresses.isEmpty || addresses.contains(address))
    }
}

/// A key, what proves it and the account that it opens.
public struct Credential: Sendable, Hashable {
    public let key: String
    public let proof: KeyProof
    public let account: AccountID
    public let permissions: KeyPermissions
    public let bounds: KeyBounds

    public init(
        key: String,
        proof: KeyProof,
        account: AccountID,
        permissions: KeyPermissions = .owner,
        bounds: KeyBounds = KeyBounds()
    ) {
        self.key = key
        self.proof = proof
        self.account = account
        self.permissions = permissions
        self.bounds = bounds
    }

    public init(
        key: String,
        secret: String,
        account: AccountID,
        permissions: KeyPermissions = .owner
    ) {
        self.init(key: key, proof: .secret(secret), account: account, permissions: permissions)
    }

    /// The shared secret; `nil` for a public key, whose secret half only the client has.
    public var secret: String? {
        guard case .secret(let secret) = proof else { return nil }
        return secret
    }
}

extension Credential: CustomStringConvertible, CustomReflectable {
    // A secret must not reach a log through an interpolation or a dump.
    public var description: String { "key \(key.prefix(6))… of account \(account)" }
    public var customMirror: Mirror { Mirror(self, children: ["account": account]) }
}
