import PlimsollModel

/// The parameters of a request: query and form body read as one.
///
/// Clients put parameters in the query, in a form body, or some in each, whatever the method, and
/// sign the bytes as they sent them. So both raw parts are kept, and values are decoded apart from
/// them. Where a name is in both parts, the query counts.
struct RequestParameters: Sendable {
    /// More than any honest request has.
    static let countMax = 100

    private struct Entry {
        var name: Range<Int>
        var value: Range<Int>
        var isInBody: Bool
    }

    /// As received, without `?`.
    let query: [UInt8]
    /// As received.
    let body: [UInt8]

    // A document is signed as it is; a form, without its signature.
    private let isDocument: Bool
    /// Of a socket's request: what some clients sign, with values as a query would have them.
    private(set) var encodedPayload: [UInt8]?
    private var entries: [Entry] = []
    // The decoded names and values, one after the other.
    private var decoded: [UInt8] = []

    init(query: [UInt8], body: [UInt8]) throws(DialectError) {
        self.query = query
        self.body = body
        isDocument = false
        decoded.reserveCapacity(query.count + body.count)
        entries.reserveCapacity(16)
        try add(query, isInBody: false)
        try add(body, isInBody: true)
    }

    /// A query with a body that is a document of its own.
    init(query: [UInt8], document: [UInt8]) throws(DialectError) {
        self.query = query
        body = document
        isDocument = true
        try add(query, isInBody: false)
    }

    /// The members of a JSON object as parameters, each value as its text.
    init(members: [JSONValue.Member]) throws(DialectError) {
        query = []
        body = []
        isDocument = false
        guard members.count <= Self.countMax else {
            throw .tooManyParameters(received: members.count, limit: Self.countMax)
        }
        entries.reserveCapacity(members.count)
        for member in members {
            guard let text = member.value.scalarText else { throw .valueInvalid(member.name) }
            let nameStart = decoded.count
            decoded.append(contentsOf: member.name.utf8)
            let valueStart = decoded.count
            decoded.append(contentsOf: text.utf8)
            try append(
                name: nameStart..<valueStart,
                value: valueStart..<decoded.count,
                isInBody: false
            )
        }
    }

    /// The parameters of a socket's request, which are signed as `name=value` in the order of names.
    init(signed members: [JSONValue.Member]) throws(DialectError) {
        let plain = try RequestParameters(members: members)
        var payload: [UInt8] = []
        var encoded: [UInt8] = []
        payload.reserveCapacity(plain.decoded.count + 2 * members.count)
        encoded.reserveCapacity(payload.capacity)
        let sorted = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for member in sorted where member.name != "signature" {
            let value = (member.value.scalarText ?? "").utf8
            if !payload.isEmpty {
                payload.append(UInt8(ascii: "&"))
                encoded.append(UInt8(ascii: "&"))
            }
            payload += member.name.utf8
            payload.append(UInt8(ascii: "="))
            payload += value
            Self.appendPercentEncoded(member.name.utf8, to: &encoded)
            encoded.append(UInt8(ascii: "="))
            Self.appendPercentEncoded(value, to: &encoded)
        }
        encodedPayload = encoded == payload ? nil : encoded
        query = payload
        body = []
        // Its text is what was signed, with nothing to be taken out.
        isDocument = false
        entries = plain.entries
        decoded = plain.decoded
    }

    // MARK: Reading

    /// The value of a parameter; `nil` where it is absent or empty.
    subscript(name: StaticString) -> ArraySlice<UInt8>? {
        for entry in entries where matches(entry.name, name) {
            return entry.value.isEmpty ? nil : decoded[entry.value]
        }
        return nil
    }

    subscript(name: String) -> ArraySlice<UInt8>? {
        for entry in entries where decoded[entry.name].elementsEqual(name.utf8) {
            return entry.value.isEmpty ? nil : decoded[entry.value]
        }
        return nil
    }

