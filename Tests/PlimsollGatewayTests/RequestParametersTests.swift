import PlimsollModel
import Testing

@testable import PlimsollGateway

private func parameters(
    _ query: String,
    body: String = ""
) throws(DialectError) -> RequestParameters {
    try RequestParameters(query: Array(query.utf8), body: Array(body.utf8))
}

@Suite struct `Request parameters` {
    @Test func `are decoded, while the raw bytes are kept`() throws {
        let read = try parameters("a=1%2C2&b=x+y&c=&d", body: "e=%5B%22%C3%A9%22%5D")
        #expect(read.text("a") == "1,2")
        #expect(read.text("b") == "x y")
        #expect(read.text("c") == nil)
        #expect(read.text("d") == nil)
        #expect(read.text("e") == "[\"é\"]")
        #expect(read.query == Array("a=1%2C2&b=x+y&c=&d".utf8))
    }

    @Test func `in the query count before those in the body`() throws {
        #expect(try parameters("a=1", body: "a=2").text("a") == "1")
    }

    @Test(arguments: ["a=1&a=1", "a=1&b=2&a=3", "%61=1&a=2"])
    func `sent twice are refused`(query: String) {
        #expect(throws: DialectError.duplicateParameter) { try parameters(query) }
        #expect(throws: DialectError.duplicateParameter) { try parameters("", body: query) }
    }

    @Test func `are no more than a hundred`() throws {
        let hundred = (0..<100).map { "p\($0)=1" }.joined(separator: "&")
        _ = try parameters(hundred)
        let error = try #require(throws: DialectError.self) { try parameters(hundred + "&q=1") }
        #expect(error.code == -1101)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "%g1=1"])
    func `with a broken escape are refused`(query: String) throws {
        let error = try #require(throws: DialectError.self) { try parameters(query) }
        #expect(error.code == -1100)
    }

    @Test func `of a batch leg are the members of an object`() throws {
        guard
            case .object(let members) = try JSONValue(
                parsing: #"{"symbol":"BTCUSDT","quantity":0.001,"reduceOnly":true,"x":null}"#.utf8
            )
        else {
            Issue.record("an object is an object")
            return
        }
        let read = try RequestParameters(members: members)
        #expect(read.text("symbol") == "BTCUSDT")
        #expect(read.text("quantity") == "0.001")
        #expect(read.text("reduceOnly") == "true")
        #expect(read.text("x") == nil)
    }

    @Test(
        arguments: [
            "btcusdt", "BTC-USDT", "BTCUSDT%00", "../../etc/passwd", "ВTCUSDT", "%E2%80%AEBTC",
            "BTCUSDT%0d%0a", "' OR 1=1", "A23456789012345678901234567890",
        ]
    )
    func `that are no symbol are refused`(text: String) throws {
        #expect(throws: DialectError.symbolInvalid) { try parameters("symbol=\(text)").symbol() }
    }

    @Test func `name an order by its number before its name`() throws {
        let both = try parameters("orderId=7&origClientOrderId=abc")
        #expect(try both.orderTarget() == .number(OrderID(rawValue: 7)))
        let name = try #require(ClientOrderID("abc"))
        #expect(try parameters("origClientOrderId=abc").orderTarget() == .name(name))
        #expect(throws: DialectError.eitherParameterMissing("origClientOrderId", "orderId")) {
            try parameters("").requiredOrderTarget()
        }
    }

    @Test func `that name an order too long or too oddly are refused`() throws {
        let long = String(repeating: "a", count: 37)
        #expect(throws: DialectError.clientOrderIDTooLong) {
            try parameters("newClientOrderId=\(long)").clientOrderID("newClientOrderId")
        }
        for odd in ["a%20b", "a%0ab", "%1b[31m", "<script>", "a%00"] {
            let error = try #require(throws: DialectError.self) {
                try parameters("newClientOrderId=\(odd)").clientOrderID("newClientOrderId")
            }
            #expect(error.code == -1100)
        }
    }

    @Test func `that count rows are cut to the most allowed and never to none`() throws {
        #expect(try parameters("").limit(default: 500, max: 1000) == 500)
        #expect(try parameters("limit=9000").limit(default: 500, max: 1000) == 1000)
        for bad in ["0", "-1", "1.5", "abc", "1e3"] {
            let error = try #require(throws: DialectError.self) {
                try parameters("limit=\(bad)").limit(default: 500, max: 1000)
            }
            #expect(error.code == -1130)
        }
    }
}

