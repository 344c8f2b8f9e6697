import Foundation
import PlimsollModel
import Synchronization

// The file of a data directory: JSON that only its owner may read.
extension KeyRing {
    private struct Entry: Codable {
        var key: String
        /// Either this or the public key.
        var secret: String?
        var publicKey: String?
        var account: UInt32
        var permissions: UInt8
    }

    private struct Contents: Codable {
        var version = 2
        var keys: [Entry]
    }

    static func read(_ path: String) throws(KeyRingError) -> [Credential] {
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
        // Version 1 had secrets only, in the same form.
        guard (1...2).contains(contents.version) else {
            throw .damaged(path: path, reason: "its version \(contents.version) is not known")
        }
        var credentials: [Credential] = []
        for entry in contents.keys {
            guard let proof = proof(of: entry) else {
                throw .damaged(path: path, reason: "a key has neither secret nor public key")
            }
            credentials.append(
                Credential(
                    key: entry.key,
                    proof: proof,
                    account: AccountID(rawValue: entry.account),
                    permissions: KeyPermissions(rawValue: entry.permissions)
                )
            )
        }
        return credentials
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
        let entries = credentials.map { credential in
            var entry = Entry(
                key: credential.key,
                account: credential.account.rawValue,
                permissions: credential.permissions.rawValue
            )
            switch credential.proof {
            case .secret(let secret): entry.secret = secret
            case .publicKey(let key): entry.publicKey = key.pem
            }
            return entry
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