    /// The text of a parameter; `nil` where it is absent, empty or no UTF-8.
    func text(_ name: StaticString) -> String? {
        self[name].flatMap { String(validating: $0, as: UTF8.self) }
    }

    func required(_ name: StaticString) throws(DialectError) -> ArraySlice<UInt8> {
        guard let value = self[name] else { throw .parameterMissing("\(name)") }
        return value
    }

    /// What a signature covers: query and body as received, without the parameter `signature` and
    /// with nothing between the two parts.
    var signedPayload: [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(query.count + body.count)
        Self.appendUnsigned(query, to: &payload)
        if isDocument {
            payload += body
        } else {
            Self.appendUnsigned(body, to: &payload)
        }
        return payload
    }

    private static let signatureName = Array("signature".utf8)

    private static func appendUnsigned(_ part: [UInt8], to payload: inout [UInt8]) {
        guard !part.isEmpty else { return }
        var isFirst = true
        var rest = part[...]
        while true {
            let segment = rest.prefix { $0 != UInt8(ascii: "&") }
            let name = segment.prefix { $0 != UInt8(ascii: "=") }
            if !name.elementsEqual(signatureName) {
                if !isFirst { payload.append(UInt8(ascii: "&")) }
                payload.append(contentsOf: segment)
                isFirst = false
            }
            guard segment.endIndex < part.endIndex else { return }
            rest = part[(segment.endIndex + 1)...]
        }
    }

    // MARK: Taking apart

    private func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { bytes in unsafe decoded[range].elementsEqual(bytes) }
    }

    private mutating func add(_ part: [UInt8], isInBody: Bool) throws(DialectError) {
        var position = 0
        while position < part.count {
            let nameStart = decoded.count
            var valueStart: Int?
            while position < part.count, part[position] != UInt8(ascii: "&") {
                let byte = part[position]
                switch byte {
                case UInt8(ascii: "=") where valueStart == nil:
                    valueStart = decoded.count
                case UInt8(ascii: "+"):
                    decoded.append(UInt8(ascii: " "))
                case UInt8(ascii: "%"):
                    guard position + 2 < part.count,
                        let high = hexValue(part[position + 1]),
                        let low = hexValue(part[position + 2])
                    else {
                        let name = decoded[nameStart..<(valueStart ?? decoded.count)]
                        throw .charactersIllegal(
                            String(decoding: name, as: UTF8.self),
                            range: "percent-encoded text"
                        )
                    }
                    decoded.append(high << 4 | low)
                    position += 2
                default:
                    decoded.append(byte)
                }
                position += 1
            }
            position += 1
            let split = valueStart ?? decoded.count
            guard decoded.count > nameStart else { continue }
            try append(
                name: nameStart..<split,
                value: split..<decoded.count,
                isInBody: isInBody
            )
        }
    }

    private mutating func append(
        name: Range<Int>,
        value: Range<Int>,
        isInBody: Bool
    ) throws(DialectError) {
        for entry in entries where decoded[entry.name].elementsEqual(decoded[name]) {
            guard isInBody, !entry.isInBody else { throw .duplicateParameter }
            // The query's value stands.
            return
        }
        entries.append(Entry(name: name, value: value, isInBody: isInBody))
        guard entries.count <= Self.countMax else {
            throw .tooManyParameters(received: entries.count, limit: Self.countMax)
        }
    }
}

extension RequestParameters {
    /// As in a form: letters, digits and `_.-~` stay, a blank is a plus sign.
    fileprivate static func appendPercentEncoded(
        _ text: String.UTF8View,
        to encoded: inout [UInt8]
    ) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "~"):
                encoded.append(byte)
            case UInt8(ascii: " "): encoded.append(UInt8(ascii: "+"))
            default:
                encoded.append(UInt8(ascii: "%"))
                encoded.append(hexDigits[Int(byte >> 4)])
                encoded.append(hexDigits[Int(byte & 15)])
            }
        }
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)
}

/// The value of a hexadecimal digit.
func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
