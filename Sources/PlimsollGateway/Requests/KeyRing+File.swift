import Foundation
import PlimsollModel
import Synchronization

// The file of a data directory: JSON that only its owner may read.
extension KeyRing {
    private struct Entry: Codable {
        var key: String
        /// Either this or the public key: encrypted from version 3 on.
        var secret: String?
        var publicKey: String?
        var account: UInt32
        var permissions: UInt8
        /// Milliseconds.
        var expiry: Int64?
        var addresses: [String]?
    }

    private struct Contents: Codable {
        var version = KeyRing.fileVersion
        var keys: [Entry]
    }

    private static let fileVersion = 3

    /// - Returns: The keys, and whether their secrets lie open, as older versions left them.
    static func read(
        _ path: String,
        _ box: SecretBox?
    ) throws(KeyRingError) -> (credentials: [Credential], areOpen: Bool) {
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
        // Version 1 had secrets only, in the same form as version 2: as they are.
        guard (1...fileVersion).contains(contents.version) else {
            throw .damaged(path: path, reason: "its version \(contents.version) is not known")
        }
        let areOpen = contents.version < 3
        var credentials: [Credential] = []
        for entry in contents.keys {
            var entry = entry
            if let sealed = entry.secret, !areOpen {
                guard let box else {
                    throw .damaged(
                        path: path,
                        reason: "its secrets are encrypted, and \(SecretBox.fileName) is missing"
                    )
                }
                guard let secret = box.open(sealed, of: entry.key) else {
                    throw .damaged(
                        path: path,
                        reason: "a secret in it was not encrypted with \(SecretBox.fileName)"
                    )
                }
                entry.secret = secret
            }
            guard let proof = proof(of: entry) else {
                throw .damaged(path: path, reason: "a key has neither secret nor public key")
            }
            credentials.append(
                Credential(
                    key: entry.key,
                    proof: proof,
                    account: AccountID(rawValue: entry.account),
                    permissions: KeyPermissions(rawValue: entry.permissions),
                    bounds: KeyBounds(
                        expiry: entry.expiry.map(Timestamp.init(milliseconds:)),
                        addresses: Set(entry.addresses ?? [])
                    )
                )
            )
        }
        return (credentials, areOpen)
    }

    private static func proof(of entry: Entry) -> KeyProof? {
        switch (entry.secret, entry.publicKey) {
        case (let secret?, nil): .secret(secret)
        case (nil, let text?): SigningPublicKey(pem: text).map(KeyProof.publicKey)
        default: nil
        }
    }

    func save() throws(KeyRingError) {
        guard let path else { return }
        let failure: KeyRingError? = writing.withLock { _ in
            do throws(KeyRingError) {
                try write(to: path)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private func write(to path: String) throws(KeyRingError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            let entries = try credentials.map(entry)
            try PrivateFile.write(try encoder.encode(Contents(keys: entries)), to: path)
        } catch {
            throw .io(path: path, reason: "it cannot be written")
        }
    }

    private func entry(of credential: Credential) throws -> Entry {
        var entry = Entry(
            key: credential.key,
            account: credential.account.rawValue,
            permissions: credential.permissions.rawValue,
            expiry: credential.bounds.expiry?.milliseconds
        )
        if !credential.bounds.addresses.isEmpty {
            entry.addresses = credential.bounds.addresses.sorted()
        }
        switch credential.proof {
        case .secret(let secret): entry.secret = try box?.seal(secret, of: credential.key)
        case .publicKey(let key): entry.publicKey = key.pem
        }
        return entry
    }
}
