import Crypto
import CryptoExtras
import Foundation

/// The public half of a client's key pair.
///
/// Kept as text as well, in the one form that its file has, so that equal keys are equal.
public struct SigningPublicKey: Sendable, Hashable {
    public enum Algorithm: String, Sendable {
        case ed25519 = "Ed25519"
        case rsa = "RSA"
    }

    private enum Key: Sendable {
        case ed25519(Curve25519.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey)
    }

    /// Longer moduli would make every forged signature expensive to refuse.
    static let modulusBits = 2048...4096

    /// As PEM, "BEGIN PUBLIC KEY".
    public let pem: String
    public let algorithm: Algorithm
    private let key: Key

    /// Reads a key in PEM; fails for anything but an Ed25519 key or an RSA key of fair size.
    public init?(pem text: String) {
        // An RSA key in PKCS#8 or PKCS#1, or twelve bytes and an Ed25519 key of thirty-two.
        if let raw = Self.ed25519Bytes(pem: text) {
            guard let parsed = try? Curve25519.Signing.PublicKey(rawRepresentation: raw) else {
                return nil
            }
            key = .ed25519(parsed)
            algorithm = .ed25519
            pem = Self.pem(of: Self.ed25519Prefix + raw)
        } else {
            guard text.utf8.count < 4096,
                let parsed = try? _RSA.Signing.PublicKey(pemRepresentation: text),
                Self.modulusBits.contains(parsed.keySizeInBits)
            else { return nil }
            key = .rsa(parsed)
            algorithm = .rsa
            pem = Self.pem(of: Array(parsed.derRepresentation))
        }
    }

    /// Whether a signature in Base64 is the payload's.
    func isValid(_ signature: some Sequence<UInt8>, of payload: [UInt8]) -> Bool {
        // In a form a plus sign stands for a blank, and Base64 knows no blanks.
        let text = signature.map { $0 == UInt8(ascii: " ") ? UInt8(ascii: "+") : $0 }
        guard let bytes = Data(base64Encoded: Data(text)) else { return false }
        switch key {
        case .ed25519(let key): return key.isValidSignature(bytes, for: payload)
        case .rsa(let key):
            // The padding that the dialect prescribes.
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: bytes),
                for: SHA256.hash(data: payload),
                padding: .insecurePKCS1v1_5
            )
        }
    }

    public static func == (left: SigningPublicKey, right: SigningPublicKey) -> Bool {
        left.pem == right.pem
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(pem) }

    // MARK: Text

    /// The algorithm identifier and the head of the bit string around an Ed25519 key (RFC 8410).
    private static let ed25519Prefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    private static func ed25519Bytes(pem text: String) -> [UInt8]? {
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        guard lines.first == "-----BEGIN PUBLIC KEY-----",
            lines.last == "-----END PUBLIC KEY-----", lines.count == 3,
            let data = Data(base64Encoded: lines[1]),
            data.count == ed25519Prefix.count + 32, data.starts(with: ed25519Prefix)
        else { return nil }
        return Array(data.dropFirst(ed25519Prefix.count))
    }

    private static func pem(of bytes: [UInt8]) -> String {
        let text = Data(bytes).base64EncodedString(options: .lineLength64Characters)
            .replacingOccurrences(of: "\r\n", with: "\n")
        return "-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n"
    }
}
