/// One request over the socket: `{"id": "1", "method": "order.place", "params": {…}}`.
struct SocketRequest {
    /// Why a request is not understood, with its id where that was readable.
    struct Refusal: Error {
        var error: DialectError
        var id: JSONValue
    }

    var id: JSONValue
    var method: String
    var members: [JSONValue.Member]

    init(parsing bytes: [UInt8]) throws(Refusal) {
        let message: JSONValue
        do throws(JSONValue.ParseError) {
            message = try JSONValue(parsing: bytes)
        } catch {
            throw Refusal(
                error: DialectError(
                    -1135,
                    "Invalid JSON Request: \(error.reason) at byte \(error.offset)."
                ),
                id: .null
            )
        }
        guard case .object = message else {
            throw Refusal(
                error: DialectError(-1135, "Invalid JSON Request: an object is expected."),
                id: .null
            )
        }
        guard let id = message["id"], Self.isIdentity(id) else {
            throw Refusal(error: .parameterMissing("id"), id: .null)
        }
        self.id = id
        guard case .string(let method)? = message["method"], !method.isEmpty else {
            throw Refusal(error: .parameterMissing("method"), id: id)
        }
        self.method = method
        switch message["params"] {
        case nil, .null: members = []
        case .object(let members): self.members = members
        default:
            throw Refusal(
                error: DialectError(
                    -1135,
                    "Invalid 'params' in JSON request; expected an object."
                ),
                id: id
            )
        }
    }

    var returnsRateLimits: Bool {
        members.first { $0.name == "returnRateLimits" }?.value.scalarText != "false"
    }

    /// A short text or a whole number: it comes back as it was written.
    private static func isIdentity(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.utf8.count <= ControlMessage.idLengthMax
        case .number(let text): Int64(text) != nil && !text.hasPrefix("+")
        default: false
        }
    }
}
