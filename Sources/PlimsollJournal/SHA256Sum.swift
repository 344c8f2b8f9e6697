internal import Crypto

/// SHA-256 over the parts one after the other.
///
/// In a file of its own because the library's `Digest` is another than the engine's.
func sha256(_ parts: [UInt8]...) -> [UInt8] {
    var hash = SHA256()
    for part in parts { hash.update(data: part) }
    return Array(hash.finalize())
}
