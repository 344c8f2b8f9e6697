import NIOHTTP1
import PlimsollModel
import PlimsollProjections
import Testing

@testable import PlimsollGateway

@Suite struct `WebSocket session` {
    private func session(
        _ address: String = "/ws",
        limits: WebSocketSession.Limits = WebSocketSession.Limits()
    ) throws -> WebSocketSession {
        let target = try #require(WebSocketTarget(address: address))
        return WebSocketSession(target: target, at: 0, limits: limits)
    }

    private func reply(_ actions: [WebSocketSession.Action]) -> String? {
        for action in actions {
            switch action {
            case .send(let bytes), .subscribe(_, .some(let bytes)):
                return String(decoding: bytes, as: UTF8.self)
            default: continue
            }
        }
        return nil
    }

    /// Spec: STRM-002.
    @Test(
        arguments: [
            // An id comes back with the type it had.
            (
                #"{"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":1}"#,
                #"{"result":null,"id":1}"#
            ),
            (
                #"{"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":"5f0c-1"}"#,
                #"{"result":null,"id":"5f0c-1"}"#
            ),
            (
                #"{"id":18446744073709551615,"params":[],"method":"UNSUBSCRIBE"}"#,
                #"{"result":null,"id":18446744073709551615}"#
            ),
            (#"{"method":"LIST_SUBSCRIPTIONS","id":3}"#, #"{"result":["ethusdt@depth"],"id":3}"#),
            (
                #"{"method":"GET_PROPERTY","params":["combined"],"id":2}"#,
                #"{"result":false,"id":2}"#
            ),
            (
                #"{"method":"SET_PROPERTY","params":["combined",true],"id":5}"#,
                #"{"result":null,"id":5}"#
            ),
            (
                #"{"method":"SET_PROPERTY","params":["combined","yes"],"id":5}"#,
                #"{"error":{"code":1,"msg":"Invalid value type: expected Boolean"},"id":5}"#
            ),
            (
                #"{"method":"SET_PROPERTY","params":["sorted",true],"id":5}"#,
                #"{"error":{"code":0,"msg":"Unknown property"},"id":5}"#
            ),
            (
                #"{"id":9}"#,
                #"{"error":{"code":2,"msg":"Invalid request: missing field `method`"},"id":9}"#
            ),
            (
                #"{"method":"SUBSCRIBE","params":[7],"id":1}"#,
                #"{"error":{"code":2,"msg":"Invalid request: stream names are strings"},"id":1}"#
            ),
            (
                #"{"method":"SUBSCRIBE","params":[],"id":1.5}"#,
                #"{"error":{"code":2,"msg":"Invalid request: request ID must be an integer or a "#
                    + #"string"},"id":null}"#
            ),
            (
                #"[1]"#,
                #"{"error":{"code":2,"msg":"Invalid request: expected an object"},"id":null}"#
            ),
        ]
    )
    func `a message is answered`(message: String, answer: String) throws {
        var session = try session("/ws/ethusdt@depth")
        #expect(reply(session.received(text: Array(message.utf8), at: 1)) == answer)
    }

    @Test(
        arguments: [
            "", "{", "hello", #"{"method":"SUBSCRIBE","params":["a"#, "\u{0}", #"{"id":01 }}"#,
            String(repeating: "[", count: 100),
        ]
    )
    func `what is no JSON gets code 3 and changes nothing`(message: String) throws {
        var session = try session("/ws/ethusdt@depth")
        let answer = try #require(reply(session.received(text: Array(message.utf8), at: 1)))
        #expect(answer.hasPrefix(#"{"error":{"code":3,"msg":"Invalid JSON: "#))
        #expect(answer.hasSuffix(#""id":null}"#))
        #expect(session.subscriptions.map(\.text) == ["ethusdt@depth"])
    }

    @Test(arguments: ["BTCUSDT@depth", "", "7", "btcusdt depth", "@depth", "ws"])
    func `a name that can be no stream is refused with the rule`(name: String) throws {
        var session = try session()
        let message = #"{"method":"SUBSCRIBE","params":["btcusdt@trade","\#(name)"],"id":4}"#
        let answer = try #require(reply(session.received(text: Array(message.utf8), at: 1)))
        #expect(answer.hasPrefix(#"{"error":{"code":2,"#))
        #expect(answer.contains("lower case"))
        #expect(session.subscriptions.isEmpty)
    }

    @Test func `streams come and go and are subscribed once`() throws {
        var session = try session("/stream?streams=btcusdt@depth")
        #expect(session.opened().count == 1)
        let more = #"{"method":"SUBSCRIBE","params":["btcusdt@depth","!bookTicker"],"id":1}"#
        guard
            case .subscribe(let added, _)? = session.received(text: Array(more.utf8), at: 1).first
        else {
            Issue.record("nothing was subscribed")
            return
        }
        #expect(added.map(\.text) == ["!bookTicker"])
        let less = #"{"method":"UNSUBSCRIBE","params":["btcusdt@depth","x@trade"],"id":2}"#
        guard
            case .unsubscribe(let removed)? = session.received(text: Array(less.utf8), at: 1).first
        else {
            Issue.record("nothing was unsubscribed")
            return
        }
        #expect(removed.map(\.text) == ["btcusdt@depth"])
        #expect(session.subscriptions.map(\.text) == ["!bookTicker"])
    }

    /// Spec: STRM-003.
    @Test func `a connection carries no more streams than its bound`() throws {
        var limits = WebSocketSession.Limits()
        limits.subscriptionCountMax = 2
        var session = try session("/ws/a1@trade/a2@trade", limits: limits)
        #expect(session.opened().count == 1)
        let message = #"{"method":"SUBSCRIBE","params":["a3@trade"],"id":1}"#
        let answer = try #require(reply(session.received(text: Array(message.utf8), at: 1)))
        #expect(answer.contains("at most 2 streams"))
        #expect(session.subscriptions.count == 2)
        let crowded = try self.session("/ws/a1@trade/a2@trade/a3@trade", limits: limits)
        guard case .close(let code, _)? = crowded.opened().first else {
            Issue.record("a crowded address was taken")
            return
        }
        #expect(code == 1008)
    }

    @Test func `messages have a rate, and pings count`() throws {
        var limits = WebSocketSession.Limits()
        limits.messageCountPerSecondMax = 3
        var session = try session(limits: limits)
        for _ in 0..<3 { #expect(session.received(ping: [1], at: 500) == [.pong([1])]) }
        #expect(
            session.received(ping: [1], at: 999)
                == [.close(code: 1008, reason: "Too many requests")]
        )
        #expect(session.received(ping: [2], at: 1500) == [.pong([2])])
    }

    @Test func `the server pings every three minutes and gives up after ten of silence`() throws {
        var session = try session()
        #expect(session.heartbeat(at: 179_999) == [])
        #expect(session.heartbeat(at: 180_000) == [.ping])
        #expect(session.heartbeat(at: 190_000) == [])
        #expect(session.receivedPong(at: 200_000) == [])
        #expect(session.heartbeat(at: 360_000) == [.ping])
        #expect(session.heartbeat(at: 540_000) == [.ping])
        #expect(session.heartbeat(at: 800_000) == [.ping])
        #expect(
            session.heartbeat(at: 800_001)
                == [.close(code: 1008, reason: "no pong within ten minutes")]
        )
    }
}

