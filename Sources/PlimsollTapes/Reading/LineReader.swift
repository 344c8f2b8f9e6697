/// Splits the bytes of a text file into lines as they arrive.
///
/// Bytes come in pieces of any size, so a compressed file is never held expanded, and a fault is
/// reported at the line that has it.
struct LineReader {
    /// Far above any row of numbers; what is longer is no table.
    static let lengthMax = 4096

    let file: String
    /// Lines completed.
    private var count = 0
    private var pending: [UInt8] = []
    /// A blank line is fine at the end only.
    private var blank: Int?

    init(file: String) { self.file = file }

    /// The line that the next byte belongs to, from 1.
    var currentLine: Int { count + 1 }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - bytes: The next piece of the file, of any length.
    ///   - body: Given each line that this piece completes, without its end.
    /// - Throws: The first fault in those lines.
    mutating func take(
        _ bytes: ArraySlice<UInt8>,
        _ body: (RowCells) throws(TapeError) -> Void
    ) throws(TapeError) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if pending.isEmpty {
                try takeLine(rest[..<end], body)
            } else {
                pending.append(contentsOf: rest[..<end])
                let line = pending
                pending.removeAll(keepingCapacity: true)
                try takeLine(line[...], body)
            }
            rest = rest[(end + 1)...]
        }
        pending.append(contentsOf: rest)
        guard pending.count <= Self.lengthMax else { throw tooLong }
    }

    /// Ends the file with what stands after its last line end.
    mutating func finish(_ body: (RowCells) throws(TapeError) -> Void) throws(TapeError) {
        guard !pending.isEmpty else { return }
        let line = pending
        pending.removeAll()
        try takeLine(line[...], body)
    }

    private var tooLong: TapeError {
        TapeError(
            file: file,
            line: currentLine,
            message: "the line is longer than \(Self.lengthMax) bytes"
        )
    }

    private mutating func takeLine(
        _ bytes: ArraySlice<UInt8>,
        _ body: (RowCells) throws(TapeError) -> Void
    ) throws(TapeError) {
        guard bytes.count <= Self.lengthMax else { throw tooLong }
        var line = bytes
        if count == 0 {
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            if line.starts(with: [0xFF, 0xFE]) || line.starts(with: [0xFE, 0xFF]) {
                throw TapeError(file: file, line: 1, message: "the text is UTF-16, not UTF-8")
            }
        }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        defer { count += 1 }
        guard !line.isEmpty else {
            blank = blank ?? currentLine
            return
        }
        if let blank { throw TapeError(file: file, line: blank, message: "the line is empty") }
        if line.contains(where: { $0 >= 0x80 }), String(validating: line, as: UTF8.self) == nil {
            throw TapeError(file: file, line: currentLine, message: "the text is not UTF-8")
        }
        try body(RowCells(line, file: file, line: currentLine))
    }
}

/// What takes in the bytes of a recording, however they were packed.
protocol TapeRows {
    /// The line that the next byte belongs to.
    var currentLine: Int { get }

    mutating func take(_ bytes: ArraySlice<UInt8>) throws(TapeError)
}
