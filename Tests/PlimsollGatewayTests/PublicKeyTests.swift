import Crypto
import Foundation
import PlimsollModel
import Testing

@testable import PlimsollGateway

/// Keys and signatures made with openssl 3, so that the venue agrees with somebody else.
@Suite struct `Public keys` {
    static let payload = Array(`Signatures`.query.utf8)

    static let ed25519 = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAYx9edOf58EyQMwimHSVsjen2IZjWjbJBk84dwyor4xw=
        -----END PUBLIC KEY-----

        """
    static let ed25519Signature =
        "gqw6BHfUmV1G++ORpDUVNdK/6z/0tHHOeBtfipFu/6MToTuC07bq23bDqKqn7EXzEbUq1slmj6M98Ead"
        + "6tjfBg=="

    static let rsa = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1+yyguEATZaaOwfDrdY0
        HCr9eQTBFHc06Aban6d4n28J6Jp9QOoFF1/9LN1ejmq96obZUGIfU4+9gBqkMt+t
        q1WPk2dvRfweMk9aGGCOumc1aiE31SsmTH/5vmeoecyUBTipyml+jpudY4uqCwRW
        WJfHG4TziHbbjmxpK+xwNjfTSzUTd5Tg/BMuMZJ4EF4IILTVh7F6gCKKFn4+ur9t
        k8mPZ0STVwphVL9bzm5NuLlNs5de4ypc73dsGrlk6APlzyNpxoCtDrQlS9gGATW1
        t9MpLWo8+h1T4+gI0982zpcb55zr19WZUZX6M/1eZCLbK1kggEyP4wEmqZsWuo5z
        FwIDAQAB
        -----END PUBLIC KEY-----

        """
    /// The same key in the older form.
    static let rsaPKCS1 = """
        -----BEGIN RSA PUBLIC KEY-----
        MIIBCgKCAQEA1+yyguEATZaaOwfDrdY0HCr9eQTBFHc06Aban6d4n28J6Jp9QOoF
        F1/9LN1ejmq96obZUGIfU4+9gBqkMt+tq1WPk2dvRfweMk9aGGCOumc1aiE31Ssm
        TH/5vmeoecyUBTipyml+jpudY4uqCwRWWJfHG4TziHbbjmxpK+xwNjfTSzUTd5Tg
        /BMuMZJ4EF4IILTVh7F6gCKKFn4+ur9tk8mPZ0STVwphVL9bzm5NuLlNs5de4ypc
        73dsGrlk6APlzyNpxoCtDrQlS9gGATW1t9MpLWo8+h1T4+gI0982zpcb55zr19WZ
        UZX6M/1eZCLbK1kggEyP4wEmqZsWuo5zFwIDAQAB
        -----END RSA PUBLIC KEY-----

        """
    static let rsaSignature =
        "rexYtIggWex3cyxWDrzHoL2I7sgSjLWP+f0VoEDbh1wkMNxrUFH8cpQcWMBWAg9TLtM8Pnt38o6IVn8s"
        + "yC4TH4FqacuHuwMVhcjz8tZmcmTzeFoJZQbIcyIhO98rJAC/csLRgAGt9vIta4tjP7RvB/fdLMjeIR2J"
        + "Vl58cNcrmeqUkoXSJcIn0Ornow6tzsWuzQxC/js6cwr/Hcb3CK0cDn9MVPI/s9VVCxAy4bPFOAya2/Yx"
        + "dfg2nIMdE1VKXmUT1gaLGODq0KRvduZ/r20bRHyFdR4HTWDemQU/GyX83dmfYOZIMjUsqQpb/eV10Iju"
        + "R3Oe6M3k6eD/7YK3yB9gUQ=="

    static let rsa1024 = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDakNj0+bEjG6ctfJLagYOAOz5s
        Y0kxjVEkO7RMhBBlbsn5AIGmxG2ZUT4ZBsK086ulPDBjnQGlYnZ/J9zDqAT40QDI
        FmvlLVhvYSTdEUd/YItHxobRe7l0G0gaDCdgN4NaujmOHt5DrVBwTfOHuBJCErH2
        b1ljgZoE6vd9igvHYwIDAQAB
        -----END PUBLIC KEY-----

