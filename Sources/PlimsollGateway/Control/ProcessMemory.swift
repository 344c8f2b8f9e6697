import Foundation

/// How much memory the process holds.
enum ProcessMemory {
    /// Resident bytes; `nil` where the system does not say it in a file.
    static var residentBytes: Int? {
        guard
            let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }
}
