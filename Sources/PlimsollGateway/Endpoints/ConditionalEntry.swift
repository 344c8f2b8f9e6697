import PlimsollModel

/// A new conditional order read from a request's parameters.
struct ConditionalEntry: Sendable {
    var order: NewConditionalOrder
    var contract: ContractTerms

    /// Reads and checks everything that needs no state; the engine checks the rest.
    init(
        _ parameters: RequestParameters,
        account: AccountID,
        find: (Symbol) throws(DialectError) -> Gateway.Listing
    ) throws(DialectError) {
        try Self.checkAlgoType(parameters)
        let listing = try find(parameters.symbol())
        let timeInForce =
            try parameters["timeInForce"].map(OrderEntry.timeInForce) ?? .goodTillCancelled
        let side = try parameters.side()
        let type = try Self.type(parameters)
        contract = listing.contract
        order = NewConditionalOrder(
            account: account,
            instrument: listing.instrument,
            side: side,
            type: type,
            source: try Self.source(parameters),
            timeInForce: timeInForce,
            reduceOnly: try OrderEntry.reduceOnly(parameters),
            closePosition: try parameters.bool("closePosition") ?? false,
            priceProtect: try parameters.bool("priceProtect") ?? false,
            positionSide: try parameters.positionSide(),
            selfTradePrevention: try parameters.selfTradePrevention(default: .none),
            priceMatch: try parameters.priceMatch(),
            goodTillDate: try parameters.goodTillDate(timeInForce)
        )
        try readPrices(parameters)
        try readSize(parameters)
        order.clientOrderID =
            try parameters.clientOrderID("clientAlgoId") ?? GeneratedOrderID.next()
    }

    /// Conditional is the only kind there is.
    static func checkAlgoType(_ parameters: RequestParameters) throws(DialectError) {
        guard let type = parameters.text("algoType"), type != "CONDITIONAL" else { return }
        throw .valueInvalid("algoType")
    }

    private static func type(
        _ parameters: RequestParameters
    ) throws(DialectError) -> ConditionalType {
        let name = String(decoding: try parameters.required("type"), as: UTF8.self)
        guard let type = ConditionalType.allCases.first(where: { $0.dialectName == name }) else {
            throw .orderTypeInvalid
        }
        return type
    }

    private static func source(
        _ parameters: RequestParameters
    ) throws(DialectError) -> TriggerSource {
        switch parameters.text("workingType") {
        case nil, "CONTRACT_PRICE": return .lastPrice
        case "MARK_PRICE": return .markPrice
        default: throw .valueInvalid("workingType")
        }
    }

    // MARK: Prices

    /// A trailing stop has a callback rate and may have an activation price; the others have a
    /// trigger price, and those that become limit orders the price of these.
    private mutating func readPrices(_ parameters: RequestParameters) throws(DialectError) {
        if order.type == .trailingStopMarket {
            try Self.refuse("triggerPrice", in: parameters)
            guard let rate = try parameters.percentage("callbackRate") else {
                throw .parameterMissing("callbackRate")
            }
            order.callbackRate = rate
            order.activationPrice = try price("activatePrice", in: parameters) ?? .zero
        } else {
            try Self.refuse("callbackRate", in: parameters)
            try Self.refuse("activatePrice", in: parameters)
            guard let price = try price("triggerPrice", in: parameters) else {
                throw .parameterMissing("triggerPrice")
            }
            order.triggerPrice = price
        }
        if order.type.isMarket {
            guard order.priceMatch == .none else { throw .priceMatchUnsupported }
            try Self.refuse("price", in: parameters)
        } else {
            order.price = try parameters.limitPrice(
                decimals: contract.priceDecimals,
                order.priceMatch
            )
        }
    }

    private func price(
        _ name: StaticString,
        in parameters: RequestParameters
    ) throws(DialectError) -> Price? {
        let price = try parameters.price(name, decimals: contract.priceDecimals)
        if let price, price <= .zero { throw .priceNotPositive }
        return price
    }

    private static func refuse(
        _ name: StaticString,
        in parameters: RequestParameters
    ) throws(DialectError) {
        guard parameters[name] == nil else { throw .parameterNotRequired("\(name)") }
    }

    // MARK: Size

    private mutating func readSize(_ parameters: RequestParameters) throws(DialectError) {
        let quantity = try parameters.quantity("quantity", decimals: contract.quantityDecimals)
        if order.closePosition {
            if let quantity, !quantity.isZero { throw .quantityWithClosePosition }
            // What closes a position reduces it, so saying so is superfluous and denying it wrong.
            if order.reduceOnly { throw .parameterNotRequired("reduceOnly") }
            guard parameters["reduceOnly"] == nil else { throw .reducesWithClosePosition }
        } else {
            guard let quantity else { throw .parameterMissing("quantity") }
            guard quantity > .zero else { throw .quantityNotPositive }
            order.quantity = quantity
        }
    }
}

extension RequestParameters {
    /// A rate in per cent with at most two decimals: `1.5` is 0.015.
    fileprivate func percentage(_ name: StaticString) throws(DialectError) -> Rate? {
        guard let percentage = try price(name, ifImpossible: .callbackRateInvalid) else {
            return nil
        }
        return Rate(units: percentage.units / 100)
    }

    private func price(
        _ name: StaticString,
        ifImpossible impossible: DialectError
    ) throws(DialectError) -> Price? {
        do {
            return try price(name, decimals: 2)
        } catch {
            // Signs and sizes have codes of their own only where the number is a price.
            let isOutOfRange =
                error == .priceNotPositive || error == DialectError(Refusal(.priceAboveMax))
            throw isOutOfRange ? impossible : error
        }
    }

    /// The conditional order that `algoId` or, failing that, `clientAlgoId` names.
    func requiredConditionalTarget() throws(DialectError) -> ConditionalTarget {
        if let number = try integer("algoId") {
            return .number(ConditionalOrderID(rawValue: UInt64(number)))
        }
        guard let name = try clientOrderID("clientAlgoId") else {
            throw .eitherParameterMissing("algoId", "clientAlgoId")
        }
        return .name(name)
    }
}

/// How a request names a conditional order.
enum ConditionalTarget: Sendable, Equatable {
    case number(ConditionalOrderID)
    case name(ClientOrderID)
}
