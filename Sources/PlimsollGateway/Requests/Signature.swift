import Crypto

extension KeyProof {
    /// Whether `signature`, as it came with the request, is the payload's.
    func isValid(_ signature: some Collection<UInt8>, of payload: [UInt8]) -> Bool {
        switch self {
        case .secret(let secret): Signature.isValid(signature, of: payload, secret: secret)
        case .publicKey(let key): key.isValid(signature, of: payload)
        }
    }
}

/// The HMAC-SHA256 signatures of requests, as hexadecimal text.
enum Signature {
    /// Whether `signature` is the payload's under `secret`.
    ///
    /// The comparison takes the same time wherever the first difference lies, so that a signature
    /// cannot be found byte by byte. Upper and lower case count as equal.
    static func isValid(
        _ signature: some Collection<UInt8>,
        of payload: [UInt8],
        secret: String
    ) -> Bool {
        guard signature.count == SHA256.byteCount * 2 else { return false }
        var code: [UInt8] = []
        code.reserveCapacity(SHA256.byteCount)
        var high: UInt8?
        for byte in signature {
            guard let digit = hexValue(byte) else { return false }
            if let first = high {
                code.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return HMAC<SHA256>.isValidAuthenticationCode(
            code,
            authenticating: payload,
            using: SymmetricKey(data: Array(secret.utf8))
        )
    }

    /// The signature of a payload, for examples and tests.
    static func make(_ payload: some Sequence<UInt8>, secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(payload),
            using: SymmetricKey(data: Array(secret.utf8))
        )
        var text: [UInt8] = []
        let digits = Array("0123456789abcdef".utf8)
        for byte in code {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
