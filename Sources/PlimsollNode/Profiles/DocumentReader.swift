public import PlimsollModel

/// One value of a profile, a flow or a scenario and the way to it, so that every complaint says where.
struct DocumentReader {
    let file: String
    let path: String
    let value: JSONValue

    func fail(_ reason: String) -> ProfileError {
        ProfileError(kind: .malformed, file: file, path: path, reason: reason)
    }

    /// The members of an object that may hold only the keys named.
    func members(
        required: [String],
        optional: [String] = []
    ) throws(ProfileError) -> [String: DocumentReader] {
        guard case .object(let object) = value else {
            throw fail("an object was expected, not \(value.kind)")
        }
        var members: [String: DocumentReader] = [:]
        // Sorted, so that a file with two mistakes names the same one each time.
        for (key, value) in object.sorted(by: { $0.key < $1.key }) {
            let member = DocumentReader(
                file: file,
                path: path.isEmpty ? key : "\(path).\(key)",
                value: value
            )
            guard required.contains(key) || optional.contains(key) else {
                let nearest = NearestName.of(key, among: required + optional)
                throw member.fail(
                    (nearest.map { "no such key, did you mean \($0)? There" }
                        ?? "no such key; there")
                        + " may be " + (required + optional).joined(separator: ", ") + " here"
                )
            }
            members[key] = member
        }
        if let missing = required.first(where: { members[$0] == nil }) {
            throw fail("the key \(missing) is missing")
        }
        return members
    }

    /// The members of an object with free keys, sorted by key.
    func entries() throws(ProfileError) -> [(key: String, entry: DocumentReader)] {
        guard case .object(let object) = value else {
            throw fail("an object was expected, not \(value.kind)")
        }
        return object.sorted { $0.key < $1.key }.map { key, value in
            (key, DocumentReader(file: file, path: "\(path).\(key)", value: value))
        }
    }

    func elements() throws(ProfileError) -> [DocumentReader] {
        guard case .list(let list) = value else {
            throw fail("a list was expected, not \(value.kind)")
        }
        return list.enumerated().map { index, value in
            DocumentReader(file: file, path: "\(path)[\(index)]", value: value)
        }
    }

    func text() throws(ProfileError) -> String {
        guard case .text(let text) = value else {
            throw fail("a text was expected, not \(value.kind)")
        }
        return text
    }

    func flag() throws(ProfileError) -> Bool {
        guard case .flag(let flag) = value else {
            throw fail("true or false was expected, not \(value.kind)")
        }
        return flag
    }

    /// A case of an enumeration by its name in the model.
    func choice<Choice: CaseIterable>(
        of type: Choice.Type = Choice.self
    ) throws(ProfileError) -> Choice {
        let name = try text()
        guard let choice = Choice.allCases.first(where: { "\($0)" == name }) else {
            let names = Choice.allCases.map { "\($0)" }
            let nearest = NearestName.of(name, among: names).map { "; did you mean \($0)?" } ?? ""
            throw fail("\(name) is none of \(names.joined(separator: ", "))\(nearest)")
        }
        return choice
    }

    func symbol() throws(ProfileError) -> Symbol {
        guard let symbol = Symbol(try text()) else {
            throw fail("a name is 1 to 24 capital letters, digits or underscores")
        }
        return symbol
    }

    func whole<Number: FixedWidthInteger>(as type: Number.Type) throws(ProfileError) -> Number {
        guard case .integer(let integer) = value else {
            throw fail("a whole number was expected, not \(value.kind)")
        }
        guard let number = Number(exactly: integer) else {
            throw fail("\(integer) is out of range")
        }
        return number
    }

    func fixed<Number: FixedPoint>(as type: Number.Type) throws(ProfileError) -> Number {
        let text = try decimalText()
        do {
            return try Number(parsing: text)
        } catch {
            throw fail(error.sentence)
        }
    }

    func amount() throws(ProfileError) -> Amount {
        let text = try decimalText()
        do {
            return try Amount(parsing: text)
        } catch {
            throw fail(error.sentence)
        }
    }

    /// A span of time, as in `250ms`, `5s`, `10m` or `8h`.
    func milliseconds() throws(ProfileError) -> Int64 {
        let units: [(suffix: String, milliseconds: Int64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        let text = try text()
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let count = Int64(text.dropLast(unit.suffix.count)), count >= 0,
                count < 1_000_000_000
            else { continue }
            return count * unit.milliseconds
        }
        throw fail("a time is written as in 250ms, 5s, 10m or 8h")
    }

    private func decimalText() throws(ProfileError) -> String {
        guard case .text(let text) = value else {
            throw fail("a number written as a text was expected, not \(value.kind)")
        }
        return text
    }
}

extension DecimalError {
    /// What is wrong with the number, in words.
    public var sentence: String {
        switch self {
        case .empty: "a number is missing"
        case .unexpectedCharacter(let offset):
            "a number has digits and at most one point; character \(offset + 1) is neither"
        case .missingDigit: "a point in a number has a digit on both sides"
        case .tooManyDecimals(let limit): "a number has at most \(limit) decimals here"
        case .outOfRange: "the number is too large"
        }
    }
}
