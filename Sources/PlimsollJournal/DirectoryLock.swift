#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Keeps a second process out of a data directory for as long as it lives.
///
/// The lock is the kernel's (`flock`), so it ends with its process, however that ends. The file
/// names its owner for people, and the last command that was acknowledged: should commits be lost
/// with a write-ahead log that somebody deleted or a disk that lied, that note tells.
final class DirectoryLock: Sendable {
    static let fileName = "journal.lock"
    private static let processLabel = "process "
    private static let commandLabel = "command "
    /// Each line holds a label and a number of this width, so that it is written in place.
    private static let numberWidth = 20
    private static let lineSize = processLabel.utf8.count + numberWidth + 1

    private let descriptor: Int32
    /// What the process before noted.
    let lastNoted: Int64?

    /// Takes the lock of a directory that exists.
    init(directory: String) throws(JournalError) {
        let path = directory + "/" + Self.fileName
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .io("\(path): \(systemErrorText())") }
        let taken = flock(descriptor, LOCK_EX | LOCK_NB)
        let reason = errno
        let noted = Self.numbers(in: descriptor)
        guard taken == 0 else {
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw .io("\(path): \(systemErrorText(reason))") }
            throw Self.locked(directory, by: noted.process)
        }
        self.descriptor = descriptor
        lastNoted = noted.command
        let line = Self.line(Self.processLabel, Int64(getpid()))
        guard unsafe pwrite(descriptor, line, line.count, 0) == line.count else {
            throw .io("\(path): \(systemErrorText())")
        }
    }

    /// Keeps a writer out of a directory that has none, for as long as somebody reads there.
    ///
    /// - Parameter directory: Nothing is made or changed in it.
    /// - Throws: `JournalError.locked` where a process has the directory, `JournalError.io`.
    init(reading directory: String) throws(JournalError) {
        let path = directory + "/" + Self.fileName
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .io("\(path): \(systemErrorText())") }
            lastNoted = nil
            return
        }
        let noted = Self.numbers(in: descriptor)
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
            close(descriptor)
            throw Self.locked(directory, by: noted.process)
        }
        lastNoted = noted.command
    }

    private static func locked(_ directory: String, by process: Int64?) -> JournalError {
        .locked("\(directory) by process \(process.map(String.init) ?? "unknown")")
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Notes the last command on the disk.
    ///
    /// The note is not synced and may be lost or old after a power loss, but it is never ahead of
    /// the journal; so a failure to write it is no failure.
    func note(lastSequence: Int64) {
        let line = Self.line(Self.commandLabel, lastSequence)
        _ = unsafe pwrite(descriptor, line, line.count, off_t(Self.lineSize))
    }

    private static func line(_ label: String, _ number: Int64) -> [UInt8] {
        let digits = String(number)
        let padding = String(repeating: " ", count: numberWidth - digits.count)
        return Array((label + padding + digits + "\n").utf8)
    }

    private static func numbers(in descriptor: Int32) -> (process: Int64?, command: Int64?) {
        var bytes = [UInt8](repeating: 0, count: 2 * lineSize)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        func number(_ label: String) -> Int64? {
            for line in text.split(separator: "\n") where line.hasPrefix(label) {
                return line.split(separator: " ").last.flatMap { Int64($0) }
            }
            return nil
        }
        return (number(processLabel), number(commandLabel))
    }
}

/// Whether this process may make files in a directory.
func isWritable(_ directory: String) -> Bool {
    unsafe faccessat(AT_FDCWD, directory, W_OK, AT_EACCESS) == 0
}

/// The system's words for an error number.
func systemErrorText(_ number: Int32 = errno) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
}
