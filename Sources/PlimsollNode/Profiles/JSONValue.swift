import Foundation

/// A JSON document of which every part can be asked for by name, for files whose unknown keys matter.
///
/// Numbers are whole; a number with a decimal point is written as a string, since it must not pass
/// through binary floating point.
enum JSONValue: Hashable, Sendable {
    case null
    case flag(Bool)
    case integer(Int64)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// Reads a whole document.
    ///
    /// - Throws: `JSONProblem`, with what is wrong and where as far as it is known.
    init(parsing bytes: Data) throws(JSONProblem) {
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: bytes)
        } catch let DecodingError.dataCorrupted(context) {
            let cause =
                (context.underlyingError as NSError?)?
                .userInfo[NSDebugDescriptionErrorKey] as? String
            throw JSONProblem(path: context.path, reason: cause ?? context.debugDescription)
        } catch let DecodingError.typeMismatch(_, context) {
            throw JSONProblem(path: context.path, reason: context.debugDescription)
        } catch {
            throw JSONProblem(path: "", reason: "not a JSON document")
        }
    }

    /// What kind of value this is, for a sentence.
    var kind: String {
        switch self {
        case .null: "null"
        case .flag: "true or false"
        case .integer: "a number"
        case .text: "a text"
        case .list: "a list"
        case .object: "an object"
        }
    }
}

/// Why a document is not JSON of the kind that Plimsoll reads.
struct JSONProblem: Error, Hashable, Sendable {
    /// Inside the document; empty where it is the document itself.
    var path: String
    var reason: String
}

extension JSONValue: Decodable {
    init(from decoder: any Decoder) throws {
        if let keyed = try? decoder.container(keyedBy: AnyKey.self) {
            var object: [String: JSONValue] = [:]
            for key in keyed.allKeys {
                object[key.stringValue] = try keyed.decode(JSONValue.self, forKey: key)
            }
            self = .object(object)
        } else if var unkeyed = try? decoder.unkeyedContainer() {
            var list: [JSONValue] = []
            while !unkeyed.isAtEnd { list.append(try unkeyed.decode(JSONValue.self)) }
            self = .list(list)
        } else {
            self = try JSONValue(single: decoder.singleValueContainer())
        }
    }

    private init(single container: any SingleValueDecodingContainer) throws {
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "a number with decimals is written as a text, as in \"0.01\""
            )
        }
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int?
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) {
            stringValue = String(intValue)
            self.intValue = intValue
        }
    }
}

extension JSONValue: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .integer(let integer): try container.encode(integer)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }
}

extension DecodingError.Context {
    /// The way to the value, as in `tiers[2].cap`.
    fileprivate var path: String {
        codingPath.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
