/// What a formula gives, in the shape that vectors expect it.
indirect enum VectorOutcome: Sendable {
    case number(ExactNumber)
    case text(String)
    case undefined
    case list([VectorOutcome])
    case object([String: VectorOutcome])

    static func flag(_ value: Bool) -> VectorOutcome { .text(value ? "true" : "false") }

    var description: String {
        switch self {
        case .number(let number): number.text()
        case .text(let text): text
        case .undefined: "null"
        case .list(let list): "[" + list.map(\.description).joined(separator: ", ") + "]"
        case .object(let object):
            object.sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value.description)" }
                .joined(separator: ", ")
        }
    }
}

/// How far a number may be from the one expected: it passes when either bound holds.
struct Tolerance: Sendable {
    var absolute: ExactNumber?
    var relative: ExactNumber?

    func accepts(_ got: ExactNumber, for expected: ExactNumber) -> Bool {
        let difference = (got - expected).magnitude
        if difference.isZero { return true }
        if let absolute, !(absolute < difference) { return true }
        if let relative, !(expected.magnitude * relative < difference) { return true }
        return false
    }
}

/// The first place where an outcome parts from what was expected.
struct VectorMismatch: Hashable, Sendable {
    /// Such as `after.3.realized`.
    var field: String
    var expected: String
    var got: String
}

extension VectorOutcome {
    /// `nil` when everything that the vector expects is there, within the tolerance.
    func mismatch(
        with expected: JSONValue,
        within tolerance: Tolerance,
        at field: String = ""
    ) -> VectorMismatch? {
        switch (expected, self) {
        case (.null, .undefined):
            return nil
        case (.object(let members), .object(let outcomes)):
            // Sorted, so that the same vector always fails with the same field.
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                let path = field.isEmpty ? name : "\(field).\(name)"
                guard let outcome = outcomes[name] else {
                    return VectorMismatch(
                        field: path,
                        expected: member.brief,
                        got: "nothing of that name"
                    )
                }
                if let mismatch = outcome.mismatch(with: member, within: tolerance, at: path) {
                    return mismatch
                }
            }
            return nil
        case (.list(let elements), .list(let outcomes)) where elements.count == outcomes.count:
            for (index, pair) in zip(elements, outcomes).enumerated() {
                let path = "\(field)[\(index)]"
                if let mismatch = pair.1.mismatch(with: pair.0, within: tolerance, at: path) {
                    return mismatch
                }
            }
            return nil
        case (.text(let text), .text(let outcome)) where text == outcome:
            return nil
        case (.flag(let flag), .text(let outcome)) where String(flag) == outcome:
            return nil
        case (_, .number(let number)):
            if let wanted = expected.exact, tolerance.accepts(number, for: wanted) { return nil }
        default:
            break
        }
        return VectorMismatch(field: field, expected: expected.brief, got: description)
    }
}

extension JSONValue {
    /// The value on one line, for a message.
    var brief: String {
        switch self {
        case .null: "null"
        case .flag(let flag): String(flag)
        case .integer(let integer): String(integer)
        case .text(let text): text
        case .list(let list): "[" + list.map(\.brief).joined(separator: ", ") + "]"
        case .object(let object):
            object.sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value.brief)" }
                .joined(separator: ", ")
        }
    }

    /// Whether the vector expects that the operation is refused.
    var expectsRefusal: Bool {
        guard case .object(let members) = self, !members.isEmpty else {
            return self == .text("reject")
        }
        return members.values.allSatisfy { $0 == .text("reject") }
    }
}