@Suite struct `Stream addresses` {
    static let key = String(repeating: "aB3", count: 20)
    static let bitcoin: Symbol = {
        guard let symbol = Symbol("BTCUSDT") else { preconditionFailure("a symbol") }
        return symbol
    }()

    /// Spec: STRM-001.
    @Test(
        arguments: [
            ("/ws", false, []),
            ("/ws/0", false, []),
            ("/ws/17", false, []),
            ("/stream", true, []),
            ("/public/ws", false, []),
            ("/market/stream", true, []),
            ("/ws/btcusdt@aggTrade", false, ["btcusdt@aggTrade"]),
            ("/ws/btcusdt@aggTrade/ethusdt@depth", false, ["btcusdt@aggTrade", "ethusdt@depth"]),
            ("/ws/btcusdt%40aggTrade", false, ["btcusdt@aggTrade"]),
            ("/ws/\(key)", false, [key]),
            ("/ws?listenKey=\(key)", false, [key]),
            ("/private/ws?listenKey=\(key)&events=ORDER_TRADE_UPDATE", false, [key]),
            ("/private/stream?listenKey=\(key)", true, [key]),
            (
                "/stream?streams=a@trade/!ticker@arr/a@trade", true,
                ["a@trade", "!ticker@arr"]
            ),
            (
                "/stream?streams=btcusdt%40markPrice%2Fbtcusdt%40depth%40100ms", true,
                ["btcusdt@markPrice", "btcusdt@depth@100ms"]
            ),
        ] as [(String, Bool, [String])]
    )
    func `an address names its streams`(
        address: String,
        isCombined: Bool,
        streams: [String]
    ) throws {
        let target = try #require(WebSocketTarget(address: address))
        #expect(target.isCombined == isCombined)
        #expect(target.streams.map(\.text) == streams)
    }

