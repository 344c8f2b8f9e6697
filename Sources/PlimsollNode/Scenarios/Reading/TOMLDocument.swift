import PlimsollModel
import TOMLKit

/// A TOML file: its values, and the line on which each of them stands.
///
/// A table is read as an object and an array as a list, so that profiles and scenarios are asked for
/// their parts in one way.
struct TOMLDocument {
    let value: JSONValue
    private let lines: TOMLLines

    init(_ text: String, file: String) throws(ProfileError) {
        // The parser takes the text up to the first zero byte and would not see what follows it.
        guard !text.utf8.contains(0) else {
            throw ProfileError(kind: .malformed, file: file, reason: "a zero byte is in it")
        }
        lines = try TOMLLines(of: text, file: file)
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ProfileError(
                kind: .malformed,
                file: file,
                path: "line \(error.source.begin.line)",
                reason: error.description
            )
        } catch {
            throw ProfileError(kind: .malformed, file: file, reason: "not a TOML document")
        }
        do {
            value = try Self.value(of: table, at: "", in: file)
        } catch {
            throw lines.placed(error)
        }
    }

    /// The complaint with the line that it is about.
    func placed(_ error: ProfileError) -> ProfileError { lines.placed(error) }

    private static func value(
        of table: TOMLTable,
        at path: String,
        in file: String
    ) throws(ProfileError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for key in table.keys {
            guard let member = table[key] else { continue }
            let place = path.isEmpty ? key : "\(path).\(key)"
            members[key] = try value(of: member, at: place, in: file)
        }
        return .object(members)
    }

    private static func value(
        of element: any TOMLValueConvertible,
        at path: String,
        in file: String
    ) throws(ProfileError) -> JSONValue {
        if let table = element.table { return try value(of: table, at: path, in: file) }
        if let array = element.array {
            var elements: [JSONValue] = []
            for (index, element) in array.enumerated() {
                elements.append(try value(of: element, at: "\(path)[\(index)]", in: file))
            }
            return .list(elements)
        }
        if let text = element.string { return .text(text) }
        if let flag = element.bool { return .flag(flag) }
        if let integer = element.int { return .integer(Int64(integer)) }
        throw ProfileError(
            kind: .malformed,
            file: file,
            path: path,
            reason: element.double == nil
                ? "a date or a time is written as a text, as in \"2025-10-10T21:00:00Z\""
                : "a number with decimals is written as a text, as in \"0.01\""
        )
    }
}

/// Where the values of a TOML file stand; the parser tells that only of what it cannot read.
struct TOMLLines {
    private var lines: [String: Int] = [:]

    /// - Throws: `ProfileError` where the parser must not see the text.
    init(of text: String, file: String) throws(ProfileError) {
        var statements = TOMLStatements(of: text, file: file)
        var table = ""
        var counts: [String: Int] = [:]
        while let statement = try statements.next() {
            switch statement.kind {
            case .table:
                table = Self.name(statement.name, counts)
                note(table, statement.line)
            case .tableOfArray:
                let name = Self.name(statement.name, counts)
                table = "\(name)[\(counts[name, default: 0])]"
                counts[name, default: 0] += 1
                note(table, statement.line)
            case .member:
                let key = Self.name(statement.name, [:])
                note(table.isEmpty ? key : "\(table).\(key)", statement.line)
            }
        }
    }

    private mutating func note(_ path: String, _ line: Int) {
        if lines[path] == nil { lines[path] = line }
    }

    /// The name of a table or a key without its quotes, where a table inside an array of tables is
    /// inside the newest of them.
    private static func name(_ text: String, _ counts: [String: Int]) -> String {
        var name = ""
        for part in text.split(separator: ".") {
            let bare = part.filter { !" \t\"'".contains($0) }
            name += name.isEmpty ? bare : ".\(bare)"
            if let count = counts[name], name.count < text.count { name += "[\(count - 1)]" }
        }
        return name
    }

    func placed(_ error: ProfileError) -> ProfileError {
        var path = error.path
        // A value inside an inline table stands on the line of the table.
        while lines[path] == nil, !path.isEmpty {
            path = String(
                path.prefix(upTo: path.lastIndex { ".[".contains($0) } ?? path.startIndex)
            )
        }
        guard let line = lines[path] else { return error }
        var placed = error
        placed.path = "line \(line): \(error.path)"
        return placed
    }
}
