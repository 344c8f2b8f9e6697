import PlimsollEngine
import PlimsollModel

/// Orders that wait for a price, and orders that meet their owner's.
extension FormulaChecks {
    static let orders: [String: FormulaCheck] = [
        "STP": selfTrade,
        "TRAILING": trailing,
        "STOP": stop,
    ]

    @Sendable
    private static func selfTrade(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        guard case .object(let members)? = inputs.values["taker"] else {
            throw .missing("taker")
        }
        let terms = VectorInputs(values: members)
        var makers: [SelfTradePrevention.Participant] = []
        var prices: [Price] = []
        for row in try inputs.rows("makers") {
            makers.append(.init(quantity: try row.openQuantity("qty")))
            prices.append(try row.price("price"))
        }
        var taker = SelfTradePrevention.Participant(quantity: try terms.openQuantity("qty"))
        try mode(terms).sweep(
            &taker,
            side: terms.orderSide(),
            limit: terms.text("type") == "MARKET" ? nil : terms.price("price"),
            through: &makers,
            at: prices
        )
        return [
            "maker_status": .list(makers.map { .text(name($0.standing)) }),
            "taker_status": .text(name(taker.standing)),
            "maker_prevented": .list(makers.map { .fixed($0.prevented) }),
            "taker_prevented": .fixed(taker.prevented),
            "executed": .fixed(taker.executed),
        ]
    }

    private static func mode(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> SelfTradePrevention {
        switch try inputs.text("mode") {
        case "NONE": .none
        case "EXPIRE_TAKER": .expireTaker
        case "EXPIRE_MAKER": .expireMaker
        case "EXPIRE_BOTH": .expireBoth
        case "DECREMENT": .decrement
        case "TRANSFER": .transfer
        default: throw .unreadable("mode")
        }
    }

    private static func name(_ standing: SelfTradePrevention.Standing) -> String {
        switch standing {
        case .open: "NEW"
        case .partiallyFilled: "PARTIALLY_FILLED"
        case .filled: "FILLED"
        case .expiredInMatch: "EXPIRED_IN_MATCH"
        case .expired: "EXPIRED"
        }
    }

    @Sendable
    private static func trailing(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        var activation: TriggerPrice?
        if inputs.has("activation") {
            let price = try inputs.positivePrice("activation")
            switch try inputs.text("activation_when") {
            case "ge": activation = TriggerPrice(price, when: .rises)
            case "le": activation = TriggerPrice(price, when: .falls)
            default: throw .unreadable("activation_when")
            }
        }
        // One in ten thousand, in the units of a rate.
        let delta = try inputs.count("delta_bips")
        guard (1..<10_000).contains(delta) else { throw .refused }
        var trail = WaitingTrailingStop(
            side: try inputs.orderSide(),
            callbackRate: Rate(units: delta * 10_000),
            activation: activation
        )
        var activated: Int?
        var triggered: Int?
        for (index, price) in try prices(inputs).enumerated() where triggered == nil {
            if trail.observe(price) { triggered = index }
            if activated == nil, trail.trail != nil { activated = index }
        }
        return ["activated_index": .index(activated), "trigger_index": .index(triggered)]
    }

    @Sendable
    private static func stop(
        _ inputs: VectorInputs
    ) throws(ConformanceProblem) -> [String: VectorOutcome] {
        let direction: TriggerPrice.Direction
        switch try inputs.text("when") {
        case "rises": direction = .rises
        case "falls": direction = .falls
        default: throw .unreadable("when")
        }
        let trigger = TriggerPrice(try inputs.positivePrice("trigger"), when: direction)
        let triggered = try prices(inputs).firstIndex { trigger.isReached(by: $0) }
        return ["trigger_index": .index(triggered), "immediate": .flag(triggered == 0)]
    }

    private static func prices(_ inputs: VectorInputs) throws(ConformanceProblem) -> [Price] {
        var prices: [Price] = []
        for price in try inputs.list("prices") {
            prices.append(try VectorInputs(values: ["prices": price]).positivePrice("prices"))
        }
        return prices
    }
}

extension VectorInputs {
    fileprivate func orderSide() throws(ConformanceProblem) -> Side {
        switch try text("side") {
        case "BUY": .buy
        case "SELL": .sell
        default: throw .unreadable("side")
        }
    }

    fileprivate func openQuantity(_ name: String) throws(ConformanceProblem) -> Quantity {
        let quantity = try quantity(name)
        guard quantity > .zero else { throw .refused }
        return quantity
    }
}

extension VectorOutcome {
    fileprivate static func index(_ index: Int?) -> VectorOutcome {
        index.map { .count(Int128($0)) } ?? .undefined
    }
}
