/// One message from a client on a stream connection:
/// `{"method": "SUBSCRIBE", "params": ["btcusdt@depth"], "id": 1}`.
struct ControlMessage: Equatable, Sendable {
    /// Why a message is not understood, as the venue words it.
    struct Refusal: Error, Equatable, Sendable {
        var code: Int
        var message: String
        /// The id of the message, where it was readable.
        var id: JSONValue

        static func invalidRequest(_ message: String, id: JSONValue) -> Refusal {
            Refusal(code: 2, message: "Invalid request: \(message)", id: id)
        }
    }

    static let idLengthMax = 128

    var method: String
    var parameters: [JSONValue]
    /// A text, an integer or `null`; echoed with its JSON type.
    var id: JSONValue

    init(parsing bytes: [UInt8]) throws(Refusal) {
        let message: JSONValue
        do throws(JSONValue.ParseError) {
            message = try JSONValue(parsing: bytes)
        } catch {
            throw Refusal(
                code: 3,
                message: "Invalid JSON: \(error.reason) at line 1 column \(error.offset + 1)",
                id: .null
            )
        }
        guard case .object = message else {
            throw .invalidRequest("expected an object", id: .null)
        }
        id = try Self.id(message["id"] ?? .null)
        guard let method = message["method"] else {
            throw .invalidRequest("missing field `method`", id: id)
        }
        guard case .string(let name) = method else {
            throw .invalidRequest("method must be a string", id: id)
        }
        self.method = name
        switch message["params"] {
        case nil, .null: parameters = []
        case .array(let elements): parameters = elements
        case .some(let single): parameters = [single]
        }
    }

    private static func id(_ value: JSONValue) throws(Refusal) -> JSONValue {
        switch value {
        case .null: return value
        case .string(let text) where text.utf8.count <= idLengthMax: return value
        case .number(let text) where isInteger(text): return value
        default:
            throw .invalidRequest("request ID must be an integer or a string", id: .null)
        }
    }

    private static func isInteger(_ text: String) -> Bool {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        return (1...20).contains(digits.count)
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
    }
}
