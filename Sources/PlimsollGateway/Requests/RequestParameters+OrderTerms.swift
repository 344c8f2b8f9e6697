import PlimsollModel

// The terms of orders that both kinds of orders share.
extension RequestParameters {
    /// Which of the account's positions is meant; whether the account's mode has it is for the engine
    /// to say.
    func positionSide() throws(DialectError) -> PositionSide {
        switch text("positionSide") {
        case nil, "BOTH": return .both
        case "LONG": return .long
        case "SHORT": return .short
        default: throw .positionSideInvalid
        }
    }

    /// How the order avoids others of its owner; `standard` where it does not say.
    func selfTradePrevention(
        default standard: SelfTradePrevention
    ) throws(DialectError) -> SelfTradePrevention {
        guard let name = text("selfTradePreventionMode") else { return standard }
        // Orders do not move between accounts here.
        guard let mode = SelfTradePrevention.allCases.first(where: { $0.dialectName == name }),
            mode != .transfer
        else { throw .selfTradePreventionInvalid }
        return mode
    }

    func priceMatch() throws(DialectError) -> PriceMatch {
        guard let name = text("priceMatch") else { return .none }
        guard let mode = PriceMatch.allCases.first(where: { $0.dialectName == name }) else {
            throw .priceMatchInvalid
        }
        return mode
    }

    /// A limit order's price: given, or found in the book where `priceMatch` is not none; then it is
    /// zero here.
    func limitPrice(
        decimals: UInt8,
        _ match: PriceMatch
    ) throws(DialectError) -> Price {
        let given = try price("price", decimals: decimals)
        guard match == .none else {
            guard given == nil || given == .zero else { throw .parameterNotRequired("price") }
            return .zero
        }
        guard let given else { throw .parameterMissing("price") }
        guard given > .zero else { throw .priceNotPositive }
        return given
    }

    /// When a good-till-date order ends, to the second; zero for any other.
    func goodTillDate(_ timeInForce: TimeInForce) throws(DialectError) -> Timestamp {
        let given = try integer("goodTillDate").flatMap { $0 == 0 ? nil : $0 }
        guard timeInForce == .goodTillDate else {
            guard given == nil else { throw .parameterNotRequired("goodTillDate") }
            return .zero
        }
        guard let given else { throw .parameterMissing("goodTillDate") }
        // The engine's year 2100 comes before the dialect's 9999.
        guard given <= Self.goodTillDateMax else { throw .goodTillDateInvalid }
        return Timestamp(milliseconds: given / 1000 * 1000)
    }

    private static let goodTillDateMax: Int64 = 4_102_444_800_000
}

// The dialect's words for the terms of orders.

extension PositionSide {
    var dialectName: String {
        switch self {
        case .both: "BOTH"
        case .long: "LONG"
        case .short: "SHORT"
        }
    }
}

extension SelfTradePrevention {
    var dialectName: String {
        switch self {
        case .none: "NONE"
        case .expireTaker: "EXPIRE_TAKER"
        case .expireMaker: "EXPIRE_MAKER"
        case .expireBoth: "EXPIRE_BOTH"
        case .decrement: "DECREMENT"
        case .transfer: "TRANSFER"
        }
    }
}

extension PriceMatch {
    var dialectName: String {
        switch self {
        case .none: "NONE"
        case .opponent: "OPPONENT"
        case .opponent5: "OPPONENT_5"
        case .opponent10: "OPPONENT_10"
        case .opponent20: "OPPONENT_20"
        case .queue: "QUEUE"
        case .queue5: "QUEUE_5"
        case .queue10: "QUEUE_10"
        case .queue20: "QUEUE_20"
        }
    }
}

extension RequestParameters {
    /// Whether an order of these terms can only make a position smaller, as far as they say so
    /// themselves: a batch does not.
    var onlyReduce: Bool {
        let isFlagged = ["reduceOnly", "closePosition"].contains {
            text($0)?.lowercased() == "true"
        }
        guard !isFlagged else { return true }
        return switch (text("positionSide"), text("side")) {
        case ("LONG", "SELL"), ("SHORT", "BUY"): true
        default: false
        }
    }
}
