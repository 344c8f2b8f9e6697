/// What a JSON value may be, written as OpenAPI wants it.
indirect enum JSONSchema: Sendable {
    /// The members of an object by name, in their order.
    struct Members: ExpressibleByDictionaryLiteral, Sendable {
        var pairs: [(name: String, schema: JSONSchema)]

        init(_ pairs: [(name: String, schema: JSONSchema)]) { self.pairs = pairs }

        init(dictionaryLiteral elements: (String, JSONSchema)...) {
            pairs = elements.map { (name: $0.0, schema: $0.1) }
        }
    }

    case any
    case text
    case pattern(String)
    /// A number in quotes, as every price and every amount of the venue is.
    case decimal
    /// A number with or without quotes, as the control API takes it.
    case number
    case flag
    case integer
    case bounded(ClosedRange<Int64>)
    case choice([String])
    case list(of: JSONSchema, countMin: Int = 0)
    /// An object with no members beside these.
    case object(Members, optional: Members = [:], countMin: Int = 0)
    /// An object with further members.
    case open(Members)
    /// An object whose members are named at run time.
    case map(of: JSONSchema)
    case either([JSONSchema])
    case optional(JSONSchema)
    /// A schema of the description that is named there.
    case named(String)
    case described(JSONSchema, String)

    /// Milliseconds.
    static let time = JSONSchema.bounded(0...Int64.max)

    func about(_ text: String) -> JSONSchema { .described(self, text) }

    /// The same for a request, where `null` is as good as a member left out.
    var inRequest: JSONSchema {
        switch self {
        case .object(let required, let optional, let countMin):
            .object(
                required,
                optional: Members(optional.pairs.map { ($0.name, .optional($0.schema)) }),
                countMin: countMin
            )
        case .either(let schemas): .either(schemas.map(\.inRequest))
        case .described(let schema, let text): .described(schema.inRequest, text)
        default: self
        }
    }

    func write(into json: inout JSONWriter) {
        json.beginObject()
        writeMembers(into: &json)
        json.endObject()
    }

    private func writeMembers(into json: inout JSONWriter) {
        switch self {
        case .any: break
        case .text: json.field("type", "string")
        case .pattern(let pattern):
            json.field("type", "string")
            json.field("pattern", pattern)
        case .decimal:
            json.field("type", "string")
            json.field("pattern", "^-?[0-9]+(\\.[0-9]+)?$")
        case .number:
            json.beginArray("type")
            json.string("string")
            json.string("number")
            json.endArray()
        case .flag: json.field("type", "boolean")
        case .integer: json.field("type", "integer")
        case .bounded(let range):
            json.field("type", "integer")
            json.field("minimum", range.lowerBound)
            if range.upperBound < Int64.max { json.field("maximum", range.upperBound) }
        case .choice(let names):
            json.field("type", "string")
            json.strings("enum", names)
        case .list(let element, let countMin):
            json.field("type", "array")
            if countMin > 0 { json.field("minItems", countMin) }
            json.schema("items", element)
        case .object(let required, let optional, let countMin):
            json.field("type", "object")
            json.key("additionalProperties")
            json.bool(false)
            if countMin > 0 { json.field("minProperties", countMin) }
            json.properties(required, optional)
        case .open(let required):
            json.field("type", "object")
            json.properties(required, [:])
        case .map(let element):
            json.field("type", "object")
            json.schema("additionalProperties", element)
        case .either(let schemas):
            json.beginArray("anyOf")
            for schema in schemas { schema.write(into: &json) }
            json.endArray()
        case .optional(let schema):
            json.beginArray("anyOf")
            schema.write(into: &json)
            json.beginObject()
            json.field("type", "null")
            json.endObject()
            json.endArray()
        case .named(let name): json.field("$ref", "#/components/schemas/\(name)")
        case .described(let schema, let text):
            schema.writeMembers(into: &json)
            json.field("description", text)
        }
    }
}

extension JSONWriter {
    mutating func schema(_ name: StaticString, _ schema: JSONSchema) {
        key(name)
        schema.write(into: &self)
    }

    fileprivate mutating func strings(_ name: StaticString, _ values: [String]) {
        beginArray(name)
        for value in values { string(value) }
        endArray()
    }

    fileprivate mutating func properties(
        _ required: JSONSchema.Members,
        _ optional: JSONSchema.Members
    ) {
        if !required.pairs.isEmpty { strings("required", required.pairs.map(\.name)) }
        beginObject("properties")
        for (name, schema) in required.pairs + optional.pairs {
            key(name)
            schema.write(into: &self)
        }
        endObject()
    }
}
