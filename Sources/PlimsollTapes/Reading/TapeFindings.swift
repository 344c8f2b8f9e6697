/// What a reader does about rows that cannot stand as they are.
public enum TapePolicy: String, CaseIterable, Sendable {
    /// The first fault refuses the file.
    case strict
    /// Rows in disorder are sorted; of rows that repeat a time or a number the first is kept; rows with
    /// impossible values are left out. Everything that was done is reported.
    case mend
}

/// Something of a recording that is not as it should be, and what was done about it.
public struct TapeFinding: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, CaseIterable, Sendable {
        /// Nothing was recorded for a while.
        case gap
        /// A row repeats another; the first is kept.
        case duplicate
        /// A row is earlier than the one before; the rows are sorted.
        case disorder
        /// A row holds what cannot be; it is left out.
        case badValue = "bad value"
    }

    public var kind: Kind
    public var file: String
    /// Counted from 1; `nil` where it lies in no line.
    public var line: Int?
    public var column: String?
    public var message: String

    /// `file:line: kind: column: message`.
    public var description: String {
        var text = file
        if let line { text += ":\(line)" }
        text += ": \(kind.rawValue)"
        if let column { text += ": \(column)" }
        return "\(text): \(message)"
    }
}

/// What was found in a file, counted in full and kept up to a limit.
public struct TapeFindings: Sendable {
    /// What is kept; a damaged file can have as many as it has rows.
    public static let limit = 1000

    public let policy: TapePolicy
    public private(set) var found: [TapeFinding] = []
    private var countByKind: [TapeFinding.Kind: Int] = [:]

    public init(policy: TapePolicy) { self.policy = policy }

    public var count: Int { countByKind.values.reduce(0, +) }

    public func count(of kind: TapeFinding.Kind) -> Int { countByKind[kind] ?? 0 }

    /// Notes what does no harm, such as a gap.
    mutating func note(_ finding: TapeFinding) {
        countByKind[finding.kind, default: 0] += 1
        if found.count < Self.limit { found.append(finding) }
    }

    /// Notes a fault that can be mended, or refuses the file for it.
    mutating func fault(
        _ kind: TapeFinding.Kind,
        _ error: TapeError
    ) throws(TapeError) {
        guard policy == .mend else { throw error }
        note(
            TapeFinding(
                kind: kind,
                file: error.file,
                line: error.line,
                column: error.column,
                message: error.message
            )
        )
    }

    /// Adds what was found in another file.
    public mutating func merge(_ other: TapeFindings) {
        for kind in TapeFinding.Kind.allCases {
            countByKind[kind, default: 0] += other.count(of: kind)
        }
        found.append(contentsOf: other.found.prefix(max(0, Self.limit - found.count)))
    }
}
