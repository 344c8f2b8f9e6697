import Testing

@testable import PlimsollGateway

@Suite struct `Local access` {
    static let access = LocalAccess(ports: [9870], allowedHosts: ["venue.test", "other.test:8080"])

    static func isAllowed(
        host: String?,
        origin: String? = nil,
        fetchSite: String? = nil,
        changesState: Bool = true
    ) -> Bool {
        access.verdict(
            host: host,
            origin: origin,
            fetchSite: fetchSite,
            changesState: changesState
        ) == .allowed
    }

    @Test(
        arguments: [
            "127.0.0.1:9870", "localhost:9870", "LOCALHOST:9870", "[::1]:9870", "127.0.0.1",
            "venue.test", "venue.test:9870", "venue.test:1", "other.test:8080",
        ]
    )
    func `is given under the venue's own names`(host: String) {
        #expect(Self.isAllowed(host: host))
    }

    @Test(
        arguments: [
            nil, "", "evil.example", "evil.example:9870", "127.0.0.1:9871",
            "localhost.evil.example",
            "127.0.0.1.evil.example:9870", "127.0.0.1@evil.example", "0.0.0.0:9870", "[::]:9870",
            "2130706433:9870", "0x7f000001:9870", "127.1:9870", "other.test", "other.test:8081",
            "localhost:9870:9870", "localhost:", " localhost:9870", "localhost:9870 ",
            "127.0.0.1:09870",
        ]
    )
    func `is refused under any other name, even to readers`(host: String?) {
        #expect(!Self.isAllowed(host: host, changesState: false))
        #expect(!Self.isAllowed(host: host))
    }

    @Test(
        arguments: [
            "null", "http://evil.example", "https://evil.example:9870", "http://127.0.0.1:3000",
            "http://localhost", "file://", "chrome-extension://abc", "http://127.0.0.1:9870.evil",
            "http://127.0.0.1:9870@evil.example", "127.0.0.1:9870", "", "http://",
            "ws://localhost:9870",
        ]
    )
    func `to change something is refused to pages of another origin`(origin: String) {
        #expect(!Self.isAllowed(host: "localhost:9870", origin: origin))
        #expect(Self.isAllowed(host: "localhost:9870", origin: origin, changesState: false))
    }

    @Test func `to change something is given to the venue's own pages and to programs`() {
        #expect(Self.isAllowed(host: "localhost:9870", origin: "http://localhost:9870"))
        #expect(Self.isAllowed(host: "127.0.0.1:9870", origin: "http://localhost:9870"))
        #expect(Self.isAllowed(host: "localhost:9870", fetchSite: "same-origin"))
        #expect(Self.isAllowed(host: "localhost:9870", fetchSite: "none"))
        #expect(!Self.isAllowed(host: "localhost:9870", fetchSite: "cross-site"))
        #expect(!Self.isAllowed(host: "localhost:9870", fetchSite: "same-site"))
    }
}
