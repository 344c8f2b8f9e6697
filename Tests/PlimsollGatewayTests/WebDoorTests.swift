import Foundation
import NIOHTTP1
import PlimsollModel
import PlimsollNode
import Testing

@testable import PlimsollGateway

/// The files of the web app, and how a browser becomes the venue's own user.
@Suite struct `The web door` {
    /// A folder with a page, a script and its compressed twin, gone after `body`.
    private static func withAssets(_ body: (WebAssets) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        let page = folder.appending(path: "trade")
        try FileManager.default.createDirectory(at: page, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("<p>start</p>".utf8).write(to: folder.appending(path: "index.html"))
        try Data("<p>trade</p>".utf8).write(to: page.appending(path: "index.html"))
        try Data("export {};".utf8).write(to: page.appending(path: "trade.js"))
        try Data("compressed".utf8).write(to: page.appending(path: "trade.js.gz"))
        try Data("secret".utf8).write(to: folder.appending(path: "keys.json"))
        try await body(try WebAssets(folder: folder.path))
    }

    @Test func `pages and files are served with their types, and nothing else is`() async throws {
        try await Self.withAssets { assets in
            try await LoopbackVenue.run(web: assets) { venue in
                let start = try await venue.get("/")
                #expect(start.text == "<p>start</p>")
                #expect(start.headers.first(name: "content-type") == "text/html; charset=utf-8")
                #expect(try await venue.get("/trade/").text == "<p>trade</p>")
                let script = try await venue.get("/trade/trade.js")
                #expect(
                    script.headers.first(name: "content-type")?.hasPrefix("text/javascript") == true
                )
                let moved = try await venue.get("/trade")
                #expect(moved.status == 308)
                #expect(moved.headers.first(name: "location") == "/trade/")
                for path in [
                    "/keys.json", "/trade/trade.js.gz", "/../etc/passwd", "/trade/none.js",
                ] {
                    let answer = try await venue.get(path)
                    #expect(answer.status == 404, "\(path)")
                    #expect(answer.code == -5000, "\(path)")
                }
                #expect(try await venue.post("/", json: "{}").status == 404)
            }
        }
    }

    @Test func `a page forbids scripts of its own text, frames and other origins`() async throws {
        try await Self.withAssets { assets in
            try await LoopbackVenue.run(web: assets) { venue in
                let headers = try await venue.get("/").headers
                let policy = try #require(headers.first(name: "content-security-policy"))
                #expect(policy.contains("default-src 'none'"))
                #expect(policy.contains("script-src 'self';"))
                #expect(policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe"))
                #expect(headers.first(name: "x-content-type-options") == "nosniff")
                #expect(headers.first(name: "referrer-policy") == "no-referrer")
            }
        }
    }

    @Test func `a known tag is answered without a body, and gzip where it is taken`() async throws {
        try await Self.withAssets { assets in
            try await LoopbackVenue.run(web: assets) { venue in
                let path = "/trade/trade.js"
                let plain = try await venue.get(path)
                #expect(plain.text == "export {};")
                #expect(plain.headers.first(name: "content-encoding") == nil)
                let packed = try await venue.send(.GET, path, ["accept-encoding": "br, gzip;q=0.8"])
                #expect(packed.text == "compressed")
                #expect(packed.headers.first(name: "content-encoding") == "gzip")
                let tag = try #require(plain.headers.first(name: "etag"))
                let again = try await venue.send(.GET, path, ["if-none-match": "W/\(tag)"])
                #expect(again.status == 304)
                #expect(again.text.isEmpty)
                #expect(try await venue.send(.GET, path, ["if-none-match": "\"x\""]).status == 200)
            }
        }
    }

    @Test func `files are refused to a foreign host like everything else`() async throws {
        try await Self.withAssets { assets in
            try await LoopbackVenue.run(web: assets) { venue in
                let client = try await venue.connect()
                let answer = try await client.send(.GET, "/", ["host": "evil.example"], "")
                #expect(answer.status == 403)
                try await client.close()
            }
        }
    }
}

@Suite struct `A browser's session` {
    private static let header: (String, String) = ("X-Plimsoll-Session", "web")

    /// Runs with a user whose sessions open an account, and gives a fresh link.
    private static func run(
        _ configure: (inout GatewayConfiguration) -> Void = { _ in },
        _ body: (LoopbackVenue, WebSessions) async throws -> Void
    ) async throws {
        // The first account that the venue opens.
        let sessions = WebSessions(account: .firstOpened)
        try await LoopbackVenue.run(configure, sessions: sessions) { venue in
            _ = try await venue.node.openAccount(deposit: Amount(10_000))
            try await body(venue, sessions)
        }
    }

