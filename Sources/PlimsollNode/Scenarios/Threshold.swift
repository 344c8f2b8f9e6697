public import PlimsollModel

/// What a run must come to, as in `liquidations >= 5`.
public struct Threshold: Hashable, Sendable {
    public enum Comparison: String, CaseIterable, Hashable, Sendable {
        case atLeast = ">="
        case atMost = "<="
        case equal = "=="
        case unequal = "!="
        case above = ">"
        case below = "<"
    }

    public var metric: String
    public var comparison: Comparison
    public var bound: Amount

    /// Reads a comparison and a number, as in `>= 5`.
    init(metric: String, _ reader: DocumentReader) throws(ProfileError) {
        let text = try reader.text()
        // The longer signs first, since one begins with another.
        guard let comparison = Comparison.allCases.first(where: { text.hasPrefix($0.rawValue) })
        else {
            let signs = Comparison.allCases.map(\.rawValue).joined(separator: ", ")
            throw reader.fail("a threshold begins with one of \(signs), as in \">= 5\"")
        }
        let number = text.dropFirst(comparison.rawValue.count).drop { $0 == " " }
        do {
            bound = try Amount(parsing: String(number), allowsSign: true)
        } catch {
            throw reader.fail("after \(comparison.rawValue) comes a number: \(error.sentence)")
        }
        self.metric = metric
        self.comparison = comparison
    }

    public func holds(for value: Amount) -> Bool {
        switch comparison {
        case .atLeast: value >= bound
        case .atMost: value <= bound
        case .equal: value == bound
        case .unequal: value != bound
        case .above: value > bound
        case .below: value < bound
        }
    }
}

extension Threshold: CustomStringConvertible {
    public var description: String { "\(metric) \(comparison.rawValue) \(bound)" }
}

/// A threshold with what the run came to.
public struct ThresholdResult: Hashable, Sendable {
    public var threshold: Threshold
    public var value: Amount
    public var isMet: Bool { threshold.holds(for: value) }
}
