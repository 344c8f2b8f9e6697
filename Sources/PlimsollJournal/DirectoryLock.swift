#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Keeps a second process out of a data directory for as long as it lives.
///
/// The lock is the kernel's (`flock`), so it ends with its process, however that ends; the text in
/// the file only names the owner.
final class DirectoryLock: Sendable {
    static let fileName = "journal.lock"

    private let descriptor: Int32

    /// Takes the lock of a directory that exists.
    init(directory: String) throws(JournalError) {
        let path = directory + "/" + Self.fileName
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .io("\(path): \(systemErrorText())") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let owner = Self.text(in: descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw .io("\(path): \(systemErrorText(reason))") }
            throw .locked("\(directory) by process \(owner.isEmpty ? "unknown" : owner)")
        }
        self.descriptor = descriptor
        let owner = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0,
            unsafe pwrite(descriptor, owner, owner.count, 0) == owner.count
        else { throw .io("\(path): \(systemErrorText())") }
    }

    deinit { close(descriptor) }

    private static func text(in descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self)
    }
}

/// The system's words for an error number.
func systemErrorText(_ number: Int32 = errno) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
}
