public import Foundation

/// Files that only their owner may read.
public enum PrivateFile {
    public enum Failure: Error {
        case unwritable
        case unreplaceable
    }

    /// Writes a file whole or not at all: who waits for it never reads half of it.
    public static func write(_ data: Data, to path: String) throws(Failure) {
        let temporary = path + ".new"
        // Made with its final rights, so that there is no moment at which others could read it.
        try? FileManager.default.removeItem(atPath: temporary)
        guard
            FileManager.default.createFile(
                atPath: temporary,
                contents: data,
                attributes: [.posixPermissions: 0o600]
            )
        else { throw .unwritable }
        // On the disk before it has its name, so that a crash leaves the old file or the new one.
        do {
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary))
            try file.synchronize()
            try file.close()
        } catch {
            throw .unwritable
        }
        // Safe: both texts live through the call, which keeps neither.
        guard unsafe rename(temporary, path) == 0 else { throw .unreplaceable }
    }
}
