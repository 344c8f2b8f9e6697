import Foundation

/// Whether something listens at a port of the loopback.
enum LoopbackPort {
    enum State {
        case free
        case taken
        case refused(String)
    }

    /// Tries to listen there, as a server would, and stops at once.
    static func state(of port: UInt16) -> State {
        #if os(Linux)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return .refused(reason()) }
        defer { close(descriptor) }
        // As servers do: a port whose last connection has only just closed counts as free.
        var reuse: Int32 = 1
        // Safe: the size is that of the value pointed at, which outlives the call.
        _ = unsafe setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_REUSEADDR,
            &reuse,
            socklen_t(MemoryLayout<Int32>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: INADDR_LOOPBACK.bigEndian)
        // Safe: an IPv4 address is read as the generic one, with its own size.
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0, listen(descriptor, 1) == 0 else {
            return errno == EADDRINUSE ? .taken : .refused(reason())
        }
        return .free
    }

    private static func reason() -> String {
        guard let text = unsafe strerror(errno) else { return "error \(errno)" }
        return unsafe String(cString: text)
    }
}

/// How long the disk takes to make a small write durable.
enum DiskSync {
    /// The median of nine; `nil` where a file cannot be written there.
    static func medianMilliseconds(in folder: String) -> Double? {
        let path = "\(folder)/.plimsoll-sync-\(getpid())"
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { return nil }
        defer {
            try? file.close()
            try? FileManager.default.removeItem(atPath: path)
        }
        let block = Data(repeating: 0x2E, count: 4096)
        var times: [Double] = []
        for _ in 0..<9 {
            let start = DispatchTime.now().uptimeNanoseconds
            do {
                try file.write(contentsOf: block)
                try file.synchronize()
            } catch {
                return nil
            }
            times.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1_000_000)
        }
        return times.sorted()[times.count / 2]
    }
}

/// The memory that can still be taken without swapping.
enum AvailableMemory {
    /// `nil` where the system does not say.
    static var bytes: UInt64? {
        guard let data = FileManager.default.contents(atPath: "/proc/meminfo") else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
        return kibibytes.map { $0 * 1024 }
    }
}
