import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `Signatures` {
    // The worked example of the exchange's own API documentation (request security), read 2026-11.
    static let secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
    static let query =
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
        + "&recvWindow=5000&timestamp=1499827319559"
    static let signature = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"

    static let credential = Credential(
        key: String(repeating: "k", count: 64),
        secret: secret,
        account: AccountID(rawValue: 16)
    )

    @Test func `the documented example has the documented signature`() {
        #expect(Signature.make(Self.query.utf8, secret: Self.secret) == Self.signature)
    }

    static let halves = (
        query: "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC",
        body: "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559",
        signature: "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"
    )

    /// All in the query, all in the body, and half in each with nothing between the halves.
    static let placements: [(query: String, body: String, signature: String)] = [
        (query, "", signature), ("", query, signature), halves,
    ]

    @Test(arguments: placements)
    func `parameters may be in the query, in the body or in both`(
        query: String,
        body: String,
        signature: String
    ) throws {
        let signed = "signature=\(signature)"
        for (query, body) in [
            ([query, signed].filter { !$0.isEmpty }.joined(separator: "&"), body),
            (query, [body, signed].filter { !$0.isEmpty }.joined(separator: "&")),
        ] {
            let parameters = try RequestParameters(query: Array(query.utf8), body: Array(body.utf8))
            try RequestSignature.check(parameters, Self.credential, at: Self.signingTime)
        }
    }

    @Test func `the signature is taken out by its name, wherever it stands`() throws {
        let first = try RequestParameters(
            query: Array("signature=\(Self.signature)&\(Self.query)".utf8),
            body: []
        )
        #expect(first.signedPayload == Array(Self.query.utf8))
        let middle = try RequestParameters(query: Array("a=1&signature=x&b=2".utf8), body: [])
        #expect(middle.signedPayload == Array("a=1&b=2".utf8))
    }

    @Test func `upper-case hexadecimal counts as equal`() {
        #expect(
            Signature.isValid(
                Self.signature.uppercased().utf8,
                of: Array(Self.query.utf8),
                secret: Self.secret
            )
        )
    }

    @Test(
        arguments: [
            "", "c8db", String(signature.dropLast()), signature + "0",
            String(signature.dropLast()) + "2", String(signature.dropFirst()) + "g",
            String(repeating: "0", count: 64), String(repeating: "é", count: 32),
            " " + String(signature.dropFirst()), "0x" + String(signature.dropLast(2)),
        ] as [String]
    )
    func `anything else is no signature`(text: String) {
        #expect(
            !Signature.isValid(text.utf8, of: Array(Self.query.utf8), secret: Self.secret)
        )
    }

    @Test func `an unsigned extra parameter breaks the signature`() throws {
        let parameters = try RequestParameters(
            query: Array("\(Self.query)&signature=\(Self.signature)".utf8),
            body: Array("reduceOnly=true".utf8)
        )
        #expect(throws: DialectError.signatureInvalid) {
            try RequestSignature.check(parameters, Self.credential, at: Self.signingTime)
        }
    }

    static let signingTime = Timestamp(milliseconds: 1_499_827_319_559)

    @Test(
        arguments: [
            (offset: 0, error: nil),
            // The client's clock may be a second ahead, and no more.
            (offset: -1000, error: nil),
            (offset: -1001, error: .timestampAhead),
            // And a request may be as old as its window, and no older.
            (offset: 5000, error: nil),
            (offset: 5001, error: .timestampStale),
        ] as [(offset: Int64, error: DialectError?)]
    )
    func `a request is valid within its window`(offset: Int64, error: DialectError?) throws {
        let parameters = try RequestParameters(
            query: Array("\(Self.query)&signature=\(Self.signature)".utf8),
            body: []
        )
        let time = Self.signingTime.advanced(byMilliseconds: offset)
        var found: DialectError?
        do throws(DialectError) {
            try RequestSignature.check(parameters, Self.credential, at: time)
        } catch {
            found = error
        }
        #expect(found == error)
    }

    @Test(
        arguments: [
            ("", -1102), ("timestamp=1", -1102), ("signature=1", -1102),
            ("timestamp=abc&signature=1", -1102), ("timestamp=-1&signature=1", -1102),
            ("timestamp=1e3&signature=1", -1102),
            ("timestamp=99999999999999999999&signature=1", -1102),
            ("timestamp=9223372036854775807&signature=1", -1021),
            ("timestamp=1&signature=1", -1021),
            ("timestamp=1499827319559&recvWindow=60001&signature=1", -1130),
            ("timestamp=1499827319559&recvWindow=-1&signature=1", -1130),
            ("timestamp=1499827319559&signature=1", -1022),
        ]
    )
    func `time is checked before the signature`(query: String, code: Int) throws {
        let parameters = try RequestParameters(query: Array(query.utf8), body: [])
        let error = try #require(throws: DialectError.self) {
            try RequestSignature.check(parameters, Self.credential, at: Self.signingTime)
        }
        #expect(error.code == code)
        #expect(error.status == 400)
    }
}
