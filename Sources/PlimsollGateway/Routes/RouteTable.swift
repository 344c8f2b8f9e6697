import HTTPTypes

/// All routes, found by path and method.
struct RouteTable: Sendable {
    enum Match {
        case found(Route, argument: String)
        /// The path is known, by these methods only.
        case otherMethods([HTTPRequest.Method])
        case unknown
    }

    /// The whole surface of the venue: whatever is not in this table does not exist.
    static let venue = RouteTable(dialect.flatMap(\.routes) + control)

    /// What trades and is traded, in the order of its subjects.
    static let dialect: [(title: String, routes: [Route])] = [
        ("Market data", market), ("Index, funding, insurance", statistics),
        ("Who stands where", positioning), ("Account", account), ("Settings", settings),
        ("Orders", orders), ("Conditional orders", conditionals),
        ("Beside the futures", auxiliary),
    ]

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
        guard let index = index(of: method, path) else {
            let methods = methods(at: path)
            return methods.isEmpty ? .unknown : .otherMethods(methods)
        }
        let route = routes[index]
        guard route.path.hasSuffix("}"), let slash = path.lastIndex(of: "/") else {
            return .found(route, argument: "")
        }
        return .found(route, argument: String(path[path.index(after: slash)...]))
    }

    /// Where the route of a request stands.
    func index(of method: HTTPRequest.Method, _ path: String) -> Int? {
        candidates(at: path).first { routes[$0].method == method }
    }

    private func methods(at path: String) -> [HTTPRequest.Method] {
        candidates(at: path).map { routes[$0].method }
    }

    /// The routes of a path, those that leave its last part open behind those that name it.
    private func candidates(at path: String) -> [Int] {
        let named = indexes[path] ?? []
        guard let slash = path.lastIndex(of: "/"), path[slash...].count > 1 else { return named }
        return named + (indexes[path[...slash] + "*"] ?? [])
    }
}
