import PlimsollModel

/// The JSON body of a request to the control API: an object whose every member is known.
///
/// A misspelt member is refused, since silence would leave a test waiting for a clock that nobody
/// set.
struct ControlRequest {
    private let members: [JSONValue.Member]

    init(_ body: [UInt8], allowed: [String]) throws(DialectError) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: body)
        } catch {
            throw DialectError(-1102, "the body is no JSON: \(error.reason) at \(error.offset)")
        }
        guard case .object(let members) = value else {
            throw DialectError(-1102, "the body has to be a JSON object")
        }
        for member in members where !allowed.contains(member.name) {
            throw DialectError(-1104, "'\(member.name)' is not known; known are \(allowed)")
        }
        self.members = members
    }

    subscript(name: String) -> JSONValue? {
        members.first { $0.name == name }?.value
    }

    /// A text, or a number as it was written.
    func text(_ name: String) throws(DialectError) -> String? {
        switch self[name] {
        case nil: return nil
        case .string(let text), .number(let text): return text
        default: throw .valueInvalid(name)
        }
    }

    func integer(_ name: String) throws(DialectError) -> Int64? {
        guard let text = try text(name) else { return nil }
        guard let value = RequestParameters.integer(text.utf8) else { throw .valueInvalid(name) }
        return value
    }

    func bool(_ name: String) throws(DialectError) -> Bool? {
        switch self[name] {
        case nil: return nil
        case .bool(let value): return value
        default: throw .valueInvalid(name)
        }
    }

    func rate(_ name: String) throws(DialectError) -> Rate? {
        guard let text = try text(name) else { return nil }
        guard let rate = try? Rate(parsing: text) else { throw .valueInvalid(name) }
        return rate
    }

    /// An amount greater than zero and not above `max`.
    func amount(_ name: String, max: Amount) throws(DialectError) -> Amount? {
        guard let text = try text(name) else { return nil }
        guard let number = try? Price(parsing: text) else { throw .valueInvalid(name) }
        let amount = Amount(number, times: Quantity(1))
        guard amount > .zero, amount <= max else { throw .valueInvalid(name) }
        return amount
    }
}