    @Test func `what is not percent-encoded stays as it was sent`() throws {
        for name in ["a%+1@b", "a%zz@b", "a@b%4"] {
            let target = try #require(WebSocketTarget(address: "/stream?streams=\(name)"))
            #expect(target.unknownStream == name)
        }
    }

    @Test(arguments: [
        "/", "/ws-fapi/v2", "/ws-fapi", "/fapi/v1/ping", "/other/ws", "/wsx", "", "/public",
    ])
    func `other addresses are no stream connections`(address: String) {
        #expect(WebSocketTarget(address: address) == nil)
    }

    @Test(
        arguments: [
            ("btcusdt@depth", .depth(bitcoin, .quarter)),
            ("btcusdt@depth@0ms", .depth(bitcoin, .immediate)),
            ("btcusdt@depth@100ms", .depth(bitcoin, .tenth)),
            ("btcusdt@depth20@500ms", .topOfBook(bitcoin, levels: 20, .half)),
            ("btcusdt@kline_1M", .candles(bitcoin, .oneMonth)),
            ("btcusdt@kline_1m", .candles(bitcoin, .oneMinute)),
            ("btcusdt_perpetual@continuousKline_4h", .continuousCandles(bitcoin, .fourHours)),
            ("btcusdt@markPrice", .markPrice(bitcoin, .threeSeconds)),
            ("btcusdt@markPrice@1s", .markPrice(bitcoin, .second)),
            ("!markPrice@arr@1s", .allMarkPrices(.second)),
            ("!forceOrder@arr", .allLiquidations),
            ("!contractInfo", .unserved),
            ("btcusdt@compositeIndex", .unserved),
            (key, .userData),
        ] as [(String, StreamName.Feed)]
    )
    func `a name says what it carries`(name: String, feed: StreamName.Feed) throws {
        #expect(try #require(StreamName(name)).feed == feed)
    }

