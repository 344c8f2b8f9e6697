/// A refusal in the words of the dialect: the body `{"code":…,"msg":…}` and the HTTP status around it.
struct DialectError: Error, Equatable, Sendable {
    var code: Int
    var message: String
    var status: Int
    /// Seconds after which it makes sense to ask again, where that is not said by the kind of error.
    var retrySeconds: Int?

    init(_ code: Int, _ message: String, status: Int = 400, retrySeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.retrySeconds = retrySeconds
    }

    func write(into json: inout JSONWriter) {
        json.beginObject()
        json.field("code", code)
        json.field("msg", message)
        json.endObject()
    }
}

// The errors that the door itself finds; what the engine refuses is in `DialectError+Refusal`.
extension DialectError {
    static let unknown = DialectError(
        -1000,
        "An unknown error occurred while processing the request.",
        status: 500
    )
    static let overloaded = DialectError(
        -1008,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
        status: 503,
        retrySeconds: 1
    )
    static let keyMalformed = DialectError(-2014, "API-key format invalid.", status: 401)
    static let keyUnknown = DialectError(
        -2015,
        "Invalid API-key, IP, or permissions for action.",
        status: 401
    )
    /// A session is opened with an Ed25519 key.
    static let keyKindInvalid = DialectError(-4056, "Invalid api key type.")
    static let timestampStale = DialectError(
        -1021,
        "Timestamp for this request is outside of the recvWindow."
    )
    static let timestampAhead = DialectError(
        -1021,
        "Timestamp for this request was 1000ms ahead of the server's time."
    )
    static let signatureInvalid = DialectError(-1022, "Signature for this request is not valid.")
    static let duplicateParameter = DialectError(
        -1101,
        "Duplicate values for a parameter detected."
    )
    static let tooPrecise = DialectError(
        -1111,
        "Precision is over the maximum defined for this asset."
    )
    static let timeInForceInvalid = DialectError(-1115, "Invalid timeInForce.")
    static let orderTypeInvalid = DialectError(-1116, "Invalid orderType.")
    static let sideInvalid = DialectError(-1117, "Invalid side.")
    static let intervalInvalid = DialectError(-1120, "Invalid interval.")
    static let symbolInvalid = DialectError(-1121, "Invalid symbol.")
    static let listenKeyUnknown = DialectError(-1125, "This listenKey does not exist.")
    static let combinationInvalid = DialectError(
        -1128,
        "Combination of optional parameters invalid."
    )
    static let cancelUnknown = DialectError(-2011, "Unknown order sent.")
    static let orderUnknown = DialectError(-2013, "Order does not exist.")
    static let priceNotPositive = DialectError(-4001, "Price less than 0.")
    static let quantityNotPositive = DialectError(-4003, "Quantity less than or equal to zero.")
    static let clientOrderIDTooLong = DialectError(
        -4015,
        "Client order id length should not be more than 36 chars"
    )
    static let marginTypeInvalid = DialectError.valueInvalid("marginType")
    static let amountNotPositive = DialectError(-4055, "Amount must be positive.")
    static let positionSideUnchanged = DialectError(-4059, "No need to change position side.")
    static let positionSideInvalid = DialectError(-4060, "Invalid position side.")
    static let positionSideMismatch = DialectError(
        -4061,
        "Order's position side does not match user's setting."
    )
    static let reduceOnlyInvalid = DialectError(-4062, "Invalid or improper reduceOnly value.")
    static let reduceOnlyNotRequired = DialectError.parameterNotRequired("reduceonly")
    static let priceMatchInvalid = DialectError(-5037, "Invalid price match")
    static let priceMatchUnsupported = DialectError(
        -5038,
        "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT"
    )
    static let selfTradePreventionInvalid = DialectError(
        -5039,
        "Invalid self trade prevention mode"
    )
    static let goodTillDateInvalid = DialectError(
        -5040,
        "The goodTillDate timestamp must be greater than the current time plus 600 seconds and "
            + "smaller than 253402300799000 (UTC 9999-12-31 23:59:59)"
    )
    static let assetModeUnchanged = DialectError(
        -4171,
        "Adjusted asset mode is currently set and does not need to be adjusted repeatedly."
    )
    static let batchSizeInvalid = DialectError(-4082, "Invalid number of batch place orders.")
    static let callbackRateInvalid = DialectError(-2007, "Invalid callBack rate.")
    static let quantityWithClosePosition = DialectError(
        -4137,
        "Quantity must be zero with closePosition equals true"
    )
    static let reducesWithClosePosition = DialectError(
        -4138,
        "Reduce only must be true with closePosition equals true"
    )
    static let conditionalTypeUnsupported = DialectError(
        -4120,
        "Order type not supported for this endpoint. "
            + "Please use the Algo Order API endpoints instead."
    )

    static func parameterMissing(_ name: String) -> DialectError {
        DialectError(
            -1102,
            "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed."
        )
    }

    static func eitherParameterMissing(_ first: String, _ second: String) -> DialectError {
        DialectError(
            -1102,
            "Param '\(first)' or '\(second)' must be sent, but both were empty/null!"
        )
    }

    static func charactersIllegal(_ name: String, range: String) -> DialectError {
        DialectError(
            -1100,
            "Illegal characters found in parameter '\(name)'; legal range is '\(range)'."
        )
    }

    static func tooManyParameters(received: Int, limit: Int) -> DialectError {
        DialectError(-1101, "Too many parameters; expected '\(limit)' and received '\(received)'.")
    }

    static func parameterNotRequired(_ name: String) -> DialectError {
        DialectError(-1106, "Parameter '\(name)' sent when not required.")
    }

    static func valueInvalid(_ name: String) -> DialectError {
        DialectError(-1130, "Data sent for parameter '\(name)' is not valid.")
    }

    static func depthLimitInvalid(_ text: String) -> DialectError {
        DialectError(-4021, "'\(text)' is not valid depth limit.")
    }

    static func leverageInvalid(_ text: String) -> DialectError {
        DialectError(-4028, "Leverage \(text) is not valid")
    }

    static func weightExceeded(limit: Int) -> DialectError {
        DialectError(
            -1003,
            "Too many requests; current limit of IP(127.0.0.1) is \(limit) requests per minute. "
                + "Please use the websocket for live updates to avoid polling the API.",
            status: 429
        )
    }

    static func orderRateExceeded(limit: Int, interval: String) -> DialectError {
        DialectError(
            -1015,
            "Too many new orders; current limit is \(limit) orders per \(interval).",
            status: 429
        )
    }

    static func methodNotAllowed(_ method: String, _ path: String) -> DialectError {
        DialectError(-5000, "Path \(path), Method \(method) is invalid", status: 405)
    }

    static func pathUnknown(_ method: String, _ path: String) -> DialectError {
        DialectError(-5000, "Path \(path), Method \(method) is invalid", status: 404)
    }
}
