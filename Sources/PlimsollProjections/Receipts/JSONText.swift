import PlimsollModel

/// A JSON value, already written.
struct JSONText {
    let text: String

    static let null = JSONText(text: "null")

    static func boolean(_ value: Bool) -> JSONText { JSONText(text: value ? "true" : "false") }

    static func integer(_ value: UInt64) -> JSONText { JSONText(text: String(value)) }

    static func signed(_ value: Int64) -> JSONText { JSONText(text: String(value)) }

    static func array(_ elements: [JSONText]) -> JSONText {
        JSONText(text: "[" + elements.map(\.text).joined(separator: ",") + "]")
    }

    /// Keeps the order of its members.
    static func object(_ members: [(name: String, value: JSONText)]) -> JSONText {
        let written = members.map { Self.text($0.name).text + ":" + $0.value.text }
        return JSONText(text: "{" + written.joined(separator: ",") + "}")
    }

    static func text(_ value: String) -> JSONText {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return JSONText(text: text + "\"")
    }
}

extension JSONText {
    /// How a document is made again: replaying the journal up to `fromSequence` gives `digestBefore`, and
    /// from there up to `toSequence` gives `digestAfter` and the document.
    static func recompute(
        _ first: Sequence,
        _ digestBefore: Digest,
        to last: Sequence,
        _ digestAfter: Digest
    ) -> JSONText {
        .object([
            ("fromSequence", .integer(first.rawValue - 1)),
            ("digestBefore", .text(digestBefore.description)),
            ("toSequence", .integer(last.rawValue)),
            ("digestAfter", .text(digestAfter.description)),
        ])
    }
}
