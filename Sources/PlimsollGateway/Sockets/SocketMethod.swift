import HTTPTypes

/// What a request over the socket asks for: a route under another name, or the session itself.
enum SocketMethod {
    case route(Route)
    case logon
    case status
    case logout

    /// Fails for a method that is not served.
    init?(_ name: String) {
        switch name {
        case "session.logon": self = .logon
        case "session.status": self = .status
        case "session.logout": self = .logout
        default:
            guard let (method, path) = Self.routes[name],
                case .found(let route, _) = RouteTable.venue.match(method, path)
            else { return nil }
            self = .route(route)
        }
    }

    /// The same endpoints as over REST: there is no second order entry.
    static let routes: [String: (method: HTTPRequest.Method, path: String)] = [
        "ping": (.get, "/fapi/v1/ping"),
        "time": (.get, "/fapi/v1/time"),
        "depth": (.get, "/fapi/v1/depth"),
        "ticker.price": (.get, "/fapi/v1/ticker/price"),
        "ticker.book": (.get, "/fapi/v1/ticker/bookTicker"),
        "order.place": (.post, "/fapi/v1/order"),
        "order.modify": (.put, "/fapi/v1/order"),
        "order.cancel": (.delete, "/fapi/v1/order"),
        "order.status": (.get, "/fapi/v1/order"),
        "algoOrder.place": (.post, "/fapi/v1/algoOrder"),
        "algoOrder.cancel": (.delete, "/fapi/v1/algoOrder"),
        "account.status": (.get, "/fapi/v2/account"),
        "v2/account.status": (.get, "/fapi/v3/account"),
        "account.balance": (.get, "/fapi/v2/balance"),
        "v2/account.balance": (.get, "/fapi/v3/balance"),
        "account.position": (.get, "/fapi/v2/positionRisk"),
        "v2/account.position": (.get, "/fapi/v3/positionRisk"),
        "userDataStream.start": (.post, "/fapi/v1/listenKey"),
        "userDataStream.ping": (.put, "/fapi/v1/listenKey"),
        "userDataStream.stop": (.delete, "/fapi/v1/listenKey"),
    ]
}