@Suite struct `Numbers in requests` {
    @Test(arguments: ["1", "1.0", "0001", "1.00000000000", "0.1", "12345.67"])
    func `are exact decimals`(text: String) throws {
        let price = try #require(
            try parameters("price=\(text)").price("price", decimals: 2)
        )
        #expect(price == (try Price(parsing: text)))
    }

    /// The bad-input catalogue: each is refused with its code, none becomes the nearest number.
    @Test(
        arguments: [
            ("%20", -1100), ("%201", -1100), ("1%20", -1100), ("NaN", -1100), ("nan", -1100),
            ("Infinity", -1100), ("-Infinity", -1100), ("inf", -1100), ("1e400", -1100),
            ("1e-400", -1100), ("1E3", -1100), ("0x10", -1100), ("0X1p3", -1100),
            ("1_000", -1100), ("1,000", -1100), ("1.000,5", -1100), ("%2B1", -1100),
            ("+1", -1100), ("--1", -1100), ("1.2.3", -1100), (".5", -1100), ("5.", -1100),
            (".", -1100), ("1/3", -1100), ("%EF%BC%91", -1100), ("%D9%A1", -1100),
            ("1%00", -1100), ("1%0d%0a", -1100), ("%25s%25n", -1100), ("'1'", -1100),
            ("%22%22", -1100), ("null", -1100), ("true", -1100), ("[]", -1100),
            ("0.0000000000000000001", -1111), ("1.123", -1111), ("0.001", -1111),
            ("1.12345678", -1111), ("1.123456789", -1111),
            ("9223372036854775808", -4002), ("18446744073709551616", -4002),
            ("170141183460469231731687303715884105728", -4002),
            ("123456789012345678901234567890", -4002), ("-1", -4001), ("-0.01", -4001),
            ("-99999", -4001),
        ]
    )
    func `that are none are refused by their code`(text: String, code: Int) throws {
        let error = try #require(throws: DialectError.self) {
            try parameters("price=\(text)").price("price", decimals: 2)
        }
        #expect(error.code == code)
        #expect(error.status == 400)
    }

    @Test(arguments: [30, 64, 65, 400, 65_000])
    func `of many digits are too large`(digits: Int) throws {
        let text = String(repeating: "9", count: digits)
        let price = try #require(throws: DialectError.self) {
            try parameters("price=\(text)").price("price", decimals: 2)
        }
        #expect(price.code == -4002)
        let quantity = try #require(throws: DialectError.self) {
            try parameters("quantity=\(text)").quantity("quantity", decimals: 3)
        }
        #expect(quantity.code == -4005)
        #expect(throws: DialectError.valueInvalid("amount")) {
            try parameters("amount=\(text)").amount("amount")
        }
    }

    @Test func `of money are greater than zero`() throws {
        #expect(
            try parameters("amount=1.5").amount("amount") == Amount(units: 15_000_000_000_000_000)
        )
        for zero in ["0", "0.00000000", "-5"] {
            #expect(throws: DialectError.amountNotPositive) {
                try parameters("amount=\(zero)").amount("amount")
            }
        }
    }

    @Test(arguments: ["", "-", "1.0", "1e3", " 1", "99999999999999999999", "9223372036854775808"])
    func `of identifiers are digits alone`(text: String) {
        #expect(RequestParameters.integer(text.utf8) == nil)
    }

    @Test func `of identifiers reach to the end of 64 bits`() {
        #expect(RequestParameters.integer("9223372036854775807".utf8) == Int64.max)
        #expect(RequestParameters.integer("0".utf8) == 0)
    }
}
