import Foundation

/// Data goes to stdout, talk and complaints to stderr.
enum Console {
    /// Whether stdout is a terminal that a person reads.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Whether stdout may carry colour: on a terminal, unless `NO_COLOR` is set.
    static var hasColor: Bool {
        isInteractive && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
    }

    static func say(_ line: String = "") {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    static func remark(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Writes over the line before, for progress, where stderr is a terminal.
    static func remarkInPlace(_ line: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    }

    /// Ends the program; what has been written is on its way.
    static func leave(_ code: Int32) -> Never { exit(code) }

    /// Writes one JSON document, its keys sorted.
    static func say(json document: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        say(String(decoding: try encoder.encode(document), as: UTF8.self))
    }

    /// Complains about a failure in one sentence, or in one JSON document.
    static func complain(_ failure: CommandFailure, asJSON: Bool) {
        guard asJSON else {
            remark("plimsoll: \(failure.message).")
            if let suggestion = failure.suggestion { remark("  \(suggestion).") }
            return
        }
        struct Document: Encodable {
            let error: String
            let message: String
            let suggestion: String?
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            error: failure.status.name,
            message: failure.message,
            suggestion: failure.suggestion
        )
        if let data = try? encoder.encode(document) {
            remark(String(decoding: data, as: UTF8.self))
        }
    }
}

/// A word in colour where the terminal takes it.
struct Paint {
    let isOn: Bool

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }

    private func wrap(_ text: String, _ code: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
