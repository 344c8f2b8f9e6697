import HTTPTypes

/// All routes, found by path and method.
struct RouteTable: Sendable {
    enum Match {
        case found(Route, argument: String)
        case unknown
    }

    /// The whole surface of the venue: whatever is not in this table does not exist.
    static let venue = RouteTable(
        market + statistics + account + settings + orders + conditionals + auxiliary + control
    )

    let routes: [Route]
    private let indexes: [String: [Int]]

    init(_ routes: [Route]) {
        self.routes = routes
        indexes = Dictionary(grouping: routes.indices) { index in
            let path = routes[index].path
            guard path.hasSuffix("}"), let slash = path.lastIndex(of: "/") else { return path }
            return path[...slash] + "*"
        }
    }

    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        if let route = find(method, path) { return .found(route, argument: "") }
        guard let slash = path.lastIndex(of: "/") else { return .unknown }
        let argument = String(path[path.index(after: slash)...])
        guard !argument.isEmpty, let route = find(method, path[...slash] + "*") else {
            return .unknown
        }
        return .found(route, argument: argument)
    }

    private func find(_ method: HTTPRequest.Method, _ path: some StringProtocol) -> Route? {
        guard let candidates = indexes[String(path)] else { return nil }
        return candidates.first { routes[$0].method == method }.map { routes[$0] }
    }
}
