import ArgumentParser
import Foundation
import Logging

/// Log lines on stderr: words for people, or one JSON document a line for programs.
///
/// Whatever a message holds, it stays one line and moves no cursor.
struct LogLines: LogHandler {
    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case text, json
    }

    let label: String
    let format: Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { _, own in own }
            .mapValues(\.description)
        let time = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        switch format {
        case .text:
            var line = "\(time) \(event.level) \(label): " + Self.plain("\(event.message)")
            for (name, value) in details.sorted(by: { $0.key < $1.key }) {
                line += " \(Self.plain(name))=\(Self.plain(value))"
            }
            Console.remark(line)
        case .json:
            let document = Document(
                time: time,
                level: "\(event.level)",
                label: label,
                message: "\(event.message)",
                details: details.isEmpty ? nil : details
            )
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(document) else { return }
            Console.remark(String(decoding: data, as: UTF8.self))
        }
    }

    private struct Document: Encodable {
        let time: String
        let level: String
        let label: String
        let message: String
        let details: [String: String]?
    }

    /// With control characters written out, line ends and escapes of terminals among them.
    private static func plain(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control {
                plain += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }
}
