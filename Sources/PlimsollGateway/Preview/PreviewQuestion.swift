import PlimsollModel

/// An order that somebody thinks about, as a ticket describes it.
struct PreviewQuestion: Sendable {
    /// Of the one field that is given, the others follow.
    enum Size: Sendable {
        case quantity(Quantity)
        /// At most this value.
        case notional(Amount)
        /// At most this margin.
        case margin(Amount)
        /// At most this loss, fees counted, where the stop fills as expected.
        case loss(Amount)
    }

    let side: Side
    let size: Size
    /// `nil` for a market order.
    let price: Price?
    let stop: Price?
    let target: Price?
    /// `nil` leaves what the account has chosen.
    let leverage: UInt16?
    let marginMode: MarginMode?
    let positionSide: PositionSide

    /// - Throws: What is missing, malformed or given twice.
    init(_ parameters: RequestParameters, _ contract: ContractTerms) throws(DialectError) {
        side = try parameters.side()
        positionSide = try parameters.positionSide()
        let priceDecimals = contract.priceDecimals
        price = try Self.positive(parameters.price("price", decimals: priceDecimals), "price")
        stop = try Self.positive(
            parameters.price("stopPrice", decimals: priceDecimals),
            "stopPrice"
        )
        target = try Self.positive(
            parameters.price("targetPrice", decimals: priceDecimals),
            "targetPrice"
        )
        leverage = try parameters.integer("leverage", in: 1...1000).map { UInt16($0) }
        marginMode =
            switch parameters.text("marginType") {
            case nil: nil
            case "ISOLATED": .isolated
            case "CROSSED": .cross
            default: throw .marginTypeInvalid
            }
        size = try Self.size(parameters, contract)
        if case .loss = size, stop == nil { throw .parameterMissing("stopPrice") }
    }

    private static func size(
        _ parameters: RequestParameters,
        _ contract: ContractTerms
    ) throws(DialectError) -> Size {
        var sizes: [Size] = []
        if let quantity = try parameters.quantity("quantity", decimals: contract.quantityDecimals) {
            guard quantity > .zero else { throw .quantityNotPositive }
            sizes.append(.quantity(quantity))
        }
        if let notional = try amount(parameters, "notional") { sizes.append(.notional(notional)) }
        if let margin = try amount(parameters, "margin") { sizes.append(.margin(margin)) }
        if let loss = try amount(parameters, "loss") { sizes.append(.loss(loss)) }
        guard let size = sizes.first else {
            throw DialectError(-1102, "one of quantity, notional, margin, loss has to be given")
        }
        guard sizes.count == 1 else { throw .combinationInvalid }
        return size
    }

    private static func amount(
        _ parameters: RequestParameters,
        _ name: StaticString
    ) throws(DialectError) -> Amount? {
        guard let amount = try parameters.amount(name) else { return nil }
        guard amount > .zero, amount <= Amount(1_000_000_000_000) else {
            throw .valueInvalid("\(name)")
        }
        return amount
    }

    private static func positive(
        _ price: Price?,
        _ name: String
    ) throws(DialectError) -> Price? {
        if let price, price <= .zero { throw .valueInvalid(name) }
        return price
    }
}
