import Foundation
import PlimsollGateway
import PlimsollTapes
import Synchronization

/// Fetches files of an archive into a folder, each with its published sum.
struct Download {
    /// A connection that breaks is tried again as often, each time from where it stopped.
    private static let attemptMax = 5

    let client: WebClient
    let directory: String

    /// Fetches one file unless it is there already.
    ///
    /// - Parameters:
    ///   - file: Of the archive.
    ///   - label: Said in front of its progress.
    /// - Returns: Where it is.
    /// - Throws: `CommandFailure`, saying what is wrong; what was fetched so far stays for the next
    ///   attempt, unless its sum is wrong.
    func fetch(_ file: VisionArchive.File, label: String) async throws -> String {
        let path = "\(directory)/\(file.path)"
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
        } catch {
            throw CommandFailure(.failed, "\(folder) cannot be made: \(error.localizedDescription)")
        }
        if FileManager.default.fileExists(atPath: path), (try? FileSum.check(path)) == true {
            Console.remark("\(label)  \(file.name)  is there")
            return path
        }
        let sum = try await publishedSum(of: file)
        try sum.write(toFile: path + ".CHECKSUM", atomically: true, encoding: .utf8)
        let part = path + ".part"
        try await fetchPart(file, to: part, label: label)
        let found = try reading { () throws(TapeError) in try FileSum.sha256(of: part) }
        guard found == FileSum.published(in: sum) else {
            try? FileManager.default.removeItem(atPath: part)
            throw CommandFailure(
                .failed,
                "\(file.name) arrived with another SHA-256 than is published; it was thrown away",
                suggestion: "Try again; if it stays so, the archive's file is damaged"
            )
        }
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: part, toPath: path)
        Console.remarkInPlace("")
        Console.remark("\(label)  \(file.name)  verified")
        return path
    }

    private func publishedSum(of file: VisionArchive.File) async throws -> String {
        let path = "/\(file.path).CHECKSUM"
        let answer: (head: WebClient.Head, body: [UInt8])
        do {
            answer = try await client.get(path, lengthMax: 4096)
        } catch {
            throw failure(error)
        }
        guard answer.head.status == 200 else { throw missing(answer.head, file) }
        let text = String(decoding: answer.body, as: UTF8.self)
        guard FileSum.published(in: text) != nil else {
            throw CommandFailure(.failed, "\(client.address)\(path) is no checksum")
        }
        return text
    }

    /// Fetches what is not there yet, again and again until the server has said everything.
    private func fetchPart(
        _ file: VisionArchive.File,
        to part: String,
        label: String
    ) async throws {
        var attempt = 1
        while true {
            let sink = try PartFile(path: part) { length, total in
                Self.show(label, file, length, total)
            }
            do {
                let head = try await request(file, into: sink)
                sink.close()
                switch head.status {
                case 200, 206: return
                case 416:
                    // The part is longer than the file: another file, under the same name.
                    try? FileManager.default.removeItem(atPath: part)
                default: throw missing(head, file)
                }
            } catch let error as CommandFailure {
                sink.close()
                throw error
            } catch {
                sink.close()
                guard attempt < Self.attemptMax else { throw failure(error) }
                Console.remark("\(label)  \(file.name)  \(error); going on from there")
                try await Task.sleep(for: .milliseconds(200 * attempt))
            }
            attempt += 1
            guard attempt <= Self.attemptMax else {
                throw CommandFailure(.failed, "\(file.name) cannot be fetched whole")
            }
        }
    }

    private func request(
        _ file: VisionArchive.File,
        into sink: PartFile
    ) async throws -> WebClient.Head {
        let have = sink.length
        return try await client.get(
            "/\(file.path)",
            headers: have > 0 ? [("Range", "bytes=\(have)-")] : []
        ) { head in
            try sink.begin(head)
        } body: { bytes in
            try sink.append(Data(bytes))
        }
    }

    private func missing(_ head: WebClient.Head, _ file: VisionArchive.File) -> CommandFailure {
        switch head.status {
        case 404:
            CommandFailure(
                .notFound,
                "\(client.address)/\(file.path) does not exist",
                suggestion: "That day or month may not be published; see --kind, --interval and"
                    + " --market"
            )
        case 300..<400:
            CommandFailure(
                .failed,
                "\(client.address) sends elsewhere: \(head.location ?? "it does not say where")",
                suggestion: "Name that address with --base-url"
            )
        default:
            CommandFailure(.failed, "\(client.address) answers with status \(head.status)")
        }
    }

    private func failure(_ error: any Error) -> CommandFailure {
        CommandFailure(.noServer, "\(client.address): \(error)")
    }

    private static func show(
        _ label: String,
        _ file: VisionArchive.File,
        _ length: Int,
        _ total: Int?
    ) {
        let width = 24
        guard let total, total > 0 else {
            return Console.remarkInPlace("\(label)  \(file.name)  \(length / 1024) KiB")
        }
        let filled = min(width, length * width / total)
        let bar =
            String(repeating: "█", count: filled)
            + String(repeating: "░", count: width - filled)
        Console.remarkInPlace("\(label)  \(file.name)  \(bar)  \(length * 100 / total) %")
    }
}

/// The beginning of a file that is being fetched.
private final class PartFile: Sendable {
    private struct State {
        var length: Int
        var total: Int?
        var shown = 0
        var isWanted = true
    }

    private let handle: FileHandle
    private let state: Mutex<State>
    private let report: @Sendable (_ length: Int, _ total: Int?) -> Void
    private static let reportStep = 1 << 18

    init(
        path: String,
        report: @escaping @Sendable (_ length: Int, _ total: Int?) -> Void
    ) throws(CommandFailure) {
        do {
            if !FileManager.default.fileExists(atPath: path) {
                try Data().write(to: URL(fileURLWithPath: path))
            }
            handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            state = Mutex(State(length: Int(try handle.seekToEnd())))
        } catch {
            throw CommandFailure(.failed, "\(path) cannot be written: \(error)")
        }
        self.report = report
    }

    var length: Int { state.withLock { $0.length } }

    /// A server that does not know parts sends the whole file again.
    func begin(_ head: WebClient.Head) throws {
        let isWhole = head.status == 200
        if isWhole { try handle.truncate(atOffset: 0) }
        state.withLock {
            if isWhole { $0.length = 0 }
            let have = $0.length
            $0.total = head.length.map { have + $0 }
            $0.isWanted = isWhole || head.status == 206
        }
    }

    func append(_ data: Data) throws {
        // The text of a refusal is no part of the file.
        guard state.withLock({ $0.isWanted }) else { return }
        try handle.write(contentsOf: data)
        let (length, total, isDue) = state.withLock { state in
            state.length += data.count
            let isDue = state.length - state.shown >= Self.reportStep
            if isDue { state.shown = state.length }
            return (state.length, state.total, isDue)
        }
        if isDue { report(length, total) }
    }

    func close() { try? handle.close() }
}
