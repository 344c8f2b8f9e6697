import NIOCore
import NIOHTTP1
import PlimsollModel
import PlimsollNode
import PlimsollTestSupport
import Testing

@testable import PlimsollGateway

/// Who sends little, late, or more than the door has room for.
@Suite struct `The door` {
    private func raw(_ venue: LoopbackVenue, _ text: String) async throws -> StreamClient {
        let client = try await StreamClient.open(port: venue.port)
        try await client.send(
            request: text.replacing("HOST", with: "127.0.0.1:\(venue.port)")
        )
        return client
    }

    @Test(
        arguments: [
            ("GET /fapi/v1/ping HTTP/1.1\r\nHost: HOST\r\nX-S", "head"),
            ("GET /fapi", "head"),
            ("POST /v1/clock HTTP/1.1\r\nHost: HOST\r\nContent-Length: 20\r\n", "head"),
            (
                "POST /v1/clock HTTP/1.1\r\nHost: HOST\r\nContent-Length: 20\r\n"
                    + "Content-Type: application/json\r\n\r\n{",
                "body"
            ),
            (
                "POST /v1/clock HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n"
                    + "Content-Type: application/json\r\n\r\n5\r\n{",
                "body"
            ),
        ]
    )
    func `a request that does not come to its end is given up`(
        text: String,
        part: String
    ) async throws {
        try await LoopbackVenue.run {
            $0.requestTimes = .init(head: .milliseconds(200), body: .milliseconds(200))
        } _: { venue in
            let client = try await raw(venue, text)
            #expect(try await client.head()?.hasPrefix("HTTP/1.1 408 ") == true)
            let body = try await client.rest()
            #expect(body.contains("\"code\":-1000") && body.contains("the request's \(part) did"))
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
        }
    }

    /// Each byte is new life for a connection, but not for the request that it belongs to.
    @Test func `a head that trickles in is given up all the same`() async throws {
        try await LoopbackVenue.run {
            $0.requestTimes = .init(head: .milliseconds(300))
        } _: { venue in
            let client = try await raw(venue, "GET /fapi/v1/ping HTTP/1.1\r\nHost: HOST\r\n")
            for letter in "X-Slow: yes, and for ever" {
                guard client.channel.isActive else { break }
                try? await client.send(request: String(letter))
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await client.head()?.hasPrefix("HTTP/1.1 408 ") == true)
        }
    }

    @Test func `silence between requests is no request that takes long`() async throws {
        try await LoopbackVenue.run {
            $0.requestTimes = .init(head: .milliseconds(100), body: .milliseconds(100))
        } _: { venue in
            let client = try await venue.connect()
            for _ in 0..<3 {
                #expect(try await client.send(.GET, "/fapi/v1/ping").status == 200)
                try await Task.sleep(for: .milliseconds(250))
            }
            try await client.close()
        }
    }

    @Test func `a client that does not read its answers is given up`() async throws {
        try await LoopbackVenue.run {
            $0.requestTimes = .init(answer: .milliseconds(300))
        } _: { venue in
            let client = try await StreamClient.open(port: venue.port)
            try await client.hang()
            let one =
                "GET /fapi/v1/exchangeInfo HTTP/1.1\r\nHost: 127.0.0.1:\(venue.port)\r\n\r\n"
            // Until the kernel's buffers are full on both sides, and the venue stops reading too.
            client.channel.writeAndFlush(
                ByteBuffer(string: String(repeating: one, count: 20_000)),
                promise: nil
            )
            try await client.channel.closeFuture.get()
            #expect(try await venue.get("/fapi/v1/ping").status == 200)
        }
    }

    @Test func `an address that has too many connections is told`() async throws {
        try await LoopbackVenue.run {
            $0.connectionsPerAddressMax = 2
        } _: { venue in
            let first = try await venue.connect()
            let second = try await venue.connect()
            #expect(try await first.send(.GET, "/fapi/v1/ping").status == 200)
            #expect(try await second.send(.GET, "/fapi/v1/ping").status == 200)
            let third = try await StreamClient.open(port: venue.port)
            #expect(try await third.head()?.hasPrefix("HTTP/1.1 503 ") == true)
            #expect(try await third.rest().contains("\"code\":-1008"))
            #expect(try await second.send(.GET, "/fapi/v1/ping").status == 200)
            try await first.close()
            // The place is free again, once the venue has seen the end.
            try await eventually { (try? await venue.get("/fapi/v1/ping").status) == 200 }
            try await second.close()
        }
    }

    @Test func `bodies take what there is for all of them, and give it back`() {
        let bodies = BodyBudget(bytesMax: 10)
        #expect(bodies.take(6))
        #expect(!bodies.take(5))
        #expect(bodies.take(4))
        #expect(!bodies.take(1))
        bodies.giveBack(6)
        #expect(bodies.take(6))
    }

    /// One reader of a request must not see two where another sees one.
    @Test(
        arguments: [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "Content-Length: 5, 5\r\n\r\nhello",
            "Content-Length: +5\r\n\r\nhello",
            "Content-Length: 0x5\r\n\r\nhello",
            "Content-Length: 99999999999999999999\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nZ\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",
            "X: a\rGET /v1/status HTTP/1.1\r\n\r\n",
            "X: a\0b\r\n\r\n",
            "X\u{0B}: a\r\n\r\n",
            " folded: a\r\n\r\n",
            "X: a\r\n folded\r\n\r\n",
            "no colon\r\n\r\n",
            "Host: evil.example\r\n\r\n",
        ]
    )
    func `a request of two meanings gets one refusal`(rest: String) async throws {
        try await LoopbackVenue.run { venue in
            let before = venue.node.digest.digest
            let client = try await raw(
                venue,
                "POST /v1/clock HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n"
                    + rest + "POST /v1/clock HTTP/1.1\r\nHost: HOST\r\n\r\n"
            )
            let head = try #require(try await client.head())
            #expect(head.hasPrefix("HTTP/1.1 4"), "\(head)")
            let others = try await client.rest()
            #expect(others.contains("{\"code\":-"))
            #expect(!others.contains("HTTP/1.1 200"))
            #expect(venue.node.digest.digest == before)
        }
    }

    /// Whoever starts a venue looks whether its port is free; somebody may take it right afterwards.
    @Test(arguments: [false, true])
    func `a venue whose port is taken ends instead of waiting for it`(
        isEncrypted: Bool
    ) async throws {
        try await LoopbackVenue.run { first in
            await #expect(throws: IOError.self) {
                try await open(at: first.port, isEncrypted: isEncrypted)
            }
            let answer = try await first.get("/fapi/v1/ping")
            #expect(answer.status == 200)
        }
    }

    private func open(at port: Int, isEncrypted: Bool) async throws {
        let identity = try TLSIdentity.own(directory: nil)
        try await LoopbackVenue.run {
            $0.port = isEncrypted ? 0 : port
            $0.tls = TLSListener(port: isEncrypted ? port : 0, identity: identity)
        } _: { venue in
            _ = try await venue.server.boundTLSPort
        }
    }
}
