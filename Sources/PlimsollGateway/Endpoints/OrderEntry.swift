import PlimsollModel
import Synchronization

/// A new order read from a request's parameters.
struct OrderEntry: Sendable {
    /// How much of the outcome the client wants in the answer.
    enum Answer: Sendable {
        case acknowledgement
        case result
    }

    var order: NewOrder
    var contract: ContractTerms
    var answer: Answer

    /// Reads and checks everything that needs no state; the engine checks the rest.
    ///
    /// The parameters are a request's, or those of one leg of a batch.
    init(
        _ parameters: RequestParameters,
        account: AccountID,
        find: (Symbol) throws(DialectError) -> Gateway.Listing
    ) throws(DialectError) {
        let listing = try find(parameters.symbol())
        let contract = listing.contract
        let side = try parameters.side()
        let type = try Self.type(parameters)
        let priceMatch = try parameters.priceMatch()
        try Self.refuseUnsupported(parameters)
        let timeInForce: TimeInForce
        var price = Price.zero
        switch type {
        case .limit:
            timeInForce = try Self.timeInForce(parameters.required("timeInForce"))
            price = try parameters.limitPrice(decimals: contract.priceDecimals, priceMatch)
        case .market:
            guard priceMatch == .none else { throw .priceMatchUnsupported }
            guard parameters["price"] == nil else { throw .parameterNotRequired("price") }
            guard parameters["timeInForce"] == nil else {
                throw .parameterNotRequired("timeinforce")
            }
            timeInForce = .goodTillCancelled
        }
        guard
            let quantity = try parameters.quantity(
                "quantity",
                decimals: contract.quantityDecimals
            )
        else { throw .parameterMissing("quantity") }
        guard quantity > .zero else { throw .quantityNotPositive }
        answer = try Self.answer(parameters)
        self.contract = contract
        order = NewOrder(
            account: account,
            instrument: listing.instrument,
            side: side,
            type: type,
            timeInForce: timeInForce,
            reduceOnly: try Self.reduceOnly(parameters),
            price: price,
            quantity: quantity,
            clientOrderID: try parameters.clientOrderID("newClientOrderId")
                ?? GeneratedOrderID.next(),
            positionSide: try parameters.positionSide(),
            selfTradePrevention: try parameters.selfTradePrevention(
                default: listing.selfTradePrevention
            ),
            priceMatch: priceMatch,
            goodTillDate: try parameters.goodTillDate(timeInForce)
        )
    }

    private static func type(_ parameters: RequestParameters) throws(DialectError) -> OrderType {
        switch String(decoding: try parameters.required("type"), as: UTF8.self) {
        case "LIMIT": return .limit
        case "MARKET": return .market
        case "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET":
            throw .conditionalTypeUnsupported
        default: throw .orderTypeInvalid
        }
    }

    static func timeInForce(
        _ text: ArraySlice<UInt8>
    ) throws(DialectError) -> TimeInForce {
        switch String(decoding: text, as: UTF8.self) {
        case "GTC": return .goodTillCancelled
        case "IOC": return .immediateOrCancel
        case "FOK": return .fillOrKill
        case "GTX": return .goodTillCrossing
        case "GTD": return .goodTillDate
        default: throw .timeInForceInvalid
        }
    }

    static func reduceOnly(_ parameters: RequestParameters) throws(DialectError) -> Bool {
        do {
            return try parameters.bool("reduceOnly") ?? false
        } catch {
            throw .reduceOnlyInvalid
        }
    }

    private static func answer(_ parameters: RequestParameters) throws(DialectError) -> Answer {
        switch parameters.text("newOrderRespType") {
        case nil, "ACK": return .acknowledgement
        case "RESULT": return .result
        default: throw .valueInvalid("newOrderRespType")
        }
    }

    /// Parameters that would change what the order does in a way that this venue cannot.
    private static func refuseUnsupported(
        _ parameters: RequestParameters
    ) throws(DialectError) {
        if try parameters.bool("closePosition") == true {
            throw .parameterNotRequired("closePosition")
        }
        for name: StaticString in ["stopPrice", "activationPrice", "callbackRate"]
        where parameters[name] != nil {
            throw .parameterNotRequired("\(name)")
        }
    }
}

/// Names for the orders whose clients gave none.
enum GeneratedOrderID {
    // The moment of the start sets the names of one run apart from those of the next.
    private static let prefix = "p" + String(WallClock.now.milliseconds, radix: 36) + "-"
    private static let counter = Atomic<Int>(0)

    static func next() -> ClientOrderID {
        let number = counter.add(1, ordering: .relaxed).newValue
        return ClientOrderID(prefix + String(number, radix: 36)) ?? .none
    }
}
