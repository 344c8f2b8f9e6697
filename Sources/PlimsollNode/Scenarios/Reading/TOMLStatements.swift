import PlimsollModel

/// Walks a TOML text from statement to statement, by the rules for texts, comments and brackets alone.
///
/// What is wrong inside a statement is the parser's to say. Two things that are not TOML end the process
/// where the parser (toml++ 3.4.0) meets them, and are refused here instead: a table's header in which
/// no name begins, which is an assertion of its own (marzer/tomlplusplus, issue 294), and values
/// nested deeper than the stack.
struct TOMLStatements {
    enum Kind { case table, tableOfArray, member }

    struct Statement {
        let kind: Kind
        /// As it is written, quotes included.
        let name: String
        /// Counted from one.
        let line: Int
    }

    /// How deep brackets may stand in one another, and how many parts a name may have.
    private static let depthMax = 32

    private let file: String
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1

    init(of text: String, file: String) {
        self.file = file
        bytes = Array(text.utf8)
        // The parser does not see a byte order mark either.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// The next statement; nil at the end.
    ///
    /// - Throws: `ProfileError` with the line that the parser must not see.
    mutating func next() throws(ProfileError) -> Statement? {
        while let byte {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
            case UInt8(ascii: "\n"): endLine()
            case UInt8(ascii: "#"): skipLine()
            case UInt8(ascii: "["): return try header()
            default: return try member()
            }
        }
        return nil
    }

    private mutating func header() throws(ProfileError) -> Statement {
        index += 1
        skipBlanks()
        let isOfArray = byte == UInt8(ascii: "[")
        if isOfArray {
            index += 1
            skipBlanks()
        }
        if let byte, byte != UInt8(ascii: "]"), !Self.beginsName(byte) {
            throw fault("a table's name begins with a letter, a digit, a dash or a quote")
        }
        let line = line
        let name = try name { $0 == UInt8(ascii: "]") }
        skipLine()
        return Statement(kind: isOfArray ? .tableOfArray : .table, name: name, line: line)
    }

    private mutating func member() throws(ProfileError) -> Statement {
        let line = line
        let name = try name { $0 == UInt8(ascii: "=") }
        try skipValue()
        return Statement(kind: .member, name: name, line: line)
    }

    /// What stands before the byte that ends a name, or before the end of the line.
    private mutating func name(endsAt isEnd: (UInt8) -> Bool) throws(ProfileError) -> String {
        let start = index
        var partCount = 1
        while let byte, byte != UInt8(ascii: "\n"), !isEnd(byte) {
            try count(byte, &partCount)
            if Self.isQuote(byte) { skipText() } else { index += 1 }
        }
        return String(decoding: bytes[start..<min(index, bytes.count)], as: UTF8.self)
    }

    /// To the end of the line on which every bracket is closed.
    private mutating func skipValue() throws(ProfileError) {
        var depth = 0
        var partCount = 1
        while let byte {
            try count(byte, &partCount)
            switch byte {
            case UInt8(ascii: "\n"):
                if depth <= 0 { return }
                endLine()
                continue
            case UInt8(ascii: "#"):
                skipLine()
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                skipText()
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                guard depth <= Self.depthMax else {
                    throw fault("values are nested at most \(Self.depthMax) deep")
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            index += 1
        }
    }

    /// Counts the parts of the names in a value: each dot adds one, each bracket, comma or sign of
    /// equality begins another name.
    private func count(_ byte: UInt8, _ partCount: inout Int) throws(ProfileError) {
        switch byte {
        case UInt8(ascii: "."): partCount += 1
        case UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "["):
            partCount = 1
        default: return
        }
        guard partCount <= Self.depthMax else {
            throw fault("a name has at most \(Self.depthMax) parts")
        }
    }

    /// From a quote to past the one that closes it; a text of one line ends with the line.
    private mutating func skipText() {
        let quote = bytes[index]
        let isLong = bytes[index...].starts(with: [quote, quote, quote])
        index += isLong ? 3 : 1
        while let byte {
            switch byte {
            case UInt8(ascii: "\n"):
                guard isLong else { return }
                endLine()
            case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
                index += 1
                if self.byte != UInt8(ascii: "\n") { index += 1 }
            case quote where isLong:
                // Up to two quotes may stand before the three that close the text.
                let run = bytes[index...].prefix { $0 == quote }.count
                index += run
                if run >= 3 { return }
            case quote:
                index += 1
                return
            default: index += 1
            }
        }
    }

    private mutating func skipBlanks() {
        while let byte, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { index += 1 }
    }

    private mutating func skipLine() {
        while let byte, byte != UInt8(ascii: "\n") { index += 1 }
    }

    private mutating func endLine() {
        index += 1
        line += 1
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    private static func beginsName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: isQuote(byte)
        }
    }

    private func fault(_ reason: String) -> ProfileError {
        ProfileError(kind: .malformed, file: file, path: "line \(line)", reason: reason)
    }
}
