import Crypto
import Foundation

/// Encrypts the secrets of the key file with a key that is kept in a file of its own.
///
/// Who has the one without the other has nothing: a copy of the key file, or a folder that was shared
/// without this one.
struct SecretBox: Sendable {
    static let fileName = "keys.secret"

    private static let byteCount = 32

    private let key: SymmetricKey

    /// The box of a data directory; `nil` where there is none yet.
    static func kept(directory: String) throws(KeyRingError) -> SecretBox? {
        let path = directory + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .io(path: path, reason: "it cannot be read")
        }
        guard data.count == byteCount else {
            throw .damaged(path: path, reason: "it is not \(byteCount) bytes long")
        }
        return SecretBox(key: SymmetricKey(data: data))
    }

    /// The box of a data directory, made where there is none yet.
    static func own(directory: String) throws(KeyRingError) -> SecretBox {
        if let kept = try kept(directory: directory) { return kept }
        return try made(directory: directory)
    }

    /// A new one, kept before anything is put into it.
    private static func made(directory: String) throws(KeyRingError) -> SecretBox {
        let path = directory + "/" + fileName
        // The system's generator is cryptographically secure on every platform that we build for.
        var generator = SystemRandomNumberGenerator()
        let key = Data((0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) })
        do {
            try PrivateFile.write(key, to: path)
        } catch {
            throw .io(path: path, reason: "it cannot be written")
        }
        return SecretBox(key: SymmetricKey(data: key))
    }

    /// - Parameters:
    ///   - secret: What is kept.
    ///   - owner: Only under the same name is it opened again.
    /// - Returns: Base64.
    /// - Throws: Where the system cannot encrypt.
    func seal(_ secret: String, of owner: String) throws -> String {
        try ChaChaPoly.seal(
            Array(secret.utf8),
            using: key,
            authenticating: Array(owner.utf8)
        ).combined.base64EncodedString()
    }

    /// `nil` for what this box has not sealed under this name.
    func open(_ sealed: String, of owner: String) -> String? {
        guard let data = Data(base64Encoded: sealed),
            let box = try? ChaChaPoly.SealedBox(combined: data),
            let secret = try? ChaChaPoly.open(box, using: key, authenticating: Array(owner.utf8))
        else { return nil }
        return String(validating: secret, as: UTF8.self)
    }
}