    private static func open(_ venue: LoopbackVenue, _ link: String) async throws -> LoopbackAnswer
    {
        try await venue.post("/v1/session", json: #"{"link":"\#(link)"}"#)
    }

    private static func cookie(_ answer: LoopbackAnswer) -> String? {
        answer.headers.first(name: "set-cookie")?.split(separator: ";").first.map(String.init)
    }

    @Test func `a link opens one session, by a cookie that no script reads`() async throws {
        try await Self.run { venue, sessions in
            let link = sessions.link()
            let opened = try await Self.open(venue, link)
            #expect(opened.status == 200)
            let set = try #require(opened.headers.first(name: "set-cookie"))
            #expect(set.hasPrefix("plimsoll-\(venue.port)="))
            #expect(set.contains("HttpOnly"))
            #expect(set.contains("SameSite=Strict"))
            let spent = try await venue.post("/v1/session", json: #"{"link":"\#(link)"}"#)
            #expect(spent.status == 401)
            #expect(spent.code == -2015)
            #expect(spent.headers.first(name: "set-cookie") == nil)
            let cookie = try #require(Self.cookie(opened))
            let headers = HTTPHeaders([Self.header, ("cookie", cookie)])
            let session = try await venue.send(.GET, "/v1/session", headers)
            #expect(try session.member("open") == "true")
            #expect(try session.member("account") == "\(AccountID.firstOpened)")
            let account = try await venue.send(.GET, "/fapi/v2/balance", headers)
            #expect(try account.elements().first?["balance"] == .string("10000.00000000"))
        }
    }

    @Test func `the cookie alone, the header alone and a made-up cookie open nothing`() async throws
    {
        try await Self.run { venue, sessions in
            let cookie = try #require(Self.cookie(try await Self.open(venue, sessions.link())))
            let name = "plimsoll-\(venue.port)="
            let tries: [HTTPHeaders] = [
                ["cookie": cookie], HTTPHeaders([Self.header]),
                HTTPHeaders([Self.header, ("cookie", name + String(repeating: "0", count: 64))]),
                HTTPHeaders([Self.header, ("cookie", cookie.replacing(name, with: "plimsoll-1="))]),
            ]
            for headers in tries {
                let answer = try await venue.send(.GET, "/fapi/v2/balance", headers)
                #expect(answer.code == -2014, "\(headers)")
                let told = try await venue.send(.GET, "/v1/session", headers)
                #expect(try told.member("open") == "false")
            }
        }
    }

    @Test func `a further link takes a session or an admin key`() async throws {
        let needsKey = { (configuration: inout GatewayConfiguration) in
            configuration.controlNeedsKey = true
        }
        try await Self.run(needsKey) { venue, sessions in
            #expect(try await venue.post("/v1/session/links", json: "{}").status == 401)
            // A link is its own proof, also where the control API asks for keys.
            let cookie = try #require(Self.cookie(try await Self.open(venue, sessions.link())))
            let headers = HTTPHeaders([
                Self.header, ("cookie", cookie), ("content-type", "application/json"),
            ])
            let made = try await venue.send(.POST, "/v1/session/links", headers, "{}")
            let link = try #require(try made.member("link"))
            #expect(try await Self.open(venue, link).status == 200)
            // A trader's own key is no admin's.
            let trader = try await venue.trader()
            let refused = try await trader.send(.POST, "/v1/session/links", "", json: "{}")
            #expect(refused.code == -2015)
        }
    }

    @Test func `a session clicks through the control API and places orders`() async throws {
        try await Self.run { venue, sessions in
            let cookie = try #require(Self.cookie(try await Self.open(venue, sessions.link())))
            let headers = HTTPHeaders([Self.header, ("cookie", cookie)])
            let query = "symbol=ETHUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.5&price=3990"
            let placed = try await venue.send(.POST, "/fapi/v1/order?\(query)", headers)
            #expect(try placed.member("status") == "NEW")
            let foreign = HTTPHeaders([
                Self.header, ("cookie", cookie), ("origin", "http://localhost:1"),
            ])
            #expect(try await venue.send(.POST, "/fapi/v1/order?\(query)", foreign).status == 403)
        }
    }

    @Test func `a client's configuration holds a secret, and only an admin is told it`()
        async throws
    {
        let clients = ClientConfigurations(names: ["curl"]) { name, address in
            guard name == "curl" else { return nil }
            return ("\(address.http) \(address.key) \(address.secret ?? "none")", "a remark")
        }
        try await LoopbackVenue.run(clients: clients) { venue in
            let listed = try await venue.get("/v1/connections").json()
            #expect(listed["clients"] == .array([.string("curl")]))
            let trader = try await venue.trader()
            #expect(try await trader.send(.GET, "/v1/connections/curl").code == -2015)
            let admin = Trader(
                venue: venue,
                credential: try venue.keys.grant(account: trader.account, permissions: .all)
            )
            let query = "key=\(trader.credential.key)"
            let told = try await admin.send(.GET, "/v1/connections/curl", query)
            let secret = try #require(trader.credential.secret)
            #expect(
                try told.member("text")
                    == "http://127.0.0.1:\(venue.port) \(trader.credential.key) \(secret)"
            )
            #expect(try await admin.send(.GET, "/v1/connections/none").status == 404)
            #expect(try await admin.send(.GET, "/v1/connections/curl", "key=x").code == -2015)
        }
    }

    @Test func `what a key asked and was refused can be read again, without its parameters`()
        async throws
    {
        try await LoopbackVenue.run { venue in
            let trader = try await venue.trader()
            _ = try await trader.send(.GET, "/fapi/v2/balance")
            _ = try await trader.order("symbol=ETHUSDT&side=BUY&type=MARKET&quantity=-1")
            let key = trader.credential.key
            let log = try await venue.get("/v1/requests?key=\(key)&limit=10")
            guard case .array(let entries)? = try log.json()["requests"] else {
                Issue.record("a list of requests")
                return
            }
            try #require(entries.count == 2)
            #expect(entries[0]["path"] == .string("/fapi/v1/order"))
            #expect(entries[0]["status"]?.scalarText == "400")
            #expect(entries[0]["code"]?.scalarText == "-4003")
            #expect(entries[1]["path"] == .string("/fapi/v2/balance"))
            #expect(entries[1]["code"] == .null)
            #expect(!log.text.contains("signature"))
        }
    }
}
