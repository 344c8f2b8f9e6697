import NIOCore
import PlimsollModel

// The keys of the venue: which there are, a further one for an account, and the end of one.
extension Gateway {
    /// Every key with what it opens; never a secret.
    func listKeys(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let account = try call.parameters.integer("account", in: 0...Int64(UInt32.max))
            .map { AccountID(rawValue: UInt32($0)) }
        json.beginArray()
        for credential in keys.credentials where account == nil || credential.account == account {
            json.beginObject()
            describe(credential, &json)
            json.endObject()
        }
        json.endArray()
    }

    /// A further key for an account: `{"account": 16, "permissions": ["read"], "publicKey": PEM}`.
    ///
    /// With `expiry` it ends by itself, with `addresses` it opens nothing to others.
    /// `accountKey`, another key of the account, may stand for its number.
    /// Without a public key the answer holds a secret, this once.
    func registerKey(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        let request = try ControlRequest(
            call.parameters.body,
            allowed: [
                "account", "accountKey", "permissions", "publicKey", "key", "secret", "expiry",
                "addresses",
            ]
        )
        let account = try account(request, number: "account", key: "accountKey")
        let permissions = try permissions(request)
        let bounds = try bounds(request, at: call.received)
        let key = try request.text("key")
        let secret = try request.text("secret")
        let credential: Credential
        do {
            if let text = try request.text("publicKey") {
                guard secret == nil else { throw DialectError.combinationInvalid }
                guard let publicKey = SigningPublicKey(pem: text) else {
                    throw KeyRingError.malformedPublicKey
                }
                credential = try keys.grant(
                    account: account,
                    permissions: permissions,
                    bounds: bounds,
                    key: key,
                    publicKey: publicKey
                )
            } else {
                credential = try keys.grant(
                    account: account,
                    permissions: permissions,
                    bounds: bounds,
                    key: key,
                    secret: secret
                )
            }
        } catch {
            throw refusal(error)
        }
        json.beginObject()
        describe(credential, &json)
        if let secret = credential.secret { json.field("secret", secret) }
        json.endObject()
    }

    /// Ends a key at once, and with it the account's user data stream: whoever still has a key opens
    /// it again.
    func revokeKey(_ call: Call, _ json: inout JSONWriter) throws(DialectError) {
        do {
            let credential = try keys.revoke(key: call.pathArgument)
            _ = streams.listenKeys.close(credential.account, at: call.received)
            json.beginObject()
            describe(credential, &json)
            json.endObject()
        } catch {
            throw refusal(error)
        }
    }

    /// Whether a request that came with a key may move the money of an account.
    ///
    /// - Throws: -2015 where the account is another's and the key no admin's.
    func admit(_ call: Call, toMoneyOf account: AccountID) throws(DialectError) {
        guard let credential = call.credential, !credential.permissions.contains(.admin) else {
            return
        }
        guard credential.account == account else { throw .keyUnknown }
    }

    private func describe(_ credential: Credential, _ json: inout JSONWriter) {
        json.field("key", credential.key)
        json.field("account", credential.account)
        json.field("algorithm", credential.proof.algorithm)
        json.beginArray("permissions")
        for name in credential.permissions.names { json.string(name) }
        json.endArray()
        if let expiry = credential.bounds.expiry { json.field("expiry", expiry) }
        guard !credential.bounds.addresses.isEmpty else { return }
        json.beginArray("addresses")
        for address in credential.bounds.addresses.sorted() { json.string(address) }
        json.endArray()
    }

    private func bounds(
        _ request: ControlRequest,
        at time: Timestamp
    ) throws(DialectError) -> KeyBounds {
        let expiry = try request.integer("expiry").map(Timestamp.init(milliseconds:))
        // One that has passed is a mistake of units or of a clock.
        guard expiry.map({ $0 > time }) ?? true else { throw .valueInvalid("expiry") }
        guard let value = request["addresses"] else { return KeyBounds(expiry: expiry) }
        guard case .array(let elements) = value, !elements.isEmpty else {
            throw .valueInvalid("addresses")
        }
        var addresses: Set<String> = []
        for element in elements {
            // In the form in which connections tell theirs.
            guard case .string(let text) = element,
                let address = try? SocketAddress(ipAddress: text, port: 0).ipAddress
            else { throw .valueInvalid("addresses") }
            addresses.insert(address)
        }
        return KeyBounds(expiry: expiry, addresses: addresses)
    }

    private func permissions(_ request: ControlRequest) throws(DialectError) -> KeyPermissions {
        guard let value = request["permissions"] else { return .owner }
        guard case .array(let elements) = value, !elements.isEmpty else {
            throw .valueInvalid("permissions")
        }
        var permissions: KeyPermissions = []
        for element in elements {
            guard case .string(let name) = element,
                let known = KeyPermissions.named.first(where: { $0.name == name })
            else { throw .valueInvalid("permissions") }
            permissions.insert(known.permission)
        }
        return permissions
    }

    private func refusal(_ error: any Error) -> DialectError {
        switch error {
        case let error as DialectError: error
        case KeyRingError.unknown: DialectError(-2015, "\(KeyRingError.unknown)", status: 404)
        case KeyRingError.io, KeyRingError.damaged:
            DialectError(-1000, "the keys could not be kept", status: 500)
        default: DialectError(-1130, "\(error)")
        }
    }
}
