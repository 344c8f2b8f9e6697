import HTTPTypes
import PlimsollModel
import PlimsollNode

/// Who may call a route.
enum RouteSecurity: Sendable {
    case none
    /// The key's header alone: market data with a key, and listen keys.
    case key
    /// Key, timestamp and signature; reads an account.
    case userData
    /// As `userData`; changes an account.
    case trade

    var isSigned: Bool { self == .userData || self == .trade }
}

/// What a request costs against the weight of the minute.
enum RouteWeight: Sendable {
    case fixed(Int)
    /// By whether one symbol is asked for or all.
    case bySymbol(with: Int, without: Int)
    /// By the depth of the book or the number of candles.
    case byLimit(default: Int, steps: [(limit: Int, weight: Int)])

    func weight(of parameters: RequestParameters) -> Int {
        switch self {
        case .fixed(let weight): return weight
        case .bySymbol(let with, let without):
            return parameters["symbol"] == nil ? without : with
        case .byLimit(let defaultLimit, let steps):
            let limit = parameters["limit"].flatMap { RequestParameters.integer($0) }
            let asked = limit ?? Int64(defaultLimit)
            return steps.first { asked <= $0.limit }?.weight ?? steps.last?.weight ?? 1
        }
    }
}

/// One request on its way to its handler.
struct Call: Sendable {
    var parameters: RequestParameters
    /// The key that came with the request, where one was asked for.
    var credential: Credential?
    /// Wall-clock time of arrival.
    var received: Timestamp
    /// The last part of the path, where the route leaves it open.
    var pathArgument: String
    /// What the fault board has decided.
    var door = DoorVerdict.open
    /// Until when, by the wall clock, whoever signed it wants it carried out.
    var expiry: Timestamp?
    let progress: RequestProgress
}

/// What answers a route: with an account where one is asked for, waiting where a command is sent.
enum RouteHandler: Sendable {
    typealias Answer = @Sendable (Gateway) -> (Call, inout JSONWriter) throws(DialectError) -> Void
    typealias Action =
        @Sendable (Gateway) -> (Call, inout JSONWriter) async throws(DialectError) -> Void
    typealias AccountAnswer =
        @Sendable (Gateway) -> (Call, AccountID, inout JSONWriter) throws(DialectError) -> Void
    typealias AccountAction =
        @Sendable (Gateway) -> (Call, AccountID, inout JSONWriter) async throws(DialectError) ->
        Void
    typealias Session =
        @Sendable (Gateway) -> (Call, inout JSONWriter) throws(DialectError) -> String
    typealias Page = @Sendable (Gateway) -> () -> String

    case answer(Answer)
    case action(Action)
    case account(AccountAnswer)
    case accountAction(AccountAction)
    /// Text that is not JSON, with its content type.
    case page(Page, type: String)
    /// Answers, and gives the browser a cookie.
    case session(Session)
}

/// A method and a path, who may call them, what they cost, what they read and who answers.
struct Route: Sendable {
    let method: HTTPRequest.Method
    /// A path whose last part is a name in braces leaves that part open.
    let path: String
    let security: RouteSecurity
    let weight: RouteWeight
    /// What the handler reads of query and form, and of the path's open part.
    let parameters: [RouteParameter]
    /// Whether the answer tells how many orders were placed lately.
    let countsOrders: Bool
    let handler: RouteHandler
    /// What the description of the control API says; its routes have one each.
    let operation: ControlOperation?
    /// Parameters without which the request is refused before its signature is looked at.
    let mandatory: [String]
    /// What a request is to the fault board; `nil` for what no fault may touch, the control API
    /// above all.
    let requestKind: RequestKind?

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ security: RouteSecurity,
        weight: RouteWeight = .fixed(1),
        parameters: [RouteParameter] = [],
        countsOrders: Bool = false,
        _ handler: RouteHandler,
        operation: ControlOperation? = nil
    ) {
        self.method = method
        self.path = path
        self.security = security
        self.weight = weight
        self.parameters = parameters
        self.countsOrders = countsOrders
        self.handler = handler
        self.operation = operation
        mandatory = parameters.filter { $0.isRequired && !$0.isPart(of: path) }.map(\.name)
        requestKind = Self.requestKind(method, path, security)
    }

    /// The control API takes JSON bodies only, which no web form can send.
    var isControl: Bool { path.hasPrefix("/v1/") }

    /// Whether the venue's operator has to be told from its traders.
    var isGuarded: Bool {
        guard isControl, security == .none else { return false }
        // A session's link is its own proof.
        return path == "/v1/session" ? false : method != .get || Self.guardedReads.contains(path)
    }

    private static let guardedReads: Set = ["/v1/keys", "/v1/requests"]

    /// Any of these opens the route to a key.
    var permissions: KeyPermissions {
        switch security {
        case .key, .userData: return .read
        case .trade: return .trade
        // The key's own money; the endpoint looks whose it is.
        case .none:
            return ["/v1/faucet", "/v1/transfers"].contains(path) ? [.transfer, .admin] : .admin
        }
    }

    /// How many orders a request places, against the order rate.
    func orderCount(_ parameters: RequestParameters) -> Int {
        guard let batch = parameters["batchOrders"],
            case .array(let orders)? = try? JSONValue(parsing: Array(batch))
        else { return 1 }
        return max(1, orders.count)
    }
}
