/// Why a recording cannot be used.
///
/// A recording is read whole or not at all: whoever gets this error has nothing half loaded.
public struct TapeError: Error, Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// Counted from 1, the header included; `nil` where the fault lies in no line.
    public var line: Int?
    /// The name of the column, or its number where the layout has no such column.
    public var column: String?
    public var message: String

    public init(file: String, line: Int? = nil, column: String? = nil, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `file:line: column: message`, as compilers write it.
    public var description: String {
        var text = file
        if let line { text += ":\(line)" }
        if let column { text += ": \(column)" }
        return "\(text): \(message)"
    }
}
