import Foundation
import NIOCore
import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `JSON writer` {
    /// What was written, read back by an independent reader.
    static func read(_ write: (inout JSONWriter) -> Void) throws -> Any {
        var json = JSONWriter(capacity: 64)
        write(&json)
        return try JSONSerialization.jsonObject(
            with: Data(json.takeBytes()),
            options: .fragmentsAllowed
        )
    }

    static func text(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.takeBytes(), as: UTF8.self)
    }

    @Test func `writes nested objects and lists with commas where they belong`() {
        let text = Self.text { json in
            json.beginObject()
            json.field("a", 1)
            json.beginArray("b")
            json.beginArray()
            json.endArray()
            json.beginObject()
            json.endObject()
            json.null()
            json.bool(false)
            json.endArray()
            json.field("c", true)
            json.key("d\"")
            json.string("")
            json.endObject()
        }
        #expect(text == #"{"a":1,"b":[[],{},null,false],"c":true,"d\"":""}"#)
    }

    @Test(
        arguments: [
            (1, 8, 2, 2, "0.00"), (123_456_789, 8, 2, 2, "1.23"), (-123_456_789, 8, 2, 2, "-1.23"),
            (0, 8, 0, 0, "0"), (0, 8, 8, 8, "0.00000000"), (100_000_000, 8, 0, 8, "1"),
            (150_000_000, 8, 0, 8, "1.5"), (150_000_000, 8, 2, 8, "1.50"),
            (-1, 8, 2, 2, "0.00"), (-1, 8, 8, 8, "-0.00000001"), (5, 0, 3, 3, "5.000"),
            (12_345, 2, 5, 5, "123.45000"), (999_999_999, 8, 8, 8, "9.99999999"),
            (Int128.max, 16, 8, 8, "17014118346046923173168.73037158"),
            (Int128.min, 16, 16, 16, "-17014118346046923173168.7303715884105728"),
        ] as [(Int128, Int, Int, Int, String)]
    )
    func `writes numbers from integers, cut off and never rounded`(
        units: Int128,
        scale: Int,
        decimalsMin: Int,
        decimalsMax: Int,
        expected: String
    ) {
        let text = Self.text { json in
            json.decimal(
                units: units,
                scale: scale,
                decimalsMin: decimalsMin,
                decimalsMax: decimalsMax,
                isQuoted: false
            )
        }
        #expect(text == expected)
    }

    @Test func `writes the decimals that the decimal printer writes`() {
        var generator = Seeded(state: 11)
        for _ in 0..<20_000 {
            let units =
                Int128(truncatingIfNeeded: generator.next()) * Int128(generator.next() >> 40)
            let signed = generator.next() & 1 == 0 ? units : -units
            let decimals = Int(generator.next() % 17)
            let text = Self.text { json in
                json.decimal(
                    units: signed,
                    scale: 16,
                    decimalsMin: decimals,
                    decimalsMax: decimals,
                    isQuoted: false
                )
            }
            var expected = DecimalText.string(
                units: signed,
                scale: 16,
                decimals: decimals,
                rounding: .down
            )
            // A negative number that is cut off to zero has no sign here.
            if !expected.contains(where: { ("1"..."9").contains($0) }) {
                expected = expected.replacing("-", with: "")
            }
            #expect(text == expected)
        }
    }

    @Test func `writes any text so that a reader gets it back`() throws {
        var generator = Seeded(state: 7)
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<(generator.next() % 40) {
                let scalar = Unicode.Scalar(UInt32(generator.next() % 0x3000)) ?? " "
                text.unicodeScalars.append(scalar)
            }
            let read = try Self.read { $0.string(text) } as? String
            #expect(read?.utf8.elementsEqual(text.utf8) == true)
        }
    }

    @Test func `writes random documents so that a reader gets them back`() throws {
        for seed in 1...200 as ClosedRange<UInt64> {
            var generator = Seeded(state: seed)
            let document = Document.random(depth: 0, &generator)
            let read = try Self.read { document.write(into: &$0) }
            #expect(document.equals(read), "seed \(seed)")
        }
    }

    @Test func `gives its memory back empty and goes on`() {
        var json = JSONWriter(capacity: 64)
        json.string(String(repeating: "x", count: 10_000))
        #expect(json.takeBuffer().readableBytes == 10_002)
        #expect(json.count == 0)
        json.integer(5)
        #expect(json.takeBytes() == Array("5".utf8))
    }
}

/// A document as a value, to be written and compared.
private indirect enum Document {
    case text(String)
    case number(Int64)
    case flag(Bool)
    case none
    case list([Document])
    case object([(String, Document)])

    static func random(depth: Int, _ generator: inout Seeded) -> Document {
        switch generator.next() % (depth < 5 ? 6 : 4) {
        case 0: return .text("t\(generator.next() % 1000)\n\"")
        case 1: return .number(Int64(truncatingIfNeeded: generator.next()))
        case 2: return .flag(generator.next() & 1 == 0)
        case 3: return .none
        case 4:
            return .list(
                (0..<generator.next() % 5).map { _ in random(depth: depth + 1, &generator) }
            )
        default:
            return .object(
                (0..<generator.next() % 5).map { ("k\($0)", random(depth: depth + 1, &generator)) }
            )
        }
    }

    func write(into json: inout JSONWriter) {
        switch self {
        case .text(let text): json.string(text)
        case .number(let number): json.integer(number)
        case .flag(let flag): json.bool(flag)
        case .none: json.null()
        case .list(let elements):
            json.beginArray()
            for element in elements { element.write(into: &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for (name, value) in members {
                json.key(name)
                value.write(into: &json)
            }
            json.endObject()
        }
    }

    func equals(_ read: Any) -> Bool {
        switch self {
        case .text(let text): return read as? String == text
        case .number(let number): return (read as? NSNumber)?.int64Value == number
        case .flag(let flag): return (read as? NSNumber)?.boolValue == flag
        case .none: return read is NSNull
        case .list(let elements):
            guard let list = read as? [Any], list.count == elements.count else { return false }
            return zip(elements, list).allSatisfy { $0.equals($1) }
        case .object(let members):
            guard let object = read as? [String: Any], object.count == members.count else {
                return false
            }
            return members.allSatisfy { name, value in object[name].map(value.equals) ?? false }
        }
    }
}

/// SplitMix64: the same numbers on every machine.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