    /// Spec: STRM-001.
    @Test(
        arguments: [
            "btcusdt@depht", "btcusdt@depth7", "btcusdt@depth@70ms", "btcusdt@kline_2m", "!ticker",
            "btcusdt_quarter@continuousKline_1m", "@trade", "btcusdt@",
        ]
    )
    func `a name that no stream has is refused`(name: String) throws {
        #expect(StreamName(name) == nil)
        for address in ["/ws/\(name)", "/stream?streams=btcusdt@trade/\(name)"] {
            let target = try #require(WebSocketTarget(address: address))
            #expect(target.unknownStream == name)
        }
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: "/ws/\(name)",
            headers: ["host": "127.0.0.1:9870"]
        )
        let admission = WebSocketAdmission(
            access: LocalAccess(ports: [9870], allowedHosts: [])
        )
        #expect(
            admission.decide(head)
                == .refused(DialectError(-1130, "'\(name)' is no stream.", status: 400))
        )
    }

    @Test(
        arguments: [
            ("127.0.0.1:9870", nil, nil),
            ("localhost:9870", "http://127.0.0.1:9870", nil),
            ("evil.example", nil, 403),
            ("127.0.0.1:9870", "https://evil.example", 403),
        ] as [(String, String?, Int?)]
    )
    func `an upgrade from a foreign page is refused`(
        host: String,
        origin: String?,
        status: Int?
    ) {
        let admission = WebSocketAdmission(access: LocalAccess(ports: [9870], allowedHosts: []))
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/ws")
        head.headers.add(name: "Host", value: host)
        if let origin { head.headers.add(name: "Origin", value: origin) }
        switch admission.decide(head) {
        case .accepted: #expect(status == nil)
        case .refused(let error): #expect(error.status == status)
        }
    }

    @Test func `an unknown address and a full house are refused by name`() {
        let admission = WebSocketAdmission(access: LocalAccess(ports: [9870], allowedHosts: []))
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/ws-api/v3?x=1")
        head.headers.add(name: "Host", value: "127.0.0.1:9870")
        #expect(
            admission.decide(head)
                == .refused(
                    DialectError(-1000, "No WebSocket is served at '/ws-api/v3'.", status: 404)
                )
        )
        head.uri = "/ws"
        guard case .refused(let error) = admission.decide(head, hasRoom: false) else {
            Issue.record("taken into a full house")
            return
        }
        #expect(error.status == 503)
    }
}

@Suite struct `Listen keys` {
    private let account = AccountID(rawValue: 16)
    private let hour: Int64 = 3_600_000

    @Test func `an account keeps its key while it is valid`() {
        var table = ListenKeyTable()
        #expect(table.create(for: account, candidate: "a", at: 0) == "a")
        #expect(table.create(for: account, candidate: "b", at: hour - 1) == "a")
        // The second request has renewed it.
        #expect(table.account(of: "a", at: 2 * hour - 2) == account)
        #expect(table.account(of: "a", at: 2 * hour - 1) == nil)
        #expect(table.create(for: account, candidate: "c", at: 2 * hour) == "c")
        #expect(table.account(of: "a", at: 2 * hour) == nil)
        #expect(table.account(of: "c", at: 2 * hour) == account)
    }

    @Test func `a stream ends with the key that it was opened with`() {
        var table = ListenKeyTable()
        #expect(table.create(for: account, candidate: "a", at: 0, until: 1000) == "a")
        #expect(table.renew(account, at: 999, until: 1000) == "a")
        #expect(table.account(of: "a", at: 999) == account)
        #expect(table.account(of: "a", at: 1000) == nil)
        // Another key of the account may keep it open, and a short one does not shorten it.
        #expect(table.create(for: account, candidate: "b", at: 1000, until: 2000) == "b")
        #expect(table.renew(account, at: 1500) == "b")
        #expect(table.renew(account, at: 1500, until: 2000) == "b")
        #expect(table.account(of: "b", at: hour) == account)
    }

    @Test func `keeping alive gives another hour, to a valid key only`() {
        var table = ListenKeyTable()
        #expect(table.renew(account, at: 0) == nil)
        _ = table.create(for: account, candidate: "a", at: 0)
        #expect(table.renew(account, at: hour - 1) == "a")
        #expect(table.removeExpired(at: hour) == [])
        #expect(table.removeExpired(at: 2 * hour - 1) == ["a"])
        #expect(table.renew(account, at: 2 * hour - 1) == nil)
        #expect(table.removeExpired(at: 3 * hour) == [])
    }

    @Test func `a closed key opens nothing`() {
        var table = ListenKeyTable()
        _ = table.create(for: account, candidate: "a", at: 0)
        #expect(table.close(account, at: 1) == "a")
        #expect(table.account(of: "a", at: 1) == nil)
        #expect(table.close(account, at: 1) == nil)
    }

    @Test func `keys are sixty-four letters and digits and never the same`() {
        let store = ListenKeyStore()
        let keys = (16..<32).map {
            store.create(for: AccountID(rawValue: $0), at: .zero)
        }
        #expect(Set(keys).count == keys.count)
        for key in keys {
            #expect(key.utf8.count == 64)
            #expect(StreamName(key)?.feed == .userData)
        }
    }
}