        """

    static let pairs = [
        (ed25519, ed25519Signature), (rsa, rsaSignature), (rsaPKCS1, rsaSignature),
    ]

    @Test(arguments: pairs)
    func `a signature by openssl is valid, and for this payload only`(
        pem: String,
        signature: String
    ) throws {
        let key = try #require(SigningPublicKey(pem: pem))
        #expect(key.isValid(signature.utf8, of: Self.payload))
        #expect(!key.isValid(signature.utf8, of: Self.payload + [0]))
        #expect(!key.isValid(signature.utf8, of: Array(Self.payload.dropLast())))
        // A form's reader turns a plus sign into a blank.
        let read = signature.replacing("+", with: " ")
        #expect(key.isValid(read.utf8, of: Self.payload))
    }

    @Test(arguments: pairs)
    func `any other text is no signature`(pem: String, signature: String) throws {
        let key = try #require(SigningPublicKey(pem: pem))
        let other = signature == Self.rsaSignature ? Self.ed25519Signature : Self.rsaSignature
        let flipped = (signature.first == "A" ? "B" : "A") + signature.dropFirst()
        for text in [
            "", "=", "AAAA", other, flipped, String(signature.dropLast(4)), signature + "AAAA",
            `Signatures`.signature, String(repeating: "A", count: 100_000), "ключ",
        ] {
            #expect(!key.isValid(text.utf8, of: Self.payload))
        }
    }

    @Test func `the two forms of an RSA key are one key`() {
        #expect(SigningPublicKey(pem: Self.rsa) == SigningPublicKey(pem: Self.rsaPKCS1))
        #expect(SigningPublicKey(pem: Self.rsa) != SigningPublicKey(pem: Self.ed25519))
        #expect(SigningPublicKey(pem: Self.rsa)?.algorithm == .rsa)
        #expect(SigningPublicKey(pem: Self.ed25519)?.algorithm == .ed25519)
    }

    @Test(
        arguments: [
            "", "key", rsa1024, String(ed25519.dropFirst(30)), String(rsa.dropLast(60)),
            ed25519.replacing("PUBLIC", with: "PRIVATE"),
            ed25519.replacing("MCow", with: "MCoa"),
            P256.Signing.PrivateKey().publicKey.pemRepresentation,
            String(repeating: rsa, count: 100),
        ]
    )
    func `what is no key of fair size is refused`(pem: String) {
        #expect(SigningPublicKey(pem: pem) == nil)
    }

    @Test func `a request signed with Ed25519 passes as one signed with a secret does`() throws {
        let pair = Curve25519.Signing.PrivateKey()
        let der =
            Data([
                0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
            ]) + pair.publicKey.rawRepresentation
        let pem =
            "-----BEGIN PUBLIC KEY-----\n\(der.base64EncodedString())\n-----END PUBLIC KEY-----"
        let credential = Credential(
            key: String(repeating: "k", count: 64),
            proof: .publicKey(try #require(SigningPublicKey(pem: pem))),
            account: AccountID(rawValue: 16)
        )
        let text = try pair.signature(for: Self.payload).base64EncodedString()
        let encoded = text.replacing("+", with: "%2B").replacing("/", with: "%2F")
        for signature in [encoded, text] {
            let parameters = try RequestParameters(
                query: Array("\(`Signatures`.query)&signature=\(signature)".utf8),
                body: []
            )
            try RequestSignature.check(parameters, credential, at: `Signatures`.signingTime)
        }
        let wrong = try RequestParameters(
            query: Array("\(`Signatures`.query)&x=1&signature=\(encoded)".utf8),
            body: []
        )
        #expect(throws: DialectError.signatureInvalid) {
            try RequestSignature.check(wrong, credential, at: `Signatures`.signingTime)
        }
    }
}
