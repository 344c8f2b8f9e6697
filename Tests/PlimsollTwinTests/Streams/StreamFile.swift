import Foundation
import PlimsollModel

/// A stream of commands as lines of JSON: the venue time, the command's bytes in hex, and for
/// people what it says.
enum StreamFile {
    private struct Line: Codable {
        var time: Int64
        var command: String
        var says: String
    }

    enum Fault: Error { case badHex(String) }

    static func text(of stream: [TimedCommand]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try stream.map { timed in
            var writer = ByteWriter()
            timed.command.encode(into: &writer)
            let line = Line(
                time: timed.time,
                command: writer.bytes.map(hex).joined(),
                says: says(timed.command)
            )
            return String(decoding: try encoder.encode(line), as: UTF8.self) + "\n"
        }.joined()
    }

    static func stream(of text: String) throws -> [TimedCommand] {
        try text.split(separator: "\n").map { row in
            let line = try JSONDecoder().decode(Line.self, from: Data(row.utf8))
            var reader = ByteReader(try bytes(of: line.command))
            let command = try Command(from: &reader)
            try reader.finish()
            return TimedCommand(time: line.time, command: command)
        }
    }

    /// Regression files beside this source, by name.
    static func regressions() throws -> [URL] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Regressions")
        return try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        .filter { $0.pathExtension == "jsonl" }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    private static func says(_ command: Command) -> String {
        var text = String(describing: command)
        for noise in ["PlimsollModel.", "rawValue: "] {
            text = text.replacingOccurrences(of: noise, with: "")
        }
        return text
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func bytes(of hex: String) throws -> [UInt8] {
        let digits = Array(hex)
        guard digits.count.isMultiple(of: 2) else { throw Fault.badHex(hex) }
        return try stride(from: 0, to: digits.count, by: 2).map { offset in
            guard let byte = UInt8(String(digits[offset...(offset + 1)]), radix: 16) else {
                throw Fault.badHex(hex)
            }
            return byte
        }
    }
}
