import HTTPTypes

/// The whole surface of the venue as a page: every request with what it takes and which tests make it.
///
/// It is written from the table that answers requests and from the tests themselves, so that it cannot
/// promise what is not there.
public struct APIReference {
    /// A file of tests, by its path from the root of the project.
    public struct TestFile: Sendable {
        public var path: String
        public var text: String

        public init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    private let routes = RouteTable.venue
    private let scan: TestScan

    public init(tests: [TestFile]) {
        // The scan's own test quotes requests that nobody makes.
        scan = TestScan(tests.filter { !$0.text.contains("TestScan(") }, routes: routes)
    }

    /// What stands in the page without a test.
    public var untested: [String] {
        let requests = routes.routes.indices.filter { scan.callers[$0] == nil }.map { index in
            "\(routes.routes[index].method) \(routes.routes[index].path)"
        }
        let methods = SocketMethod.routes.keys.sorted().filter { scan.socketCallers[$0] == nil }
        let surprises = Self.surprises.filter { scan.surprises[$0.number] == nil }.map { surprise in
            "surprise \(surprise.number)"
        }
        return requests + methods + surprises
    }

    /// The page.
    public var markdown: String {
        var page = Self.introduction
        for (title, section) in RouteTable.dialect {
            page += "\n### \(title)\n\n"
            page += "| request | security | weight | parameters | tested by |\n"
            page += "|---|---|---|---|---|\n"
            for route in section { page += row(route) }
        }
        page += Self.socketIntroduction
        for (name, target) in SocketMethod.routes.sorted(by: { $0.key < $1.key }) {
            let tests = scan.socketCallers[name] ?? []
            page += "| `\(name)` | \(target.method) `\(target.path)` | \(Self.links(tests)) |\n"
        }
        page += Self.controlIntroduction
        for route in RouteTable.control {
            page += "| \(route.method) `\(route.path)` | \(route.operation?.summary ?? "") | "
            page += "\(parameters(route)) | \(links(route)) |\n"
        }
        page += Self.surpriseIntroduction
        for surprise in Self.surprises {
            let tests = scan.surprises[surprise.number] ?? []
            page += "| \(surprise.number) | \(surprise.text) | \(Self.links(tests)) |\n"
        }
        return page
    }

    // MARK: Rows

    private func row(_ route: Route) -> String {
        "| \(route.method) `\(route.path)` | \(route.dialectSecurity) | "
            + "\(route.weight.text) | \(parameters(route)) | \(links(route)) |\n"
    }

    private func parameters(_ route: Route) -> String {
        route.parameters.map { $0.isRequired ? "**\($0.name)**" : $0.name }
            .joined(separator: ", ")
    }

    private func links(_ route: Route) -> String {
        Self.links(routes.index(of: route.method, route.path).flatMap { scan.callers[$0] } ?? [])
    }

    /// The first two suffice to see it done.
    private static func links(_ places: [TestScan.Place]) -> String {
        places.prefix(2).map { "[\($0.test)](../\($0.file))" }.joined(separator: "; ")
    }

    // MARK: Words

    private static let introduction = """
        # The API

        Written by `make reference` from the table that answers requests and from the tests that make
        them; a test holds this page against both. Do not edit it by hand.

        ## The Binance USD-M dialect over HTTP

        Security: NONE asks for nothing; MARKET_DATA and USER_STREAM for a key in `X-MBX-APIKEY`;
        USER_DATA and TRADE for a key, `timestamp` and `signature`. Weights `a/b` are with and without `symbol`. Parameters
        in bold are mandatory; they are taken from the query, from a form body, or from both.

        """

    private static let socketIntroduction = """

        ## The WebSocket API, `/ws-fapi/v1`

        Each method is a request of the table above under another name; `session.logon`,
        `session.status` and `session.logout` are of the connection itself.

        | method | as | tested by |
        |---|---|---|

        """

    private static let controlIntroduction = """

        ## The venue's own API

        Bodies, answers and errors are described in `/openapi.json`.

        | request | what it does | parameters | tested by |
        |---|---|---|---|

        """

    private static let surpriseIntroduction = """

        ## Surprises

        What cost a client each, and what holds it.

        | | what clients rely on | held by |
        |---|---|---|

        """
}

extension Route {
    fileprivate var dialectSecurity: String {
        switch security {
        case .none: "NONE"
        case .key: path.hasSuffix("/listenKey") ? "USER_STREAM" : "MARKET_DATA"
        case .userData: "USER_DATA"
        case .trade: "TRADE"
        }
    }
}

extension RouteWeight {
    fileprivate var text: String {
        switch self {
        case .fixed(let weight): "\(weight)"
        case .bySymbol(let with, let without): "\(with)/\(without)"
        case .byLimit(_, let steps):
            steps.map { "\($0.weight) to \($0.limit)" }.joined(separator: ", ")
        }
    }
}
