import Foundation
import NIOHTTP1
import NIOSSL
import PlimsollModel
import Testing

@testable import PlimsollGateway

@Suite struct `TLS` {
    static func permissions(_ path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    @Test func `the certificate is made once and kept for its owner alone`() throws {
        try `Key ring`.withDirectory { directory in
            #expect(try TLSIdentity.kept(directory: directory) == nil)
            let made = try TLSIdentity.own(directory: directory)
            for name in [TLSIdentity.certificateFileName, TLSIdentity.keyFileName] {
                #expect(try Self.permissions(directory + "/" + name) == 0o600)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 2)
            #expect(try TLSIdentity.own(directory: directory).certificate == made.certificate)
            #expect(try TLSIdentity.kept(directory: directory)?.certificate == made.certificate)
        }
    }

    @Test(arguments: [(days: 699, isKept: true), (days: 701, isKept: false)])
    func `one that runs out within thirty days is made anew`(days: Double, isKept: Bool) throws {
        try `Key ring`.withDirectory { directory in
            let made = try TLSIdentity.own(directory: directory)
            let later = Date().addingTimeInterval(days * 86_400)
            let then = try TLSIdentity.own(directory: directory, at: later)
            #expect((then.certificate == made.certificate) == isKept)
            #expect(then.notAfter > later.addingTimeInterval(TLSIdentity.renewal - 86_400))
        }
    }

    @Test func `a certificate left without its key is replaced with it`() throws {
        try `Key ring`.withDirectory { directory in
            let made = try TLSIdentity.own(directory: directory)
            try FileManager.default.removeItem(atPath: directory + "/" + TLSIdentity.keyFileName)
            #expect(try TLSIdentity.own(directory: directory).certificate != made.certificate)
        }
    }

    @Test func `files that do not belong together are refused, and none are touched`() throws {
        try `Key ring`.withDirectory { directory in
            let certificate = directory + "/" + TLSIdentity.certificateFileName
            let key = directory + "/" + TLSIdentity.keyFileName
            _ = try TLSIdentity.own(directory: directory)
            let first = try String(contentsOfFile: key, encoding: .utf8)
            try FileManager.default.removeItem(atPath: certificate)
            _ = try TLSIdentity.own(directory: directory)
            try first.write(toFile: key, atomically: false, encoding: .utf8)
            #expect(throws: TLSIdentityError.self) { try TLSIdentity.own(directory: directory) }
            #expect(try String(contentsOfFile: key, encoding: .utf8) == first)
            #expect(throws: TLSIdentityError.self) {
                try TLSIdentity.files(certificate: certificate, key: directory + "/none")
            }
            #expect(throws: TLSIdentityError.self) {
                try TLSIdentity.files(certificate: key, key: certificate)
            }
        }
    }

    @Test func `the private key does not show in what is printed`() throws {
        let identity = try TLSIdentity.own(directory: nil)
        var dumped = ""
        dump(identity, to: &dumped)
        for text in ["\(identity)", String(reflecting: identity), dumped] {
            #expect(!text.contains("PRIVATE"))
        }
    }

    /// What a client that verifies is told to trust.
    private static func trust(_ certificate: String) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
        )
        return try NIOSSLContext(configuration: configuration)
    }

    @Test func `a client that trusts the certificate is served what the plain port serves`()
        async throws
    {
        let identity = try TLSIdentity.own(directory: nil)
        try await LoopbackVenue.run {
            $0.tls = TLSListener(port: 0, identity: identity)
        } _: { venue in
            let port = try #require(try await venue.server.boundTLSPort)
            #expect(port != venue.port)
            let client = try await LoopbackClient.connect(
                port: port,
                tls: Self.trust(identity.certificate)
            )
            #expect(try await client.send(.GET, "/fapi/v1/ping").text == "{}")
            let encrypted = try await client.send(.GET, "/fapi/v1/fundingInfo")
            let plain = try await venue.get("/fapi/v1/fundingInfo")
            #expect(encrypted.status == 200)
            #expect(encrypted.text == plain.text)
            // ccxt's way of being taken for the exchange's own test site.
            let basic = try await client.send(
                .GET,
                "/fapi/v1/ping",
                ["authorization": "Basic ZGVtby1mYXBpOg=="]
            )
            #expect(basic.status == 200)
            // Either door may be named as the host; no other.
            for (name, status) in [("\(port)", 200), ("\(venue.port)", 200), ("1", 403)] {
                let answer = try await client.send(
                    .GET,
                    "/fapi/v1/ping",
                    ["host": "127.0.0.1:\(name)"]
                )
                #expect(answer.status == status)
            }
            try await client.close()
        }
    }

    @Test func `nothing is said to who does not encrypt, or trusts somebody else`() async throws {
        let identity = try TLSIdentity.own(directory: nil)
        let other = try TLSIdentity.own(directory: nil)
        try await LoopbackVenue.run {
            $0.tls = TLSListener(port: 0, identity: identity)
        } _: { venue in
            let port = try #require(try await venue.server.boundTLSPort)
            let plain = try await LoopbackClient.connect(port: port)
            await #expect(throws: (any Error).self) {
                _ = try await plain.send(.GET, "/fapi/v1/ping")
            }
            let stranger = try await LoopbackClient.connect(
                port: port,
                tls: Self.trust(other.certificate)
            )
            await #expect(throws: (any Error).self) {
                _ = try await stranger.send(.GET, "/fapi/v1/ping")
            }
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
        }
    }
}
