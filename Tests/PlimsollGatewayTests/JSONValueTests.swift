import Testing

@testable import PlimsollGateway

@Suite struct `JSON reader` {
    @Test func `takes a text apart and leaves numbers as written`() throws {
        let value = try JSONValue(
            parsing: #" {"a":[1,-2.50,1e400,true,null],"b":{"c":"x\u00e9\n\ud83d\ude00"}} "#.utf8
        )
        #expect(
            value["a"]
                == .array([.number("1"), .number("-2.50"), .number("1e400"), .bool(true), .null])
        )
        #expect(value["b"]?["c"] == .string("xé\n😀"))
        #expect(value["d"] == nil)
    }

    @Test(
        arguments: [
            "", " ", "{", "}", "[", "]", "{]", "[}", "[1,]", "{,}", "{\"a\"}", "{\"a\":}",
            "{\"a\":1,}", "{a:1}", "{'a':1}", "[1 2]", "[1]]", "1 2", "tru", "nul", "+1", "NaN",
            "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"a\nb\"",
            "{\"a\":1,\"a\":2}", "//", "[1]//", "-", "01", "-01", "1.", ".5", "1-2", "1e", "1e+",
            "1.2.3", "0x10", "[-]",
        ]
    )
    func `refuses what is no JSON`(text: String) {
        #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test func `refuses a text that is no UTF-8`() {
        #expect(throws: JSONValue.ParseError.self) {
            try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22])
        }
    }

    @Test func `refuses nesting that no client means`() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONValue.ParseError.self) { try JSONValue(parsing: deep.utf8) }
        let allowed =
            String(repeating: "[", count: JSONValue.depthMax)
            + String(repeating: "]", count: JSONValue.depthMax)
        _ = try JSONValue(parsing: allowed.utf8)
    }
}
