import Crypto
import Foundation
import NIOHTTP1
import PlimsollModel
import Testing

@testable import PlimsollGateway

/// What keys open and what they do not, over a real socket.
@Suite struct `Keys at the door` {
    static let reading = ("/fapi/v3/balance", HTTPMethod.GET, "")
    static let trading = ("/fapi/v1/leverage", HTTPMethod.POST, "symbol=ETHUSDT&leverage=7")

    private func register(
        _ venue: LoopbackVenue,
        _ account: AccountID,
        _ more: String = ""
    ) async throws -> Trader {
        let answer = try await venue.post("/v1/keys", json: #"{"account":\#(account)\#(more)}"#)
        try #require(answer.status == 200, "\(answer.text)")
        return Trader(
            venue: venue,
            credential: Credential(
                key: try #require(try answer.member("key")),
                secret: try #require(try answer.member("secret")),
                account: account
            )
        )
    }

    @Test(
        arguments: [
            (#"["read"]"#, 200, -2015), (#"["trade"]"#, -2015, 200),
            (#"["read","trade"]"#, 200, 200), (#"["transfer"]"#, -2015, -2015),
            (#"["admin"]"#, -2015, -2015),
        ]
    )
    func `a key opens what its permissions name`(
        permissions: String,
        reads: Int,
        trades: Int
    ) async throws {
        try await LoopbackVenue.run { venue in
            let account = try await venue.trader().account
            let key = try await register(venue, account, #","permissions":\#(permissions)"#)
            for (request, expected) in [(Self.reading, reads), (Self.trading, trades)] {
                let answer = try await key.send(request.1, request.0, request.2)
                #expect((answer.code ?? answer.status) == expected)
                #expect(answer.status == (expected == 200 ? 200 : 401))
            }
            let stream = try await venue.send(
                .POST,
                "/fapi/v1/listenKey",
                ["X-MBX-APIKEY": key.credential.key]
            )
            #expect((stream.code ?? stream.status) == reads)
        }
    }

    @Test func `an account has several keys, and each is revoked at once and alone`() async throws {
        try await LoopbackVenue.run { venue in
            let first = try await venue.trader()
            let second = try await register(venue, first.account)
            let other = try await venue.trader()
            let balance = Self.reading.0
            #expect(try await first.send(.GET, balance).text == second.send(.GET, balance).text)
            let header: HTTPHeaders = ["X-MBX-APIKEY": second.credential.key]
            let listenKey = try await venue.send(.POST, "/fapi/v1/listenKey", header)
                .member("listenKey")
            let revoked = try await venue.send(
                .DELETE,
                "/v1/keys/\(first.credential.key)",
                ["content-type": "application/json"]
            )
            #expect(revoked.status == 200)
            #expect(try await first.send(.GET, balance).code == -2015)
            #expect(try await second.send(.GET, balance).status == 200)
            #expect(try await other.send(.GET, balance).status == 200)
            // The stream that the revoked key could have opened is over.
            let renewed = try await venue.send(.POST, "/fapi/v1/listenKey", header)
                .member("listenKey")
            #expect(renewed != listenKey)
            let again = try await venue.send(
                .DELETE,
                "/v1/keys/\(first.credential.key)",
                ["content-type": "application/json"]
            )
            #expect(again.status == 404)
        }
    }

    @Test func `requests are signed with the other half of a registered key`() async throws {
        try await LoopbackVenue.run { venue in
            let account = try await venue.trader().account
            let pair = Curve25519.Signing.PrivateKey()
            let pem = Self.pem(pair.publicKey).replacing("\n", with: #"\n"#)
            let made = try await venue.post(
                "/v1/keys",
                json: #"{"account":\#(account),"publicKey":"\#(pem)"}"#
            )
            #expect(try made.member("algorithm") == "Ed25519")
            #expect(try made.member("secret") == nil)
            let key = try #require(try made.member("key"))
            let query = Trader.stamp()
            let signature = try pair.signature(for: Array(query.utf8)).base64EncodedString()
                .replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
            let target = "\(Self.reading.0)?\(query)&signature="
            let header: HTTPHeaders = ["X-MBX-APIKEY": key]
            #expect(try await venue.send(.GET, target + signature, header).status == 200)
            let hmac = Signature.make(query.utf8, secret: "")
            #expect(try await venue.send(.GET, target + hmac, header).code == -1022)
            let listed = try await venue.get("/v1/keys?account=\(account)").elements()
            #expect(listed.map { $0["algorithm"]?.scalarText } == ["HMAC-SHA256", "Ed25519"])
        }
    }

    static func pem(_ key: Curve25519.Signing.PublicKey) -> String {
        let prefix: [UInt8] = [
            0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
        ]
        let text = Data(prefix + key.rawRepresentation).base64EncodedString()
        return "-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n"
    }

    @Test(
        arguments: [
            ("{}", 400), (#"{"account":15}"#, 400), (#"{"account":999}"#, 404),
            (#"{"account":16,"permissions":[]}"#, 400),
            (#"{"account":16,"permissions":["root"]}"#, 400),
            (#"{"account":16,"permissions":"read"}"#, 400),
            (#"{"account":16,"publicKey":"-----BEGIN PUBLIC KEY-----"}"#, 400),
            (#"{"account":16,"publicKey":"","secret":"s0123456789abcdef"}"#, 400),
            (#"{"account":16,"key":"short"}"#, 400), (#"{"account":16,"isAdmin":true}"#, 400),
        ]
    )
    func `a key that cannot be made leaves nothing behind`(body: String, status: Int) async throws {
        try await LoopbackVenue.run { venue in
            let before = venue.keys.credentials
            let answer = try await venue.post("/v1/keys", json: body)
            #expect(answer.status == status)
            #expect(answer.code != nil)
            #expect(venue.keys.credentials == before)
        }
    }

    @Test func `no list shows a secret`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let answer = try await venue.get("/v1/keys")
            #expect(answer.text.contains(trader.credential.key))
            #expect(!answer.text.contains(try #require(trader.credential.secret)))
        }
    }

    // MARK: The control API with keys

    private func control(
        _ path: String,
        _ body: String,
        _ credential: Credential?,
        signing signed: String? = nil
    ) -> (target: String, headers: HTTPHeaders) {
        var headers: HTTPHeaders = ["content-type": "application/json"]
        guard let credential else { return (path, headers) }
        headers.add(name: "X-MBX-APIKEY", value: credential.key)
        let query = Trader.stamp()
        let payload = query + (signed ?? body)
        let signature = Signature.make(payload.utf8, secret: credential.secret ?? "")
        return ("\(path)?\(query)&signature=\(signature)", headers)
    }

    @Test func `where the control API needs a key, only an admin's signature changes anything`()
        async throws
    {
        try await LoopbackVenue.run {
            $0.controlNeedsKey = true
        } _: { venue in
            let trader = try await venue.trader()
            let admin = try venue.keys.grant(account: trader.account, permissions: .admin)
            let body = #"{"paused":true}"#
            let evil = #"{"paused":true,"x":"&signature=0"}"#
            let cases: [(Credential?, String, String?, Int)] = [
                (nil, body, nil, -2014), (trader.credential, body, nil, -2015),
                (admin, body, "{}", -1022), (admin, body, nil, 200),
                // Nothing of a document is left out of its signature.
                (admin, evil, #"{"paused":true,"x":"#, -1022),
            ]
            for (credential, body, signed, expected) in cases {
                let request = control("/v1/clock", body, credential, signing: signed)
                let answer = try await venue.send(.POST, request.target, request.headers, body)
                #expect((answer.code ?? answer.status) == expected, "\(answer.text)")
            }
            #expect(try await venue.get("/v1/keys").code == -2014)
            #expect(try await venue.get("/v1/status").status == 200)
        }
    }

    @Test func `a transfer key pays into its own account and into no other`() async throws {
        try await LoopbackVenue.run { venue in
            let own = try await venue.trader()
            let other = try await venue.trader()
            let reader = try venue.keys.grant(account: own.account, permissions: .read)
            let payer = try venue.keys.grant(account: own.account, permissions: .transfer)
            for (credential, account, expected) in [
                (payer, own.account, 200), (payer, other.account, -2015),
                (reader, own.account, -2015),
            ] {
                let body = #"{"account":\#(account),"amount":"5"}"#
                let request = control("/v1/faucet", body, credential)
                let answer = try await venue.send(.POST, request.target, request.headers, body)
                #expect((answer.code ?? answer.status) == expected)
            }
        }
    }

    @Test func `a key sent along is held to its permissions even where none is needed`()
        async throws
    {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let body = #"{"account":\#(trader.account)}"#
            let request = control("/v1/keys", body, trader.credential)
            let answer = try await venue.send(.POST, request.target, request.headers, body)
            #expect(answer.code == -2015)
        }
    }

    @Test func `a batch counts as many orders as it holds`() async throws {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            let order =
                "%7B%22symbol%22:%22ETHUSDT%22,%22side%22:%22BUY%22,%22type%22:%22LIMIT%22,"
                + "%22timeInForce%22:%22GTC%22,%22quantity%22:%220.01%22,%22price%22:%223900%22%7D"
            let answer = try await trader.send(
                .POST,
                "/fapi/v1/batchOrders",
                "batchOrders=%5B\(order),\(order),\(order)%5D"
            )
            #expect(answer.status == 200)
            #expect(answer.headers["x-mbx-order-count-1m"] == ["3"])
        }
    }
}
